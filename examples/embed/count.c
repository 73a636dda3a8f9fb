/* SPDX-License-Identifier: MIT */
/* A pipeline in a program of one's own: counts the spots of an image that lies in the program's
 * memory, without a file and without a copy.
 *
 *     cc count.c $(pkg-config --cflags --libs segkit) -o count && ./count  */
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 256 };

static int show(void *user, size_t step, size_t steps, const char *stage, double fraction)
{
    (void)user, (void)fraction;
    fprintf(stderr, "%zu/%zu %s\n", step + 1, steps, stage);
    return 0; /* another number would cancel the run */
}

static int fail(const char *text)
{
    fprintf(stderr, "count: %s\n", text);
    return EXIT_FAILURE;
}

int main(void)
{
    static const char *const words[] = {"filter.gaussian", "sigma=1.5", "!",
                                        "threshold.otsu",  "!",         "mask.components"};
    static uint8_t pixels[SIDE][SIDE];
    struct seg_view view = {.struct_size = sizeof view,
                            .kind = SEG_IMAGE,
                            .dtype = SEG_U8,
                            .width = SIDE,
                            .height = SIDE,
                            .planes = 1,
                            .row_stride = SIDE,
                            .data = pixels,
                            .color = SEG_COLOR_GRAY};
    struct seg_input input = {.struct_size = sizeof input, .name = "input"};
    const struct seg_run_options options = {.struct_size = sizeof options, .progress = show};
    struct seg_error err = {0};
    struct seg_faults faults = {0};
    seg_context *context = NULL;
    seg_pipeline *pipeline = NULL;
    seg_plan *plan = NULL;
    seg_result *result = NULL;
    const char *name;
    double value, count = -1;

    for (int y = 0; y < SIDE; y++) /* spots of 8 x 8 pixels, 32 apart */
        for (int x = 0; x < SIDE; x++)
            pixels[y][x] = y % 32 / 8 == 1 && x % 32 / 8 == 1 ? 200 : 20;
    if (seg_context_new(NULL, &context, &err) ||
        seg_layer_wrap(context, &view, NULL, NULL, &input.layer, &err))
        return fail(err.text);
    input.shape.struct_size = sizeof input.shape;
    seg_layer_shape(input.layer, &input.shape);
    if (seg_pipeline_parse_words(context, 6, words, &pipeline, &faults) ||
        seg_pipeline_check(pipeline, &input, 1, NULL, &plan, &faults))
        return fail(faults.list[0].error.text);
    if (seg_plan_run(plan, &input, 1, &options, &result, &err))
        return fail(err.text);
    for (size_t i = 0; !seg_result_value(result, 2, i, &name, &value); i++)
        count = i ? count : value; /* mask.components reports its count first */
    printf("%g spots\n", count);
    seg_result_free(result);
    seg_plan_free(plan);
    seg_pipeline_free(pipeline);
    seg_layer_unref(input.layer);
    seg_context_free(context);
    return EXIT_SUCCESS;
}
