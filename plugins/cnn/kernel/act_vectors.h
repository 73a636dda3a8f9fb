/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An activation of sums that are in memory. */
#ifndef CNN_ACT_VECTORS_H
#define CNN_ACT_VECTORS_H

#include "kernel/micro.h"

#define ACT_EACH(kind)                                                                             \
    case kind:                                                                                     \
        for (; i < count; i++)                                                                     \
            v8_store(x + 8 * i, v8_act(&(struct cnn_act){kind, act->a, act->b, NULL},              \
                                       v8_load(x + 8 * i), 0));                                    \
        break

/* In place on `count` vectors, which are of the same channels where that matters. */
static NOINLINE void act_vectors(const struct cnn_act *act, float *x, size_t count, size_t channel)
{
    size_t i = 0;
    switch (act->kind) {
        ACT_EACH(CNN_ACT_LEAKY);
        ACT_EACH(CNN_ACT_SIGMOID);
        ACT_EACH(CNN_ACT_HARDSWISH);
        ACT_EACH(CNN_ACT_SWISH);
    case CNN_ACT_NONE:
        break;
    default:
        for (; i < count; i++)
            v8_store(x + 8 * i, v8_act(act, v8_load(x + 8 * i), channel));
    }
}
#undef ACT_EACH

#endif
