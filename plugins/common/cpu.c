/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at the processor. */
#include "cpu.h"

#include <stdlib.h>
#include <string.h>

bool common_cpu_avx2(void)
{
#if COMMON_HAVE_AVX2
    const char *wish = getenv("SEGKIT_CPU");
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
           !(wish && !strcmp(wish, "portable"));
#else
    return false;
#endif
}
