/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers as files of numbers: what is written of each kind. */
#ifndef SEGI_LABEL_H
#define SEGI_LABEL_H

#include "format.h"

struct segi_label_range {
    int32_t least, most;
};

/* The range of the labels of a layer. */
struct segi_label_range segi_label_range(const struct seg_view *labels);

/* Bytes of the smallest unsigned integer, 1, 2 or 4, that holds all; 4 also holds -1. */
unsigned segi_label_size(struct segi_label_range range);

/* n labels as unsigned integers of 1 or 2 bytes, `to` aligned or not. */
void segi_label_pack(void *to, const int32_t *from, int32_t n, unsigned size);

/* The labels that stand for instances, each with its id: fails where two overlap. The caller
 * unrefs the layer. */
int segi_label_flatten(seg_context *context, const seg_layer *instances, seg_layer **labels,
                       struct seg_error *err);

#endif
