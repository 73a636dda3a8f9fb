/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mask or labels as runs of pixels, and their connected components.
 *
 * Rosenfeld and Pfaltz's two passes (J. ACM 13, 1966) over runs instead of pixels: everything but
 * finding and painting them costs time by the run. */
#ifndef COMMON_RUNS_H
#define COMMON_RUNS_H

#include "env.h"

struct common_runs {
    int32_t width, height;
    uint32_t *row;  /* the runs of row y: row[y] .. row[y + 1] - 1 */
    int32_t *edge;  /* of run i: first column edge[2 i], end edge[2 i + 1] */
    int32_t *label; /* of run i, after labelling: 1..N */
    int32_t *value; /* of the pixels of run i; NULL for a mask */
    uint32_t count;
};

struct common_stat {
    int64_t area, sum_x, sum_y;
    int32_t left, top, right, bottom; /* right and bottom are exclusive */
};

/* The runs of pixels that are 1 (`value` true) or 0. All memory is scratch. */
int common_runs_find(const struct common_env *env, const struct seg_view *mask, bool value,
                     struct common_runs *runs);

/* The runs of equal labels, background and void included. */
int common_runs_of_labels(const struct common_env *env, const struct seg_view *labels,
                          struct common_runs *runs);

/* Joins runs that touch, those of labels if they are equal; components are numbered by their first
 * pixel in raster order. */
int common_runs_label(const struct common_env *env, struct common_runs *runs, int connectivity,
                      int32_t *components);

/* Writes lut[label], or the label where `lut` is NULL, and 0 between the runs. */
int common_runs_paint(const struct common_env *env, const struct common_runs *runs,
                      const int32_t *lut, const struct seg_view *labels);

/* One entry a component, from stats[1] on; stats[0] is not used. */
void common_runs_measure(const struct common_runs *runs, int32_t components,
                         struct common_stat *stats);

#endif
