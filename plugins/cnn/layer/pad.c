/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers that take, repeat, mirror or border parts of a blob: Crop, Tile, Flip, Padding, CopyTo. */
#include "layer/gather.h"
#include "model/expression.h"

#include <string.h>

#define ABSENT (-233)

/* -- Crop ------------------------------------------------------------------------------------- */

struct region { /* outermost axis first */
    int64_t start[4], length[4];
};

/* One axis of a numpy-like slice. */
static void slice_axis(struct region *r, int32_t axis, int64_t size, int64_t start, int64_t end)
{
    if (start == ABSENT)
        start = 0;
    if (end == ABSENT)
        end = size;
    r->start[axis] = start >= 0 ? start : size + start;
    end = end > 0 ? end : size + end;
    r->length[axis] = (end < size ? end : size) - r->start[axis];
}

static int slices(struct region *r, const int32_t sizes[4], int32_t rank, const int64_t *starts,
                  const int64_t *ends, const int64_t *axes, int32_t count, struct cnn_error *err)
{
    for (int32_t i = 0; i < count; i++) {
        int64_t axis = axes ? axes[i] : i;
        if (axis < 0)
            axis += rank;
        if (axis < 0 || axis >= rank)
            return cnn_fail(err, SEG_STAGE, "axis %lld of an input with %d", (long long)axis, rank);
        slice_axis(r, (int32_t)axis, sizes[axis], starts[i], ends[i]);
    }
    return SEG_OK;
}

static int list_of(struct cnn_array array, int64_t values[4], int32_t *count)
{
    *count = array.count < 4 ? (int32_t)array.count : 4;
    for (int32_t i = 0; i < *count; i++)
        values[i] = array.words[i].i;
    return *count;
}

static int region_slices(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         const int32_t sizes[4], struct region *r, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    int64_t starts[4], ends[4], axes[4];
    int32_t start_count, end_count, axis_count;
    if (*cnn_string(p, 19) && *cnn_string(p, 20)) {
        if (cnn_expression(cnn_string(p, 19), in, in_count, starts, 4, &start_count, err) ||
            cnn_expression(cnn_string(p, 20), in, in_count, ends, 4, &end_count, err) ||
            cnn_expression(cnn_string(p, 21), in, in_count, axes, 4, &axis_count, err))
            return err->status;
    } else {
        list_of(cnn_array(p, 9), starts, &start_count);
        list_of(cnn_array(p, 10), ends, &end_count);
        list_of(cnn_array(p, 11), axes, &axis_count);
    }
    int32_t count = axis_count ? axis_count : in[0].rank;
    if (start_count < count || end_count < count)
        return cnn_fail(err, SEG_STAGE, "%d starts and %d ends for %d axes", start_count, end_count,
                        count);
    return slices(r, sizes, in[0].rank, starts, ends, axis_count ? axes : NULL, count, err);
}

/* Offset, size and second offset of an axis by its letter: w, h, d, c. */
static void region_offsets(const struct cnn_params *p, const int32_t sizes[4], int32_t rank,
                           struct region *r)
{
    static const int32_t offset[4] = {0, 1, 13, 2}, size[4] = {3, 4, 14, 5},
                         offset2[4] = {6, 7, 15, 8};
    for (int32_t i = 0; i < rank; i++) {
        int32_t letter = i == 0 && rank >= 3 ? 3 : rank - 1 - i;
        int64_t wanted = cnn_int(p, size[letter], 0);
        r->start[i] = cnn_int(p, offset[letter], 0);
        r->length[i] = sizes[i] - r->start[i] - cnn_int(p, offset2[letter], 0);
        if (wanted != ABSENT && wanted < r->length[i])
            r->length[i] = wanted;
    }
}

/* Where there are no sizes at all a second input gives them. */
static bool by_reference(const struct cnn_params *p)
{
    static const int32_t sizes[] = {3, 4, 5, 6, 7, 8, 14, 15};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (cnn_int(p, sizes[i], 0) != 0)
            return false;
    return !(cnn_array(p, 9).count && cnn_array(p, 10).count) &&
           !(*cnn_string(p, 19) && *cnn_string(p, 20));
}

static int region_reference(const struct cnn_layer *layer, const struct cnn_blob *in,
                            int32_t in_count, const int32_t sizes[4], struct region *r,
                            struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    static const int32_t offset[4] = {0, 1, 13, 2};
    int32_t rank = in[0].rank;
    if (in_count < 2)
        return cnn_fail(err, SEG_STAGE, "it names no size and has no second input to take it from");
    if (cnn_int(p, 0, 0) == ABSENT) { /* the second input holds offsets and sizes, as integers */
        int32_t words[8], half = rank == 4 ? 4 : 3;
        if (!in[1].data)
            return CNN_LATE;
        if (cnn_count(&in[1]) < 2 * (size_t)half)
            return cnn_fail(err, SEG_STAGE, "a second input with fewer than %d numbers", 2 * half);
        memcpy(words, in[1].data, 2 * (size_t)half * sizeof words[0]);
        static const int32_t order[5][4] = {{0}, {0}, {1, 0}, {2, 1, 0}, {3, 2, 1, 0}};
        for (int32_t i = 0; i < rank; i++) {
            r->start[i] = words[order[rank][i]];
            r->length[i] = words[half + order[rank][i]];
        }
        return SEG_OK;
    }
    const int32_t like[4] = {in[1].w, in[1].h, in[1].d, in[1].c};
    for (int32_t i = 0; i < rank; i++) {
        int32_t letter = i == 0 && rank >= 3 ? 3 : rank - 1 - i;
        r->start[i] = cnn_int(p, offset[letter], 0);
        r->length[i] = letter == 3 && in[1].rank != rank ? sizes[i] : like[letter];
    }
    return SEG_OK;
}

static int region(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                  struct region *r, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    int32_t sizes[4], rank = cnn_axes(&in[0], sizes);
    int status = SEG_OK;
    *r = (struct region){{0}, {sizes[0], sizes[1], sizes[2], sizes[3]}};
    if (by_reference(p))
        status = region_reference(layer, in, in_count, sizes, r, err);
    else if ((cnn_array(p, 9).count && cnn_array(p, 10).count) || *cnn_string(p, 19))
        status = region_slices(layer, in, in_count, sizes, r, err);
    else
        region_offsets(p, sizes, rank, r);
    for (int32_t i = 0; status == SEG_OK && i < rank; i++)
        if (r->start[i] < 0 || r->length[i] < 1 || r->start[i] + r->length[i] > sizes[i])
            status = cnn_fail(err, SEG_STAGE, "%lld elements from %lld on of an axis of %d",
                              (long long)r->length[i], (long long)r->start[i], sizes[i]);
    return status;
}

static int shape_crop(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                      struct cnn_blob *out, struct cnn_error *err)
{
    struct region r;
    int status = region(layer, in, in_count, &r, err);
    return status != SEG_OK ? status : cnn_shape(out, in[0].rank, r.length, in[0].dtype, err);
}

static int run_crop(struct cnn_job *job)
{
    struct region r;
    struct cnn_gather g = {0};
    int32_t rank = job->in[0].rank;
    int status = region(job->layer, job->in, job->in_count, &r, job->err);
    if (status == SEG_OK)
        status = cnn_gather_init(&g, &job->in[0], &job->out[0], job->err);
    if (status != SEG_OK)
        return status;
    for (int32_t i = 0; i < rank; i++) {
        if (i == 0 && job->in[0].pack == 8)
            r.start[0] /= 8;
        int32_t axis = 4 - rank + i, *map = cnn_gather_map(&g, axis);
        for (int32_t k = 0; k < g.axes[axis]; k++)
            map[k] = (int32_t)r.start[i] + k;
    }
    status = cnn_gather_run(&g, job);
    cnn_gather_free(&g);
    return status;
}

static bool crop_packs(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                       const struct cnn_blob *out)
{
    struct region r;
    struct cnn_error err = {0};
    (void)out;
    return region(layer, in, in_count, &r, &err) == SEG_OK && in[0].rank >= 3 &&
           r.start[0] % 8 == 0;
}

/* -- CopyTo ----------------------------------------------------------------------------------- */

static int copyto_offsets(const struct cnn_layer *layer, const struct cnn_blob *in,
                          int64_t start[4], struct cnn_error *err)
{
    static const int32_t offset[4] = {0, 1, 13, 2};
    const struct cnn_params *p = &layer->params;
    struct cnn_array starts = cnn_array(p, 9), axes = cnn_array(p, 11);
    int32_t sizes[4], parts[4], rank = cnn_axes(&in[0], sizes);
    if (cnn_axes(&in[1], parts) != rank)
        return cnn_fail(err, SEG_STAGE, "its inputs differ in rank: %d and %d", rank, in[1].rank);
    for (int32_t i = 0; i < rank; i++)
        start[i] = starts.count ? 0 : cnn_int(p, offset[i == 0 && rank >= 3 ? 3 : rank - 1 - i], 0);
    size_t count = axes.count ? axes.count : (size_t)rank;
    for (size_t i = 0; i < count && i < starts.count; i++) {
        int64_t axis = axes.count ? axes.words[i].i : (int64_t)i, at = starts.words[i].i;
        axis += axis < 0 ? rank : 0;
        if (axis < 0 || axis >= rank)
            return cnn_fail(err, SEG_STAGE, "axis %lld of %d", (long long)axis, rank);
        at = at == ABSENT ? 0 : at;
        start[axis] = at >= 0 ? at : sizes[axis] + at;
    }
    for (int32_t i = 0; i < rank; i++)
        if (start[i] < 0 || start[i] + parts[i] > sizes[i])
            return cnn_fail(err, SEG_STAGE, "%d elements at %lld of an axis of %d", parts[i],
                            (long long)start[i], sizes[i]);
    return SEG_OK;
}

static int shape_copyto(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                        struct cnn_blob *out, struct cnn_error *err)
{
    int64_t start[4];
    (void)in_count;
    out[0] = in[0];
    return cnn_same_shape(&in[0], &in[1]) ? SEG_OK : copyto_offsets(layer, in, start, err);
}

static int run_copyto(struct cnn_job *job)
{
    int32_t sizes[4], parts[4], rank = cnn_axes(&job->in[0], sizes);
    int64_t start[4] = {0};
    const char *in = job->in[1].data;
    char *out = job->out[0].data;
    size_t bytes = cnn_dtype_bytes(job->in[0].dtype);
    if (cnn_same_shape(&job->in[0], &job->in[1])) {
        memcpy(out, in, cnn_storage(&job->in[1]));
        return SEG_OK;
    }
    if (copyto_offsets(job->layer, job->in, start, job->err) != SEG_OK)
        return job->err->status;
    if (out != job->in[0].data)
        memcpy(out, job->in[0].data, cnn_storage(&job->in[0]));
    cnn_axes(&job->in[1], parts);
    size_t row = (size_t)parts[rank - 1] * bytes;
    for (size_t i = 0; i < cnn_span(parts, 0, rank - 1); i++, in += row) {
        size_t rest = i, at = 0, step = 1;
        for (int32_t k = rank - 1; k >= 0; k--) {
            size_t index = (size_t)start[k];
            if (k < rank - 1) {
                index += rest % (size_t)parts[k];
                rest /= (size_t)parts[k];
            }
            at += index * step;
            step *= (size_t)sizes[k];
        }
        memcpy(out + at * bytes, in, row);
    }
    return SEG_OK;
}

/* -- Tile, Flip ------------------------------------------------------------------------------- */

/* How often each axis is repeated, outermost first; the rank of the output. */
static int32_t repeats(const struct cnn_layer *layer, const struct cnn_blob *in, int64_t times[4])
{
    struct cnn_array list = cnn_array(&layer->params, 2);
    int32_t rank = in->rank, count = list.count < 4 ? (int32_t)list.count : 4;
    int32_t outer = rank > count ? rank : count;
    for (int32_t i = 0; i < 4; i++)
        times[i] = 1;
    for (int32_t i = 0; i < count; i++) /* they stand for the innermost axes */
        times[outer - count + i] = list.words[i].i;
    int32_t axis = cnn_int(&layer->params, 0, 0);
    if (list.count == 0 && rank == 1)
        axis = 0;
    if (list.count == 0 && axis >= 0 && axis < rank)
        times[axis] = cnn_int(&layer->params, 1, 1);
    return outer;
}

static int shape_tile(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                      struct cnn_blob *out, struct cnn_error *err)
{
    int64_t times[4];
    int32_t sizes[4], rank = cnn_axes(&in[0], sizes), outer = repeats(layer, in, times);
    (void)in_count;
    for (int32_t i = outer - rank; i < outer; i++)
        times[i] *= sizes[i - (outer - rank)];
    return cnn_shape(out, outer, times, in[0].dtype, err);
}

static int run_tile(struct cnn_job *job)
{
    struct cnn_gather g;
    int32_t sizes[4], rank = cnn_axes(&job->in[0], sizes);
    if (cnn_gather_init(&g, &job->in[0], &job->out[0], job->err) != SEG_OK)
        return job->err->status;
    for (int32_t axis = 0; axis < 4; axis++) {
        int32_t size = axis < 4 - rank ? 1 : sizes[axis - (4 - rank)];
        int32_t *map = cnn_gather_map(&g, axis);
        for (int32_t i = 0; i < g.axes[axis]; i++)
            map[i] = i % size;
    }
    int status = cnn_gather_run(&g, job);
    cnn_gather_free(&g);
    return status;
}

static int run_flip(struct cnn_job *job)
{
    struct cnn_gather g;
    struct cnn_array list = cnn_array(&job->layer->params, 0);
    int32_t rank = job->in[0].rank;
    bool marks[4] = {false};
    for (size_t i = 0; i < list.count; i++) {
        int64_t axis = list.words[i].i;
        axis += axis < 0 ? rank : 0;
        if (axis >= 0 && axis < rank)
            marks[4 - rank + axis] = true;
    }
    if (cnn_gather_init(&g, &job->in[0], &job->out[0], job->err) != SEG_OK)
        return job->err->status;
    for (int32_t axis = 0; axis < 4; axis++) {
        if (!marks[axis])
            continue;
        int32_t *map = cnn_gather_map(&g, axis);
        for (int32_t i = 0; i < g.axes[axis]; i++)
            map[i] = g.axes[axis] - 1 - i;
    }
    int status = cnn_gather_run(&g, job);
    cnn_gather_free(&g);
    return status;
}

/* -- Padding ---------------------------------------------------------------------------------- */

struct padding {
    int32_t before[4], after[4]; /* w, h, d or c, none */
    int32_t type;                /* 0: a value, 1: the edge, 2: mirrored at the edge */
    float value;
    int32_t each_count;
    const float *each; /* a value for each channel of the output */
    struct cnn_weights weights;
};

static int load_padding(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    static const int32_t before[3] = {2, 0, 7}, after[3] = {3, 1, 8};
    const struct cnn_params *p = &layer->params;
    struct padding *pad = layer->data;
    for (int32_t i = 0; i < 3; i++) {
        pad->before[i] = cnn_int(p, before[i], 0);
        pad->after[i] = cnn_int(p, after[i], 0);
        if (pad->before[i] < -CNN_ELEMENTS_MAX || pad->before[i] > CNN_ELEMENTS_MAX ||
            pad->after[i] < -CNN_ELEMENTS_MAX || pad->after[i] > CNN_ELEMENTS_MAX)
            return cnn_fail(err, SEG_IO, "a border of %d and %d", pad->before[i], pad->after[i]);
    }
    pad->type = cnn_int(p, 4, 0);
    pad->value = cnn_float(p, 5, 0);
    pad->each_count = cnn_int(p, 6, 0);
    if (pad->type < 0 || pad->type > 2)
        return cnn_fail(err, SEG_IO, "type %d of border (0 to 2)", pad->type);
    if (pad->each_count)
        return cnn_read_floats(reader, pad->each_count, false, -1, 1, &pad->weights, &pad->each,
                               err);
    return SEG_OK;
}

static void unload_padding(struct cnn_layer *layer)
{
    struct padding *pad = layer->data;
    cnn_weights_drop(&pad->weights);
}

/* Which of the borders belongs to axis `axis` of a rank: -1 none. */
static int32_t border_of(int32_t rank, int32_t axis)
{
    int32_t inner = rank - 1 - axis; /* 0: w, 1: h, 2: c of rank 3, d of rank 4 */
    return inner < 3 ? inner : -1;
}

static int shape_padding(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         struct cnn_blob *out, struct cnn_error *err)
{
    const struct padding *pad = layer->data;
    int32_t sizes[4], rank = cnn_axes(&in[0], sizes);
    int64_t axes[4];
    (void)in_count;
    for (int32_t i = 0; i < rank; i++) {
        int32_t b = border_of(rank, i);
        int64_t before = b < 0 ? 0 : pad->before[b], after = b < 0 ? 0 : pad->after[b];
        axes[i] = sizes[i] + before + after;
        if (pad->type == 2 && (before >= sizes[i] || after >= sizes[i]) && (before || after))
            return cnn_fail(err, SEG_STAGE, "mirrored borders of %lld and %lld for an axis of %d",
                            (long long)before, (long long)after, sizes[i]);
    }
    if (cnn_shape(out, rank, axes, in[0].dtype, err) != SEG_OK)
        return err->status;
    if (pad->each_count && rank >= 3 && pad->each_count < out->c)
        return cnn_fail(err, SEG_STAGE, "%d border values for %d channels", pad->each_count,
                        out->c);
    return SEG_OK;
}

static int32_t source(int32_t type, int64_t i, int32_t size)
{
    if (i >= 0 && i < size)
        return (int32_t)i;
    if (type == 0)
        return -1;
    if (type == 1)
        return i < 0 ? 0 : size - 1;
    return (int32_t)(i < 0 ? -i : 2 * ((int64_t)size - 1) - i);
}

static int run_padding(struct cnn_job *job)
{
    const struct padding *pad = job->layer->data;
    struct cnn_gather g;
    int32_t sizes[4], rank = cnn_axes(&job->in[0], sizes);
    if (cnn_gather_init(&g, &job->in[0], &job->out[0], job->err) != SEG_OK)
        return job->err->status;
    for (int32_t i = 0; i < rank; i++) {
        int32_t b = border_of(rank, i), axis = 4 - rank + i;
        if (b < 0 || (job->in[0].pack == 8 && i == 0))
            continue;
        int32_t *map = cnn_gather_map(&g, axis);
        for (int32_t k = 0; k < g.axes[axis]; k++)
            map[k] = source(pad->type, (int64_t)k - pad->before[b], sizes[i]);
    }
    g.fill = &pad->value;
    if (pad->each_count && rank >= 3) {
        g.fill = pad->each;
        g.fill_axis = 4 - rank; /* the channels */
    }
    int status = cnn_gather_run(&g, job);
    cnn_gather_free(&g);
    return status;
}

static bool padding_packs(const struct cnn_layer *layer, const struct cnn_blob *in,
                          int32_t in_count, const struct cnn_blob *out)
{
    const struct padding *pad = layer->data;
    (void)in_count, (void)out;
    return in[0].rank == 3 && !pad->each_count && !pad->before[2] && !pad->after[2];
}

#define ROW(name, number, inputs)                                                                  \
    .type = name, .index = number, .in_min = 1, .in_max = inputs, .out_min = 1, .out_max = 1
#define PACKS CNN_OP_PACKS | CNN_OP_PACKED_OUT

static const struct cnn_op ops[] = {
    {ROW("Crop", 8, 2), .flags = PACKS, .shape = shape_crop, .run = run_crop, .packs = crop_packs},
    {.type = "CopyTo",
     .index = 99,
     .flags = CNN_OP_IN_PLACE,
     .in_min = 2,
     .in_max = 2,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_copyto,
     .run = run_copyto},
    {ROW("Tile", 37, 1), .shape = shape_tile, .run = run_tile},
    {ROW("Flip", 107, 1), .run = run_flip},
    {ROW("Padding", 43, 1), .flags = PACKS, .data_size = sizeof(struct padding),
     .load = load_padding, .shape = shape_padding, .run = run_padding, .packs = padding_packs,
     .unload = unload_padding},
};
CNN_FAMILY(cnn_pad_ops, ops);
