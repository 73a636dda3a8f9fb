/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same work by another library, for comparing times. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <segkit/plugin.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum peer_job {
    PEER_NONE,
    PEER_GAUSSIAN,
    PEER_GAUSSIAN_5,
    PEER_MEDIAN_3,
    PEER_MEDIAN_5,
    PEER_OTSU,
    PEER_COMPONENTS,
    PEER_DISTANCE,
    PEER_OPEN,
    PEER_FILL,
    PEER_WATERSHED,
    PEER_NUCLEI
};

/* Does it once, on one thread; false: there is no peer. */
bool peer_run(enum peer_job job, const struct seg_view *image, const struct seg_view *markers);
const char *peer_name(void);

#ifdef __cplusplus
}
#endif
#endif
