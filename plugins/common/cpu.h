/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which instructions may be used.
 *
 * A kernel with two forms is written once as an inline body, COMMON_INLINE, and compiled twice: as
 * it is, and in a COMMON_AVX2 function. All forms give the same bytes. */
#ifndef COMMON_CPU_H
#define COMMON_CPU_H

#include <stdbool.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define COMMON_HAVE_AVX2 1
#define COMMON_AVX2      __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))
#else
#define COMMON_HAVE_AVX2 0
#define COMMON_AVX2
#endif

#if defined(__GNUC__)
#define COMMON_INLINE static inline __attribute__((always_inline))
#else
#define COMMON_INLINE static inline
#endif

/* The processor has AVX2 and the environment does not say SEGKIT_CPU=portable. */
bool common_cpu_avx2(void);

#endif
