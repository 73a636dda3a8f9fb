/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Samples that a parent and its forked child both see. */
#ifndef SEGI_SHARE_H
#define SEGI_SHARE_H

#include "../data/layer.h"

struct segi_share {
    int file;   /* of memory; its size is not known before the stage says so */
    bool child; /* this side makes it, the other one takes it over */
};

/* A file for one layer; -1: there is none. */
int segi_share_open(void);

/* An unsealed layer on the file's memory. In the parent the file must be as large as the shape
 * asks for. */
int segi_share_layer(seg_context *context, const struct segi_share *share,
                     const struct seg_shape *shape, seg_layer **layer, struct seg_error *err);

#endif
