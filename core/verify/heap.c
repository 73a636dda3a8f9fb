/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZONE      ((size_t)256)
#define ZONE_BYTE 0xfd
#define SIZE_MOST ((size_t)1 << 30) /* a block of more cannot be had */

/* In front of the first zone, so that a short underrun does not reach it. */
struct verify_block {
    struct verify_block *next, *before;
    size_t size;
    _Alignas(64) uint8_t memory[]; /* zone, block, zone */
};

void verify_heap_init(struct verify_heap *heap, uint8_t fresh, long fail_at)
{
    *heap = (struct verify_heap){.fresh = fresh, .fail_at = fail_at};
    pthread_mutex_init(&heap->lock, NULL);
}

/* How many bytes from the block's side on were overwritten; 0: none. */
static size_t damage_of(const uint8_t *zone, bool front)
{
    size_t far = 0;
    for (size_t i = 0; i < ZONE; i++)
        if (zone[i] != ZONE_BYTE)
            far = front && far ? far : front ? ZONE - i : i + 1;
    return far;
}

static void look_at(struct verify_heap *heap, const struct verify_block *block)
{
    const size_t before = damage_of(block->memory, true);
    const size_t after = damage_of(block->memory + ZONE + block->size, false);
    if (!heap->damage[0] && (before || after))
        snprintf(heap->damage, sizeof heap->damage, "up to %zu bytes %s a block of %zu bytes",
                 before ? before : after, before ? "before" : "behind", block->size);
}

static void *take(void *user, size_t size, size_t align)
{
    struct verify_heap *heap = user;
    struct verify_block *block = NULL;
    (void)align; /* all are aligned to 64 */
    pthread_mutex_lock(&heap->lock);
    const bool fails = heap->armed && ++heap->calls == heap->fail_at;
    if (!fails && size <= SIZE_MOST)
        block = aligned_alloc(64, (sizeof *block + size + 2 * ZONE + 63) / 64 * 64);
    if (block) {
        block->size = size;
        block->before = NULL;
        block->next = heap->blocks;
        if (block->next)
            block->next->before = block;
        heap->blocks = block;
        heap->live++;
    }
    pthread_mutex_unlock(&heap->lock);
    if (!block)
        return NULL;
    memset(block->memory, ZONE_BYTE, ZONE);
    memset(block->memory + ZONE, heap->fresh, size);
    memset(block->memory + ZONE + size, ZONE_BYTE, ZONE);
    return block->memory + ZONE;
}

static void give(void *user, void *memory)
{
    struct verify_heap *heap = user;
    if (!memory)
        return;
    struct verify_block *block =
        (void *)((uint8_t *)memory - ZONE - offsetof(struct verify_block, memory));
    pthread_mutex_lock(&heap->lock);
    look_at(heap, block);
    if (block->next)
        block->next->before = block->before;
    *(block->before ? &block->before->next : &heap->blocks) = block->next;
    heap->live--;
    pthread_mutex_unlock(&heap->lock);
    memset(memory, ZONE_BYTE, block->size); /* whoever still reads it gets what nobody wrote */
    free(block);
}

struct seg_allocator verify_heap_allocator(struct verify_heap *heap)
{
    return (struct seg_allocator){take, give, heap};
}

void verify_heap_check(struct verify_heap *heap)
{
    for (const struct verify_block *block = heap->blocks; block; block = block->next) {
        look_at(heap, block);
        heap->largest = block->size > heap->largest ? block->size : heap->largest;
    }
}
