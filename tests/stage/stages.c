/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stages.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char why[1024];
static char names[8][32];
static double values[8];

static seg_context *context_of(unsigned threads)
{
    static seg_context *contexts[9];
    struct seg_options options = {.struct_size = sizeof options, .threads = threads};
    struct seg_error err;
    if (!contexts[threads] && seg_context_new(&options, &contexts[threads], &err))
        abort();
    return contexts[threads];
}

static void put(const struct seg_view *view, int32_t x, int32_t y, double value)
{
    void *row = seg_row(view, 0, y);
    if (view->dtype == SEG_U8)
        ((uint8_t *)row)[x] = (uint8_t)value;
    else if (view->dtype == SEG_U16)
        ((uint16_t *)row)[x] = (uint16_t)value;
    else if (view->dtype == SEG_F32)
        ((float *)row)[x] = (float)value;
    else
        ((int32_t *)row)[x] = (int32_t)value;
}

static double get(const struct seg_view *view, int32_t x, int32_t y)
{
    const void *row = seg_row(view, 0, y);
    return view->dtype == SEG_U8    ? ((const uint8_t *)row)[x]
           : view->dtype == SEG_U16 ? ((const uint16_t *)row)[x]
           : view->dtype == SEG_F32 ? (double)((const float *)row)[x]
                                    : ((const int32_t *)row)[x];
}

static seg_layer *make(enum seg_kind kind, enum seg_dtype dtype, int32_t width, int32_t height,
                       struct seg_view *view)
{
    struct seg_shape shape = SEG_SHAPE;
    struct seg_error err;
    seg_layer *layer;
    shape.kind = kind;
    shape.dtype = dtype;
    shape.width = width;
    shape.height = height;
    shape.planes = 1;
    *view = SEG_VIEW;
    if (seg_layer_new(context_of(1), &shape, &layer, &err) || seg_layer_view(layer, view, &err))
        abort();
    return layer;
}

seg_layer *stage_layer(enum seg_kind kind, enum seg_dtype dtype, const char *rows)
{
    int32_t width = (int32_t)strcspn(rows, "/"), height = 1;
    struct seg_view view;
    for (const char *at = rows; *at; at++)
        height += *at == '/';
    seg_layer *layer = make(kind, dtype, width, height, &view);
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++) {
            char digit = rows[y * (width + 1) + x];
            put(&view, x, y, digit == '-' ? -1 : digit - '0');
        }
    seg_layer_seal(layer);
    return layer;
}

seg_layer *stage_filled(enum seg_kind kind, enum seg_dtype dtype, int32_t width, int32_t height,
                        double (*value)(int32_t x, int32_t y))
{
    struct seg_view view;
    seg_layer *layer = make(kind, dtype, width, height, &view);
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++)
            put(&view, x, y, value(x, y));
    seg_layer_seal(layer);
    return layer;
}

static struct seg_input input_of(const char *name, seg_layer *layer)
{
    struct seg_input input = {.struct_size = sizeof input, .name = name, .layer = layer};
    input.shape = SEG_SHAPE;
    seg_layer_shape(layer, &input.shape);
    return input;
}

static void note_values(const seg_result *result)
{
    memset(names, 0, sizeof names);
    for (size_t i = 0; i < 8; i++) {
        const char *name;
        if (seg_result_value(result, 0, i, &name, &values[i]))
            break;
        snprintf(names[i], sizeof names[i], "%s", name);
    }
}

seg_layer *stage_run(const char *text, seg_layer *input, seg_layer *extra, unsigned threads)
{
    char copy[512];
    const char *words[64];
    int count = 0;
    struct seg_faults faults = {0};
    struct seg_error err = {0};
    seg_pipeline *pipeline = NULL;
    seg_plan *plan = NULL;
    seg_result *result = NULL;
    seg_layer *layer = NULL;
    struct seg_input inputs[2] = {input_of("input", input)};
    if (extra)
        inputs[1] = input_of("extra", extra);
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok(copy, " "); word && count < 64; word = strtok(NULL, " "))
        words[count++] = word;
    if (!seg_pipeline_parse_words(context_of(threads), count, words, &pipeline, &faults) &&
        !seg_pipeline_check(pipeline, inputs, extra ? 2 : 1, NULL, &plan, &faults) &&
        !seg_plan_run(plan, inputs, extra ? 2 : 1, NULL, &result, &err)) {
        layer = seg_layer_ref(seg_result_layer(result, NULL));
        note_values(result);
    }
    snprintf(why, sizeof why, "%s", faults.count ? faults.list[0].error.text : err.text);
    seg_result_free(result);
    seg_plan_free(plan);
    seg_pipeline_free(pipeline);
    seg_layer_unref(input);
    seg_layer_unref(extra);
    return layer;
}

const char *stage_why(void)
{
    return why;
}

double stage_value(const char *name)
{
    for (size_t i = 0; i < 8; i++)
        if (!strcmp(names[i], name))
            return values[i];
    return NAN;
}

bool stage_is(seg_layer *layer, const char *rows)
{
    if (!layer)
        return false;
    struct seg_view view = SEG_VIEW;
    struct seg_error err;
    char text[256] = "";
    bool same = !seg_layer_view(layer, &view, &err) &&
                (size_t)(view.width + 1) * (size_t)view.height == strlen(rows) + 1;
    for (int32_t y = 0; y < view.height && same; y++)
        for (int32_t x = 0; x < view.width; x++) {
            double value = get(&view, x, y);
            size_t at = (size_t)y * ((size_t)view.width + 1) + (size_t)x;
            text[at] = value < 0 ? '-' : (char)('0' + (int)value);
            text[at + 1] = y + 1 < view.height && x + 1 == view.width ? '/' : 0;
        }
    same = same && !strcmp(text, rows);
    if (!same)
        fprintf(stderr, "# is     %s\n# wanted %s\n", text, rows);
    seg_layer_unref(layer);
    return same;
}

bool stage_same(seg_layer *a, seg_layer *b)
{
    struct seg_view p = SEG_VIEW, q = SEG_VIEW;
    struct seg_error err;
    bool same = a && b && !seg_layer_view(a, &p, &err) && !seg_layer_view(b, &q, &err) &&
                p.width == q.width && p.height == q.height && p.dtype == q.dtype;
    for (int32_t y = 0; same && y < p.height; y++)
        same = !memcmp(seg_row(&p, 0, y), seg_row(&q, 0, y),
                       (size_t)p.width * seg_dtype_size(p.dtype));
    seg_layer_unref(a);
    seg_layer_unref(b);
    return same;
}
