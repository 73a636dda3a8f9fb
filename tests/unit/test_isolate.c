/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs in processes of their own give what others give: layers of every kind, their properties,
 * values, shapes that are known late, and failures. */
#include "pipe.h"

#include <criterion/criterion.h>
#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

static struct seg_faults faults;
static struct seg_error err;

static seg_context *make(uint32_t isolate)
{
    const char *build = getenv("builddir");
    char toy[1024];
    snprintf(toy, sizeof toy, "%s/tests/plugins/.libs/toy.so", build ? build : ".");
    const char *const plugins[] = {toy, NULL};
    const struct seg_options options = {.struct_size = sizeof options,
                                        .threads = 2,
                                        .plugins = plugins,
                                        .plugin_path = "/nowhere",
                                        .isolate = isolate};
    seg_context *context;
    cr_assert_eq(seg_context_new(&options, &context, &err), SEG_OK, "%s", err.text);
    return context;
}

static int run(seg_context *context, const char *stages, const char *const *keep,
               seg_result **result)
{
    char text[1024];
    seg_pipeline *pipeline;
    seg_plan *plan;
    seg_layer *image = pipe_image(context, 64, 48, 7);
    const struct seg_input input = pipe_input(NULL, image);
    snprintf(text, sizeof text, "segkit: 1\nstages: %s\n", stages);
    cr_assert_eq(seg_pipeline_parse_text(context, "p", text, strlen(text), &pipeline, &faults), 0);
    cr_assert_eq(seg_pipeline_check(pipeline, &input, 1, keep, &plan, &faults), 0, "%s",
                 faults.list[0].error.text);
    const int status = seg_plan_run(plan, &input, 1, NULL, result, &err);
    seg_pipeline_free(pipeline);
    seg_plan_free(plan);
    seg_layer_unref(image);
    return status;
}

static void expect_instances(const seg_layer *a, const seg_layer *b)
{
    size_t n, m;
    const struct seg_instance *p = seg_layer_instances(a, &n), *q = seg_layer_instances(b, &m);
    cr_assert_eq(n, m);
    for (size_t i = 0; i < n; i++) {
        cr_expect_eq(p[i].id, q[i].id);
        cr_expect_arr_eq(p[i].box, q[i].box, sizeof p[i].box);
        cr_assert_eq(p[i].run_count, q[i].run_count);
        cr_expect_arr_eq(p[i].runs, q[i].runs, p[i].run_count * sizeof *p[i].runs);
    }
}

static void expect_layers(const seg_layer *a, const seg_layer *b)
{
    struct seg_shape s, t;
    struct seg_view v = SEG_VIEW, w = SEG_VIEW;
    struct seg_props p = {.struct_size = sizeof p}, q = {.struct_size = sizeof q};
    seg_layer_shape(a, &s);
    seg_layer_shape(b, &t);
    cr_assert_arr_eq(&s, &t, sizeof s);
    seg_layer_props(a, &p);
    seg_layer_props(b, &q);
    cr_expect_arr_eq(&p, &q, sizeof p);
    if (s.kind == SEG_INSTANCES) {
        expect_instances(a, b);
        return;
    }
    cr_assert(!seg_layer_view(a, &v, &err) && !seg_layer_view(b, &w, &err));
    for (int32_t y = 0; y < s.height; y++)
        cr_assert_arr_eq(seg_row(&v, 0, y), seg_row(&w, 0, y),
                         (size_t)s.width * seg_dtype_size(s.dtype));
}

Test(isolate, results_are_the_same)
{
    static const char *const all[] = {
        "[toy.add: {by: 2, out: sum}, toy.add: {times: 3}, toy.level: {level: 11}, toy.split]",
        "[toy.half: {out: sum}, toy.add: {times: 3}]",
        "[toy.add: {by: 9, out: sum}, toy.level: {level: 11}, toy.split, toy.find]",
    };
    static const char *const keep[] = {"sum", NULL};
    seg_context *here = make(SEG_ISOLATE_NEVER), *there = make(SEG_ISOLATE_AUTO);
    for (size_t i = 0; i < SEG_COUNT(all); i++) {
        seg_result *a, *b;
        cr_assert_eq(run(here, all[i], keep, &a), SEG_OK, "%s", err.text);
        cr_assert_eq(run(there, all[i], keep, &b), SEG_OK, "%s", err.text);
        expect_layers(seg_result_layer(a, NULL), seg_result_layer(b, NULL));
        expect_layers(seg_result_layer(a, "sum"), seg_result_layer(b, "sum"));
        const char *name, *same;
        double value, other;
        for (size_t step = 0; step < 4; step++) {
            const int status = seg_result_value(a, step, 0, &name, &value);
            cr_expect_eq(seg_result_value(b, step, 0, &same, &other), status);
            cr_expect(status || (!strcmp(name, same) && value == other));
        }
        seg_result_free(a);
        seg_result_free(b);
    }
    seg_context_free(here);
    seg_context_free(there);
}

Test(isolate, failures_are_the_same)
{
    seg_context *here = make(SEG_ISOLATE_NEVER), *there = make(SEG_ISOLATE_ALWAYS);
    seg_result *result;
    struct seg_error first;
    const int status = run(here, "[toy.add, toy.fail]", NULL, &result);
    first = err;
    cr_assert_neq(status, SEG_OK);
    cr_expect_eq(run(there, "[toy.add, toy.fail]", NULL, &result), status);
    cr_expect_str_eq(err.text, first.text);
    seg_context_free(here);
    seg_context_free(there);
}
