/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists of the levels, and the heap of the lowest one. */
#include "queue.h"

#include "basin.h"

#include <string.h>

#define LEVELS 65536u
#define AHEAD  8 /* nodes of a list whose memory is asked for before they are needed */

int watershed_queue_open(struct watershed_queue *queue, const struct common_env *env, double low,
                         double high, size_t size)
{
    if (!queue->env) {
        queue->env = env;
        if (!COMMON_SCRATCH(env, queue->head, LEVELS) ||
            !COMMON_SCRATCH(env, queue->tail, LEVELS) ||
            !COMMON_SCRATCH(env, queue->filled, LEVELS / 64))
            return common_nomem(env);
        memset(queue->filled, 0, LEVELS / 8); /* it is empty again after each use */
    }
    queue->levels = size < LEVELS ? (uint32_t)size : LEVELS;
    queue->low = low;
    queue->scale = high > low ? queue->levels / (high - low) : 0;
    queue->lowest = queue->used = queue->heap_count = queue->age = 0;
    queue->free = WATERSHED_NONE;
    return SEG_OK;
}

static int new_node(struct watershed_queue *queue, uint32_t *node)
{
    if (queue->free != WATERSHED_NONE) {
        *node = queue->free;
        queue->free = queue->next[*node];
        return SEG_OK;
    }
    if (queue->used == queue->room) {
        uint32_t room = queue->room ? queue->room : 512;
        struct watershed_node *nodes = NULL;
        uint32_t *next = NULL;
        if (room < WATERSHED_NONE / 2) {
            nodes = watershed_regrow(queue->env, queue->nodes, queue->used, 2 * (size_t)room,
                                     sizeof *nodes);
            next = watershed_regrow(queue->env, queue->next, queue->used, 2 * (size_t)room,
                                    sizeof *next);
        }
        if (!nodes || !next)
            return common_nomem(queue->env);
        queue->nodes = nodes;
        queue->next = next;
        queue->room = 2 * room;
    }
    *node = queue->used++;
    return SEG_OK;
}

static bool before(const struct watershed_item *a, const struct watershed_item *b)
{
    return a->value < b->value || (a->value == b->value && a->age < b->age);
}

static int heap_push(struct watershed_queue *queue, uint32_t node)
{
    const struct watershed_site *site = queue->sites + queue->nodes[node].cell;
    __builtin_prefetch(site, 1);
    __builtin_prefetch(site - queue->stride, 1);
    __builtin_prefetch(site + queue->stride, 1);
    if (queue->heap_count == queue->heap_room) {
        uint32_t room = queue->heap_room ? 2 * queue->heap_room : 256;
        struct watershed_item *heap =
            watershed_regrow(queue->env, queue->heap, queue->heap_count, room, sizeof *heap);
        if (!heap)
            return common_nomem(queue->env);
        queue->heap = heap;
        queue->heap_room = room;
    }
    struct watershed_item item = {queue->nodes[node].value, queue->age++, node};
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

int watershed_queue_push(struct watershed_queue *queue, const struct watershed_node *node)
{
    uint32_t place = 0, last = queue->levels - 1;
    int status = new_node(queue, &place);
    if (status)
        return status;
    queue->nodes[place] = *node;
    queue->next[place] = WATERSHED_NONE;
    double at = (node->value - queue->low) * queue->scale;
    uint32_t level = at < last ? (uint32_t)(at > 0 ? at : 0) : last;
    if (level <= queue->lowest)
        return heap_push(queue, place);
    if (queue->filled[level / 64] >> level % 64 & 1)
        queue->next[queue->tail[level]] = place;
    else
        queue->head[level] = place;
    queue->filled[level / 64] |= UINT64_C(1) << level % 64;
    queue->tail[level] = place;
    return SEG_OK;
}

/* Makes the next level that is not empty the lowest. */
static int open_level(struct watershed_queue *queue)
{
    uint32_t word = queue->lowest / 64;
    while (word < (queue->levels + 63) / 64 && !queue->filled[word])
        word++;
    if (word == (queue->levels + 63) / 64)
        return SEG_ABSENT;
    uint32_t level = word * 64 + (uint32_t)__builtin_ctzll(queue->filled[word]);
    queue->filled[word] &= queue->filled[word] - 1;
    queue->lowest = level;
    uint32_t soon = queue->head[level];
    for (int k = 0; k < AHEAD && soon != WATERSHED_NONE; k++, soon = queue->next[soon])
        __builtin_prefetch(&queue->nodes[soon]);
    int status = SEG_OK;
    for (uint32_t i = queue->head[level]; i != WATERSHED_NONE && !status; i = queue->next[i]) {
        if (soon != WATERSHED_NONE) {
            __builtin_prefetch(&queue->nodes[soon]);
            soon = queue->next[soon];
        }
        status = heap_push(queue, i);
    }
    return status;
}

int watershed_queue_pop(struct watershed_queue *queue, struct watershed_node *node)
{
    int status = queue->heap_count ? SEG_OK : open_level(queue);
    if (status)
        return status;
    uint32_t place = heap_pop(queue);
    *node = queue->nodes[place];
    queue->next[place] = queue->free;
    queue->free = place;
    return SEG_OK;
}
