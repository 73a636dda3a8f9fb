/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The priority queue of a flooding: by value, and by age among equal values.
 *
 * Values fall into levels, each a list in order of age (Meyer, Topographic distance and watershed
 * lines, Signal Processing 38, 1994). Where a level holds one value only that is all. Else the
 * lowest level is kept as a heap, which stays small, and what is below it joins that heap. */
#ifndef WATERSHED_QUEUE_H
#define WATERSHED_QUEUE_H

#include "common/env.h"

#define WATERSHED_LEVELS 65536u
#define WATERSHED_NONE   UINT32_MAX

struct watershed_node {
    uint32_t next;
    uint32_t at; /* the pixel's index in the flooding's own raster */
    int32_t to;  /* and in the raster of labels */
    int32_t label;
};

/* What a node has besides where values are not levels, or where pixels remember their source. */
struct watershed_extra {
    double value;
    int32_t x, y, source_x, source_y;
};

struct watershed_item { /* of the heap */
    double value;
    uint32_t age, node;
};

struct watershed_queue {
    const struct common_env *env;
    struct watershed_node *nodes;
    struct watershed_extra *extra; /* NULL: every level holds one value */
    uint32_t room, used, free;     /* of nodes; `free` begins the list of those given back */
    uint32_t *head, *tail;         /* by level */
    uint64_t *filled;              /* a bit a level: its list is not empty */
    uint64_t *groups;              /* a bit a word of `filled` */
    uint32_t levels, lowest;
    double low, scale; /* level of a value: (value - low) * scale, cut at the last one */
    struct watershed_item *heap;
    uint32_t heap_room, heap_count, age;
    uint32_t ahead; /* a node that is soon to come, for prefetching */
};

/* Makes an empty queue for `levels` <= WATERSHED_LEVELS; one that was used before keeps its memory.
 * With `heap` levels may hold many values. */
int watershed_queue_open(struct watershed_queue *queue, const struct common_env *env,
                         uint32_t levels, bool heap);

/* Makes room for so many more nodes, where the queue has used up what it has. */
int watershed_queue_grow(struct watershed_queue *queue);

/* A node that is in no list; it must be pushed before the next one is taken. NONE: no memory. */
static inline uint32_t watershed_node_new(struct watershed_queue *queue)
{
    uint32_t node = queue->free;
    if (node != WATERSHED_NONE) {
        queue->free = queue->nodes[node].next;
        return node;
    }
    if (queue->used == queue->room && watershed_queue_grow(queue))
        return WATERSHED_NONE;
    return queue->used++;
}

static inline void watershed_node_free(struct watershed_queue *queue, uint32_t node)
{
    queue->nodes[node].next = queue->free;
    queue->free = node;
}

static inline void watershed_queue_append(struct watershed_queue *queue, uint32_t node,
                                          uint32_t level)
{
    queue->nodes[node].next = WATERSHED_NONE;
    if (queue->filled[level / 64] >> level % 64 & 1) {
        queue->nodes[queue->tail[level]].next = node;
    } else {
        queue->head[level] = node;
        queue->filled[level / 64] |= UINT64_C(1) << level % 64;
        queue->groups[level / 4096] |= UINT64_C(1) << level / 64 % 64;
    }
    queue->tail[level] = node;
}

/* The lowest level that is not empty, from `level` on; NONE: there is none. */
static inline uint32_t watershed_queue_seek(const struct watershed_queue *queue, uint32_t level)
{
    uint32_t word = level / 64;
    uint64_t bits = queue->filled[word] >> level % 64;
    if (bits)
        return level + (uint32_t)__builtin_ctzll(bits);
    uint32_t group = ++word / 64, groups = (queue->levels + 4095) / 4096;
    if (group >= groups)
        return WATERSHED_NONE;
    bits = queue->groups[group] >> word % 64 << word % 64;
    while (!bits) {
        if (++group >= groups)
            return WATERSHED_NONE;
        bits = queue->groups[group];
    }
    word = group * 64 + (uint32_t)__builtin_ctzll(bits);
    return word * 64 + (uint32_t)__builtin_ctzll(queue->filled[word]);
}

/* -- levels of one value ---------------------------------------------------------------------- */

static inline void watershed_push_level(struct watershed_queue *queue, uint32_t node,
                                        uint32_t level)
{
    watershed_queue_append(queue, node, level);
    if (level < queue->lowest) {
        queue->lowest = level;
        queue->ahead = WATERSHED_NONE;
    }
}

/* The node to flood from next, out of its list but not yet free; NONE: the queue is empty. */
static inline uint32_t watershed_pop_level(struct watershed_queue *queue)
{
    uint32_t level = watershed_queue_seek(queue, queue->lowest);
    if (level == WATERSHED_NONE)
        return WATERSHED_NONE;
    if (level != queue->lowest) {
        queue->lowest = level;
        queue->ahead = WATERSHED_NONE;
    }
    uint32_t node = queue->head[level], next = queue->nodes[node].next;
    queue->head[level] = next;
    if (next == WATERSHED_NONE) {
        queue->filled[level / 64] &= ~(UINT64_C(1) << level % 64);
        if (!queue->filled[level / 64])
            queue->groups[level / 4096] &= ~(UINT64_C(1) << level / 64 % 64);
    }
    return node;
}

/* -- levels of many values -------------------------------------------------------------------- */

/* nodes[node] and extra[node] are filled in. */
int watershed_push_value(struct watershed_queue *queue, uint32_t node);

/* The node to flood from next; *node is NONE when the queue is empty. */
int watershed_pop_value(struct watershed_queue *queue, uint32_t *node);

#endif
