/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit tune: what its parts share. */
#ifndef SEGI_TUNE_H
#define SEGI_TUNE_H

#include "emit.h"
#include "labels.h"
#include "pairs.h"

#include <pthread.h>

#define TUNE_PARAMS 8

/* A parameter and its range; points of the search lie in 0..1. */
struct tune_param {
    char stage[64], name[64];
    size_t step;
    double low, high, grid; /* grid: the step of a grid; 0: an eighth of the range */
    bool whole, odd;
};

/* One set of values, and its score on each image; NaN where it is not known yet. */
struct tune_candidate {
    double point[TUNE_PARAMS];
    double *scores;
    bool *known;
};

struct tune_image {
    const char *path;
    seg_layer *layer;
    seg_layer **kept; /* the layers that the changing stages take from the others */
    struct cli_labels truth;
};

struct tune {
    struct cli *cli;
    struct cli_measures measures;
    enum segi_measure metric;
    struct tune_param params[TUNE_PARAMS];
    size_t param_count;
    const char *pipeline_path;
    seg_plan *plan;   /* of the whole, for the first image's shape */
    size_t first;     /* the first stage that changes */
    char (*kept)[80]; /* names of the layers before it that are taken */
    size_t kept_count;
    struct tune_image *images;
    size_t image_count;
    struct tune_candidate *candidates;
    size_t candidate_count, candidate_room;
    uint64_t budget, folds, seed;
    unsigned workers;
    size_t runs; /* of the changing stages */
};

/* Mean score of a candidate on the images for which `use` is true, larger is better; runs what is
 * not known. A failed or undefined image counts as the worst. Returns an exit code. */
int tune_score(struct tune *t, size_t candidate, const bool *use, double *score);

/* The candidate nearest to a point, made when it is new. SIZE_MAX: out of memory. */
size_t tune_candidate(struct tune *t, const double *point);

void tune_overrides(const struct tune *t, const struct tune_candidate *candidate,
                    struct cli_override overrides[TUNE_PARAMS]);

/* Looks for the best candidate on the images of `use` by the named way. */
int tune_search(struct tune *t, const char *way, const bool *use, size_t *best);

#endif
