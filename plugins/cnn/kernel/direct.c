/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Planning of direct convolutions and their weights. */
#include "kernel/direct.h"

#define BAND_BYTES                                                                                 \
    ((size_t)160 * 1024) /* input of a band: a third of a usual second-level cache                 \
                          */
#define LARGE 16384      /* beyond that sizes are left to the plain code */

int32_t direct_phases(const struct cnn_conv *conv, int32_t stride)
{
    return conv->kind == CNN_DECONV || conv->kind == CNN_DECONV_DEPTHWISE ? stride : 1;
}

static void axis_plain(int32_t kernel, int32_t stride, int32_t dilation, int32_t pad, int32_t out,
                       struct direct_axis *axis)
{
    axis->count = out;
    axis->first_out = 0;
    axis->step_out = 1;
    axis->first = -pad;
    axis->step = stride;
    axis->taps = kernel;
    axis->span = (kernel - 1) * dilation;
    for (int32_t i = 0; i < kernel; i++) {
        axis->delta[i] = i * dilation;
        axis->index[i] = i;
    }
}

/* Output y gets input i through kernel row k where y + pad = i * stride + k * dilation. So all y
 * with the same (y + pad) mod stride use the same rows of the kernel. */
static void axis_transposed(int32_t kernel, int32_t stride, int32_t dilation, int32_t pad,
                            int32_t out, int32_t phase, struct direct_axis *axis)
{
    int32_t least = 0;
    axis->taps = 0;
    axis->span = 0;
    for (int32_t k = kernel - 1; k >= 0; k--) {
        int32_t distance = phase - k * dilation;
        if (distance % stride)
            continue;
        if (axis->taps == 0)
            least = distance / stride;
        axis->delta[axis->taps] = axis->span = distance / stride - least;
        axis->index[axis->taps++] = k;
    }
    int32_t first = (phase - pad) % stride;
    if (first < 0)
        first += stride;
    axis->first_out = first;
    axis->step_out = stride;
    axis->count = first < out ? (out - 1 - first) / stride + 1 : 0;
    axis->first = (first + pad - phase) / stride + least;
    axis->step = 1;
}

void direct_axis_of(const struct cnn_conv *conv, bool vertical, int32_t phase, int32_t pad,
                    int32_t out, struct direct_axis *axis)
{
    int32_t kernel = vertical ? conv->kernel_h : conv->kernel_w;
    int32_t stride = vertical ? conv->stride_h : conv->stride_w;
    int32_t dilation = vertical ? conv->dilation_h : conv->dilation_w;
    if (conv->kind == CNN_DECONV || conv->kind == CNN_DECONV_DEPTHWISE)
        axis_transposed(kernel, stride, dilation, pad, out, phase, axis);
    else
        axis_plain(kernel, stride, dilation, pad, out, axis);
}

static bool reaches_outside(const struct direct_axis *axis, int32_t in)
{
    return axis->count > 0 &&
           (axis->first < 0 ||
            (int64_t)axis->first + (int64_t)(axis->count - 1) * axis->step + axis->span >= in);
}

/* One output row of a 1x1 convolution that keeps the size holds all pixels. */
static bool is_pointwise(const struct cnn_conv *conv, const struct cnn_geometry *g)
{
    return conv->kind == CNN_CONV && conv->kernel_w == 1 && conv->kernel_h == 1 &&
           conv->stride_w == 1 && conv->stride_h == 1 && g->pad_left == 0 && g->pad_top == 0 &&
           g->in_w == g->out_w && g->in_h == g->out_h;
}

static size_t align16(size_t floats)
{
    return (floats + 15) / 16 * 16;
}

static void plan_bands(const struct direct_axis *x, const struct direct_axis *y, unsigned workers,
                       struct direct_plan *plan)
{
    if (x->count == 0 || y->count == 0)
        return;
    size_t row = (size_t)direct_extent(x, x->count) * plan->planes * plan->unit * sizeof(float);
    size_t rows = BAND_BYTES / row / (size_t)int_max(1, y->step / direct_copy_step(y));
    size_t least = ceil_div(24, (size_t)x->count);
    rows = rows < least ? least : rows;
    size_t bands = ceil_div((size_t)y->count, rows);
    if (workers > 1 && bands % workers)
        bands = ceil_div(bands, workers) * workers;
    rows = ceil_div((size_t)y->count, bands);
    if (rows < least)
        rows = least;
    if ((int32_t)rows > plan->band_rows)
        plan->band_rows = (int32_t)rows;
}

static void plan_phase(const struct direct_axis *x, const struct direct_axis *y,
                       struct direct_plan *plan)
{
    if (x->count == 0 || y->count == 0)
        return;
    int32_t rows = int_min(plan->band_rows, y->count);
    size_t bands = ceil_div((size_t)y->count, (size_t)plan->band_rows);
    size_t pixels = (size_t)rows * (size_t)x->count;
    size_t taps = (size_t)x->taps * (size_t)y->taps * plan->planes;
    size_t floats = direct_plane(plan, x, y, rows) * plan->planes;
    plan->bands = bands > plan->bands ? bands : plan->bands;
    plan->band_pixels = pixels > plan->band_pixels ? pixels : plan->band_pixels;
    plan->taps = taps > plan->taps ? taps : plan->taps;
    plan->band_floats = floats > plan->band_floats ? floats : plan->band_floats;
}

void direct_plan_make(const struct cnn_conv *conv, const struct cnn_geometry *g,
                      struct direct_plan *plan)
{
    bool pointwise = is_pointwise(conv, g);
    size_t unit = g->in_pack == 8 ? 8 : 1;
    *plan = (struct direct_plan){
        .in_w = pointwise ? 1 : g->in_w,
        .in_h = pointwise ? g->in_w * g->in_h : g->in_h,
        .out_w = pointwise ? 1 : g->out_w,
        .out_h = pointwise ? g->in_w * g->in_h : g->out_h,
        .unit = unit,
        .planes = unit == 8 ? blocks_of(conv->in) : (size_t)conv->in,
        .out_blocks = blocks_of(conv->out),
        .phases_x = direct_phases(conv, conv->stride_w),
        .phases_y = direct_phases(conv, conv->stride_h),
    };
    plan->groups = direct_group_count(plan->out_blocks);
    /* Planes at a distance of many pages evict each other from the cache. */
    plan->copies = unit == 8 && plan->planes > 6 && plan->groups > 1;
    for (int round = 0; round < 2; round++)
        for (int32_t py = 0; py < plan->phases_y; py++)
            for (int32_t px = 0; px < plan->phases_x; px++) {
                struct direct_axis x, y;
                direct_axis_of(conv, false, px, g->pad_left, plan->out_w, &x);
                direct_axis_of(conv, true, py, g->pad_top, plan->out_h, &y);
                if (round == 0) {
                    plan->copies |=
                        reaches_outside(&x, plan->in_w) || reaches_outside(&y, plan->in_h);
                    plan_bands(&x, &y, g->workers, plan);
                } else
                    plan_phase(&x, &y, plan);
            }
    size_t items = plan->bands * (size_t)plan->phases_x * (size_t)plan->phases_y;
    plan->splits = 1;
    if (items && items < 2 * g->workers && items % g->workers)
        plan->splits = plan->groups < g->workers ? plan->groups : g->workers;
    plan->worker_bytes = (align16(plan->copies ? plan->band_floats : 0)) * sizeof(float) +
                         align16(2 * plan->band_pixels + plan->taps) * sizeof(ptrdiff_t);
}

bool direct_sizes_fit(const struct cnn_conv *conv, const struct cnn_geometry *g)
{
    return conv->kernel_w > 0 && conv->kernel_h > 0 && conv->kernel_w <= DIRECT_MAX_KERNEL &&
           conv->kernel_h <= DIRECT_MAX_KERNEL && conv->stride_w > 0 && conv->stride_h > 0 &&
           conv->stride_w <= DIRECT_MAX_KERNEL && conv->stride_h <= DIRECT_MAX_KERNEL &&
           conv->dilation_w > 0 && conv->dilation_h > 0 && conv->dilation_w < LARGE &&
           conv->dilation_h < LARGE && g->pad_left < LARGE && g->pad_top < LARGE &&
           g->pad_left > -LARGE && g->pad_top > -LARGE && g->workers > 0;
}

bool direct_fits(const struct cnn_conv *conv, const struct cnn_geometry *g)
{
    return (conv->kind == CNN_CONV || conv->kind == CNN_DECONV) &&
           (g->in_pack == 8 || g->in_pack == 1) && direct_sizes_fit(conv, g);
}

/* Floats of one phase: for each group bias, then [plane][ky][kx][in lane][out lane]. Planar and
 * blocked input take the same weights. */
static size_t phase_floats(const struct cnn_conv *conv, int32_t taps)
{
    size_t per_lane = SIZE_PRODUCT((size_t)conv->in, (size_t)taps) + 1;
    return SIZE_PRODUCT(per_lane, 8 * blocks_of(conv->out));
}

static int32_t axis_taps(const struct cnn_conv *conv, bool vertical, int32_t phase)
{
    struct direct_axis axis;
    direct_axis_of(conv, vertical, phase, 0, 1, &axis);
    return axis.taps;
}

size_t direct_phase_offset(const struct cnn_conv *conv, int32_t phase_y, int32_t phase_x)
{
    size_t sum = 0;
    int32_t across = direct_phases(conv, conv->stride_w);
    for (int32_t p = 0; p < phase_y * across + phase_x; p++)
        sum += phase_floats(conv,
                            axis_taps(conv, true, p / across) * axis_taps(conv, false, p % across));
    return sum;
}

size_t direct_packed_size(const struct cnn_conv *conv)
{
    size_t most = SIZE_PRODUCT((size_t)conv->in + 1, 8 * blocks_of(conv->out),
                               (size_t)conv->kernel_w + (size_t)conv->stride_w,
                               (size_t)conv->kernel_h + (size_t)conv->stride_h, sizeof(float));
    if (most == 0 || most > PTRDIFF_MAX)
        return 0;
    return direct_phase_offset(conv, direct_phases(conv, conv->stride_h), 0) * sizeof(float);
}

static float *prepare_group(const struct cnn_conv *conv, const struct direct_axis *x,
                            const struct direct_axis *y, size_t group, float *to)
{
    size_t blocks = blocks_of(conv->out);
    size_t lanes = 8 * direct_group_blocks(blocks, group);
    size_t first = 8 * direct_group_first(blocks, group);
    size_t in = (size_t)conv->in, out = (size_t)conv->out;
    size_t kw = (size_t)conv->kernel_w, kernel = kw * (size_t)conv->kernel_h;
    for (size_t o = first; o < first + lanes; o++)
        *to++ = o < out && conv->bias ? conv->bias[o] : 0.0f;
    for (size_t block = 0; block < in; block += 8) {
        size_t end = in < block + 8 ? in : block + 8;
        for (int32_t tap = 0; tap < x->taps * y->taps; tap++) {
            size_t at = (size_t)y->index[tap / x->taps] * kw + (size_t)x->index[tap % x->taps];
            for (size_t i = block; i < end; i++)
                for (size_t o = first; o < first + lanes; o++)
                    *to++ = o < out ? conv->weights[(o * in + i) * kernel + at] : 0.0f;
        }
    }
    return to;
}

void direct_prepare(const struct cnn_conv *conv, void *packed)
{
    float *to = packed;
    for (int32_t py = 0; py < direct_phases(conv, conv->stride_h); py++)
        for (int32_t px = 0; px < direct_phases(conv, conv->stride_w); px++) {
            struct direct_axis x, y;
            direct_axis_of(conv, false, px, 0, 1, &x);
            direct_axis_of(conv, true, py, 0, 1, &y);
            for (size_t group = 0; group < direct_group_count(blocks_of(conv->out)); group++)
                to = prepare_group(conv, &x, &y, group, to);
        }
}

size_t direct_workspace(const struct cnn_conv *conv, const struct cnn_geometry *geometry)
{
    struct direct_plan plan;
    direct_plan_make(conv, geometry, &plan);
    return SIZE_PRODUCT(plan.worker_bytes, geometry->workers);
}
