/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The default allocator and the arena. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

bool segi_size_mul(size_t a, size_t b, size_t *out)
{
    size_t r;
    if (__builtin_mul_overflow(a, b, &r))
        return false;
    *out = r;
    return true;
}

bool segi_size_add(size_t a, size_t b, size_t *out)
{
    size_t r;
    if (__builtin_add_overflow(a, b, &r))
        return false;
    *out = r;
    return true;
}

bool segi_size_align(size_t value, size_t *out)
{
    size_t r;
    if (!segi_size_add(value, SEGI_ALIGN - 1, &r))
        return false;
    *out = r & ~(size_t)(SEGI_ALIGN - 1);
    return true;
}

/* Large buffers are used once, from end to end: huge pages save most of the page faults, which
 * cost as much as a simple filter does. */
#define HUGE_PAGE ((size_t)2 << 20)

/* Below that, asking for all pages at once does: half the cost of a fault for each. */
#define MANY_PAGES ((size_t)256 << 10)
#define PAGE       ((size_t)4096)

static void *libc_alloc(void *user, size_t size, size_t align)
{
    (void)user;
    void *memory = NULL;
    if (size >= 2 * HUGE_PAGE && align < HUGE_PAGE)
        align = HUGE_PAGE;
    else if (size >= MANY_PAGES && align < PAGE)
        align = PAGE;
    if (posix_memalign(&memory, align, size))
        return NULL;
#ifdef MADV_HUGEPAGE
    if (size >= 2 * HUGE_PAGE)
        madvise(memory, size & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
#endif
#ifdef MADV_POPULATE_WRITE
    if (size >= MANY_PAGES && size < 2 * HUGE_PAGE)
        madvise(memory, size & ~(PAGE - 1), MADV_POPULATE_WRITE);
#endif
    return memory;
}

static void libc_free(void *user, void *memory)
{
    (void)user;
    free(memory);
}

const struct seg_allocator segi_libc_allocator = {libc_alloc, libc_free, NULL};

void *segi_alloc(const struct segi_mem *mem, size_t count, size_t size)
{
    size_t bytes;
    /* no object may be larger than PTRDIFF_MAX, or differences of its pointers overflow */
    if (!segi_size_mul(count, size, &bytes) || bytes > PTRDIFF_MAX - SEGI_ALIGN)
        return NULL;
    if (mem->cache && bytes >= SEGI_CACHE_LEAST)
        return segi_cache_take(mem->cache, bytes);
    return mem->from.alloc(mem->from.user, bytes ? bytes : 1, SEGI_ALIGN);
}

void *segi_calloc(const struct segi_mem *mem, size_t count, size_t size)
{
    void *memory = segi_alloc(mem, count, size);
    return memory ? memset(memory, 0, count * size) : NULL;
}

void segi_free(const struct segi_mem *mem, void *memory)
{
    if (memory && !(mem->cache && segi_cache_give(mem->cache, memory)))
        mem->from.free(mem->from.user, memory);
}

char *segi_strdup(const struct segi_mem *mem, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = segi_alloc(mem, size, 1);
    return copy ? memcpy(copy, text, size) : NULL;
}

bool segi_reserve(const struct segi_mem *mem, void **array, size_t *capacity, size_t need,
                  size_t size)
{
    if (need <= *capacity)
        return true;
    size_t more = *capacity ? *capacity : 8;
    while (more < need)
        if (!segi_size_mul(more, 2, &more))
            return false;
    void *larger = segi_alloc(mem, more, size);
    if (!larger)
        return false;
    if (*array)
        memcpy(larger, *array, *capacity * size);
    segi_free(mem, *array);
    *array = larger;
    *capacity = more;
    return true;
}

struct segi_chunk {
    struct segi_chunk *next;
    size_t used, size;
    _Alignas(SEGI_ALIGN) char data[];
};

#define CHUNK_SIZE 4000

void *segi_arena_alloc(struct segi_arena *arena, size_t count, size_t size)
{
    size_t bytes, total;
    if (!segi_size_mul(count, size, &bytes) || !segi_size_add(bytes, 15, &bytes))
        return NULL;
    bytes &= ~(size_t)15;
    struct segi_chunk *chunk = arena->chunks;
    if (!chunk || bytes > chunk->size - chunk->used) {
        size_t room = bytes > CHUNK_SIZE ? bytes : CHUNK_SIZE;
        if (!segi_size_add(room, sizeof *chunk, &total))
            return NULL;
        chunk = segi_calloc(arena->mem, total, 1);
        if (!chunk)
            return NULL;
        chunk->size = room;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    void *memory = chunk->data + chunk->used;
    chunk->used += bytes;
    return memory;
}

char *segi_arena_strndup(struct segi_arena *arena, const char *text, size_t length)
{
    size_t size;
    char *copy = segi_size_add(length, 1, &size) ? segi_arena_alloc(arena, size, 1) : NULL;
    if (copy)
        memcpy(copy, text, length);
    return copy;
}

char *segi_arena_strdup(struct segi_arena *arena, const char *text)
{
    return segi_arena_strndup(arena, text, strlen(text));
}

void segi_arena_end(struct segi_arena *arena)
{
    while (arena->chunks) {
        struct segi_chunk *next = arena->chunks->next;
        segi_free(arena->mem, arena->chunks);
        arena->chunks = next;
    }
}
