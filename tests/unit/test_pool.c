/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/pool.h"

static struct segi_mem libc_mem;

static void setup(void)
{
    libc_mem.from = segi_libc_allocator;
}

struct count {
    atomic_int seen[1000];
    atomic_int active[64];
    struct segi_pool *pool;
    int fail_at;
};

static int visit(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct count *count = arg;
    if (atomic_fetch_add(&count->active[worker], 1))
        return SEG_PLUGIN; /* two bodies with one worker at a time */
    for (size_t i = begin; i < end; i++)
        atomic_fetch_add(&count->seen[i], 1);
    atomic_fetch_sub(&count->active[worker], 1);
    return count->fail_at >= (int)begin && count->fail_at < (int)end ? SEG_STAGE : SEG_OK;
}

TestSuite(pool, .init = setup);

Test(pool, visits_each_element_once_for_any_split)
{
    const unsigned threads[] = {1, 2, 7};
    const size_t grains[] = {1, 10, 999, 5000};
    for (int t = 0; t < 3; t++) {
        struct segi_pool *pool = segi_pool_new(&libc_mem, threads[t]);
        for (int round = 0; round < 200; round++) {
            struct count count = {.fail_at = -1};
            cr_assert_eq(segi_pool_run(pool, 1000, grains[round % 4], visit, &count, NULL), SEG_OK);
            for (int i = 0; i < 1000; i++)
                cr_assert_eq(count.seen[i], 1);
        }
        segi_pool_free(pool);
    }
}

Test(pool, returns_the_failure_of_a_piece)
{
    struct segi_pool *pool = segi_pool_new(&libc_mem, 3);
    struct count count = {.fail_at = 500};
    cr_assert_eq(segi_pool_run(pool, 1000, 1, visit, &count, NULL), SEG_STAGE);
    segi_pool_free(pool);
}

Test(pool, stops_when_cancelled_and_does_nothing_for_nothing)
{
    struct segi_pool *pool = segi_pool_new(&libc_mem, 2);
    atomic_int cancel = 1;
    struct count count = {.fail_at = -1};
    cr_assert_eq(segi_pool_run(pool, 1000, 1, visit, &count, &cancel), SEG_CANCELLED);
    cr_assert_eq(segi_pool_run(pool, 0, 1, visit, &count, NULL), SEG_OK);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(count.seen[i], 0);
    segi_pool_free(pool);
}

static int nest(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)begin, (void)end, (void)worker;
    struct count *count = arg;
    struct count inner = {.fail_at = -1};
    return segi_pool_run(count->pool, 1000, 1, visit, &inner, NULL);
}

Test(pool, a_body_that_runs_another_does_not_hang, .timeout = 30)
{
    struct segi_pool *pool = segi_pool_new(&libc_mem, 2);
    struct count count = {.pool = pool};
    cr_assert_eq(segi_pool_run(pool, 100, 1, nest, &count, NULL), SEG_OK);
    segi_pool_free(pool);
}
