/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at the processor, once. */
#include "cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

bool common_cpu_avx2(void)
{
#if COMMON_HAVE_AVX2
    static atomic_int known; /* 0: not yet; asked for in every row, so that looking is too dear */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (!answer) {
        const char *wish = getenv("SEGKIT_CPU");
        bool can = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
        answer = can && !(wish && !strcmp(wish, "portable")) ? 1 : -1;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer > 0;
#else
    return false;
#endif
}
