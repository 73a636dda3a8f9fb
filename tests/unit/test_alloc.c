/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The n-th allocation fails, for all n: whatever it was for, the answer is "no memory", and all
 * that was had is given back. */
#include "pipe.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

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

static const char nuclei[] =
    "segkit: 1\n"
    "stages:\n"
    "  - filter.gaussian: { sigma: 1.5 }\n"
    "  - threshold.otsu\n"
    "  - mask.open\n"
    "  - mask.close\n"
    "  - mask.fill_holes: { out: cells }\n"
    "  - mask.components\n"
    "  - labels.clear_border\n"
    "  - markers.distance: { mask: cells, out: depth }\n"
    "  - markers.peaks: { image: depth, min_distance: 3 }\n"
    "  - watershed.flood: { image: depth, invert: true, mask: cells, compactness: 0.1 }\n"
    "  - labels.remove_small: { min_area: 5 }\n"
    "  - labels.relabel\n";

static const char *const words[] = {
    "toy.add",   "by=2",        "!",           "toy.level",    "level=4", "weights=0.5,1", "!",
    "toy.split", "image=input", "out.lines=e", "out.labels=l", "!",       "toy.grow"};

/* One pipeline, as YAML or as words, and what is kept of it. */
struct made {
    const char *yaml;
    const char *const *words;
    int count;
    const char *keep;
    seg_context *(*context)(const struct seg_allocator *allocator);
};

static struct seg_faults faults;

static int parse(seg_context *context, const struct made *made, seg_pipeline **pipeline)
{
    if (made->words)
        return seg_pipeline_parse_words(context, made->count, made->words, pipeline, &faults);
    return seg_pipeline_parse_text(context, "p", made->yaml, strlen(made->yaml), pipeline, &faults);
}

/* A few bright blots, so that stages have something to find. */
static seg_layer *blots(seg_context *context)
{
    const struct seg_shape shape = {sizeof shape, SEG_IMAGE, SEG_U8, 48, 32, 1};
    struct seg_view view = {.struct_size = sizeof view};
    seg_layer *image;
    if (seg_layer_new(context, &shape, &image, NULL))
        return NULL;
    seg_layer_view(image, &view, NULL);
    for (int y = 0; y < 32; y++)
        for (int x = 0; x < 48; x++) {
            const int dx = x % 16 - 8, dy = y % 16 - 8;
            ((uint8_t *)view.data)[y * view.row_stride + x] =
                (uint8_t)(dx * dx + dy * dy < 36 ? 200 - x : 10 + y);
        }
    seg_layer_seal(image);
    return image;
}

/* Parses, checks and runs; the first status that is not SEG_OK. */
static int all_of_it(seg_context *context, const struct made *made)
{
    const char *const keep[] = {made->keep, NULL};
    struct seg_error err = {0};
    seg_pipeline *pipeline = NULL;
    seg_plan *plan = NULL;
    seg_result *result = NULL;
    seg_layer *image = blots(context);
    int status = image ? parse(context, made, &pipeline) : SEG_NOMEM;
    if (!status) {
        const struct seg_input input = pipe_input(NULL, image);
        status = seg_pipeline_check(pipeline, &input, 1, keep, &plan, &faults);
        if (!status) {
            status = seg_plan_run(plan, &input, 1, NULL, &result, &err);
            cr_expect(!status || err.status == SEG_NOMEM, "%s", err.text);
        } else {
            cr_expect_eq(faults.list[faults.count - 1].error.status, SEG_NOMEM, "%s",
                         faults.list[faults.count - 1].error.text);
        }
    }
    seg_result_free(result);
    seg_plan_free(plan);
    seg_pipeline_free(pipeline);
    seg_layer_unref(image);
    return status;
}

static void fail_each(const struct made *made)
{
    struct pipe_counter counter = {0};
    const struct seg_allocator allocator = pipe_counting(&counter);
    int status = SEG_NOMEM;
    long n = 0;
    while (status == SEG_NOMEM && ++n < 10000) {
        counter.calls = 0;
        counter.fail_at = n;
        seg_context *context = made->context(&allocator);
        status = context ? all_of_it(context, made) : SEG_NOMEM;
        seg_context_free(context);
        cr_expect(status == SEG_NOMEM || counter.calls < n, "allocation %ld: status %d", n, status);
        cr_expect_eq(counter.live, 0, "allocation %ld: %ld are lost", n, (long)counter.live);
    }
    cr_expect_eq(status, SEG_OK);
    cr_expect_gt(n, 40, "%ld allocations", n);
}

static seg_context *toys(const struct seg_allocator *allocator)
{
    return pipe_context(allocator, 2, NULL, NULL);
}

Test(alloc, yaml)
{
    fail_each(&(struct made){.yaml = yaml, .keep = "sum", .context = toys});
}

Test(alloc, words)
{
    fail_each(&(struct made){
        .words = words, .count = sizeof words / sizeof *words, .keep = "l", .context = toys});
}

Test(alloc, nuclei)
{
    fail_each(&(struct made){.yaml = nuclei, .keep = "cells", .context = pipe_shipped});
}
