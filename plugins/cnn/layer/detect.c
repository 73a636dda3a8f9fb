/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Detection heads: SSD (Liu et al. 2016), YOLOv2 and v3 (Redmon and Farhadi 2017, 2018). How many
 * boxes there are is known only when they run: shape() gives the most, run() shortens. */
#include "layer/boxes.h"
#include "layer/op.h"
#include "simd/simd.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ABSENT (-233)

static float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

/* Rows of label, score and corners, or an empty blob. */
static int rows_of(struct cnn_job *job, struct cnn_boxes *boxes, size_t most, int32_t label_plus,
                   bool enough)
{
    struct cnn_blob *out = &job->out[0];
    size_t count = boxes->count < most ? boxes->count : most;
    int status = enough ? SEG_OK : cnn_nomem(job->err);
    void *data = out->data;
    if (status == SEG_OK && count == 0)
        out->rank = 0;
    if (status == SEG_OK && count > 0)
        status = cnn_shape_2d(out, (int64_t)count, 6, job->err);
    out->data = data;
    for (size_t i = 0; i < count && status == SEG_OK; i++) {
        const struct cnn_box *b = &boxes->list[i];
        float row[6] = {(float)(b->label + label_plus), b->score, b->x0, b->y0, b->x1, b->y1};
        memcpy((float *)out->data + i * 6, row, sizeof row);
    }
    free(boxes->list);
    return status;
}

/* -- DetectionOutput --------------------------------------------------------------------------- */

struct ssd {
    int32_t classes, nms_top, keep_top;
    float overlap, confidence, variances[4];
};

static int load_ssd(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    (void)reader;
    struct ssd *s = layer->data;
    *s = (struct ssd){.classes = cnn_int(p, 0, 0),
                      .overlap = cnn_float(p, 1, 0.05f),
                      .nms_top = cnn_int(p, 2, 300),
                      .keep_top = cnn_int(p, 3, 100),
                      .confidence = cnn_float(p, 4, 0.5f),
                      .variances = {cnn_float(p, 5, 0.1f), cnn_float(p, 6, 0.1f),
                                    cnn_float(p, 7, 0.2f), cnn_float(p, 8, 0.2f)}};
    if ((s->classes < 1 && s->classes != ABSENT) || s->nms_top < 0 || s->keep_top < 1)
        return cnn_fail(err, SEG_IO, "%d classes, of which %d and %d boxes are kept", s->classes,
                        s->nms_top, s->keep_top);
    return SEG_OK;
}

static size_t priors_of(const struct ssd *s, const struct cnn_blob *priors)
{
    return s->classes == ABSENT ? (size_t)priors->h : (size_t)priors->w / 4;
}

static int shape_ssd(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                     struct cnn_blob *out, struct cnn_error *err)
{
    const struct ssd *s = layer->data;
    size_t priors = priors_of(s, &in[2]);
    size_t classes = s->classes == ABSENT ? (size_t)in[1].h : (size_t)s->classes;
    bool styled = s->classes == ABSENT ? in[2].w == 4 : in[2].h >= 2;
    (void)in_count;
    if (priors < 1 || !styled || cnn_count(&in[0]) < priors * 4 ||
        cnn_count(&in[1]) < priors * classes)
        return cnn_fail(err, SEG_STAGE, "%zu priors, %zu coordinates, %zu scores of %zu classes",
                        priors, cnn_count(&in[0]), cnn_count(&in[1]), classes);
    if (!in[0].data)
        return CNN_LATE;
    return cnn_shape_2d(out, s->keep_top, 6, err);
}

/* A prior moved and scaled by what the net says. */
static struct cnn_box decode(const float loc[4], const float prior[4], const float var[4])
{
    float w = prior[2] - prior[0], h = prior[3] - prior[1];
    float cx = var[0] * loc[0] * w + (prior[0] + prior[2]) * 0.5f;
    float cy = var[1] * loc[1] * h + (prior[1] + prior[3]) * 0.5f;
    float bw = expf(var[2] * loc[2]) * w * 0.5f, bh = expf(var[3] * loc[3]) * h * 0.5f;
    return (struct cnn_box){.x0 = cx - bw, .y0 = cy - bh, .x1 = cx + bw, .y1 = cy + bh};
}

static int run_ssd(struct cnn_job *job)
{
    const struct ssd *s = job->layer->data;
    bool by_class = s->classes == ABSENT; /* scores lie class by class, priors have no variances */
    size_t priors = priors_of(s, &job->in[2]);
    size_t classes = by_class ? (size_t)job->in[1].h : (size_t)s->classes;
    const float *scores = cnn_in(job, 1), *prior = cnn_in(job, 2);
    struct cnn_boxes boxes = {0};
    bool enough = true;
    for (size_t c = 1; c < classes && enough; c++) {
        size_t first = boxes.count;
        for (size_t i = 0; i < priors && enough; i++) {
            float background = by_class ? scores[i] : scores[i * classes];
            float score = by_class ? scores[c * priors + i] : scores[i * classes + c];
            if (!(score > s->confidence) || background >= 1.0f - s->confidence)
                continue;
            struct cnn_box box =
                decode(cnn_in(job, 0) + i * 4, prior + i * 4,
                       by_class ? s->variances : prior + (size_t)job->in[2].w + i * 4);
            box.score = score;
            box.label = (int32_t)c;
            enough = cnn_boxes_add(&boxes, box);
        }
        cnn_boxes_sort(&boxes, first);
        if (boxes.count > first + (size_t)s->nms_top)
            boxes.count = first + (size_t)s->nms_top;
        cnn_boxes_thin(&boxes, first, s->overlap);
    }
    cnn_boxes_sort(&boxes, 0);
    return rows_of(job, &boxes, (size_t)s->keep_top, 0, enough);
}

/* -- YOLO ------------------------------------------------------------------------------------- */

struct yolo {
    bool v3;
    int32_t classes, anchors; /* a map */
    float confidence, overlap;
    struct cnn_array biases, mask, scale;
};

static int load_yolo(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct yolo *y = layer->data;
    (void)reader;
    *y = (struct yolo){layer->op->index == 59, cnn_int(p, 0, 20),      cnn_int(p, 1, 5),
                       cnn_float(p, 2, 0.01f), cnn_float(p, 3, 0.45f), cnn_array(p, 4),
                       cnn_array(p, 5),        cnn_array(p, 6)};
    size_t maps = (size_t)layer->in_count, anchors = (size_t)y->anchors;
    if (y->classes < 1 || y->anchors < 1 || y->classes > 1 << 20 || y->anchors > 1 << 10)
        return cnn_fail(err, SEG_IO, "%d classes and %d anchors", y->classes, y->anchors);
    if (y->v3 ? y->mask.count < maps * anchors || y->scale.count < maps
              : y->biases.count < 2 * anchors)
        return cnn_fail(err, SEG_IO,
                        "%zu sizes, %zu indices and %zu scales for %d anchors of %zu "
                        "maps",
                        y->biases.count, y->mask.count, y->scale.count, y->anchors, maps);
    for (size_t i = 0; y->v3 && i < maps * anchors; i++)
        if (!(y->mask.words[i].f >= 0 && 2 * y->mask.words[i].f + 1 < (float)y->biases.count))
            return cnn_fail(err, SEG_IO, "an anchor index outside %zu sizes", y->biases.count);
    return SEG_OK;
}

static int shape_yolo(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                      struct cnn_blob *out, struct cnn_error *err)
{
    const struct yolo *y = layer->data;
    int64_t cells = 0;
    for (int32_t i = 0; i < in_count; i++) {
        if (in[i].rank != 3 || in[i].c / y->anchors != 5 + y->classes)
            return cnn_fail(err, SEG_STAGE, "%d channels for %d anchors and %d classes", in[i].c,
                            y->anchors, y->classes);
        cells += (int64_t)in[i].w * in[i].h;
    }
    if (!in[0].data)
        return CNN_LATE;
    for (int32_t i = 1; i < layer->out_count && i < in_count; i++)
        out[i] = in[i];
    if (cnn_shape_2d(out, cells * y->anchors, 6, err) == SEG_OK && !y->v3 &&
        cnn_count(&in[0]) > cnn_count(&out[0]))
        out[0] = in[0]; /* what it gives when it finds nothing */
    return err->status;
}

struct map {
    const struct cnn_blob *blob;
    const float *data; /* of one anchor: x, y, w, h, objectness, classes */
    float anchor_w, anchor_h, net_w, net_h;
};

static bool cell(const struct yolo *y, const struct map *m, size_t i, struct cnn_boxes *boxes)
{
    size_t w = (size_t)m->blob->w, h = (size_t)m->blob->h, plane = w * h;
    const float *at = m->data + i;
    float best = y->v3 ? -FLT_MAX : 0;
    struct cnn_box box = {.label = 0};
    for (int32_t c = 0; c < y->classes; c++) {
        float score = at[(size_t)(5 + c) * plane];
        if (score > best) {
            best = score;
            box.label = c;
        }
    }
    box.score = y->v3 ? 1.0f / (1.0f + expf(-at[4 * plane]) * (1.0f + expf(-best)))
                      : sigmoid(at[4 * plane]) * best;
    if (!(box.score >= y->confidence))
        return true;
    float cx = ((float)(i % w) + sigmoid(at[0])) / (float)w;
    float cy = ((float)(i / w) + sigmoid(at[plane])) / (float)h;
    float bw = expf(at[2 * plane]) * m->anchor_w / m->net_w * 0.5f;
    float bh = expf(at[3 * plane]) * m->anchor_h / m->net_h * 0.5f;
    box.x0 = cx - bw;
    box.y0 = cy - bh;
    box.x1 = cx + bw;
    box.y1 = cy + bh;
    return cnn_boxes_add(boxes, box);
}

/* Class scores of one anchor become probabilities, in place. */
static void softmax(const struct cnn_simd *simd, float *scores, size_t classes, size_t plane)
{
    for (size_t i = 0; i < plane; i++) {
        float most = -FLT_MAX, total = 0;
        for (size_t c = 0; c < classes; c++)
            most = scores[c * plane + i] > most ? scores[c * plane + i] : most;
        for (size_t c = 0; c < classes; c++) {
            float e = scores[c * plane + i] - most;
            simd->exp(&e, &e, 1);
            scores[c * plane + i] = e;
            total += e;
        }
        for (size_t c = 0; c < classes; c++)
            scores[c * plane + i] /= total;
    }
}

static int run_yolo(struct cnn_job *job)
{
    const struct yolo *y = job->layer->data;
    struct cnn_boxes boxes = {0};
    bool enough = true;
    float *copy = NULL;
    for (int32_t b = 0; b < job->in_count && enough; b++) {
        const struct cnn_blob *in = &job->in[b];
        size_t plane = (size_t)in->w * (size_t)in->h;
        const float *data = in->data;
        if (!y->v3) {
            float *own = malloc(cnn_storage(in));
            enough = own != NULL;
            if (!enough)
                break;
            memcpy(own, data, cnn_storage(in));
            for (size_t a = 0; a < (size_t)y->anchors; a++)
                softmax(cnn_simd(job->env), own + (a * (size_t)(5 + y->classes) + 5) * plane,
                        (size_t)y->classes, plane);
            data = own;
        }
        for (int32_t a = 0; a < y->anchors && enough; a++) {
            size_t size = y->v3 ? (size_t)y->mask.words[b * y->anchors + a].f : (size_t)a;
            struct map m = {in,
                            data + (size_t)a * (size_t)(5 + y->classes) * plane,
                            y->biases.words[2 * size].f,
                            y->biases.words[2 * size + 1].f,
                            (float)in->w,
                            (float)in->h};
            if (y->v3) {
                m.net_w = truncf(y->scale.words[b].f * (float)in->w);
                m.net_h = truncf(y->scale.words[b].f * (float)in->h);
            }
            for (size_t i = 0; i < plane && enough; i++)
                enough = cell(y, &m, i, &boxes);
        }
        if (b == 0 && !y->v3)
            copy = (float *)(uintptr_t)data;
        else if (!y->v3)
            free((void *)(uintptr_t)data);
    }
    cnn_boxes_sort(&boxes, 0);
    cnn_boxes_thin(&boxes, 0, y->overlap);
    for (int32_t i = 1; i < job->out_count; i++)
        memcpy(job->out[i].data, job->in[i].data, cnn_storage(&job->in[i]));
    int status;
    if (enough && boxes.count == 0 && copy) {
        void *data = job->out[0].data;
        job->out[0] = job->in[0];
        job->out[0].data = memcpy(data, copy, cnn_storage(&job->in[0]));
        free(boxes.list);
        status = SEG_OK;
    } else {
        status = rows_of(job, &boxes, boxes.count, 1, enough);
    }
    free(copy);
    return status;
}

static const struct cnn_op ops[] = {
    {.type = "DetectionOutput",
     .index = 49,
     .in_min = 3,
     .in_max = 3,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct ssd),
     .load = load_ssd,
     .shape = shape_ssd,
     .run = run_ssd},
    {.type = "YoloDetectionOutput",
     .index = 56,
     .in_min = 1,
     .out_min = 1,
     .data_size = sizeof(struct yolo),
     .load = load_yolo,
     .shape = shape_yolo,
     .run = run_yolo},
    {.type = "Yolov3DetectionOutput",
     .index = 59,
     .in_min = 1,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct yolo),
     .load = load_yolo,
     .shape = shape_yolo,
     .run = run_yolo},
};
CNN_FAMILY(cnn_detect_ops, ops);
