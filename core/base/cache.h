/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Large blocks of memory that are free for now. Layers come and go in the same few sizes, and
 * pages that are new to a process must be cleared by the system first, which takes longer than
 * most stages take to fill them. */
#ifndef SEGI_CACHE_H
#define SEGI_CACHE_H

#include <segkit/context.h>
#include <stdbool.h>

/* Bytes. Smaller blocks are the allocator's business; from there on it may go to the system. */
#define SEGI_CACHE_LEAST ((size_t)128 << 10)

struct segi_cache;

/* NULL: no memory. */
struct segi_cache *segi_cache_new(const struct seg_allocator *from);

/* Gives all idle blocks back to the allocator, and itself. */
void segi_cache_free(struct segi_cache *cache);

/* A block of at least `bytes`; NULL: it cannot be had even without the idle ones. */
void *segi_cache_take(struct segi_cache *cache, size_t bytes);

/* False: the block is none of the cache's. */
bool segi_cache_give(struct segi_cache *cache, void *memory);

#endif
