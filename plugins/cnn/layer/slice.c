/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting blobs together along an axis and cutting them apart: Concat, Slice. */
#include "layer/slice.h"

#include <string.h>

static int32_t concat_axis(const struct cnn_layer *layer, int32_t rank)
{
    int32_t axis = cnn_int(&layer->params, 0, 0);
    if (axis < 0)
        axis += rank;
    return rank == 1 ? 0 : axis; /* vectors have but one */
}

static int shape_concat(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                        struct cnn_blob *out, struct cnn_error *err)
{
    int32_t axes[4], rank = cnn_axes(&in[0], axes), axis = concat_axis(layer, rank);
    int64_t sum[4] = {axes[0], axes[1], axes[2], axes[3]};
    if (axis < 0 || axis >= rank)
        return cnn_fail(err, SEG_STAGE, "axis %d of inputs with %d", axis, rank);
    for (int32_t i = 1; i < in_count; i++) {
        int32_t other[4];
        bool same = cnn_axes(&in[i], other) == rank && in[i].dtype == in[0].dtype;
        for (int32_t k = 0; k < rank; k++)
            same = same && (k == axis || other[k] == axes[k]);
        if (!same)
            return cnn_fail(err, SEG_STAGE,
                            "input %d does not match the first in rank or along an axis but %d",
                            i + 1, axis);
        sum[axis] += other[axis];
    }
    return cnn_shape(out, rank, sum, in[0].dtype, err);
}

struct piece { /* how one part lies in the whole: `outer` runs of `run` bytes */
    char *part;
    size_t run, offset;
};

struct work {
    struct piece *pieces;
    char *whole;
    size_t stride, parts; /* bytes from run to run of the whole */
    bool join;
};

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const struct piece *p = &w->pieces[i % w->parts];
        size_t outer = i / w->parts;
        char *whole = w->whole + outer * w->stride + p->offset, *part = p->part + outer * p->run;
        if (w->join && whole != part)
            memcpy(whole, part, p->run);
        else if (whole != part)
            memcpy(part, whole, p->run);
    }
    return SEG_OK;
}

/* Copies between a whole and its parts along `axis`; parts that lie in their place are let be. */
static int copy(struct cnn_job *job, const struct cnn_blob *whole, const struct cnn_blob *parts,
                int32_t count, int32_t axis, bool join)
{
    int32_t axes[4], rank = cnn_axes(whole, axes);
    size_t bytes = cnn_dtype_bytes(whole->dtype) * (size_t)whole->pack;
    struct piece *pieces = job->scratch;
    struct work w = {pieces, whole->data, 0, (size_t)count, join};
    if (whole->pack == 8)
        axes[0] = (axes[0] + 7) / 8;
    size_t outer = cnn_span(axes, 0, axis), inner = cnn_span(axes, axis + 1, rank) * bytes;
    for (int32_t i = 0; i < count; i++) {
        int32_t own[4];
        cnn_axes(&parts[i], own);
        size_t length = (size_t)own[axis];
        if (whole->pack == 8 && axis == 0)
            length = (length + 7) / 8;
        pieces[i] = (struct piece){parts[i].data, length * inner, w.stride};
        w.stride += length * inner;
    }
    return cnn_parallel(job, outer * (size_t)count, w.stride / (size_t)count / 4, body, &w);
}

static int run_concat(struct cnn_job *job)
{
    return copy(job, &job->out[0], job->in, job->in_count,
                concat_axis(job->layer, job->out[0].rank), true);
}

static size_t scratch(const struct cnn_layer *layer, const struct cnn_blob *in,
                      const struct cnn_blob *out, unsigned workers)
{
    (void)in, (void)out, (void)workers;
    int32_t count = layer->in_count > layer->out_count ? layer->in_count : layer->out_count;
    return (size_t)count * sizeof(struct piece);
}

/* Along the channels blocks must meet: all but the last part are whole blocks. */
static bool concat_packs(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         const struct cnn_blob *out)
{
    (void)out;
    if (in[0].rank < 3)
        return false;
    for (int32_t i = 0; i + 1 < in_count; i++)
        if (concat_axis(layer, in[0].rank) == 0 && in[i].c % 8 != 0)
            return false;
    return true;
}

/* -- Slice ------------------------------------------------------------------------------------ */

static int32_t slice_axis(const struct cnn_layer *layer, int32_t rank)
{
    int32_t axis = cnn_int(&layer->params, 1, 0);
    return axis < 0 ? axis + rank : axis;
}

static int shape_slice(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                       struct cnn_blob *out, struct cnn_error *err)
{
    struct cnn_array slices = cnn_array(&layer->params, 0), cuts = cnn_array(&layer->params, 2);
    int32_t axes[4], rank = cnn_axes(&in[0], axes), axis = slice_axis(layer, rank);
    int32_t count = layer->out_count;
    (void)in_count;
    if (axis < 0 || axis >= rank)
        return cnn_fail(err, SEG_STAGE, "axis %d of an input with %d", axis, rank);
    if (cuts.count ? cuts.count + 1 < (size_t)count : slices.count < (size_t)count)
        return cnn_fail(err, SEG_STAGE, "it names fewer parts than its %d outputs", count);
    int64_t at = 0, size = axes[axis];
    for (int32_t i = 0; i < count; i++) {
        int64_t part[4] = {axes[0], axes[1], axes[2], axes[3]}, length;
        if (cuts.count) {
            int64_t end = i + 1 < count ? cuts.words[i].i : size;
            length = (end < 0 ? end + size : end) - at;
        } else {
            length = slices.words[i].i;
            if (length == -233)
                length = (size - at) / (count - i);
        }
        if (length < 1 || at + length > size)
            return cnn_fail(err, SEG_STAGE, "%lld elements from %lld on of an axis of %lld",
                            (long long)length, (long long)at, (long long)size);
        part[axis] = length;
        at += length;
        if (cnn_shape(&out[i], rank, part, in[0].dtype, err) != SEG_OK)
            return err->status;
    }
    return SEG_OK;
}

static int run_slice(struct cnn_job *job)
{
    int32_t axis = slice_axis(job->layer, job->in[0].rank), length[4];
    struct cnn_blob whole = job->in[0];
    /* What no part takes is no piece: the stride must still be the whole's. */
    int32_t taken = 0;
    cnn_axes(&whole, length);
    for (int32_t i = 0; i < job->out_count; i++) {
        int32_t own[4];
        cnn_axes(&job->out[i], own);
        taken += own[axis];
    }
    if (taken == length[axis])
        return copy(job, &whole, job->out, job->out_count, axis, false);
    size_t bytes = cnn_dtype_bytes(whole.dtype);
    size_t outer = cnn_span(length, 0, axis), inner = cnn_span(length, axis + 1, 4) * bytes;
    const char *from = whole.data;
    for (int32_t i = 0; i < job->out_count; i++) {
        int32_t own[4];
        cnn_axes(&job->out[i], own);
        size_t run = (size_t)own[axis] * inner;
        for (size_t k = 0; k < outer; k++)
            memcpy((char *)job->out[i].data + k * run, from + k * (size_t)length[axis] * inner,
                   run);
        from += run;
    }
    return SEG_OK;
}

static bool slice_packs(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                        const struct cnn_blob *out)
{
    int32_t axis = slice_axis(layer, in[0].rank), sum = 0;
    (void)in_count;
    if (in[0].rank < 3)
        return false;
    for (int32_t i = 0; i < layer->out_count; i++) {
        int32_t own[4];
        cnn_axes(&out[i], own);
        sum += own[axis];
        if (axis == 0 && i + 1 < layer->out_count && out[i].c % 8 != 0)
            return false;
    }
    int32_t whole[4];
    cnn_axes(&in[0], whole);
    return sum == whole[axis];
}

bool cnn_concat_outermost(const struct cnn_layer *layer, const struct cnn_blob *in)
{
    return concat_axis(layer, in->rank) == 0;
}

bool cnn_slice_outermost(const struct cnn_layer *layer, const struct cnn_blob *in)
{
    return slice_axis(layer, in->rank) == 0;
}

static const struct cnn_op ops[] = {
    {.type = "Concat",
     .index = 5,
     .flags = CNN_OP_PACKS | CNN_OP_PACKED_OUT,
     .in_min = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_concat,
     .run = run_concat,
     .scratch = scratch,
     .packs = concat_packs},
    {.type = "Slice",
     .index = 31,
     .flags = CNN_OP_PACKS | CNN_OP_PACKED_OUT,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .shape = shape_slice,
     .run = run_slice,
     .scratch = scratch,
     .packs = slice_packs},
};
CNN_FAMILY(cnn_slice_ops, ops);
