/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers that reorder all elements: Permute, ShuffleChannel, PixelShuffle, Reorg, Diag. */
#include "layer/op.h"

#include <string.h>

/* -- Permute ---------------------------------------------------------------------------------- */

/* For each order: which axis of the input (0: w, 1: h, 2: c; or d, c of rank 4) the output's axes
 * are, innermost first. */
static const int8_t orders3[6][3] = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1},
                                     {2, 0, 1}, {1, 2, 0}, {2, 1, 0}};
static const int8_t orders4[24][4] = {
    {0, 1, 2, 3}, {1, 0, 2, 3}, {0, 2, 1, 3}, {2, 0, 1, 3}, {1, 2, 0, 3}, {2, 1, 0, 3},
    {0, 1, 3, 2}, {1, 0, 3, 2}, {0, 3, 1, 2}, {3, 0, 1, 2}, {1, 3, 0, 2}, {3, 1, 0, 2},
    {0, 2, 3, 1}, {2, 0, 3, 1}, {0, 3, 2, 1}, {3, 0, 2, 1}, {2, 3, 0, 1}, {3, 2, 0, 1},
    {1, 2, 3, 0}, {2, 1, 3, 0}, {1, 3, 2, 0}, {3, 1, 2, 0}, {2, 3, 1, 0}, {3, 2, 1, 0}};

/* The input's axis behind each axis of the output, both outermost first. */
static int order_of(const struct cnn_layer *layer, int32_t rank, int32_t from[4],
                    struct cnn_error *err)
{
    static const int32_t counts[5] = {0, 1, 2, 6, 24};
    int32_t order = cnn_int(&layer->params, 0, 0);
    if (order < 0 || order >= counts[rank])
        return cnn_fail(err, SEG_STAGE, "order %d for %d axes (0 to %d)", order, rank,
                        counts[rank] - 1);
    for (int32_t i = 0; i < rank; i++) {
        int32_t inner = rank - 1 - i;
        int32_t axis = rank == 4   ? orders4[order][inner]
                       : rank == 3 ? orders3[order][inner]
                       : order     ? 1 - inner
                                   : inner;
        from[i] = rank - 1 - axis;
    }
    return SEG_OK;
}

static int shape_permute(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         struct cnn_blob *out, struct cnn_error *err)
{
    int32_t axes[4], from[4], rank = cnn_axes(&in[0], axes);
    int64_t result[4];
    (void)in_count;
    if (order_of(layer, rank, from, err) != SEG_OK)
        return err->status;
    for (int32_t i = 0; i < rank; i++)
        result[i] = axes[from[i]];
    return cnn_shape(out, rank, result, in[0].dtype, err);
}

struct permute {
    const float *in;
    float *out;
    size_t axes[4], step[4]; /* of the output, right-aligned; in the input */
};

/* Tiles of 8 x 8 keep both sides in the cache. */
static int permute_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct permute *p = arg;
    const size_t *n = p->axes, *step = p->step;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        size_t z = i % n[1], c = i / n[1];
        const float *in = p->in + c * step[0] + z * step[1];
        float *out = p->out + i * n[2] * n[3];
        if (step[3] == 1) {
            for (size_t y = 0; y < n[2]; y++)
                memcpy(out + y * n[3], in + y * step[2], n[3] * sizeof *out);
            continue;
        }
        for (size_t y0 = 0; y0 < n[2]; y0 += 8)
            for (size_t x0 = 0; x0 < n[3]; x0 += 8) {
                size_t y1 = y0 + 8 < n[2] ? y0 + 8 : n[2], x1 = x0 + 8 < n[3] ? x0 + 8 : n[3];
                for (size_t y = y0; y < y1; y++)
                    for (size_t x = x0; x < x1; x++)
                        out[y * n[3] + x] = in[y * step[2] + x * step[3]];
            }
    }
    return SEG_OK;
}

static int run_permute(struct cnn_job *job)
{
    struct permute p = {.in = cnn_in(job, 0), .out = cnn_out(job, 0), .axes = {1, 1, 1, 1}};
    int32_t axes[4], from[4], rank = cnn_axes(&job->in[0], axes);
    size_t steps[4], step = 1;
    if (order_of(job->layer, rank, from, job->err) != SEG_OK)
        return job->err->status;
    for (int32_t i = rank - 1; i >= 0; i--) {
        steps[i] = step;
        step *= (size_t)axes[i];
    }
    for (int32_t i = 0; i < rank; i++) {
        p.axes[4 - rank + i] = (size_t)axes[from[i]];
        p.step[4 - rank + i] = steps[from[i]];
    }
    return cnn_parallel(job, p.axes[0] * p.axes[1], 2 * p.axes[2] * p.axes[3], permute_body, &p);
}

/* -- channels --------------------------------------------------------------------------------- */

static int32_t groups_of(const struct cnn_layer *layer, const struct cnn_blob *in)
{
    int32_t group = cnn_int(&layer->params, 0, 1);
    return cnn_int(&layer->params, 1, 0) && group > 0 ? in->c / group : group;
}

static int shape_shuffle(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         struct cnn_blob *out, struct cnn_error *err)
{
    int32_t group = groups_of(layer, &in[0]);
    (void)in_count;
    if (group < 1 || in[0].c % group != 0)
        return cnn_fail(err, SEG_STAGE, "%d channels in %d groups", in[0].c, group);
    out[0] = in[0];
    return SEG_OK;
}

struct shuffle {
    const float *in;
    float *out;
    size_t groups, each, size;
    bool packed;
};

static int shuffle_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct shuffle *s = arg;
    (void)worker;
    for (size_t q = begin; q < end; q++) {
        if (!s->packed) {
            size_t from = q % s->groups * s->each + q / s->groups;
            memcpy(s->out + q * s->size, s->in + from * s->size, s->size * sizeof(float));
            continue;
        }
        float *out = s->out + q * 8 * s->size;
        for (size_t lane = 0; lane < 8; lane++) {
            size_t k = q * 8 + lane, from = k % s->groups * s->each + k / s->groups;
            const float *in = s->in + from / 8 * 8 * s->size + from % 8;
            for (size_t i = 0; i < s->size; i++)
                out[i * 8 + lane] = in[i * 8];
        }
    }
    return SEG_OK;
}

static int run_shuffle(struct cnn_job *job)
{
    const struct cnn_blob *in = &job->in[0];
    size_t groups = (size_t)groups_of(job->layer, in), c = (size_t)in->c;
    struct shuffle s = {cnn_in(job, 0),
                        cnn_out(job, 0),
                        groups,
                        c / groups,
                        (size_t)in->w * (size_t)in->h * (size_t)in->d,
                        in->pack == 8};
    return cnn_parallel(job, s.packed ? c / 8 : c, s.size * (s.packed ? 8 : 1), shuffle_body, &s);
}

/* -- PixelShuffle, Reorg ------------------------------------------------------------------------
 */

static int shape_pixelshuffle(const struct cnn_layer *layer, const struct cnn_blob *in,
                              int32_t in_count, struct cnn_blob *out, struct cnn_error *err)
{
    int64_t r = cnn_int(&layer->params, 0, 1), square = r * r;
    (void)in_count;
    if (r < 1 || r > 4096 || in[0].rank > 3 || in[0].c % square != 0)
        return cnn_fail(err, SEG_STAGE, "%d channels and a factor of %lld", in[0].c, (long long)r);
    return cnn_shape_3d(out, in[0].c / square, in[0].h * r, in[0].w * r, err);
}

static int run_pixelshuffle(struct cnn_job *job)
{
    const struct cnn_blob *in = &job->in[0], *out = &job->out[0];
    size_t r = (size_t)cnn_int(&job->layer->params, 0, 1), w = (size_t)in->w, h = (size_t)in->h;
    size_t planes = (size_t)out->c, wide = w * r;
    bool mode = cnn_int(&job->layer->params, 1, 0) != 0;
    for (size_t p = 0; p < planes; p++)
        for (size_t sh = 0; sh < r; sh++)
            for (size_t sw = 0; sw < r; sw++) {
                size_t q = mode ? (sh * r + sw) * planes + p : (p * r + sh) * r + sw;
                const float *from = cnn_in(job, 0) + q * w * h;
                float *to = cnn_out(job, 0) + p * w * h * r * r + sh * wide + sw;
                for (size_t y = 0; y < h; y++)
                    for (size_t x = 0; x < w; x++)
                        to[y * r * wide + x * r] = from[y * w + x];
            }
    return SEG_OK;
}

static int shape_reorg(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                       struct cnn_blob *out, struct cnn_error *err)
{
    int64_t s = cnn_int(&layer->params, 0, 1);
    (void)in_count;
    if (s < 1 || s > 4096 || in[0].rank > 3)
        return cnn_fail(err, SEG_STAGE, "a stride of %lld (1 to 4096)", (long long)s);
    return cnn_shape_3d(out, in[0].c * s * s, in[0].h / s, in[0].w / s, err);
}

static int run_reorg(struct cnn_job *job)
{
    const struct cnn_blob *in = &job->in[0], *out = &job->out[0];
    size_t s = (size_t)cnn_int(&job->layer->params, 0, 1), w = (size_t)in->w, h = (size_t)in->h;
    size_t ow = (size_t)out->w, oh = (size_t)out->h, planes = (size_t)in->c;
    bool mode = cnn_int(&job->layer->params, 1, 0) != 0;
    for (size_t p = 0; p < planes; p++)
        for (size_t sh = 0; sh < s; sh++)
            for (size_t sw = 0; sw < s; sw++) {
                size_t q = mode ? (sh * s + sw) * planes + p : (p * s + sh) * s + sw;
                const float *from = cnn_in(job, 0) + p * w * h + sh * w + sw;
                float *to = cnn_out(job, 0) + q * ow * oh;
                for (size_t y = 0; y < oh; y++)
                    for (size_t x = 0; x < ow; x++)
                        to[y * ow + x] = from[y * s * w + x * s];
            }
    return SEG_OK;
}

/* -- Diag ------------------------------------------------------------------------------------- */

/* A vector becomes the diagonal of a matrix, a matrix's diagonal a vector. */
static int shape_diag(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                      struct cnn_blob *out, struct cnn_error *err)
{
    int64_t k = cnn_int(&layer->params, 0, 0), size = k < 0 ? -k : k;
    (void)in_count;
    if (in[0].rank > 2)
        return cnn_fail(err, SEG_STAGE, "an input of %d axes (1 or 2)", in[0].rank);
    if (in[0].rank == 1)
        return cnn_shape_2d(out, in[0].w + size, in[0].w + size, err);
    int64_t right = k > 0 ? k : 0, down = k < 0 ? -k : 0;
    int64_t w = in[0].w - right, h = in[0].h - down;
    return cnn_shape_1d(out, w < h ? w : h, err);
}

static int run_diag(struct cnn_job *job)
{
    int32_t k = cnn_int(&job->layer->params, 0, 0);
    size_t right = k > 0 ? (size_t)k : 0, down = k < 0 ? (size_t)-k : 0;
    const float *in = cnn_in(job, 0);
    float *out = cnn_out(job, 0);
    if (job->in[0].rank == 1) {
        size_t w = (size_t)job->out[0].w;
        memset(out, 0, w * w * sizeof *out);
        for (size_t i = 0; i < (size_t)job->in[0].w; i++)
            out[(i + down) * w + i + right] = in[i];
        return SEG_OK;
    }
    for (size_t i = 0; i < (size_t)job->out[0].w; i++)
        out[i] = in[(i + down) * (size_t)job->in[0].w + i + right];
    return SEG_OK;
}

#define ROW(name, number, shaper, runner)                                                          \
    .type = name, .index = number, .in_min = 1, .in_max = 1, .out_min = 1, .out_max = 1,           \
    .shape = shaper, .run = runner

static const struct cnn_op ops[] = {
    {ROW("Permute", 47, shape_permute, run_permute)},
    {ROW("ShuffleChannel", 52, shape_shuffle, run_shuffle),
     .flags = CNN_OP_PACKS | CNN_OP_PACKED_OUT, .packs = cnn_packs_whole},
    {ROW("PixelShuffle", 69, shape_pixelshuffle, run_pixelshuffle)},
    {ROW("Reorg", 55, shape_reorg, run_reorg)},
    {ROW("Diag", 101, shape_diag, run_diag)},
};
CNN_FAMILY(cnn_shuffle_ops, ops);
