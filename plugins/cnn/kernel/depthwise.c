/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Planning of depth-wise convolutions and their weights. */
#include "kernel/depthwise.h"

#define BAND_BYTES ((size_t)96 * 1024) /* of a band's copy */

void depthwise_plan_make(const struct cnn_conv *conv, const struct cnn_geometry *g,
                         struct depthwise_plan *plan)
{
    *plan = (struct depthwise_plan){
        .phases_x = direct_phases(conv, conv->stride_w),
        .phases_y = direct_phases(conv, conv->stride_h),
    };
    size_t copy = 0, rows_most = 1, widest = 1;
    for (int32_t px = 0; px < plan->phases_x; px++) {
        struct direct_axis x;
        direct_axis_of(conv, false, px, g->pad_left, g->out_w, &x);
        plan->copies |= x.count > 0 && x.span > 0 && x.count < 16 * x.span;
        size_t width = x.count > 0 ? (size_t)direct_extent(&x, x.count) : 1;
        widest = width > widest ? width : widest;
    }
    for (int32_t py = 0; py < plan->phases_y; py++) {
        struct direct_axis y;
        direct_axis_of(conv, true, py, g->pad_top, g->out_h, &y);
        rows_most = (size_t)y.count > rows_most ? (size_t)y.count : rows_most;
    }
    size_t items = blocks_of(conv->in) * (size_t)plan->phases_x * (size_t)plan->phases_y;
    size_t bands = items < 4 * g->workers && items % g->workers ? 2 * g->workers : 1;
    if (plan->copies) {
        size_t rows = BAND_BYTES / (widest * 8 * sizeof(float)) / (size_t)conv->stride_h;
        size_t least = ceil_div(rows_most, rows ? rows : 1);
        bands = bands > least ? bands : least;
    }
    plan->band_rows = (int32_t)ceil_div(rows_most, bands);
    plan->bands = ceil_div(rows_most, (size_t)plan->band_rows);
    for (int32_t py = 0; plan->copies && py < plan->phases_y; py++) {
        struct direct_axis y;
        direct_axis_of(conv, true, py, g->pad_top, g->out_h, &y);
        size_t floats = widest * (size_t)direct_extent(&y, plan->band_rows) * 8;
        copy = floats > copy ? floats : copy;
    }
    size_t taps = (size_t)conv->kernel_w * (size_t)conv->kernel_h;
    plan->worker_bytes =
        (copy + 15) / 16 * 16 * sizeof(float) + (taps + 3) / 4 * 4 * sizeof(struct depthwise_tap);
}

bool depthwise_fits(const struct cnn_conv *conv, const struct cnn_geometry *g)
{
    return (conv->kind == CNN_DEPTHWISE || conv->kind == CNN_DECONV_DEPTHWISE) && g->in_pack == 8 &&
           direct_sizes_fit(conv, g);
}

/* For each block of channels bias and then [ky][kx][lane]. */
size_t depthwise_packed_size(const struct cnn_conv *conv)
{
    size_t kernel = SIZE_PRODUCT((size_t)conv->kernel_w, (size_t)conv->kernel_h);
    size_t bytes = SIZE_PRODUCT(kernel + 1, 8 * blocks_of(conv->in), sizeof(float));
    return kernel == 0 || bytes > PTRDIFF_MAX ? 0 : bytes;
}

void depthwise_prepare(const struct cnn_conv *conv, void *packed)
{
    float *to = packed;
    size_t kernel = (size_t)conv->kernel_w * (size_t)conv->kernel_h, in = (size_t)conv->in;
    for (size_t first = 0; first < in; first += 8) {
        for (size_t i = first; i < first + 8; i++)
            *to++ = i < in && conv->bias ? conv->bias[i] : 0.0f;
        for (size_t tap = 0; tap < kernel; tap++)
            for (size_t i = first; i < first + 8; i++)
                *to++ = i < in ? conv->weights[i * kernel + tap] : 0.0f;
    }
}

size_t depthwise_workspace(const struct cnn_conv *conv, const struct cnn_geometry *geometry)
{
    struct depthwise_plan plan;
    depthwise_plan_make(conv, geometry, &plan);
    return SIZE_PRODUCT(plan.worker_bytes, geometry->workers);
}
