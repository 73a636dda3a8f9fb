/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts rows to floats. */
#include "sample.h"

#include "cpu.h"

#include <string.h>

COMMON_INLINE void floats_body(const void *restrict row, uint32_t dtype, size_t count,
                               float *restrict out)
{
    if (dtype == SEG_U8) {
        const uint8_t *from = row;
        for (size_t i = 0; i < count; i++)
            out[i] = from[i];
    } else if (dtype == SEG_U16) {
        const uint16_t *from = row;
        for (size_t i = 0; i < count; i++)
            out[i] = from[i];
    } else {
        memcpy(out, row, count * sizeof *out);
    }
}

COMMON_AVX2 static void floats_avx2(const void *row, uint32_t dtype, size_t count, float *out)
{
    floats_body(row, dtype, count, out);
}

void common_floats(const struct seg_view *view, int32_t plane, int32_t y, int32_t x, size_t count,
                   float *out)
{
    const char *row = seg_row(view, plane, y);
    row += (size_t)x * seg_dtype_size(view->dtype);
    (common_cpu_avx2() ? floats_avx2 : floats_body)(row, view->dtype, count, out);
}

COMMON_INLINE float clip(float value, float most)
{
    value = value > 0 ? value : 0; /* NaN too */
    return value < most ? value + 0.5f : most;
}

COMMON_INLINE void store_body(void *restrict row, uint32_t dtype, const float *restrict values,
                              size_t count)
{
    if (dtype == SEG_U8) {
        uint8_t *to = row;
        for (size_t i = 0; i < count; i++)
            to[i] = (uint8_t)(int32_t)clip(values[i], 255);
    } else if (dtype == SEG_U16) {
        uint16_t *to = row;
        for (size_t i = 0; i < count; i++)
            to[i] = (uint16_t)(int32_t)clip(values[i], 65535);
    } else {
        memcpy(row, values, count * sizeof *values);
    }
}

COMMON_AVX2 static void store_avx2(void *row, uint32_t dtype, const float *values, size_t count)
{
    store_body(row, dtype, values, count);
}

void common_store(const struct seg_view *view, int32_t plane, int32_t y, const float *values,
                  size_t count)
{
    void *row = seg_row(view, plane, y);
    (common_cpu_avx2() ? store_avx2 : store_body)(row, view->dtype, values, count);
}

struct copy {
    const struct seg_view *from;
    struct seg_view to;
    int32_t plane;
};

static int copy_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct copy *copy = arg;
    for (size_t y = begin; y < end; y++)
        common_floats(copy->from, copy->plane, (int32_t)y, 0, (size_t)copy->from->width,
                      seg_row(&copy->to, 0, (int32_t)y));
    return SEG_OK;
}

int common_scratch_view(const struct common_env *env, const struct seg_view *like, uint32_t dtype,
                        struct seg_view *view)
{
    size_t stride = ((size_t)like->width * seg_dtype_size(dtype) + 63) / 64 * 64;
    *view = SEG_VIEW;
    view->kind = SEG_IMAGE;
    view->dtype = dtype;
    view->width = like->width;
    view->height = like->height;
    view->planes = 1;
    view->row_stride = (ptrdiff_t)stride;
    view->data = env->host->scratch(env->call, (size_t)like->height, stride);
    return view->data ? SEG_OK : common_nomem(env);
}

int common_float_plane(const struct common_env *env, const struct seg_view *view, int32_t plane,
                       struct seg_view *floats)
{
    if (view->dtype == SEG_F32) {
        *floats = *view;
        floats->planes = 1;
        floats->data = seg_row(view, plane, 0);
        return SEG_OK;
    }
    struct copy copy = {.from = view, .plane = plane};
    int status = common_scratch_view(env, view, SEG_F32, &copy.to);
    if (!status)
        status =
            common_parallel(env, (size_t)view->height, common_grain(view->width), copy_rows, &copy);
    *floats = copy.to;
    return status;
}
