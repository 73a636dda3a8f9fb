/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of the queue is not worth inlining: memory, and the heap of the lowest level. */
#include "queue.h"

#include <string.h>

/* Scratch memory that grows: the old piece is given back with the rest. */
static void *regrow(const struct common_env *env, void *old, size_t count, size_t more, size_t size)
{
    void *memory = env->host->scratch(env->call, more, size);
    if (memory && count)
        memcpy(memory, old, count * size);
    return memory;
}

int watershed_queue_grow(struct watershed_queue *queue)
{
    uint32_t room = queue->room ? queue->room : 1024;
    room = room < WATERSHED_NONE / 2 ? 2 * room : WATERSHED_NONE;
    struct watershed_node *nodes =
        regrow(queue->env, queue->nodes, queue->used, room, sizeof *nodes);
    if (!nodes || room == queue->room)
        return common_nomem(queue->env);
    queue->nodes = nodes;
    if (queue->extra) {
        struct watershed_extra *extra =
            regrow(queue->env, queue->extra, queue->used, room, sizeof *extra);
        if (!extra)
            return common_nomem(queue->env);
        queue->extra = extra;
    }
    queue->room = room;
    return SEG_OK;
}

int watershed_queue_open(struct watershed_queue *queue, const struct common_env *env,
                         uint32_t levels, bool heap)
{
    if (!queue->env) {
        queue->env = env;
        if (!COMMON_SCRATCH(env, queue->head, WATERSHED_LEVELS) ||
            !COMMON_SCRATCH(env, queue->tail, WATERSHED_LEVELS) ||
            !COMMON_SCRATCH(env, queue->filled, WATERSHED_LEVELS / 64) ||
            !COMMON_SCRATCH(env, queue->groups, WATERSHED_LEVELS / 4096) ||
            (heap && !COMMON_SCRATCH(env, queue->extra, 1)))
            return common_nomem(env);
        memset(queue->filled, 0, WATERSHED_LEVELS / 8); /* it is empty again after each use */
        memset(queue->groups, 0, WATERSHED_LEVELS / 512);
    }
    queue->levels = levels;
    queue->lowest = queue->used = queue->heap_count = queue->age = 0;
    queue->free = queue->ahead = WATERSHED_NONE;
    return SEG_OK;
}

static bool before(const struct watershed_item *a, const struct watershed_item *b)
{
    return a->value < b->value || (a->value == b->value && a->age < b->age);
}

static int heap_push(struct watershed_queue *queue, uint32_t node)
{
    if (queue->heap_count == queue->heap_room) {
        uint32_t room = queue->heap_room ? 2 * queue->heap_room : 256;
        struct watershed_item *heap =
            regrow(queue->env, queue->heap, queue->heap_count, room, sizeof *heap);
        if (!heap)
            return common_nomem(queue->env);
        queue->heap = heap;
        queue->heap_room = room;
    }
    struct watershed_item item = {queue->extra[node].value, queue->age++, node};
    uint32_t i = queue->heap_count++;
    for (; i && before(&item, &queue->heap[(i - 1) / 2]); i = (i - 1) / 2)
        queue->heap[i] = queue->heap[(i - 1) / 2];
    queue->heap[i] = item;
    return SEG_OK;
}

static uint32_t heap_pop(struct watershed_queue *queue)
{
    struct watershed_item *heap = queue->heap, item = heap[--queue->heap_count];
    uint32_t node = heap[0].node, count = queue->heap_count, i = 0;
    for (uint32_t child; (child = 2 * i + 1) < count; i = child) {
        child += child + 1 < count && before(&heap[child + 1], &heap[child]);
        if (!before(&heap[child], &item))
            break;
        heap[i] = heap[child];
    }
    heap[i] = item;
    return node;
}

int watershed_push_value(struct watershed_queue *queue, uint32_t node)
{
    double level = (queue->extra[node].value - queue->low) * queue->scale;
    uint32_t last = queue->levels - 1;
    uint32_t at = level < last ? (uint32_t)(level > 0 ? level : 0) : last;
    if (at <= queue->lowest)
        return heap_push(queue, node);
    watershed_queue_append(queue, node, at);
    return SEG_OK;
}

int watershed_pop_value(struct watershed_queue *queue, uint32_t *node)
{
    *node = WATERSHED_NONE;
    if (!queue->heap_count) {
        uint32_t level = watershed_queue_seek(queue, queue->lowest);
        if (level == WATERSHED_NONE)
            return SEG_OK;
        queue->lowest = level;
        queue->filled[level / 64] &= ~(UINT64_C(1) << level % 64);
        if (!queue->filled[level / 64])
            queue->groups[level / 4096] &= ~(UINT64_C(1) << level / 64 % 64);
        for (uint32_t i = queue->head[level], next; i != WATERSHED_NONE; i = next) {
            next = queue->nodes[i].next;
            if (heap_push(queue, i))
                return SEG_NOMEM;
        }
    }
    *node = heap_pop(queue);
    return SEG_OK;
}
