/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the host makes of stages that behave, and of those that do not. */
#include <criterion/criterion.h>
#include <segkit/plugin-util.h>
#include <string.h>

#include "plug/call.h"

static seg_context *context;
static seg_layer *image;
static struct segi_output output;
static struct seg_error err;
static struct seg_call call;
static struct seg_stage stage;

static const struct seg_port inputs[] = {
    {"image", "the image", SEG_KIND_BIT(SEG_IMAGE), 0, 0, NULL, 0, 0},
    {"markers", "seeds", SEG_KIND_BIT(SEG_LABELS), 0, SEG_PORT_OPTIONAL, NULL, 0, 0},
};
static const struct seg_port outputs[] = {
    {"labels", "regions", SEG_KIND_BIT(SEG_LABELS), 0, 0, NULL, 0, 0},
};

static void setup(void)
{
    const struct seg_shape shape = {sizeof shape, SEG_IMAGE, SEG_U8, 8, 4, 1};
    static seg_layer *layers[2];
    seg_context_new(NULL, &context, NULL);
    seg_layer_new(context, &shape, &image, NULL);
    struct seg_props props = {.struct_size = sizeof props, .unit = "um", .pixel_size = {2, 2}};
    seg_layer_set_props(image, &props, NULL);
    seg_layer_seal(image);
    layers[0] = image;
    stage = (struct seg_stage){.struct_size = sizeof stage,
                               .id = "test.stage",
                               .inputs = inputs,
                               .outputs = outputs,
                               .input_count = 2,
                               .output_count = 1};
    output = (struct segi_output){.shape = {sizeof shape, SEG_LABELS, SEG_I32, 8, 4, 1}};
    err = (struct seg_error){0};
    call = (struct seg_call){
        .context = context, .stage = &stage, .inputs = layers, .outputs = &output, .err = &err};
    segi_call_begin(&call);
}

static void teardown(void)
{
    segi_call_end(&call);
    seg_layer_unref(output.layer);
    seg_layer_unref(image);
    seg_context_free(context);
}

TestSuite(call, .init = setup, .fini = teardown);

static int good(void *self, const struct seg_host *host, struct seg_call *c)
{
    struct seg_view in = SEG_VIEW, none = SEG_VIEW, out = SEG_VIEW;
    (void)self;
    if (host->input(c, 0, &in) || host->input(c, 1, &none) != SEG_ABSENT ||
        host->output(c, 0, NULL, &out))
        return SEG_STAGE;
    void *scratch = host->scratch(c, 100, 4);
    if (!scratch || (uintptr_t)scratch % 64 || in.width != out.width)
        return SEG_STAGE;
    for (int32_t y = 0; y < out.height; y++)
        memset(seg_row(&out, 0, y), 0, (size_t)out.width * 4);
    return host->value(c, "threshold", 117);
}

Test(call, a_good_stage_leaves_a_sealed_output_with_the_inputs_properties)
{
    stage.process = good;
    cr_assert_eq(segi_call_process(&call, NULL), SEG_OK, "%s", err.text);
    cr_assert(output.layer->sealed);
    cr_assert_str_eq(output.layer->props.unit, "um");
    cr_assert_eq(call.value_count, 1);
    cr_assert_str_eq(call.values[0].name, "threshold");
    cr_assert_null(call.scratch);
}

static int no_output(void *self, const struct seg_host *host, struct seg_call *c)
{
    (void)self, (void)host, (void)c;
    return SEG_OK;
}

static int silent(void *self, const struct seg_host *host, struct seg_call *c)
{
    struct seg_view out = SEG_VIEW;
    (void)self;
    host->output(c, 0, NULL, &out);
    return SEG_STAGE;
}

static int strange(void *self, const struct seg_host *host, struct seg_call *c)
{
    (void)self, (void)host, (void)c;
    return 4711;
}

static int hushed(void *self, const struct seg_host *host, struct seg_call *c)
{
    (void)self;
    host->fail(c, SEG_STAGE, "no %s here", "cells");
    host->fail(c, SEG_NOMEM, "second");
    return SEG_OK;
}

static int wrong_port(void *self, const struct seg_host *host, struct seg_call *c)
{
    struct seg_view view = SEG_VIEW;
    (void)self;
    return host->output(c, 7, NULL, &view);
}

static int wrong_size(void *self, const struct seg_host *host, struct seg_call *c)
{
    struct seg_view view = SEG_VIEW;
    struct seg_shape shape = SEG_SHAPE;
    (void)self;
    shape.width = 9;
    return host->output(c, 0, &shape, &view);
}

static int greedy(void *self, const struct seg_host *host, struct seg_call *c)
{
    (void)self;
    return host->alloc(c, SIZE_MAX, 2) || host->scratch(c, SIZE_MAX / 2, 4) ? SEG_OK : SEG_NOMEM;
}

static const struct {
    int (*process)(void *, const struct seg_host *, struct seg_call *);
    int status;
    const char *text;
} bad[] = {
    {no_output, SEG_PLUGIN, "it did not make its output 'labels'"},
    {silent, SEG_STAGE, "it failed without saying why"},
    {strange, SEG_PLUGIN, "it returned 4711, which is no status"},
    {hushed, SEG_STAGE, "no cells here"},
    {wrong_port, SEG_PLUGIN, "it asked for output port 7, which it does not have"},
    {wrong_size, SEG_PLUGIN, "it asked for output 'labels' of 9 x 0 x 0; planned were 8 x 4 x 1"},
    {greedy, SEG_NOMEM, "out of memory"},
};

Test(call, bad_stages_give_an_error_and_no_output)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        stage.process = bad[i].process;
        cr_expect_eq(segi_call_process(&call, NULL), bad[i].status, "%s", bad[i].text);
        cr_expect_str_eq(err.text, bad[i].text);
        cr_expect_null(output.layer);
    }
}

static int polite(void *self, const struct seg_host *host, struct seg_call *c)
{
    (void)self;
    return host->progress(c, 0.5);
}

Test(call, a_cancelled_context_is_seen_by_progress)
{
    stage.process = polite;
    seg_context_cancel(context);
    cr_assert_eq(segi_call_process(&call, NULL), SEG_CANCELLED);
}

Test(call, the_storage_of_a_dying_input_is_reused)
{
    static const struct seg_port in_place[] = {
        {"labels", "regions", SEG_KIND_BIT(SEG_LABELS), 0, SEG_PORT_IN_PLACE, NULL, 0, 0}};
    const struct seg_shape shape = {sizeof shape, SEG_LABELS, SEG_I32, 8, 4, 1};
    seg_layer *dying;
    seg_layer_new(context, &shape, &dying, NULL);
    const void *storage = dying->storage;
    call.inputs[0] = dying;
    output.inherit = dying;
    stage.outputs = in_place;
    stage.process = good;
    cr_assert_eq(segi_call_process(&call, NULL), SEG_OK, "%s", err.text);
    cr_assert_eq(output.layer->storage, storage);
    seg_layer_unref(dying);
}

static int grow(const struct seg_host *host, struct seg_call *c, const void *params,
                const struct seg_shape *in, struct seg_shape *out)
{
    (void)host, (void)c, (void)params;
    out[0].width = in[0].width * 2;
    return SEG_OK;
}

Test(call, shapes_follow_the_ports_and_the_stages_own_word)
{
    struct seg_shape in[2] = {{sizeof in[0], SEG_IMAGE, SEG_U16, 8, 4, 3}}, out;
    cr_assert_eq(segi_call_shapes(&call, NULL, in, &out), SEG_OK);
    cr_assert(out.kind == SEG_LABELS && out.dtype == SEG_I32 && out.width == 8 && out.planes == 1);
    stage.shape = grow;
    cr_assert_eq(segi_call_shapes(&call, NULL, in, &out), SEG_OK);
    cr_assert_eq(out.width, 16);
    in[0].width = -8;
    cr_assert_eq(segi_call_shapes(&call, NULL, in, &out), SEG_PLUGIN);
}
