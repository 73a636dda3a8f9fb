/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of a run: every block lies between two zones that nobody may write to, arrives with
 * known bytes, is counted, and one of them can be made to fail. */
#ifndef VERIFY_HEAP_H
#define VERIFY_HEAP_H

#include <pthread.h>
#include <segkit/context.h>
#include <stdbool.h>

struct verify_block;

struct verify_heap {
    uint8_t fresh;        /* what new blocks are filled with */
    bool armed;           /* counts and fails: the stage runs */
    long calls, fail_at;  /* fail_at 0: none fails */
    size_t live, largest; /* blocks, and bytes of the largest of them that is left */
    pthread_mutex_t lock;
    struct verify_block *blocks;
    char damage[120]; /* the first zone that was written to */
};

void verify_heap_init(struct verify_heap *heap, uint8_t fresh, long fail_at);
struct seg_allocator verify_heap_allocator(struct verify_heap *heap);

/* Looks at the zones of all blocks that live; sets `damage` and `largest`. */
void verify_heap_check(struct verify_heap *heap);

#endif
