/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Boxes before detection: PriorBox of SSD, and Proposal of Faster R-CNN (Ren et al. 2015). */
#include "layer/boxes.h"
#include "layer/op.h"

#include <math.h>
#include <stdlib.h>

#define ABSENT (-233)

/* -- PriorBox --------------------------------------------------------------------------------- */

struct priors {
    struct cnn_array least, most, ratios;
    bool flip, clip, mxnet, ceil_step, inner_centre;
    float variances[4], step_w, step_h, offset;
    int32_t image_w, image_h;
    int64_t each; /* boxes of a cell */
};

static int load_prior(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct priors *s = layer->data;
    (void)reader;
    *s = (struct priors){.least = cnn_array(p, 0),
                         .most = cnn_array(p, 1),
                         .ratios = cnn_array(p, 2),
                         .flip = cnn_int(p, 7, 1) != 0,
                         .clip = cnn_int(p, 8, 0) != 0,
                         .ceil_step = cnn_int(p, 14, 0) != 0,
                         .inner_centre = cnn_int(p, 15, 0) != 0,
                         .variances = {cnn_float(p, 3, 0.1f), cnn_float(p, 4, 0.1f),
                                       cnn_float(p, 5, 0.2f), cnn_float(p, 6, 0.2f)},
                         .step_w = cnn_float(p, 11, ABSENT),
                         .step_h = cnn_float(p, 12, ABSENT),
                         .offset = cnn_float(p, 13, 0),
                         .image_w = cnn_int(p, 9, 0),
                         .image_h = cnn_int(p, 10, 0)};
    int64_t sizes = (int64_t)s->least.count, ratios = (int64_t)s->ratios.count;
    s->mxnet =
        layer->in_count == 1 && s->image_w == ABSENT && s->image_h == ABSENT && s->most.count == 0;
    s->each = s->mxnet ? sizes - 1 + ratios
                       : sizes * (1 + ratios * (s->flip ? 2 : 1)) + (int64_t)s->most.count;
    if (sizes < 1 || s->each < 1 || (s->most.count && s->most.count != s->least.count))
        return cnn_fail(err, SEG_IO, "%zu least and %zu greatest sizes", s->least.count,
                        s->most.count);
    if (layer->in_count < 2 && !s->mxnet && (s->image_w == ABSENT || s->image_h == ABSENT))
        return cnn_fail(err, SEG_IO, "it needs the image as a second input");
    return SEG_OK;
}

static int shape_prior(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                       struct cnn_blob *out, struct cnn_error *err)
{
    const struct priors *s = layer->data;
    int64_t cells = (int64_t)in[0].w * in[0].h;
    (void)in_count;
    if (cells > CNN_ELEMENTS_MAX / s->each)
        return cnn_fail(err, SEG_LIMIT, "%lld cells of %lld boxes", (long long)cells,
                        (long long)s->each);
    return s->mxnet ? cnn_shape_1d(out, 4 * cells * s->each, err)
                    : cnn_shape_2d(out, 2, 4 * cells * s->each, err);
}

struct box { /* where the next one is written, and the scale of its coordinates */
    float *to, x, y, image_w, image_h;
};

static void put(struct box *b, float w, float h)
{
    b->to[0] = (b->x - w * 0.5f) / b->image_w;
    b->to[1] = (b->y - h * 0.5f) / b->image_h;
    b->to[2] = (b->x + w * 0.5f) / b->image_w;
    b->to[3] = (b->y + h * 0.5f) / b->image_h;
    b->to += 4;
}

static void caffe_cell(const struct priors *s, struct box *b)
{
    for (size_t k = 0; k < s->least.count; k++) {
        float size = s->least.words[k].f;
        put(b, size, size);
        if (s->most.count) {
            float middle = sqrtf(size * s->most.words[k].f);
            put(b, middle, middle);
        }
        for (size_t i = 0; i < s->ratios.count; i++) {
            float root = sqrtf(s->ratios.words[i].f);
            put(b, size * root, size / root);
            if (s->flip)
                put(b, size / root, size * root);
        }
    }
}

static void mxnet_cell(const struct priors *s, struct box *b, float aspect)
{
    for (size_t k = 0; k < s->least.count; k++)
        put(b, s->least.words[k].f * aspect, s->least.words[k].f);
    for (size_t i = 1; i < s->ratios.count; i++) {
        float root = sqrtf(s->ratios.words[i].f), size = s->least.words[0].f;
        put(b, size * aspect * root, size / root);
    }
}

static float step_of(const struct priors *s, float given, float image, int32_t cells)
{
    if (given != ABSENT)
        return given;
    return s->ceil_step && !s->mxnet ? ceilf(image / (float)cells) : image / (float)cells;
}

static int run_prior(struct cnn_job *job)
{
    const struct priors *s = job->layer->data;
    int32_t w = job->in[0].w, h = job->in[0].h;
    struct box b = {.to = cnn_out(job, 0), .image_w = 1, .image_h = 1};
    if (!s->mxnet) {
        b.image_w = (float)(s->image_w == ABSENT ? job->in[1].w : s->image_w);
        b.image_h = (float)(s->image_h == ABSENT ? job->in[1].h : s->image_h);
    }
    float step_w = step_of(s, s->step_w, b.image_w, w),
          step_h = step_of(s, s->step_h, b.image_h, h);
    float inner = s->inner_centre && !s->mxnet ? 1 : 0;
    for (int32_t i = 0; i < h; i++)
        for (int32_t j = 0; j < w; j++) {
            b.x = s->offset * (step_w - inner) + (float)j * step_w;
            b.y = s->offset * (step_h - inner) + (float)i * step_h;
            if (s->mxnet)
                mxnet_cell(s, &b, (float)h / (float)w);
            else
                caffe_cell(s, &b);
        }
    float *out = cnn_out(job, 0);
    for (int32_t i = 0; s->clip && i < job->out[0].w; i++)
        out[i] = fminf(fmaxf(out[i], 0), 1);
    for (int32_t i = 0; !s->mxnet && i < job->out[0].w; i++)
        out[job->out[0].w + i] = s->variances[i % 4];
    return SEG_OK;
}

/* -- Proposal --------------------------------------------------------------------------------- */

#define ANCHORS 9 /* ratios 0.5, 1, 2 and scales 8, 16, 32 */

static int shape_proposal(const struct cnn_layer *layer, const struct cnn_blob *in,
                          int32_t in_count, struct cnn_blob *out, struct cnn_error *err)
{
    int64_t cells = (int64_t)in[0].w * in[0].h * ANCHORS;
    int64_t most = cnn_int(&layer->params, 3, 300);
    (void)in_count;
    if (in[0].c < 2 * ANCHORS || in[1].c < 4 * ANCHORS || in[1].w != in[0].w ||
        in[1].h != in[0].h || cnn_count(&in[2]) < 3 || most < 1)
        return cnn_fail(err, SEG_STAGE, "%d scores and %d coordinates a cell", in[0].c, in[1].c);
    if (!in[0].data)
        return CNN_LATE;
    most = most < cells ? most : cells;
    if (layer->out_count > 1 && cnn_shape_3d(&out[1], most, 1, 1, err) != SEG_OK)
        return err->status;
    return cnn_shape_3d(&out[0], most, 1, 4, err);
}

/* Corners of an anchor around the first cell. */
static void anchor_of(int32_t q, float base, float corner[4])
{
    static const float ratios[3] = {0.5f, 1, 2}, scales[3] = {8, 16, 32};
    float centre = base * 0.5f, ratio = ratios[q / 3], scale = scales[q % 3];
    float w = roundf(base / sqrtf(ratio)), h = roundf(w * ratio);
    corner[0] = centre - w * scale * 0.5f;
    corner[1] = centre - h * scale * 0.5f;
    corner[2] = centre + w * scale * 0.5f;
    corner[3] = centre + h * scale * 0.5f;
}

static float clamp(float x, float high)
{
    return fmaxf(fminf(x, high), 0);
}

static int run_proposal(struct cnn_job *job)
{
    const struct cnn_params *p = &job->layer->params;
    const float *info = cnn_in(job, 2); /* height, width, scale of the image */
    int32_t stride = cnn_int(p, 0, 16), first_top = cnn_int(p, 2, 6000);
    float least = (float)cnn_int(p, 5, 16) * info[2];
    size_t w = (size_t)job->in[0].w, plane = w * (size_t)job->in[0].h;
    struct cnn_boxes boxes = {0};
    bool enough = true;
    for (int32_t q = 0; q < ANCHORS; q++) {
        float a[4];
        anchor_of(q, (float)cnn_int(p, 1, 16), a);
        float aw = a[2] - a[0], ah = a[3] - a[1];
        for (size_t i = 0; i < plane && enough; i++) {
            const float *delta = cnn_in(job, 1) + (size_t)q * 4 * plane + i;
            float cx = a[0] + (float)(i % w) * (float)stride + aw * 0.5f + aw * delta[0];
            float cy = a[1] + (float)(i / w) * (float)stride + ah * 0.5f + ah * delta[plane];
            float bw = aw * expf(delta[2 * plane]) * 0.5f, bh = ah * expf(delta[3 * plane]) * 0.5f;
            struct cnn_box box = {.score = cnn_in(job, 0)[(size_t)(q + ANCHORS) * plane + i],
                                  .x0 = clamp(cx - bw, info[1] - 1),
                                  .y0 = clamp(cy - bh, info[0] - 1),
                                  .x1 = clamp(cx + bw, info[1] - 1),
                                  .y1 = clamp(cy + bh, info[0] - 1)};
            if (box.x1 - box.x0 + 1 >= least && box.y1 - box.y0 + 1 >= least)
                enough = cnn_boxes_add(&boxes, box);
        }
    }
    cnn_boxes_sort(&boxes, 0);
    if (first_top > 0 && boxes.count > (size_t)first_top)
        boxes.count = (size_t)first_top;
    cnn_boxes_thin(&boxes, 0, cnn_float(p, 4, 0.7f));
    size_t most = (size_t)job->out[0].c, count = boxes.count < most ? boxes.count : most;
    for (size_t i = 0; i < count; i++) {
        const struct cnn_box *b = &boxes.list[i];
        float *to = cnn_out(job, 0) + 4 * i;
        to[0] = b->x0;
        to[1] = b->y0;
        to[2] = b->x1;
        to[3] = b->y1;
        if (job->out_count > 1)
            cnn_out(job, 1)[i] = b->score;
    }
    for (int32_t k = 0; k < job->out_count; k++) {
        job->out[k].c = (int32_t)count;
        job->out[k].rank = count ? 3 : 0;
    }
    free(boxes.list);
    return enough ? SEG_OK : cnn_nomem(job->err);
}

static const struct cnn_op ops[] = {
    {.type = "PriorBox",
     .index = 48,
     .flags = CNN_OP_FOLDS,
     .in_min = 1,
     .in_max = 2,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct priors),
     .load = load_prior,
     .shape = shape_prior,
     .run = run_prior},
    {.type = "Proposal",
     .index = 24,
     .in_min = 3,
     .in_max = 3,
     .out_min = 1,
     .out_max = 2,
     .shape = shape_proposal,
     .run = run_proposal},
};
CNN_FAMILY(cnn_prior_ops, ops);
