/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What it costs to go through the ABI: the nuclei pipeline at one megapixel, with and without a
 * stage that only copies its input. Arguments: the plugin tests/plugins/toy.so and a picture of
 * nuclei. */
#include <segkit/plugin-util.h>
#include <segkit/segkit.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SIDE   1024
#define ROUNDS 100

#define NUCLEI                                                                                     \
    "filter.gaussian", "sigma=1.5", "!", "threshold.otsu", "!", "mask.fill_holes", "out=cells",    \
        "!", "markers.distance", "out=depth", "!", "markers.peaks", "min_distance=7", "!",         \
        "watershed.flood", "image=depth", "invert=true", "mask=cells", "!", "labels.remove_small", \
        "min_area=30"

static const char *const without[] = {NUCLEI}, *const with[] = {"toy.count", "!", NUCLEI};

/* The picture, again and again. */
static int make_input(seg_context *context, const char *path, seg_layer **layer,
                      struct seg_error *err)
{
    const struct seg_shape shape = {sizeof shape, SEG_IMAGE, SEG_U8, SIDE, SIDE, 1};
    struct seg_view from = SEG_VIEW, to = SEG_VIEW;
    seg_layer *picture;
    int status = seg_layer_load(context, path, 0, SEG_IMAGE, &picture, err);
    if (status)
        return status;
    status = seg_layer_view(picture, &from, err);
    if (!status)
        status = seg_layer_new(context, &shape, layer, err);
    if (!status)
        status = seg_layer_view(*layer, &to, err);
    for (int32_t y = 0; y < SIDE && !status; y++)
        for (int32_t x = 0; x < SIDE; x++)
            ((uint8_t *)seg_row(&to, 0, y))[x] =
                ((const uint8_t *)seg_row(&from, 0, y % from.height))[x % from.width];
    seg_layer_unref(picture);
    if (!status)
        seg_layer_seal(*layer);
    return status;
}

static int plan_of(seg_context *context, const char *const *words, int count,
                   const struct seg_input *input, seg_plan **plan, struct seg_error *err)
{
    struct seg_faults faults = {0};
    seg_pipeline *pipeline;
    int status = seg_pipeline_parse_words(context, count, words, &pipeline, &faults);
    if (!status) {
        status = seg_pipeline_check(pipeline, input, 1, NULL, plan, &faults);
        seg_pipeline_free(pipeline);
    }
    if (status && faults.count)
        *err = faults.list[0].error;
    return status;
}

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

/* The least time of `best` and one more run. */
static int measure(seg_plan *plan, const struct seg_input *input, double *best,
                   struct seg_error *err)
{
    seg_result *result;
    const double begin = milliseconds();
    int status = seg_plan_run(plan, input, 1, NULL, &result, err);
    if (status)
        return status;
    const double took = milliseconds() - begin;
    *best = took < *best ? took : *best;
    seg_result_free(result);
    return SEG_OK;
}

int main(int argc, char **argv)
{
    const char *const plugins[] = {argc > 1 ? argv[1] : "", NULL};
    const struct seg_options options = {
        .struct_size = sizeof options, .threads = 1, .plugins = plugins};
    struct seg_input input = {.struct_size = sizeof input, .name = "input"};
    struct seg_error err = {0};
    seg_context *context;
    seg_plan *plans[2];
    double best[2] = {1e9, 1e9};
    if (argc != 3 || seg_context_new(&options, &context, &err)) {
        fputs("usage: abi TOY.so PICTURE\n", stderr);
        return 2;
    }
    int status = make_input(context, argv[2], &input.layer, &err);
    if (!status) {
        input.shape = SEG_SHAPE;
        seg_layer_shape(input.layer, &input.shape);
        status = plan_of(context, without, (int)SEG_COUNT(without), &input, &plans[0], &err);
    }
    if (!status)
        status = plan_of(context, with, (int)SEG_COUNT(with), &input, &plans[1], &err);
    for (int i = 0; i < 2 * ROUNDS && !status; i++)
        status = measure(plans[i % 2], &input, &best[i % 2], &err);
    if (status) {
        fprintf(stderr, "abi: %s\n", err.text);
        return 1;
    }
    printf("nuclei, %d x %d: %.2f ms; with an identity stage %.2f ms, %+.2f %%\n", SIDE, SIDE,
           best[0], best[1], 100 * (best[1] / best[0] - 1));
    return 0;
}
