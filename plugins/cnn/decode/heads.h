/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which decoder fits a network's outputs, and which output is what. */
#ifndef CNN_HEADS_H
#define CNN_HEADS_H

#include "decode.h"

struct cnn_finding {
    int32_t task, decoder; /* CNN_TASK_UNKNOWN: nothing fits */
    int32_t role[64];      /* of each output; -1: none */
    int32_t level[64];
    char why[512]; /* one sentence */
};

/* Looks at shapes alone, never at names. `classes`: how many have names; 0: unknown. */
void cnn_heads_find(const struct cnn_blob *blobs, size_t count, const struct cnn_canvas *canvas,
                    int32_t classes, struct cnn_finding *out);

#endif
