/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <stdint.h>

#include "base/memory.h"

static struct segi_mem libc_mem(void)
{
    return (struct segi_mem){segi_libc_allocator, NULL};
}

Test(memory, sizes_do_not_overflow)
{
    size_t out = 7;
    cr_assert(!segi_size_mul(SIZE_MAX / 2 + 1, 2, &out));
    cr_assert(!segi_size_add(SIZE_MAX, 1, &out));
    cr_assert(!segi_size_align(SIZE_MAX - 3, &out));
    cr_assert_eq(out, 7, "untouched on failure");
    cr_assert(segi_size_mul(SIZE_MAX, 1, &out) && out == SIZE_MAX);
    cr_assert(segi_size_align(65, &out) && out == 128);
}

Test(memory, impossible_sizes_give_null)
{
    const struct segi_mem mem = libc_mem();
    cr_assert_null(segi_alloc(&mem, SIZE_MAX, 2));
    cr_assert_null(segi_alloc(&mem, PTRDIFF_MAX, 1));
    cr_assert_null(segi_calloc(&mem, SIZE_MAX / 4, 8));
}

Test(memory, allocations_are_aligned_even_when_empty_or_large)
{
    const struct segi_mem mem = libc_mem();
    const size_t sizes[] = {0, 1, 63, 4096, 9u << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        void *p = segi_alloc(&mem, sizes[i], 1);
        cr_assert_not_null(p);
        cr_assert_eq((uintptr_t)p % SEGI_ALIGN, 0);
        segi_free(&mem, p);
    }
}

Test(memory, reserve_keeps_what_is_there)
{
    const struct segi_mem mem = libc_mem();
    void *array = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 1000; i++) {
        cr_assert(segi_reserve(&mem, &array, &capacity, (size_t)i + 1, sizeof i));
        ((int *)array)[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(((int *)array)[i], i);
    cr_assert(!segi_reserve(&mem, &array, &capacity, SIZE_MAX / 2, sizeof(int)));
    cr_assert_eq(((int *)array)[999], 999);
    segi_free(&mem, array);
}

Test(memory, arena_gives_cleared_memory_of_any_size)
{
    const struct segi_mem mem = libc_mem();
    struct segi_arena arena = {.mem = &mem};
    for (size_t n = 0; n < 20000; n += 997) {
        char *p = segi_arena_alloc(&arena, n, 1);
        cr_assert_not_null(p);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(p[i], 0);
    }
    cr_assert_null(segi_arena_alloc(&arena, SIZE_MAX, 1));
    cr_assert_str_eq(segi_arena_strndup(&arena, "abc", 2), "ab");
    segi_arena_end(&arena);
}

/* -- large blocks ----------------------------------------------------------------------------- */

struct meter {
    size_t blocks, calls,
        limit; /* held now, ever asked for; above `limit` bytes at once it fails */
};

static void *meter_alloc(void *user, size_t size, size_t align)
{
    struct meter *meter = user;
    meter->calls++;
    void *memory =
        meter->limit && size > meter->limit ? NULL : segi_libc_allocator.alloc(NULL, size, align);
    meter->blocks += memory != NULL;
    return memory;
}

static void meter_free(void *user, void *memory)
{
    ((struct meter *)user)->blocks--;
    segi_libc_allocator.free(NULL, memory);
}

Test(memory, large_blocks_are_used_again_and_all_given_back)
{
    struct meter meter = {0};
    struct segi_mem mem = {{meter_alloc, meter_free, &meter}, NULL};
    mem.cache = segi_cache_new(&mem.from);
    void *a = segi_alloc(&mem, 8 << 20, 1), *b = segi_alloc(&mem, 2 << 20, 1);
    segi_free(&mem, a);
    cr_assert_eq(segi_alloc(&mem, 7 << 20, 1), a, "a little smaller fits");
    segi_free(&mem, a);
    const size_t calls = meter.calls;
    cr_assert_eq(segi_alloc(&mem, 8 << 20, 1), a);
    cr_assert_eq(meter.calls, calls);
    segi_free(&mem, a);
    void *c = segi_alloc(&mem, 3 << 20, 1);
    cr_assert_eq(meter.blocks, 3, "b, c and the cache: a would make it larger than it ever was");
    segi_free(&mem, b);
    meter.limit = 16 << 20;
    cr_assert_null(segi_alloc(&mem, 17 << 20, 1));
    cr_assert_eq(meter.blocks, 2, "idle blocks are given up before it fails");
    segi_free(&mem, c);
    segi_cache_free(mem.cache);
    cr_assert_eq(meter.blocks, 0);
}
