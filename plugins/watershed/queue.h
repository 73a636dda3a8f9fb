/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A priority queue: by value, and by age among equal values.
 *
 * Values fall into levels, each a list in order of age (Meyer, Topographic distance and watershed
 * lines, Signal Processing 38, 1994). The lowest level is kept as a heap, which stays small; what
 * is pushed below it joins that heap. */
#ifndef WATERSHED_QUEUE_H
#define WATERSHED_QUEUE_H

#include "common/env.h"

#define WATERSHED_NONE UINT32_MAX

struct watershed_site {
    double best;  /* the least value that the pixel was queued with; once decided, -infinity */
    float height; /* NaN: no water goes there */
    int32_t label;
};

struct watershed_node { /* a pixel that waits */
    double value;
    uint32_t cell;
    int32_t label, dx, dy; /* from its marker's pixel */
};

struct watershed_item { /* of the heap */
    double value;
    uint32_t age, node;
};

struct watershed_queue {
    const struct common_env *env;
    struct watershed_node *nodes;
    uint32_t *next;            /* of each node, in a list */
    uint32_t room, used, free; /* of nodes; `free` begins the list of those given back */
    uint32_t *head, *tail;     /* by level */
    uint64_t *filled;          /* a bit a level: its list is not empty */
    uint32_t levels, lowest;
    double low, scale; /* level of a value: (value - low) * scale, cut at the last one */
    struct watershed_item *heap;
    uint32_t heap_room, heap_count, age;
    const struct watershed_site *sites; /* of the cells: memory of those in the heap is asked for */
    size_t stride;                      /* from one row of them to the next */
};

/* Makes an empty queue for values from `low` to about `high`, of some `size` pixels; one that was
 * used before keeps its memory. */
int watershed_queue_open(struct watershed_queue *queue, const struct common_env *env, double low,
                         double high, size_t size);

int watershed_queue_push(struct watershed_queue *queue, const struct watershed_node *node);

/* Takes the first node out; SEG_ABSENT: the queue is empty. */
int watershed_queue_pop(struct watershed_queue *queue, struct watershed_node *node);

#endif
