/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running plans: results, storage, times, failures, cancelling, several threads. */
#include "pipe.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "pipe/plan.h"

static seg_context *context;
static seg_layer *image;
static struct seg_input input;
static struct seg_faults faults;
static struct seg_error err;
static seg_plan *plan;
static seg_result *result;
static char logged[1024];

static void note_log(void *user, enum seg_log_level level, const char *text)
{
    (void)user;
    if (level == SEG_LOG_WARN)
        snprintf(logged, sizeof logged, "%s", text);
}

static void setup(void)
{
    context = pipe_context(NULL, 2, note_log, NULL);
    cr_assert_not_null(context);
    image = pipe_image(context, 64, 48, 7);
    input = pipe_input(NULL, image);
}

static void teardown(void)
{
    seg_result_free(result);
    seg_plan_free(plan);
    seg_layer_unref(image);
    seg_context_free(context);
}

TestSuite(pipe_run, .init = setup, .fini = teardown);

/* Checks the stages of a YAML list. */
static void check(const char *stages, const char *const *keep)
{
    char text[1024];
    seg_pipeline *pipeline;
    snprintf(text, sizeof text, "segkit: 1\nstages: %s\n", stages);
    cr_assert_eq(seg_pipeline_parse_text(context, "p", text, strlen(text), &pipeline, &faults), 0,
                 "%s", faults.list[0].error.text);
    cr_assert_eq(seg_pipeline_check(pipeline, &input, 1, keep, &plan, &faults), 0, "%s",
                 faults.list[0].error.text);
    seg_pipeline_free(pipeline); /* the plan keeps what it needs */
}

static int run(void)
{
    return seg_plan_run(plan, &input, 1, NULL, &result, &err);
}

static void fails(const char *stages, int status, const char *text)
{
    check(stages, NULL);
    cr_expect_eq(run(), status, "%s", stages);
    cr_expect_str_eq(err.text, text);
    cr_expect_eq(err.status, status);
    seg_plan_free(plan);
    plan = NULL;
}

static double value_of(size_t step, const char *want)
{
    const char *name;
    double value = -1;
    cr_assert_eq(seg_result_value(result, step, 0, &name, &value), SEG_OK);
    cr_expect_str_eq(name, want);
    cr_expect_eq(seg_result_value(result, step, 1, &name, &value), SEG_ABSENT);
    return value;
}

static double sample(const seg_layer *layer, int32_t y, int32_t x)
{
    struct seg_view v = {.struct_size = sizeof v};
    cr_assert_eq(seg_layer_view(layer, &v, &err), SEG_OK);
    const char *row = (const char *)v.data + y * v.row_stride;
    return v.dtype == SEG_U8    ? ((const uint8_t *)row)[x]
           : v.dtype == SEG_U16 ? ((const uint16_t *)row)[x]
           : v.dtype == SEG_I32 ? ((const int32_t *)row)[x]
                                : (double)((const float *)row)[x];
}

Test(pipe_run, results_are_those_of_the_stages)
{
    const char *const keep[] = {"sum", "input", "toy.level#3", NULL};
    check("[toy.add: {by: 2, out: sum}, toy.add: {times: 3}, toy.level: {level: 11}, toy.split]",
          keep);
    cr_assert_eq(run(), SEG_OK, "%s", err.text);
    seg_plan_free(plan);
    plan = NULL; /* the result stands alone */
    cr_expect_eq(sample(seg_result_layer(result, "sum"), 3, 5), 9);
    cr_expect_eq(sample(seg_result_layer(result, "toy.level#3"), 3, 5), 1);
    cr_expect_eq(sample(seg_result_layer(result, NULL), 47, 63), 2);
    cr_expect_eq(seg_result_layer(result, NULL), seg_result_layer(result, "toy.split#4"));
    cr_expect_eq(seg_result_layer(result, "input"), image);
    cr_expect_null(seg_result_layer(result, "toy.add#2"));
    cr_expect_null(seg_result_layer(result, "nothing"));
}

Test(pipe_run, the_image_of_the_caller_is_not_written)
{
    check("[toy.add, toy.add, toy.add]", NULL);
    cr_assert_eq(run(), SEG_OK);
    cr_expect_eq(sample(image, 0, 0), 7);
    cr_expect_eq(sample(seg_result_layer(result, NULL), 0, 0), 10);
    cr_expect_eq(value_of(0, "in_place"), 0);
    cr_expect_eq(value_of(1, "in_place"), 1);
    cr_expect_eq(value_of(2, "in_place"), 1);
}

Test(pipe_run, a_layer_that_is_needed_later_is_not_written_over)
{
    const char *const keep[] = {"b", NULL};
    check("[toy.add: {out: a}, toy.add: {out: b}, toy.add: {image: b}, toy.add: {image: a}]", keep);
    cr_assert_eq(run(), SEG_OK);
    cr_expect_eq(value_of(1, "in_place"), 0); /* a is read again */
    cr_expect_eq(value_of(2, "in_place"), 0); /* b is kept */
    cr_expect_eq(value_of(3, "in_place"), 1);
    cr_expect_eq(sample(seg_result_layer(result, "b"), 0, 0), 9);
    cr_expect_eq(sample(seg_result_layer(result, NULL), 0, 0), 9);
}

/* gray is not in place: two buffers of u16 serve any number of steps. */
Test(pipe_run, storage_is_taken_again_and_counted)
{
    const uint64_t plane = 48 * 128;
    check("[toy.gray, toy.gray, toy.gray, toy.gray, toy.gray]", NULL);
    /* the image, its conversion and the first output are there at once; then two outputs */
    cr_expect_eq(seg_plan_peak_bytes(plan), 48 * 64 + 2 * plane);
    cr_expect_eq(plan->layout.reuse[3], 1);
    cr_expect_eq(plan->layout.reuse[4], 2);
    cr_assert_eq(run(), SEG_OK);
    cr_expect_eq(sample(seg_result_layer(result, NULL), 40, 40), 7);
}

Test(pipe_run, a_pipeline_runs_again)
{
    check("[toy.add, toy.count]", NULL);
    for (int i = 1; i <= 3; i++) {
        cr_assert_eq(run(), SEG_OK, "%s", err.text);
        cr_expect_eq(value_of(1, "calls"), i); /* one instance serves all runs */
        cr_expect_eq(sample(seg_result_layer(result, NULL), 0, 0), 8);
        seg_result_free(result);
    }
    result = NULL;
}

static void *run_often(void *failures)
{
    for (int i = 0; i < 200; i++) {
        seg_result *own;
        struct seg_error why;
        if (seg_plan_run(plan, &input, 1, NULL, &own, &why)) {
            ++*(int *)failures;
            continue;
        }
        *(int *)failures += sample(seg_result_layer(own, NULL), 1, 1) != 9;
        seg_result_free(own);
    }
    return NULL;
}

Test(pipe_run, a_plan_runs_on_several_threads)
{
    pthread_t threads[4];
    int failures[4] = {0};
    check("[toy.add, toy.count, toy.add, toy.gray]", NULL);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, run_often, &failures[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        cr_expect_eq(failures[i], 0);
    }
    cr_assert_eq(run(), SEG_OK);
    cr_expect_eq(value_of(1, "calls"), 801);
}

Test(pipe_run, times_are_told)
{
    double wall = -1, cpu = -1;
    check("[toy.add]", NULL);
    cr_assert_eq(run(), SEG_OK);
    cr_expect_eq(seg_result_time(result, 0, &wall, &cpu), SEG_OK);
    cr_expect(wall >= 0 && wall < 10 && cpu >= 0 && cpu < 10);
    cr_expect_eq(seg_result_time(result, 1, &wall, &cpu), SEG_USAGE);
}

/* -- sizes that are known late ----------------------------------------------------------------- */

Test(pipe_run, what_was_not_known_is_checked_when_it_is)
{
    input.shape = (struct seg_shape){.kind = SEG_IMAGE};
    check("[toy.half: {late: true}, toy.gray, toy.level: {level: 0}]", NULL);
    cr_assert_eq(run(), SEG_OK, "%s", err.text);
    struct seg_shape shape;
    seg_layer_shape(seg_result_layer(result, NULL), &shape);
    cr_expect(shape.width == 32 && shape.height == 24 && shape.kind == SEG_MASK);
    seg_plan_free(plan);
    check("[toy.half: {late: true, out: small}, toy.level: {level: 0, image: input}, "
          "toy.split: {image: small}]",
          NULL);
    seg_result_free(result);
    result = NULL;
    cr_expect_eq(run(), SEG_INVALID);
    cr_expect_str_eq(err.text,
                     "p:2:83: stage 'toy.split': ports 'mask' and 'image' need layers of one size; "
                     "'toy.level#2' has 64 x 48 pixels, 'small' has 32 x 24");
}

Test(pipe_run, inputs_other_than_checked_are_refused)
{
    check("[toy.add]", NULL);
    seg_layer *small = pipe_image(context, 8, 8, 1);
    struct seg_input other = pipe_input(NULL, small), none = input, twice[] = {input, input};
    cr_expect_eq(seg_plan_run(plan, &other, 1, NULL, &result, &err), SEG_USAGE);
    cr_expect_str_eq(err.text, "input 'input': checked for image of u8, 64 x 48 pixels, 1 plane; "
                               "this is image of u8, 8 x 8 pixels, 1 plane");
    none.layer = NULL;
    cr_expect_eq(seg_plan_run(plan, &none, 1, NULL, &result, &err), SEG_USAGE);
    cr_expect_str_eq(err.text, "input 'input' has no layer");
    cr_expect_eq(seg_plan_run(plan, &none, 0, NULL, &result, &err), SEG_USAGE);
    cr_expect_str_eq(err.text, "input 'input' is missing");
    cr_expect_eq(seg_plan_run(plan, twice, 2, NULL, &result, &err), SEG_USAGE);
    cr_expect_str_eq(err.text, "input 2 has no name or size");
    twice[1].name = "input";
    cr_expect_eq(seg_plan_run(plan, twice, 2, NULL, &result, &err), SEG_USAGE);
    cr_expect_str_eq(err.text, "input 'input' stands twice");
    twice[1].name = "seeds";
    cr_expect_eq(seg_plan_run(plan, twice, 2, NULL, &result, &err), SEG_USAGE);
    cr_expect_str_eq(err.text, "input 'seeds' is none that was checked");
    seg_layer *open;
    seg_layer_new(context, &input.shape, &open, &err);
    other.layer = open;
    cr_expect_eq(seg_plan_run(plan, &other, 1, NULL, &result, &err), SEG_USAGE);
    cr_expect_str_eq(err.text, "input 'input' is not sealed");
    seg_layer_unref(open);
    seg_layer_unref(small);
}

/* -- conversions
 * ------------------------------------------------------------------------------------ */

Test(pipe_run, conversions_keep_every_value)
{
    check("[toy.level: {level: 1, out: m}, toy.grow: {labels: m, out: l}, toy.gray: {image: m}]",
          (const char *const[]){"l", NULL});
    cr_assert_eq(run(), SEG_OK, "%s", err.text);
    cr_expect_eq(sample(seg_result_layer(result, "l"), 5, 5), 1);
    cr_expect_eq(sample(seg_result_layer(result, NULL), 5, 5), 1);
}

static void converts(uint32_t from_kind, uint32_t from, uint32_t to_kind, uint32_t to, double value)
{
    const struct seg_shape shape = {sizeof shape, from_kind, from, 300, 200, 1};
    struct seg_shape want = shape;
    struct seg_view v = {.struct_size = sizeof v};
    seg_layer *source, *copy;
    want.kind = to_kind;
    want.dtype = to;
    cr_assert_eq(seg_layer_new(context, &shape, &source, &err), SEG_OK);
    seg_layer_view(source, &v, &err);
    for (int32_t y = 0; y < 200; y++)
        for (int32_t x = 0; x < 300; x++) {
            char *row = (char *)v.data + y * v.row_stride;
            if (from == SEG_U8)
                ((uint8_t *)row)[x] = (uint8_t)value;
            else if (from == SEG_U16)
                ((uint16_t *)row)[x] = (uint16_t)value;
            else
                ((float *)row)[x] = (float)value;
        }
    seg_layer_seal(source);
    cr_assert_eq(segi_convert(source, &want, &copy, &err), SEG_OK);
    seg_layer_shape(copy, &want);
    cr_expect(want.kind == to_kind && want.dtype == to && copy->sealed);
    for (int32_t y = 0; y < 200; y += 199)
        for (int32_t x = 0; x < 300; x += 13)
            cr_expect_eq(sample(copy, y, x), value, "%u %u: %g", from, to, sample(copy, y, x));
    seg_layer_unref(copy);
    seg_layer_unref(source);
}

Test(pipe_run, every_conversion)
{
    converts(SEG_IMAGE, SEG_U8, SEG_IMAGE, SEG_U16, 255);
    converts(SEG_IMAGE, SEG_U8, SEG_IMAGE, SEG_F32, 255);
    converts(SEG_IMAGE, SEG_U16, SEG_IMAGE, SEG_F32, 65535);
    converts(SEG_MASK, SEG_U8, SEG_IMAGE, SEG_U8, 1);
    converts(SEG_MASK, SEG_U8, SEG_IMAGE, SEG_F32, 1);
    converts(SEG_MASK, SEG_U8, SEG_LABELS, SEG_I32, 1);
    converts(SEG_SCORES, SEG_F32, SEG_IMAGE, SEG_F32, 0.25);
}

/* -- failures
 * --------------------------------------------------------------------------------------- */

Test(pipe_run, a_stage_that_fails_is_named_with_its_place)
{
    fails("[toy.add, toy.fail: {way: say}]", SEG_STAGE,
          "p:2:19: stage 'toy.fail': the markers are empty");
    fails("[toy.fail: {way: silent}]", SEG_STAGE,
          "p:2:10: stage 'toy.fail': it failed without saying why");
    fails("[toy.fail: {way: strange}]", SEG_PLUGIN,
          "p:2:10: stage 'toy.fail': it returned 4711, which is no status");
    fails("[toy.fail: {way: usage}]", SEG_STAGE,
          "p:2:10: stage 'toy.fail': it failed without saying why");
    fails("[toy.fail: {way: nothing}]", SEG_PLUGIN,
          "p:2:10: stage 'toy.fail': it did not make its output 'image'");
    fails("[toy.fail: {way: create}]", SEG_IO, "p:2:10: stage 'toy.fail': no such model");
}

Test(pipe_run, an_error_may_be_of_no_interest)
{
    check("[toy.fail]", NULL);
    cr_expect_eq(seg_plan_run(plan, &input, 1, NULL, &result, NULL), SEG_STAGE);
}

Test(pipe_run, a_result_that_nobody_takes_is_logged)
{
    check("[toy.add: {out: a}, toy.add: {image: input}]", NULL);
    cr_expect_str_eq(logged, "p:2:10: stage 'toy.add': nothing takes its result 'a'");
}

/* -- cancelling
 * ------------------------------------------------------------------------------------- */

struct steps {
    size_t calls, stop_at;
    char told[64];
};

static int note_progress(void *user, size_t step, size_t steps, const char *stage, double fraction)
{
    struct steps *s = user;
    (void)fraction;
    snprintf(s->told, sizeof s->told, "%zu of %zu, %s", step, steps, stage);
    return ++s->calls == s->stop_at;
}

Test(pipe_run, progress_is_told_and_may_cancel)
{
    struct steps steps = {.stop_at = 2};
    const struct seg_run_options options = {sizeof options, note_progress, &steps};
    check("[toy.add, toy.gray, toy.gray]", NULL);
    cr_expect_eq(seg_plan_run(plan, &input, 1, &options, &result, &err), SEG_CANCELLED);
    cr_expect_str_eq(err.text, "cancelled");
    cr_expect_str_eq(steps.told, "1 of 3, toy.gray");
    steps.stop_at = 0;
    cr_expect_eq(seg_plan_run(plan, &input, 1, &options, &result, &err), SEG_OK);
    cr_expect_str_eq(steps.told, "2 of 3, toy.gray");
}

Test(pipe_run, a_stage_may_be_cancelled_by_progress)
{
    struct steps steps = {.stop_at = 50};
    const struct seg_run_options options = {sizeof options, note_progress, &steps};
    check("[toy.fail: {way: wait}]", NULL);
    cr_expect_eq(seg_plan_run(plan, &input, 1, &options, &result, &err), SEG_CANCELLED);
    cr_expect_eq(steps.calls, 50);
}

static void *cancel_soon(void *unused)
{
    const struct timespec soon = {.tv_nsec = 20000000};
    nanosleep(&soon, NULL);
    seg_context_cancel(context);
    return unused;
}

Test(pipe_run, a_context_may_be_cancelled_from_outside_and_resumed)
{
    pthread_t thread;
    check("[toy.fail: {way: wait}]", NULL);
    cr_assert_eq(pthread_create(&thread, NULL, cancel_soon, NULL), 0);
    cr_expect_eq(run(), SEG_CANCELLED);
    pthread_join(thread, NULL);
    cr_expect_eq(run(), SEG_CANCELLED);
    seg_plan_free(plan);
    check("[toy.add]", NULL);
    seg_context_resume(context);
    cr_expect_eq(run(), SEG_OK);
}
