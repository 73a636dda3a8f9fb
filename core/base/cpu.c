/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this processor can do. */
#include "cpu.h"

#include <stdlib.h>
#include <string.h>

bool segi_cpu_avx2(void)
{
#if defined(__x86_64__)
    const char *wanted = getenv("SEGKIT_CPU");
    return (!wanted || strcmp(wanted, "portable")) && __builtin_cpu_supports("avx2") &&
           __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#else
    return false;
#endif
}
