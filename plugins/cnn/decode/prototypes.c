/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Masks that are a weighted sum of prototype maps, as in D. Bolya, C. Zhou, F. Xiao, Y. J. Lee,
 * "YOLACT: Real-time Instance Segmentation", ICCV 2019, and in the YOLO family since. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

/* What the blob's shape says; 0: it does not fit. */
static bool lay_out(const struct cnn_blob *blob, int32_t count, const struct cnn_canvas *canvas,
                    struct cnn_prototypes *out)
{
    out->count = count;
    if (blob->rank == 3 && blob->c == count) {
        out->width = blob->w;
        out->height = blob->h;
        out->data = blob->data;
        return true;
    }
    if (blob->rank == 3 && blob->w == count) { /* fastest axis last: [height][width][count] */
        out->width = blob->h;
        out->height = blob->c;
        return true;
    }
    /* flattened: the canvas' form says how wide it is */
    double side = sqrt((double)blob->w * canvas->size[0] / canvas->size[1]);
    out->width = (int32_t)(side + 0.5);
    out->height = out->width > 0 ? blob->w / out->width : 0;
    out->data = blob->data;
    return blob->rank == 2 && blob->h == count && out->width > 0 &&
           (int64_t)out->width * out->height == blob->w;
}

int cnn_prototypes_open(const struct cnn_blob *blob, int32_t count, const struct cnn_canvas *canvas,
                        bool sigmoid, struct cnn_prototypes *out, struct cnn_error *err)
{
    *out = (struct cnn_prototypes){.sigmoid = sigmoid};
    if (count < 1 || !lay_out(blob, count, canvas, out))
        return cnn_fail(err, SEG_STAGE, "prototypes of %d x %d x %d do not fit %d coefficients",
                        (int)blob->w, (int)blob->h, (int)blob->c, (int)count);
    const size_t n = (size_t)count, area = (size_t)out->width * (size_t)out->height;
    if (!out->data) {
        out->owned = malloc(n * area * sizeof *out->owned);
        if (!out->owned)
            return cnn_nomem(err);
        const float *from = blob->data;
        for (size_t i = 0; i < area; i++)
            for (size_t k = 0; k < n; k++)
                out->owned[k * area + i] = from[i * n + k];
        out->data = out->owned;
    }
    out->sum = malloc(area * sizeof *out->sum);
    out->rows = malloc(((size_t)out->width + (size_t)canvas->image[0]) * sizeof *out->rows);
    if (!out->sum || !out->rows)
        return cnn_nomem(err);
    if (cnn_axis_make(canvas, 0, out->width, &out->x, err))
        return err->status;
    return cnn_axis_make(canvas, 1, out->height, &out->y, err);
}

void cnn_prototypes_close(struct cnn_prototypes *prototypes)
{
    cnn_axis_free(&prototypes->x);
    cnn_axis_free(&prototypes->y);
    free(prototypes->owned);
    free(prototypes->sum);
    free(prototypes->rows);
}

/* The sum over the part of the maps that columns x0..x1 and rows y0..y1 (ends included) need. */
static void add_up(const struct cnn_prototypes *p, const float *coefficients, size_t step,
                   const int32_t x[2], const int32_t y[2])
{
    const size_t width = (size_t)(x[1] - x[0] + 1), stride = (size_t)p->width;
    const size_t area = stride * (size_t)p->height;
    for (int32_t row = y[0]; row <= y[1]; row++) {
        float *sum = p->sum + (size_t)(row - y[0]) * width;
        memset(sum, 0, width * sizeof *sum);
        for (int32_t k = 0; k < p->count; k++) {
            const float c = coefficients[(size_t)k * step];
            const float *from = p->data + (size_t)k * area + (size_t)row * stride + (size_t)x[0];
            for (size_t i = 0; i < width; i++)
                sum[i] += c * from[i];
        }
        for (size_t i = 0; p->sigmoid && i < width; i++)
            sum[i] = cnn_sigmoid(sum[i]);
    }
}

/* The pixels of one axis whose centres lie in low..high. */
static void pixels_between(double low, double high, int32_t count, int32_t range[2])
{
    double first = ceil(low - 0.5), last = floor(high - 0.5) + 1;
    range[0] = first > 0 ? (int32_t)fmin(first, count) : 0;
    range[1] = last < count ? (int32_t)fmax(last, 0) : count;
}

int cnn_prototypes_cut(struct cnn_prototypes *prototypes, const struct cnn_canvas *canvas,
                       const struct cnn_candidate *candidate, const float *coefficients,
                       size_t step, double threshold, struct cnn_objects *out,
                       struct cnn_error *err)
{
    struct cnn_prototypes *p = prototypes;
    double low[2], high[2];
    int32_t range[2][2];
    for (int i = 0; i < 2; i++) {
        double scale = (double)canvas->image[i] / canvas->content[i], end = canvas->image[i];
        low[i] = fmin(fmax(((double)candidate->box[i] - canvas->offset[i]) * scale, 0), end);
        high[i] = fmin(fmax(((double)candidate->box[i + 2] - canvas->offset[i]) * scale, 0), end);
        pixels_between(low[i], high[i], canvas->image[i], range[i]);
        if (range[i][0] >= range[i][1])
            return SEG_OK;
    }
    const int32_t *rx = range[0], *ry = range[1];
    const int32_t mx[2] = {p->x.low[rx[0]], p->x.high[rx[1] - 1]};
    const int32_t my[2] = {p->y.low[ry[0]], p->y.high[ry[1] - 1]};
    add_up(p, coefficients, step, mx, my);

    const struct cnn_window window = {p->sum, (size_t)(mx[1] - mx[0] + 1), mx[0], my[0]};
    float *blend = p->rows, *row = p->rows + p->width;
    struct cnn_runs runs = {0};
    for (int32_t y = ry[0]; y < ry[1]; y++) {
        cnn_map_row(&window, &p->x, &p->y, y, rx[0], rx[1], blend, row);
        if (cnn_runs_add(&runs, row, y, rx[0], rx[1], (float)threshold, err)) {
            free(runs.runs);
            return err->status;
        }
    }
    if (!runs.count)
        return SEG_OK;
    struct cnn_object object = {
        .class_id = candidate->class_id,
        .score = candidate->score,
        .box = {(float)low[0], (float)low[1], (float)(high[0] - low[0]), (float)(high[1] - low[1])},
        .runs = runs.runs,
        .run_count = runs.count,
        .area = runs.area};
    return cnn_objects_add(out, &object, err);
}
