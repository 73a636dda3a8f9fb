/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this processor can do. */
#include "cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
static bool is_allowed(void)
{
    const char *wanted = getenv("SEGKIT_CPU");
    return !wanted || strcmp(wanted, "portable");
}

bool segi_cpu_avx2(void)
{
    return is_allowed() && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi2");
}

bool segi_cpu_sha(void)
{
    unsigned a, b, c, d; /* compilers of 2022 do not know "sha" by name */
    return is_allowed() && __builtin_cpu_supports("sse4.1") &&
           __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_SHA;
}
#else
bool segi_cpu_avx2(void)
{
    return false;
}

bool segi_cpu_sha(void)
{
    return false;
}
#endif
