/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "result.h"

#include "verify.h"

#include <segkit/plugin-util.h>
#include <stdio.h>
#include <string.h>

static void take_rows(struct verify_plane *plane, const struct seg_view *view)
{
    const size_t row = (size_t)view->width * seg_dtype_size(view->dtype);
    plane->size = row * (size_t)view->height * (size_t)view->planes;
    plane->bytes = verify_need(1, plane->size);
    uint8_t *to = plane->bytes;
    for (int32_t p = 0; p < view->planes; p++)
        for (int32_t y = 0; y < view->height; y++, to += row)
            memcpy(to, seg_row(view, p, y), row);
}

/* Instances one after the other, each without its pointer and followed by its runs. */
static void take_instances(struct verify_plane *plane, const seg_layer *layer)
{
    size_t count;
    const struct seg_instance *list = seg_layer_instances(layer, &count);
    for (size_t i = 0; i < count; i++)
        plane->size += sizeof *list + list[i].run_count * sizeof *list->runs;
    plane->bytes = verify_need(1, plane->size);
    uint8_t *to = plane->bytes;
    for (size_t i = 0; i < count; i++) {
        struct seg_instance one = list[i];
        one.runs = NULL;
        memcpy(to, &one, sizeof one);
        if (list[i].run_count)
            memcpy(to + sizeof one, list[i].runs, list[i].run_count * sizeof *list->runs);
        to += sizeof one + list[i].run_count * sizeof *list->runs;
    }
}

void verify_result_take(struct verify_result *result, const struct seg_call *call)
{
    result->outputs = verify_need(call->stage->output_count, sizeof *result->outputs);
    for (uint32_t i = 0; i < call->stage->output_count; i++) {
        const seg_layer *layer = call->outputs[i].layer;
        struct seg_view view = SEG_VIEW;
        seg_layer_shape(layer, &result->outputs[i].shape);
        if (seg_layer_view(layer, &view, NULL))
            take_instances(&result->outputs[i], layer);
        else
            take_rows(&result->outputs[i], &view);
    }
    result->value_count = call->value_count;
    result->values = verify_need(call->value_count, sizeof *result->values);
    if (call->value_count)
        memcpy(result->values, call->values, call->value_count * sizeof *result->values);
}

double verify_result_sample(const struct verify_plane *output, size_t index)
{
    const void *at = output->bytes + index * seg_dtype_size(output->shape.dtype);
    switch (output->shape.dtype) {
    case SEG_U8:
        return *(const uint8_t *)at;
    case SEG_U16:
        return *(const uint16_t *)at;
    case SEG_I32:
        return *(const int32_t *)at;
    default:
        return (double)*(const float *)at;
    }
}

void verify_result_place(const struct seg_stage *stage, const struct verify_result *result,
                         uint32_t output, size_t at, char *text, size_t size)
{
    const struct verify_plane *plane = &result->outputs[output];
    const size_t sample = seg_dtype_size(plane->shape.dtype);
    if (!sample) {
        snprintf(text, size, "output '%s'", stage->outputs[output].name);
        return;
    }
    const size_t i = at / sample, width = (size_t)plane->shape.width;
    snprintf(text, size, "output '%s' at %zu, %zu: %.9g", stage->outputs[output].name, i % width,
             i / width % (size_t)plane->shape.height, verify_result_sample(plane, i));
}

static bool same_output(const struct seg_stage *stage, const struct verify_result *a,
                        const struct verify_result *b, uint32_t i, char *text, size_t size)
{
    const struct verify_plane *p = &a->outputs[i], *q = &b->outputs[i];
    size_t at = 0;
    if (p->size != q->size || memcmp(&p->shape, &q->shape, sizeof p->shape) != 0) {
        snprintf(text, size, "output '%s' has another size", stage->outputs[i].name);
        return false;
    }
    if (!memcmp(p->bytes, q->bytes, p->size))
        return true;
    while (p->bytes[at] == q->bytes[at])
        at++;
    verify_result_place(stage, b, i, at, text, size);
    const size_t n = strlen(text), sample = seg_dtype_size(p->shape.dtype);
    if (sample)
        snprintf(text + n, size - n, " instead of %.9g", verify_result_sample(p, at / sample));
    return false;
}

bool verify_result_same(const struct seg_stage *stage, const struct verify_result *a,
                        const struct verify_result *b, char *text, size_t size)
{
    if (a->status != b->status) {
        snprintf(text, size, "%s instead of %s", b->status ? b->error.text : "a result",
                 a->status ? a->error.text : "a result");
        return false;
    }
    for (uint32_t i = 0; !a->status && i < stage->output_count; i++)
        if (!same_output(stage, a, b, i, text, size))
            return false;
    for (size_t i = 0; !a->status && i < a->value_count && i < b->value_count; i++)
        if (memcmp(&a->values[i].value, &b->values[i].value, sizeof(double)) != 0) {
            snprintf(text, size, "value '%s' is %.9g instead of %.9g", b->values[i].name,
                     b->values[i].value, a->values[i].value);
            return false;
        }
    if (!a->status && a->value_count != b->value_count) {
        snprintf(text, size, "%zu values instead of %zu", b->value_count, a->value_count);
        return false;
    }
    return true;
}
