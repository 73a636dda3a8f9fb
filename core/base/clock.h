/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Seconds for measuring. */
#ifndef SEGI_CLOCK_H
#define SEGI_CLOCK_H

#include <time.h>

static inline double segi_seconds(clockid_t clock)
{
    struct timespec t;
    return clock_gettime(clock, &t) ? 0 : (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline double segi_wall(void)
{
    return segi_seconds(CLOCK_MONOTONIC);
}

static inline double segi_cpu(void) /* of all threads of the process */
{
    return segi_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

#endif
