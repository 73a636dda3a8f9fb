/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of large blocks, those in use and those that are idle. */
#include "cache.h"

#include <pthread.h>
#include <stdint.h>

#define BLOCKS 64   /* beyond that, blocks go straight to the allocator and back */
#define PAGE   4096 /* all blocks are aligned to it: a quick look tells most others apart */

struct block {
    void *memory; /* NULL: the slot is free */
    size_t size;
    bool idle;
};

struct segi_cache {
    struct seg_allocator from;
    pthread_mutex_t lock;
    size_t used, most, kept; /* bytes in use, the most that ever were, bytes idle */
    struct block blocks[BLOCKS];
};

struct segi_cache *segi_cache_new(const struct seg_allocator *from)
{
    struct segi_cache *cache = from->alloc(from->user, sizeof *cache, 64);
    if (!cache)
        return NULL;
    *cache = (struct segi_cache){.from = *from};
    pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

static void drop(struct segi_cache *cache, struct block *block)
{
    cache->kept -= block->idle ? block->size : 0;
    cache->from.free(cache->from.user, block->memory);
    *block = (struct block){0};
}

/* Drops idle blocks until at most `keep` bytes of them are left. */
static void drop_idle(struct segi_cache *cache, size_t keep)
{
    for (int i = 0; i < BLOCKS && cache->kept > keep; i++)
        if (cache->blocks[i].memory && cache->blocks[i].idle)
            drop(cache, &cache->blocks[i]);
}

void segi_cache_free(struct segi_cache *cache)
{
    if (!cache)
        return;
    const struct seg_allocator from = cache->from;
    drop_idle(cache, 0);
    pthread_mutex_destroy(&cache->lock);
    from.free(from.user, cache);
}

static void count_used(struct segi_cache *cache, size_t size)
{
    cache->used += size;
    if (cache->used > cache->most)
        cache->most = cache->used;
}

/* The smallest idle block that is large enough, but not so large that most of it is wasted. */
static struct block *find_idle(struct segi_cache *cache, size_t bytes)
{
    struct block *best = NULL;
    for (int i = 0; i < BLOCKS; i++) {
        struct block *b = &cache->blocks[i];
        if (b->memory && b->idle && b->size >= bytes && b->size / 2 <= bytes &&
            (!best || b->size < best->size))
            best = b;
    }
    return best;
}

/* Idle blocks never make a run larger than it was at its height without them. */
static void *take_new(struct segi_cache *cache, size_t bytes)
{
    const size_t room = cache->most - cache->used;
    drop_idle(cache, room > bytes ? room - bytes : 0);
    void *memory = cache->from.alloc(cache->from.user, bytes, PAGE);
    if (!memory && cache->kept) {
        drop_idle(cache, 0);
        memory = cache->from.alloc(cache->from.user, bytes, PAGE);
    }
    for (int i = 0; memory && i < BLOCKS; i++)
        if (!cache->blocks[i].memory) {
            cache->blocks[i] = (struct block){memory, bytes, false};
            count_used(cache, bytes);
            break;
        }
    return memory;
}

void *segi_cache_take(struct segi_cache *cache, size_t bytes)
{
    pthread_mutex_lock(&cache->lock);
    struct block *block = find_idle(cache, bytes);
    void *memory;
    if (block) {
        block->idle = false;
        cache->kept -= block->size;
        count_used(cache, block->size);
        memory = block->memory;
    } else {
        memory = take_new(cache, bytes);
    }
    pthread_mutex_unlock(&cache->lock);
    return memory;
}

bool segi_cache_give(struct segi_cache *cache, void *memory)
{
    bool found = false;
    if ((uintptr_t)memory % PAGE)
        return false;
    pthread_mutex_lock(&cache->lock);
    for (int i = 0; i < BLOCKS && !found; i++) {
        struct block *b = &cache->blocks[i];
        if (b->memory != memory)
            continue;
        found = true;
        cache->used -= b->size;
        cache->kept += b->size;
        b->idle = true;
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}
