/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The n-th allocation fails, for all n: whatever it was for, the answer is "no memory", and all
 * that was had is given back. */
#include "pipe.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct counter {
    atomic_long calls, fail_at, live;
};

static void *count_alloc(void *user, size_t size, size_t align)
{
    struct counter *counter = user;
    void *memory = NULL;
    if (++counter->calls == counter->fail_at || posix_memalign(&memory, align, size))
        return NULL;
    counter->live++;
    return memory;
}

static void count_free(void *user, void *memory)
{
    struct counter *counter = user;
    counter->live--;
    free(memory);
}

static const char yaml[] =
    "segkit: 1\n"
    "stages:\n"
    "  - toy.add: { by: 2, out: sum }\n"
    "  - toy.level: { level: 4, weights: [0.25, 0.5], note: text, table: a.txt }\n"
    "  - toy.split: { image: sum, out: [parts, edges] }\n"
    "  - toy.grow: { mask: edges }\n"
    "  - toy.find\n"
    "  - toy.draw\n"
    "  - toy.half: { image: input, late: true }\n"
    "  - toy.gray\n"
    "  - toy.count\n";

static const char *const words[] = {
    "toy.add",   "by=2",        "!",           "toy.level",    "level=4", "weights=0.5,1", "!",
    "toy.split", "image=input", "out.lines=e", "out.labels=l", "!",       "toy.grow"};

/* Parses, checks and runs; the first status that is not SEG_OK. */
static int all_of_it(seg_context *context, bool by_words)
{
    static struct seg_faults faults;
    const char *const keep[] = {by_words ? "l" : "sum", NULL};
    struct seg_error err = {0};
    seg_pipeline *pipeline = NULL;
    seg_plan *plan = NULL;
    seg_result *result = NULL;
    seg_layer *image = pipe_image(context, 16, 8, 9);
    int status = image ? SEG_OK : SEG_NOMEM;
    if (!status)
        status = by_words ? seg_pipeline_parse_words(context, sizeof words / sizeof *words, words,
                                                     &pipeline, &faults)
                          : seg_pipeline_parse_text(context, "p", yaml, sizeof yaml - 1, &pipeline,
                                                    &faults);
    if (!status) {
        const struct seg_input input = pipe_input(NULL, image);
        status = seg_pipeline_check(pipeline, &input, 1, keep, &plan, &faults);
        if (!status) {
            status = seg_plan_run(plan, &input, 1, NULL, &result, &err);
            cr_expect(!status || err.status == SEG_NOMEM, "%s", err.text);
        } else {
            cr_expect_eq(faults.list[faults.count - 1].error.status, SEG_NOMEM);
        }
    }
    seg_result_free(result);
    seg_plan_free(plan);
    seg_pipeline_free(pipeline);
    seg_layer_unref(image);
    return status;
}

static void fail_each(bool by_words)
{
    struct counter counter = {0};
    const struct seg_allocator allocator = {count_alloc, count_free, &counter};
    int status = SEG_NOMEM;
    long n = 0;
    while (status && ++n < 10000) {
        counter.calls = 0;
        counter.fail_at = n;
        seg_context *context = pipe_context(&allocator, 2, NULL, NULL);
        status = context ? all_of_it(context, by_words) : SEG_NOMEM;
        seg_context_free(context);
        cr_expect(status == SEG_NOMEM || counter.calls < n, "allocation %ld: status %d", n, status);
        cr_expect_eq(counter.live, 0, "allocation %ld: %ld are lost", n, (long)counter.live);
    }
    cr_expect_eq(status, SEG_OK);
    cr_expect_gt(n, 40, "%ld allocations", n);
}

Test(alloc, yaml)
{
    fail_each(false);
}

Test(alloc, words)
{
    fail_each(true);
}
