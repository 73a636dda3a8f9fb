/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory: one allocator a context, sizes that cannot overflow, an arena. */
#ifndef SEGI_MEMORY_H
#define SEGI_MEMORY_H

#include "cache.h"

#include <segkit/context.h>
#include <stdbool.h>

#define SEGI_ALIGN 64 /* of every allocation: a cache line, and the widest vector */

/* *out = a * b or a + b; false, and *out untouched, where that overflows. */
bool segi_size_mul(size_t a, size_t b, size_t *out);
bool segi_size_add(size_t a, size_t b, size_t *out);

/* `value` rounded up to a multiple of SEGI_ALIGN; false where that overflows. */
bool segi_size_align(size_t value, size_t *out);

struct segi_mem {
    struct seg_allocator from;
    struct segi_cache *cache; /* of large blocks; NULL: none */
};

/* The C library's. */
extern const struct seg_allocator segi_libc_allocator;

/* count * size bytes; NULL where they overflow or cannot be had. None asked for gives one byte, so
 * that NULL always means failure. */
void *segi_alloc(const struct segi_mem *mem, size_t count, size_t size);
void *segi_calloc(const struct segi_mem *mem, size_t count, size_t size);
void segi_free(const struct segi_mem *mem, void *memory); /* NULL is fine */
char *segi_strdup(const struct segi_mem *mem, const char *text);

/* Makes room for `need` elements in *array (NULL with *capacity 0 at first), doubling. False and
 * nothing changed when it cannot. */
bool segi_reserve(const struct segi_mem *mem, void **array, size_t *capacity, size_t need,
                  size_t size);

/* An arena: what is taken from it is given back at once, by segi_arena_end. Zeroed chunks. */
struct segi_chunk;
struct segi_arena {
    const struct segi_mem *mem;
    struct segi_chunk *chunks;
};
void *segi_arena_alloc(struct segi_arena *arena, size_t count, size_t size); /* cleared */
char *segi_arena_strdup(struct segi_arena *arena, const char *text);
char *segi_arena_strndup(struct segi_arena *arena, const char *text, size_t length);
void segi_arena_end(struct segi_arena *arena);

#endif
