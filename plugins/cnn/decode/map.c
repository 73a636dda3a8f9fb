/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects from a map of probabilities: what of it lies in the boxes of a DetectionOutput layer. */
#include <math.h>
#include <stdlib.h>

#include "decode.h"

/* One channel of a map, sampled at the image's pixels. */
struct sheet {
    const struct cnn_canvas *canvas;
    struct cnn_axis x, y;
    struct cnn_window window;
    float *rows;
};

static int32_t depth_of(const struct cnn_blob *map)
{
    return map->rank == 3 ? map->c : 1;
}

static int sheet_open(const struct cnn_blob *map, int32_t channel, const struct cnn_canvas *canvas,
                      struct sheet *out, struct cnn_error *err)
{
    const size_t area = (size_t)map->w * (size_t)map->h;
    const float *data = (const float *)map->data + (size_t)channel * area;
    *out = (struct sheet){.canvas = canvas, .window = {data, (size_t)map->w, 0, 0}};
    out->rows = malloc(((size_t)map->w + (size_t)canvas->image[0]) * sizeof *out->rows);
    if (!out->rows)
        return cnn_nomem(err);
    if (cnn_axis_make(canvas, 0, map->w, &out->x, err))
        return err->status;
    return cnn_axis_make(canvas, 1, map->h, &out->y, err);
}

static void sheet_close(struct sheet *sheet)
{
    cnn_axis_free(&sheet->x);
    cnn_axis_free(&sheet->y);
    free(sheet->rows);
}

static const float *sheet_row(struct sheet *s, int32_t y, int32_t begin, int32_t end)
{
    float *row = s->rows + s->x.map;
    cnn_map_row(&s->window, &s->x, &s->y, y, begin, end, s->rows, row);
    return row;
}

/* -- rows -------------------------------------------------------------------------------------- */

/* The pixels of one axis whose centres lie in low..high, which are shares of the canvas. */
static void place(const struct cnn_canvas *canvas, int axis, float low, float high, float edge[2],
                  int32_t range[2])
{
    const double scale = (double)canvas->image[axis] / canvas->content[axis];
    const double end = canvas->image[axis], shares[2] = {low, high};
    for (int i = 0; i < 2; i++) {
        double at = (shares[i] * canvas->size[axis] - canvas->offset[axis]) * scale;
        edge[i] = (float)fmin(fmax(at, 0), end);
    }
    range[0] = (int32_t)ceil(edge[0] - 0.5);
    range[1] = (int32_t)fmin(floor(edge[1] + 0.5), end);
    range[0] = range[0] < 0 ? 0 : range[0];
}

/* Row: class from 1, score, x0, y0, x1, y1. */
static int add_row(const float *row, struct sheet *sheet, const struct cnn_rules *rules,
                   struct cnn_objects *out, struct cnn_error *err)
{
    for (int i = 0; i < 6; i++)
        if (!isfinite(row[i]))
            return SEG_OK;
    const int32_t class_id = row[0] >= 1 && row[0] < 65536 ? (int32_t)row[0] - 1 : 0;
    if (row[1] < cnn_or(rules->confidence, 0.25) || !cnn_rules_want(rules, class_id))
        return SEG_OK;
    float x[2], y[2];
    int32_t rx[2], ry[2];
    struct cnn_runs runs = {0};
    place(sheet->canvas, 0, row[2], row[4], x, rx);
    place(sheet->canvas, 1, row[3], row[5], y, ry);
    for (int32_t i = ry[0]; rx[0] < rx[1] && i < ry[1]; i++)
        if (cnn_runs_add(&runs, sheet_row(sheet, i, rx[0], rx[1]), i, rx[0], rx[1],
                         (float)rules->mask_threshold, err))
            break;
    if (err->status || !runs.count) {
        free(runs.runs);
        return err->status;
    }
    struct cnn_object object = {.class_id = class_id,
                                .score = row[1],
                                .box = {x[0], y[0], x[1] - x[0], y[1] - y[0]},
                                .runs = runs.runs,
                                .run_count = runs.count,
                                .area = runs.area};
    return cnn_objects_add(out, &object, err);
}

int cnn_decode_detection(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                         const struct cnn_rules *rules, struct cnn_objects *out,
                         struct cnn_error *err)
{
    const struct cnn_blob *rows = heads->blob[CNN_ROLE_BOXES][0];
    const struct cnn_blob *map = heads->blob[CNN_ROLE_MAP][0];
    if (!rows || !map)
        return cnn_fail(err, SEG_STAGE, "detection needs rows of DetectionOutput and a map");
    if (rows->rank && (rows->rank != 2 || rows->w != 6))
        return cnn_fail(err, SEG_STAGE, "detection rows of %d values are not the 6 expected",
                        (int)rows->w);
    const int32_t channel = cnn_foreground(rules, depth_of(map));
    if (channel < 0)
        return cnn_fail(err, SEG_STAGE, "the map has no channel %d", (int)rules->channel);
    struct sheet sheet;
    if (sheet_open(map, channel, canvas, &sheet, err))
        goto out;
    for (int32_t i = 0; rows->rank && i < rows->h; i++)
        if (add_row((const float *)rows->data + 6 * (size_t)i, &sheet, rules, out, err))
            goto out;
    cnn_objects_suppress(out, cnn_or(rules->nms, 1), rules->max_instances);
out:
    sheet_close(&sheet);
    return err->status;
}
