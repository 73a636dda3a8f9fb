/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers that change only the shape, or nothing at all. */
#include "layer/op.h"
#include "model/expression.h"

#include <string.h>

#define ABSENT (-233)

/* -- nothing ---------------------------------------------------------------------------------- */

static int shape_split(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                       struct cnn_blob *out, struct cnn_error *err)
{
    (void)in_count, (void)err;
    for (int32_t i = 0; i < layer->out_count; i++)
        out[i] = in[0];
    return SEG_OK;
}

static int shape_input(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                       struct cnn_blob *out, struct cnn_error *err)
{
    (void)layer, (void)in, (void)in_count, (void)out;
    return cnn_fail(err, SEG_USAGE, "this input was not given");
}

/* Noop has as many outputs as inputs; the graph resolves it as Split when it has one. */
static int shape_noop(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                      struct cnn_blob *out, struct cnn_error *err)
{
    if (layer->out_count > in_count)
        return cnn_fail(err, SEG_STAGE, "%d outputs of %d inputs", layer->out_count, in_count);
    for (int32_t i = 0; i < layer->out_count; i++)
        out[i] = in[i];
    return SEG_OK;
}

static int run_noop(struct cnn_job *job)
{
    for (int32_t i = 0; i < job->out_count; i++)
        memcpy(job->out[i].data, job->in[i].data, cnn_storage(&job->in[i]));
    return SEG_OK;
}

/* -- Flatten, Squeeze, ExpandDims -------------------------------------------------------------- */

static int shape_flatten(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         struct cnn_blob *out, struct cnn_error *err)
{
    int64_t count = (int64_t)cnn_count(&in[0]);
    (void)layer, (void)in_count;
    return cnn_shape(out, 1, &count, in[0].dtype, err);
}

/* Marks the axes that an array of params names; negative ones count from the end. */
static void mark_axes(struct cnn_array list, int32_t rank, bool marks[4])
{
    for (size_t i = 0; i < list.count; i++) {
        int64_t axis = list.words[i].i;
        if (axis < 0)
            axis += rank;
        if (axis >= 0 && axis < rank)
            marks[axis] = true;
    }
}

static int shape_squeeze(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         struct cnn_blob *out, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct cnn_array list = cnn_array(p, 3);
    bool marks[4] = {false};
    int32_t axes[4], rank = cnn_axes(&in[0], axes), kept = 0;
    int64_t result[4];
    (void)in_count;
    if (list.count) {
        mark_axes(list, rank, marks);
    } else {
        marks[rank - 1] = cnn_int(p, 0, 0) != 0;
        if (rank >= 2)
            marks[rank - 2] = cnn_int(p, 1, 0) != 0;
        if (rank >= 3)
            marks[0] = cnn_int(p, 2, 0) != 0;
        if (rank == 4)
            marks[1] = cnn_int(p, 11, 0) != 0;
    }
    for (int32_t i = 0; i < rank; i++)
        if (!marks[i] || axes[i] != 1)
            result[kept++] = axes[i];
    if (kept == 0)
        result[kept++] = 1;
    return cnn_shape(out, kept, result, in[0].dtype, err);
}

static int shape_expanddims(const struct cnn_layer *layer, const struct cnn_blob *in,
                            int32_t in_count, struct cnn_blob *out, struct cnn_error *err)
{
    struct cnn_array list = cnn_array(&layer->params, 3);
    int32_t axes[4], rank = cnn_axes(&in[0], axes), from = 0;
    bool marks[4] = {false};
    int64_t result[4];
    (void)in_count;
    if (list.count > (size_t)(4 - rank))
        return cnn_fail(err, SEG_STAGE, "%zu new axes for an input of %d (4 in all at most)",
                        list.count, rank);
    int32_t count = rank + (int32_t)list.count;
    mark_axes(list, count, marks);
    for (int32_t i = 0; i < count; i++) {
        if (!marks[i] && from == rank)
            return cnn_fail(err, SEG_STAGE, "new axes that repeat or lie outside 0..%d", count - 1);
        result[i] = marks[i] ? 1 : axes[from++];
    }
    return cnn_shape(out, count, result, in[0].dtype, err);
}

/* -- Reshape ---------------------------------------------------------------------------------- */

/* The wanted axes, outermost first, from parameters or an expression; the count of them. */
static int wanted(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                  int64_t axes[4], int32_t *rank, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    const char *text = cnn_string(p, 6);
    if (*text) {
        int64_t list[4];
        if (cnn_expression(text, in, in_count, list, 4, rank, err) != SEG_OK)
            return err->status;
        if (*rank < 1)
            return cnn_fail(err, SEG_IO, "an empty shape expression");
        for (int32_t i = 0; i < *rank; i++) /* innermost first there */
            axes[i] = list[*rank - 1 - i];
        return SEG_OK;
    }
    int32_t w = cnn_int(p, 0, ABSENT), h = cnn_int(p, 1, ABSENT), c = cnn_int(p, 2, ABSENT),
            d = cnn_int(p, 11, ABSENT);
    *rank = d != ABSENT ? 4 : c != ABSENT ? 3 : h != ABSENT ? 2 : 1;
    if (d == ABSENT && c == ABSENT && h == ABSENT && w == ABSENT)
        return cnn_fail(err, SEG_IO, "it names no size");
    const int64_t all[5][4] = {{0}, {w}, {h, w}, {c, h, w}, {c, d, h, w}};
    memcpy(axes, all[*rank], sizeof all[0]);
    return SEG_OK;
}

static int shape_reshape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         struct cnn_blob *out, struct cnn_error *err)
{
    int64_t axes[4] = {0}, count = (int64_t)cnn_count(&in[0]), known = 1;
    int32_t rank, rest = -1;
    if (wanted(layer, in, in_count, axes, &rank, err) != SEG_OK)
        return err->status;
    const int32_t sizes[4] = {in[0].w, in[0].h, rank == 4 ? in[0].d : in[0].c, in[0].c};
    for (int32_t i = rank - 1; i >= 0; i--) {
        if (axes[i] == 0) /* the axis of that name of the input */
            axes[i] = sizes[rank - 1 - i];
        if (axes[i] == -1 && rest < 0) {
            rest = i;
            continue;
        }
        if (axes[i] < 1 || axes[i] > CNN_ELEMENTS_MAX / known)
            return cnn_fail(err, SEG_STAGE, "axis %d would be %lld long", i, (long long)axes[i]);
        known *= axes[i];
    }
    if (rest >= 0)
        axes[rest] = count / known;
    if (count % known != 0 || (rest < 0 && count != known))
        return cnn_fail(err, SEG_STAGE, "%lld elements do not fill the wanted shape",
                        (long long)count);
    return cnn_shape(out, rank, axes, in[0].dtype, err);
}

#define VIEW CNN_OP_VIEW | CNN_OP_PACKS | CNN_OP_PACKED_OUT

static const struct cnn_op ops[] = {
    {.type = "Input", .index = 16, .out_min = 1, .out_max = 1, .shape = shape_input},
    {.type = "Split",
     .index = 33,
     .flags = VIEW,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .shape = shape_split},
    {.type = "DeepCopy",
     .index = 70,
     .flags = VIEW,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1},
    {.type = "Packing",
     .index = 62,
     .flags = VIEW,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1},
    {.type = "Noop", .index = 68, .out_min = 0, .shape = shape_noop, .run = run_noop},
    {.type = "Flatten",
     .index = 14,
     .flags = CNN_OP_VIEW,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_flatten},
    {.type = "Squeeze",
     .index = 44,
     .flags = CNN_OP_VIEW,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_squeeze},
    {.type = "ExpandDims",
     .index = 45,
     .flags = CNN_OP_VIEW,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_expanddims},
    {.type = "Reshape",
     .index = 27,
     .flags = CNN_OP_VIEW,
     .in_min = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_reshape},
};
CNN_FAMILY(cnn_shape_ops, ops);
