/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution and its transpose on one, two and three axes, grouped or not: parameters and
 * shapes. */
#include "layer/conv.h"

#include <string.h>

#define SAME_UPPER (-233)
#define SAME_LOWER (-234)

/* -- parameters ------------------------------------------------------------------------------- */

int cnn_conv_act(const struct cnn_params *params, int32_t type_id, int32_t params_id,
                 struct cnn_act *act, struct cnn_error *err)
{
    static const int32_t needs[] = {0, 0, 1, 2, 0, 0, 2};
    int32_t type = cnn_int(params, type_id, 0);
    struct cnn_array list = cnn_array(params, params_id);
    if (type < 0 || type > CNN_ACT_HARDSWISH)
        return cnn_fail(err, SEG_IO, "activation %d (0 to %d)", type, CNN_ACT_HARDSWISH);
    if (list.count < (size_t)needs[type])
        return cnn_fail(err, SEG_IO, "activation %d needs %d parameters, not %zu", type,
                        needs[type], list.count);
    *act = (struct cnn_act){.kind = type};
    if (needs[type] >= 1)
        act->a = list.words[0].f;
    if (needs[type] >= 2)
        act->b = list.words[1].f;
    return SEG_OK;
}

/* Ids of w, h, d of one parameter; a missing one takes the value of another axis. */
static void axis_params(const struct cnn_params *p, int32_t dims, const int32_t ids[3],
                        int32_t fallback, int32_t values[3])
{
    values[0] = cnn_int(p, ids[0], fallback);
    values[1] = dims >= 2 ? cnn_int(p, ids[1], values[0]) : fallback;
    values[2] = dims >= 3 ? cnn_int(p, ids[2], values[0]) : fallback;
}

static int check_axis(const struct cnn_conv_layer *c, int32_t i, struct cnn_error *err)
{
    const int32_t most = 1 << 20;
    if (!c->dynamic && (c->kernel[i] < 1 || c->kernel[i] > most))
        return cnn_fail(err, SEG_IO, "a kernel of %d (1 to %d)", c->kernel[i], most);
    if (c->stride[i] < 1 || c->stride[i] > most || c->dilation[i] < 1 || c->dilation[i] > most)
        return cnn_fail(err, SEG_IO, "stride %d and dilation %d (1 to %d)", c->stride[i],
                        c->dilation[i], most);
    if (c->before[i] < SAME_LOWER || c->before[i] > most || c->after[i] < SAME_LOWER ||
        c->after[i] > most || c->out_pad[i] < 0 || c->out_pad[i] > most)
        return cnn_fail(err, SEG_IO, "borders of %d, %d and %d", c->before[i], c->after[i],
                        c->out_pad[i]);
    return SEG_OK;
}

static int load_params(struct cnn_layer *layer, int32_t dims, bool transposed, bool grouped,
                       struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct cnn_conv_layer *c = layer->data;
    c->dims = dims;
    c->transposed = transposed;
    c->dynamic = dims < 3 && cnn_int(p, transposed ? 28 : 19, 0) != 0;
    c->num_output = cnn_int(p, 0, 0);
    c->groups = grouped ? cnn_int(p, 7, 1) : 1;
    c->has_bias = cnn_int(p, 5, 0) != 0;
    c->weight_count = cnn_int(p, 6, 0);
    axis_params(p, dims, (const int32_t[]){1, 11, 21}, 0, c->kernel);
    axis_params(p, dims, (const int32_t[]){2, 12, 22}, 1, c->dilation);
    axis_params(p, dims, (const int32_t[]){3, 13, 23}, 1, c->stride);
    axis_params(p, dims, (const int32_t[]){4, 14, 24}, 0, c->before);
    c->after[0] = cnn_int(p, 15, c->before[0]);
    c->after[1] = dims >= 2 ? cnn_int(p, 16, c->before[1]) : 0;
    c->after[2] = dims >= 3 ? cnn_int(p, 17, c->before[2]) : 0;
    if (transposed) {
        axis_params(p, dims, (const int32_t[]){18, 19, 20}, 0, c->out_pad);
        axis_params(p, dims,
                    dims == 3 ? (const int32_t[]){25, 26, 27} : (const int32_t[]){20, 21, 0}, 0,
                    c->out_size);
    } else {
        c->pad_value = cnn_float(p, 18, 0);
    }
    for (int32_t i = dims; i < 3; i++)
        c->kernel[i] = 1;
    if (c->dynamic && layer->in_count < 2 + c->has_bias)
        return cnn_fail(err, SEG_IO, "its weights are inputs, of which it has %d",
                        layer->in_count - 1);
    if (!c->dynamic && c->num_output < 1)
        return cnn_fail(err, SEG_IO, "num_output is %d", c->num_output);
    if (c->groups < 1 || (!c->dynamic && c->num_output % c->groups != 0))
        return cnn_fail(err, SEG_IO, "%d outputs in %d groups", c->num_output, c->groups);
    for (int32_t i = 0; i < dims; i++)
        if (check_axis(c, i, err) != SEG_OK)
            return err->status;
    return cnn_conv_act(p, 9, 10, &c->act, err);
}

int64_t cnn_conv_area(const int32_t kernel[3])
{
    int64_t n = (int64_t)kernel[0] * kernel[1]; /* each at most 2^20 */
    return n > CNN_ELEMENTS_MAX ? 0 : n * kernel[2];
}

static int load(struct cnn_layer *layer, struct cnn_reader *reader, int32_t dims, bool transposed,
                bool grouped, struct cnn_error *err)
{
    struct cnn_conv_layer *c = layer->data;
    if (load_params(layer, dims, transposed, grouped, err) != SEG_OK || c->dynamic)
        return err->status;
    int64_t each = cnn_conv_area(c->kernel) * c->num_output;
    if (each < 1 || c->weight_count < 1 || c->weight_count % each != 0)
        return cnn_fail(err, SEG_IO, "%lld weights for %d outputs of %d x %d x %d",
                        (long long)c->weight_count, c->num_output, c->kernel[0], c->kernel[1],
                        c->kernel[2]);
    float reach = 1.7f / (1.0f + (float)(c->weight_count / c->num_output) * 0.25f);
    int32_t term = dims == 2 && !transposed ? cnn_int(&layer->params, 8, 0) : 0;
    if (cnn_read(reader, c->weight_count, true, -reach, reach, &c->weights, err) != SEG_OK)
        return err->status;
    if (c->has_bias && cnn_read_floats(reader, c->num_output, false, -0.1f, 0.1f, &c->bias_weights,
                                       &c->bias, err) != SEG_OK)
        return err->status;
    c->int8.term = term;
    if (term)
        return cnn_conv_int8_load(c, grouped, reader, err);
    if (c->weights.form == CNN_FORM_INT8)
        return cnn_fail(err, SEG_IO, "int8 weights without their scales");
    return SEG_OK;
}

static void unload(struct cnn_layer *layer)
{
    struct cnn_conv_layer *c = layer->data;
    cnn_weights_drop(&c->weights);
    cnn_weights_drop(&c->bias_weights);
    cnn_conv_int8_unload(c);
}

static int prepare(struct cnn_layer *layer, struct cnn_error *err)
{
    struct cnn_conv_layer *c = layer->data;
    if (c->dynamic || c->int8.term)
        return SEG_OK;
    return cnn_weights_load(&c->weights) ? SEG_OK : cnn_nomem(err);
}

/* -- shapes ----------------------------------------------------------------------------------- */

/* Reads sizes and channels off an input: of rank dims + 1, or without channels. */
static void in_axes(const struct cnn_blob *in, int32_t dims, struct cnn_conv_shape *s)
{
    s->in[0] = in->w;
    s->in[1] = dims >= 2 ? in->h : 1;
    s->in[2] = dims == 3 ? in->d : 1;
    s->in_channels = dims == 1 ? in->h : in->c;
}

static int dynamic_shape(const struct cnn_conv_layer *c, const struct cnn_blob *in,
                         struct cnn_conv_shape *s, struct cnn_error *err)
{
    const struct cnn_blob *w = &in[1];
    int32_t axes[4], rank = cnn_axes(w, axes);
    if (rank != c->dims + 2)
        return cnn_fail(err, SEG_STAGE, "weights of %d axes (%d)", rank, c->dims + 2);
    for (int32_t i = 0; i < c->dims; i++)
        s->kernel[i] = axes[rank - 1 - i];
    s->out_channels = c->transposed ? axes[1] * c->groups : axes[0];
    int32_t from = c->transposed ? axes[0] / c->groups : axes[1];
    if (s->in_per_group != from || s->out_channels % c->groups != 0)
        return cnn_fail(err, SEG_STAGE, "weights for %d channels a group, but the input has %d",
                        from, s->in_per_group);
    if (c->has_bias && cnn_count(&in[2]) < (size_t)s->out_channels)
        return cnn_fail(err, SEG_STAGE, "a bias of %zu numbers for %d outputs", cnn_count(&in[2]),
                        s->out_channels);
    return SEG_OK;
}

/* Borders before and after an axis of a convolution. */
static void borders(const struct cnn_conv_layer *c, const struct cnn_conv_shape *s,
                    int64_t before[3], int64_t after[3])
{
    bool any = false, upper = true, lower = true, same = false;
    for (int32_t i = 0; i < c->dims; i++) {
        any = any || c->before[i] > 0 || c->after[i] > 0;
        upper = upper && c->before[i] == SAME_UPPER && c->after[i] == SAME_UPPER;
        lower = lower && c->before[i] == SAME_LOWER && c->after[i] == SAME_LOWER;
    }
    for (int32_t i = 0; i < 3; i++) {
        int64_t extent = (int64_t)c->dilation[i] * (s->kernel[i] - 1) + 1;
        int64_t pad = extent + ((int64_t)s->in[i] - 1) / c->stride[i] * c->stride[i] - s->in[i];
        before[i] = any ? c->before[i] : 0;
        after[i] = any ? c->after[i] : 0;
        if (any || !(upper || lower) || i >= c->dims)
            continue;
        same = same || pad > 0;
        before[i] = upper ? pad / 2 : pad - pad / 2;
        after[i] = pad - before[i];
    }
    for (int32_t i = 0; i < 3 && !any && !same; i++)
        before[i] = after[i] = 0;
}

static int forward_size(const struct cnn_conv_layer *c, struct cnn_conv_shape *s,
                        struct cnn_error *err)
{
    int64_t before[3], after[3];
    borders(c, s, before, after);
    for (int32_t i = 0; i < 3; i++) {
        int64_t size = s->in[i] + before[i] + after[i];
        int64_t extent = (int64_t)c->dilation[i] * (s->kernel[i] - 1) + 1;
        if (size < extent)
            return cnn_fail(err, SEG_STAGE, "a kernel that reaches over %lld of %lld pixels",
                            (long long)extent, (long long)size);
        s->before[i] = (int32_t)before[i];
        s->out[i] = (int32_t)((size - extent) / c->stride[i] + 1);
    }
    return SEG_OK;
}

static int transposed_size(const struct cnn_conv_layer *c, struct cnn_conv_shape *s,
                           struct cnn_error *err)
{
    bool any = false, upper = false, lower = false, sized = true;
    for (int32_t i = 0; i < c->dims; i++) {
        any = any || c->before[i] > 0 || c->after[i] > 0;
        upper = upper || c->before[i] == SAME_UPPER || c->after[i] == SAME_UPPER;
        lower = lower || c->before[i] == SAME_LOWER || c->after[i] == SAME_LOWER;
        sized = sized && c->out_size[i] > 0;
    }
    if (sized && !any && !upper && !lower)
        return cnn_fail(err, SEG_STAGE, "an output size without automatic borders");
    for (int32_t i = 0; i < 3; i++) {
        int64_t full = ((int64_t)s->in[i] - 1) * c->stride[i] +
                       (int64_t)c->dilation[i] * (s->kernel[i] - 1) + 1 + c->out_pad[i];
        int64_t before = 0, after = 0;
        if (any) {
            before = c->before[i] > 0 ? c->before[i] : 0;
            after = c->after[i] > 0 ? c->after[i] : 0;
        } else if (sized && i < c->dims) {
            int64_t cut = full - c->out_size[i];
            before = upper ? cut / 2 : cut - cut / 2;
            after = cut - before;
        }
        if (full - before - after < 1 || full > INT32_MAX || before < 0 || after < 0)
            return cnn_fail(err, SEG_STAGE, "%lld pixels, of which %lld and %lld are cut",
                            (long long)full, (long long)before, (long long)after);
        s->before[i] = (int32_t)before;
        s->out[i] = (int32_t)(full - before - after);
    }
    return SEG_OK;
}

int cnn_conv_plan(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                  struct cnn_conv_shape *s, struct cnn_error *err)
{
    const struct cnn_conv_layer *c = layer->data;
    (void)in_count;
    *s = (struct cnn_conv_shape){.out_channels = c->num_output};
    memcpy(s->kernel, c->kernel, sizeof s->kernel);
    in_axes(&in[0], c->dims, s);
    if (in[0].dtype != CNN_F32 && !(in[0].dtype == CNN_I8 && c->int8.term))
        return cnn_fail(err, SEG_STAGE, "an input that is no float");
    if (in[0].rank == 1 && c->dims == 2 && !c->transposed && c->groups == 1 && c->kernel[0] == 1 &&
        c->kernel[1] == 1 && in[0].w == c->weight_count / c->num_output) {
        s->flat = true;
        s->in_channels = in[0].w;
        s->in[0] = 1;
    }
    if (s->in_channels % c->groups != 0)
        return cnn_fail(err, SEG_STAGE, "%d channels in %d groups", s->in_channels, c->groups);
    s->in_per_group = s->in_channels / c->groups;
    if (c->dynamic) {
        if (dynamic_shape(c, in, s, err) != SEG_OK)
            return err->status;
    } else if (c->weight_count != cnn_conv_area(c->kernel) * c->num_output * s->in_per_group) {
        return cnn_fail(err, SEG_STAGE, "%lld weights do not fit an input of %d channels",
                        (long long)c->weight_count, s->in_channels);
    }
    s->out_per_group = s->out_channels / c->groups;
    if (s->flat) {
        s->out[0] = s->out[1] = s->out[2] = 1;
        return SEG_OK;
    }
    return c->transposed ? transposed_size(c, s, err) : forward_size(c, s, err);
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct cnn_conv_layer *c = layer->data;
    struct cnn_conv_shape s;
    int64_t axes[4];
    int32_t rank = 0;
    if (cnn_conv_plan(layer, in, in_count, &s, err) != SEG_OK)
        return err->status;
    axes[rank++] = s.out_channels;
    for (int32_t i = c->dims - 1; i >= 0 && !s.flat; i--)
        axes[rank++] = s.out[i];
    return cnn_shape(out, rank, axes, c->int8.term > 100 ? CNN_I8 : CNN_F32, err);
}

#define LOADER(name, dims, transposed, grouped)                                                    \
    static int name(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)     \
    {                                                                                              \
        return load(layer, reader, dims, transposed, grouped, err);                                \
    }
LOADER(load_2d, 2, false, false)
LOADER(load_2d_group, 2, false, true)
LOADER(load_1d, 1, false, false)
LOADER(load_1d_group, 1, false, true)
LOADER(load_3d, 3, false, false)
LOADER(load_3d_group, 3, false, true)
LOADER(load_2d_transposed, 2, true, false)
LOADER(load_2d_transposed_group, 2, true, true)
LOADER(load_1d_transposed, 1, true, false)
LOADER(load_1d_transposed_group, 1, true, true)
LOADER(load_3d_transposed, 3, true, false)
LOADER(load_3d_transposed_group, 3, true, true)

#define ROW(name, number, loader, flag)                                                            \
    {                                                                                              \
        .type = name, .index = number, .flags = flag, .in_min = 1, .in_max = 3, .out_min = 1,      \
        .out_max = 1, .data_size = sizeof(struct cnn_conv_layer), .load = loader, .shape = shape,  \
        .prepare = prepare, .run = cnn_conv_run, .unload = unload                                  \
    }

static const struct cnn_op ops[] = {
    ROW("Convolution", 6, load_2d, CNN_OP_CONV),
    ROW("ConvolutionDepthWise", 42, load_2d_group, CNN_OP_CONV),
    ROW("Deconvolution", 8, load_2d_transposed, CNN_OP_CONV),
    ROW("DeconvolutionDepthWise", 51, load_2d_transposed_group, CNN_OP_CONV),
    ROW("Convolution1D", 81, load_1d, 0),
    ROW("ConvolutionDepthWise1D", 83, load_1d_group, 0),
    ROW("Convolution3D", 84, load_3d, 0),
    ROW("ConvolutionDepthWise3D", 85, load_3d_group, 0),
    ROW("Deconvolution1D", 88, load_1d_transposed, 0),
    ROW("DeconvolutionDepthWise1D", 89, load_1d_transposed_group, 0),
    ROW("Deconvolution3D", 90, load_3d_transposed, 0),
    ROW("DeconvolutionDepthWise3D", 91, load_3d_transposed_group, 0),
};
CNN_FAMILY(cnn_conv_ops, ops);

bool cnn_op_is_conv(const struct cnn_op *op)
{
    return op->run == cnn_conv_run;
}
