/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of a plan while it is made. */
#ifndef CNN_BUILD_H
#define CNN_BUILD_H

#include "graph/plan.h"

#define CNN_SPLIT 33 /* index of the layer that only passes on */

struct cnn_build {
    struct cnn_plan *plan;
    const struct cnn_prepare *prepare;
    int32_t *order, *canon, *uses, *user, *rank_of, *value_of;
    struct cnn_blob *shapes, *in, *out; /* of all blobs; room for one node's */
    bool *late, *absorbed;
    size_t layer_count;
    struct cnn_error *err;
};

/* emit.c: adds the nodes of all layers in order. */
int cnn_plan_emit(struct cnn_build *build);

#endif
