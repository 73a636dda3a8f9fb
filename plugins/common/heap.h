/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A priority queue in scratch memory: the least key first, and of equal ones the oldest. */
#ifndef COMMON_HEAP_H
#define COMMON_HEAP_H

#include "env.h"

struct common_item {
    float key;
    uint32_t age;  /* set by the queue */
    uint32_t a, b; /* the user's */
};

/* Empty when all but `env` is 0. */
struct common_heap {
    const struct common_env *env;
    struct common_item *items;
    size_t count, room;
    uint32_t age;
};

int common_heap_push(struct common_heap *heap, float key, uint32_t a, uint32_t b);

/* Takes the first one out; false: there is none. */
bool common_heap_pop(struct common_heap *heap, struct common_item *item);

#endif
