/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A binary heap. J. W. J. Williams, Algorithm 232: heapsort, Communications of the ACM 7 (6), 1964.
 */
#include "heap.h"

#include <string.h>

static bool before(const struct common_item *a, const struct common_item *b)
{
    return a->key < b->key || (!(b->key < a->key) && a->age < b->age);
}

static int grow(struct common_heap *heap)
{
    size_t room = heap->room ? 2 * heap->room : 1024;
    struct common_item *items;
    if (!COMMON_SCRATCH(heap->env, items, room))
        return common_nomem(heap->env);
    if (heap->count)
        memcpy(items, heap->items, heap->count * sizeof *items);
    heap->items = items;
    heap->room = room;
    return SEG_OK;
}

int common_heap_push(struct common_heap *heap, float key, uint32_t a, uint32_t b)
{
    struct common_item item = {key, heap->age++, a, b};
    if (heap->count == heap->room) {
        int status = grow(heap);
        if (status)
            return status;
    }
    size_t at = heap->count++;
    for (; at > 0 && before(&item, &heap->items[(at - 1) / 2]); at = (at - 1) / 2)
        heap->items[at] = heap->items[(at - 1) / 2];
    heap->items[at] = item;
    return SEG_OK;
}

bool common_heap_pop(struct common_heap *heap, struct common_item *item)
{
    if (!heap->count)
        return false;
    *item = heap->items[0];
    const struct common_item last = heap->items[--heap->count];
    size_t at = 0;
    for (size_t below = 1; below < heap->count; below = 2 * at + 1) {
        below += below + 1 < heap->count && before(&heap->items[below + 1], &heap->items[below]);
        if (!before(&heap->items[below], &last))
            break;
        heap->items[at] = heap->items[below];
        at = below;
    }
    heap->items[at] = last;
    return true;
}
