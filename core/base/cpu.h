/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this processor can do. */
#ifndef SEGI_CPU_H
#define SEGI_CPU_H

#include <stdbool.h>

/* AVX2, BMI and FMA are there, and SEGKIT_CPU=portable does not forbid them. */
bool segi_cpu_avx2(void);
/* Instructions for SHA-256 are, and the same does not. */
bool segi_cpu_sha(void);

#endif
