/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conversions that lose nothing, which are made where a port asks for them: a mask or scores as an
 * image, a mask as labels (0 and 1), samples of a wider type with the same values. */
#include "plan.h"

#include "../base/error.h"

#include <segkit/plugin-util.h>
#include <string.h>

bool segi_convert_kind(uint32_t from, uint32_t to)
{
    return (from == SEG_MASK && (to == SEG_IMAGE || to == SEG_LABELS)) ||
           (from == SEG_SCORES && to == SEG_IMAGE);
}

uint32_t segi_convert_dtype(uint32_t from, uint32_t dtypes)
{
    if (dtypes & SEG_DTYPE_BIT(from))
        return from;
    if (from == SEG_U8 && (dtypes & SEG_DTYPE_BIT(SEG_U16)))
        return SEG_U16;
    if ((from == SEG_U8 || from == SEG_U16) && (dtypes & SEG_DTYPE_BIT(SEG_F32)))
        return SEG_F32;
    return 0;
}

static void row_u8_u16(void *restrict to, const void *restrict from, size_t count)
{
    uint16_t *restrict t = to;
    const uint8_t *restrict f = from;
    for (size_t i = 0; i < count; i++)
        t[i] = f[i];
}

static void row_u8_i32(void *restrict to, const void *restrict from, size_t count)
{
    int32_t *restrict t = to;
    const uint8_t *restrict f = from;
    for (size_t i = 0; i < count; i++)
        t[i] = f[i];
}

static void row_u8_f32(void *restrict to, const void *restrict from, size_t count)
{
    float *restrict t = to;
    const uint8_t *restrict f = from;
    for (size_t i = 0; i < count; i++)
        t[i] = f[i];
}

static void row_u16_f32(void *restrict to, const void *restrict from, size_t count)
{
    float *restrict t = to;
    const uint16_t *restrict f = from;
    for (size_t i = 0; i < count; i++)
        t[i] = f[i];
}

static void row_u8(void *restrict to, const void *restrict from, size_t count)
{
    memcpy(to, from, count);
}

static void row_f32(void *restrict to, const void *restrict from, size_t count)
{
    memcpy(to, from, count * sizeof(float));
}

struct conversion {
    struct seg_view to, from;
    void (*row)(void *restrict to, const void *restrict from, size_t count);
};

static int convert_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct conversion *c = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const int32_t plane = (int32_t)(i / (size_t)c->to.height);
        const int32_t y = (int32_t)(i % (size_t)c->to.height);
        c->row(seg_row(&c->to, plane, y), seg_row(&c->from, plane, y), (size_t)c->to.width);
    }
    return SEG_OK;
}

int segi_convert(const seg_layer *from, const struct seg_shape *to, seg_layer **out,
                 struct seg_error *err)
{
    seg_context *context = from->context;
    const uint32_t dtype = from->view.dtype;
    struct conversion c = {.row = dtype == SEG_U16       ? row_u16_f32
                                  : dtype == SEG_F32     ? row_f32
                                  : to->dtype == SEG_U16 ? row_u8_u16
                                  : to->dtype == SEG_I32 ? row_u8_i32
                                  : to->dtype == SEG_F32 ? row_u8_f32
                                                         : row_u8};
    seg_layer *layer;
    int status = seg_layer_new(context, to, &layer, err);
    if (status)
        return status;
    status = segi_layer_copy_props(layer, from, err);
    if (!status) {
        c.to = layer->view;
        c.from = from->view;
        const size_t rows = (size_t)to->height * (size_t)to->planes;
        status = segi_pool_run(context->pool, rows, 1 + 65536 / (size_t)to->width, convert_rows, &c,
                               &context->cancel);
        if (status)
            segi_error(err, status, "cancelled");
    }
    if (status) {
        seg_layer_unref(layer);
        return status;
    }
    seg_layer_seal(layer);
    *out = layer;
    return SEG_OK;
}
