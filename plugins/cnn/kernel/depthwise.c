/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Planning of depth-wise convolutions and their weights. */
#include "kernel/depthwise.h"

#define FRAME_FLOATS ((size_t)16 * 1024) /* larger images are not copied */

void depthwise_plan_make(const struct cnn_conv *conv, const struct cnn_geometry *g,
                         struct depthwise_plan *plan)
{
    *plan = (struct depthwise_plan){
        .phases_x = direct_phases(conv, conv->stride_w),
        .phases_y = direct_phases(conv, conv->stride_h),
        .worker_floats = ceil_div((size_t)g->in_w * 8, 16) * 16,
    };
    struct direct_axis x, y;
    direct_axis_of(conv, false, 0, g->pad_left, g->out_w, &x);
    direct_axis_of(conv, true, 0, g->pad_top, g->out_h, &y);
    size_t frame = SIZE_PRODUCT((size_t)int_max(x.step * (x.count - 1) + x.span + 1, 1),
                                (size_t)int_max(y.step * (y.count - 1) + y.span + 1, 1), 8);
    if (conv->kind == CNN_DEPTHWISE && frame && frame <= FRAME_FLOATS) {
        plan->frame_w = x.step * (x.count - 1) + x.span + 1;
        plan->frame_h = y.step * (y.count - 1) + y.span + 1;
        plan->worker_floats = ceil_div(frame, 16) * 16;
    }
    size_t rows = ceil_div((size_t)g->out_h, (size_t)plan->phases_y);
    size_t items = blocks_of(conv->in) * (size_t)plan->phases_x * (size_t)plan->phases_y;
    size_t bands = items < 4 * g->workers && items % g->workers ? 2 * g->workers : 1;
    plan->band_rows = int_max(1, (int32_t)ceil_div(rows, bands));
    plan->bands = ceil_div(rows, (size_t)plan->band_rows);
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
    return SIZE_PRODUCT(plan.worker_floats, sizeof(float), geometry->workers);
}
