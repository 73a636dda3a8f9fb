/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moving elements: every element of the output comes from one place of the input, or is filled. */
#ifndef CNN_GATHER_H
#define CNN_GATHER_H

#include "layer/op.h"

struct cnn_gather {
    int32_t axes[4];   /* of the output, outermost first; 1 where the rank is lower */
    size_t step[4];    /* elements of the input from one index of this axis to the next */
    int32_t *map[4];   /* output index to input index, -1: fill; NULL: the same index */
    size_t bytes;      /* of an element: 1, 4, 32 (a packed one) */
    const float *fill; /* one value, or one for each index of an axis */
    int32_t fill_axis; /* -1: one */
    int32_t *storage;  /* owned: what the maps point into */
    size_t used;       /* of it */
};

/* Axes of `out` and steps of `in`, whose axes correspond from the innermost outwards. */
int cnn_gather_init(struct cnn_gather *gather, const struct cnn_blob *in,
                    const struct cnn_blob *out, struct cnn_error *err);
/* A map for axis `axis`, to be filled in. */
int32_t *cnn_gather_map(struct cnn_gather *gather, int32_t axis);
int cnn_gather_run(const struct cnn_gather *gather, const struct cnn_job *job);
void cnn_gather_free(struct cnn_gather *gather);

#endif
