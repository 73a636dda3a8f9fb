/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every shipped stage that needs no file runs by its defaults on a layer of each kind, gives the
 * same bytes for any number of threads, and stands that any allocation fails. */
#include "pipe.h"

#include <criterion/criterion.h>
#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

#define STAGES_MAX 500

static int32_t width = 37, height = 29;

static struct seg_faults faults;

static char *ids[STAGES_MAX];
static size_t id_count;

static int note_id(void *user, const struct seg_stage *stage)
{
    (void)user;
    if (id_count < STAGES_MAX)
        ids[id_count++] = strdup(stage->id);
    return 0;
}

static void list_stages(void)
{
    seg_context *context = pipe_shipped(NULL);
    seg_stage_each(context, note_id, NULL);
    seg_context_free(context);
    cr_assert_gt(id_count, 10);
}

static void free_stages(void)
{
    while (id_count)
        free(ids[--id_count]);
}

TestSuite(stages, .init = list_stages, .fini = free_stages);

/* Blots, as samples of the kind. */
static void paint(const struct seg_view *view)
{
    for (int32_t p = 0; p < view->planes; p++)
        for (int32_t y = 0; y < view->height; y++)
            for (int32_t x = 0; x < view->width; x++) {
                const int dx = x % 12 - 6, dy = y % 14 - 7;
                const bool in = dx * dx + dy * dy < 24;
                void *row = seg_row(view, p, y);
                if (view->kind == SEG_LABELS)
                    ((int32_t *)row)[x] = in ? 1 + x / 12 + 4 * (y / 14) : 0;
                else if (view->kind == SEG_SCORES)
                    ((float *)row)[x] = in == (p == 1) ? 0.75f : 0.25f;
                else if (view->kind == SEG_MASK)
                    ((uint8_t *)row)[x] = in;
                else
                    ((uint8_t *)row)[x] = (uint8_t)(in ? 180 + x - y + 9 * p : 20 + y + x / 3);
            }
}

static seg_layer *make_layer(seg_context *context, uint32_t kind, int32_t planes)
{
    static const uint32_t dtypes[] = {0, SEG_U8, SEG_U8, SEG_I32, SEG_F32, 0};
    const struct seg_shape shape = {sizeof shape, kind, dtypes[kind], width, height, planes};
    const struct seg_run runs[] = {{3, 4, 5}, {4, 4, 6}};
    const struct seg_instance one = {.struct_size = sizeof one,
                                     .id = 1,
                                     .score = 1,
                                     .box = {4, 3, 6, 2},
                                     .runs = runs,
                                     .run_count = 2};
    struct seg_view view = {.struct_size = sizeof view};
    struct seg_props props = {.struct_size = sizeof props};
    seg_layer *layer;
    if (seg_layer_new(context, &shape, &layer, NULL))
        return NULL;
    if (kind == SEG_INSTANCES ? seg_layer_add_instance(layer, &one, NULL)
                              : seg_layer_view(layer, &view, NULL)) {
        seg_layer_unref(layer);
        return NULL;
    }
    if (kind != SEG_INSTANCES)
        paint(&view);
    seg_layer_props(layer, &props);
    props.color = planes == 3 ? SEG_COLOR_RGB : SEG_COLOR_GRAY;
    seg_layer_set_props(layer, &props, NULL);
    seg_layer_seal(layer);
    return layer;
}

#define KINDS 5

static int make_inputs(seg_context *context, struct seg_input *inputs, bool colour)
{
    static const char *const names[] = {"input", "a_mask", "some_labels", "some_scores", "objects"};
    int status = SEG_OK;
    for (uint32_t i = 0; i < KINDS; i++) {
        const uint32_t kind = SEG_IMAGE + i;
        const int32_t planes = kind == SEG_INSTANCES ? 0
                               : kind == SEG_SCORES  ? 2
                               : i || !colour        ? 1
                                                     : 3;
        seg_layer *layer = status ? NULL : make_layer(context, kind, planes);
        inputs[i] = (struct seg_input){.struct_size = sizeof *inputs, .name = names[i]};
        if (layer)
            inputs[i] = pipe_input(names[i], layer);
        else
            status = SEG_NOMEM;
    }
    return status;
}

/* Checks one stage by itself; SEG_INVALID: it needs what is not here. */
static int check_stage(seg_context *context, const char *id, const struct seg_input *inputs,
                       seg_plan **plan)
{
    seg_pipeline *pipeline;
    int status = seg_pipeline_parse_words(context, 1, &id, &pipeline, &faults);
    if (status)
        return status;
    status = seg_pipeline_check(pipeline, inputs, KINDS, NULL, plan, &faults);
    seg_pipeline_free(pipeline);
    return status;
}

/* The result's bytes, summed up. */
static uint64_t digest(const seg_layer *layer)
{
    struct seg_view view = {.struct_size = sizeof view};
    uint64_t sum = 1469598103934665603u;
    size_t count = 0;
    if (seg_layer_view(layer, &view, NULL)) {
        const struct seg_instance *list = seg_layer_instances(layer, &count);
        for (size_t i = 0; i < count; i++)
            sum = (sum ^ list[i].run_count) * 1099511628211u;
        return sum ^ count;
    }
    for (int32_t p = 0; p < view.planes; p++)
        for (int32_t y = 0; y < view.height; y++) {
            const uint8_t *row = seg_row(&view, p, y);
            for (size_t x = 0; x < (size_t)view.width * seg_dtype_size(view.dtype); x++)
                sum = (sum ^ row[x]) * 1099511628211u;
        }
    return sum;
}

/* Runs a stage on a gray image or, where it wants that, on a colour one. */
static int run_stage(seg_context *context, const char *id, uint64_t *sum, char *why)
{
    int status = SEG_INVALID;
    for (int colour = 0; colour < 2 && status == SEG_INVALID; colour++) {
        struct seg_input inputs[KINDS];
        struct seg_error err = {0};
        seg_plan *plan = NULL;
        seg_result *result = NULL;
        status = make_inputs(context, inputs, colour);
        if (!status) {
            status = check_stage(context, id, inputs, &plan);
            snprintf(why, 200, "%.199s", status ? faults.list[0].error.text : "");
        }
        if (!status) {
            status = seg_plan_run(plan, inputs, KINDS, NULL, &result, &err);
            snprintf(why, 200, "%.199s", status ? err.text : "");
        }
        if (!status)
            *sum = digest(seg_result_layer(result, NULL));
        seg_result_free(result);
        seg_plan_free(plan);
        for (uint32_t i = 0; i < KINDS; i++)
            seg_layer_unref(inputs[i].layer);
    }
    return status;
}

Test(stages, each_allocation_fails)
{
    size_t ran = 0;
    for (size_t i = 0; i < id_count; i++) {
        struct pipe_counter counter = {0};
        const struct seg_allocator allocator = pipe_counting(&counter);
        char why[200] = "";
        uint64_t sum;
        int status = SEG_NOMEM;
        for (long n = 1; status == SEG_NOMEM && n < 5000; n++) {
            counter.calls = 0;
            counter.fail_at = n;
            seg_context *context = pipe_shipped(&allocator);
            status = context ? run_stage(context, ids[i], &sum, why) : SEG_NOMEM;
            seg_context_free(context);
            cr_expect_eq(counter.live, 0, "%s, allocation %ld: %ld are lost", ids[i], n,
                         (long)counter.live);
            cr_expect(status == SEG_NOMEM || status == SEG_INVALID || counter.calls < n,
                      "%s, allocation %ld: status %d: %s", ids[i], n, status, why);
        }
        /* a stage may need what is not here, or refuse this very image, but must say so */
        cr_expect(status == SEG_OK || ((status == SEG_INVALID || status == SEG_STAGE) && *why),
                  "%s: %s", ids[i], why);
        ran += status == SEG_OK;
    }
    cr_expect_gt(ran, 10, "%zu ran", ran);
}

Test(stages, threads_do_not_change_a_byte)
{
    static const unsigned threads[] = {1, 2, 7};
    width = 403; /* enough for several pieces */
    height = 301;
    const char *build = getenv("builddir");
    char folder[1024];
    snprintf(folder, sizeof folder, "%s/plugins/.libs", build ? build : ".");
    for (size_t i = 0; i < id_count; i++) {
        uint64_t sums[3] = {0};
        for (size_t k = 0; k < 3; k++) {
            const struct seg_options options = {
                .struct_size = sizeof options, .threads = threads[k], .plugin_path = folder};
            seg_context *context;
            char why[200];
            cr_assert_eq(seg_context_new(&options, &context, NULL), SEG_OK);
            run_stage(context, ids[i], &sums[k], why);
            seg_context_free(context);
        }
        cr_expect(sums[0] == sums[1] && sums[0] == sums[2], "%s", ids[i]);
    }
}
