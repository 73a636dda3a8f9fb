/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects from a map of probabilities: its connected parts (text detectors, cells), or what lies in
 * the boxes of a DetectionOutput layer. */
#include <math.h>
#include <stdlib.h>

#include "decode.h"

/* One channel of a map, sampled at the image's pixels. */
struct sheet {
    const struct cnn_canvas *canvas;
    struct cnn_axis x, y;
    struct cnn_window window;
    float *own, *rows;
};

static int32_t depth_of(const struct cnn_blob *map)
{
    return map->rank == 3 ? map->c : 1;
}

static int sheet_open(const struct cnn_blob *map, int32_t channel, bool logits,
                      const struct cnn_canvas *canvas, struct sheet *out, struct cnn_error *err)
{
    const size_t area = (size_t)map->w * (size_t)map->h;
    const float *data = (const float *)map->data + (size_t)channel * area;
    *out = (struct sheet){.canvas = canvas, .window = {data, (size_t)map->w, 0, 0}};
    out->rows = malloc(((size_t)map->w + (size_t)canvas->image[0]) * sizeof *out->rows);
    if (logits)
        out->window.map = out->own = malloc(area * sizeof *out->own);
    if (!out->rows || !out->window.map)
        return cnn_nomem(err);
    for (size_t i = 0; logits && i < area; i++)
        out->own[i] = cnn_sigmoid(data[i]);
    if (cnn_axis_make(canvas, 0, map->w, &out->x, err))
        return err->status;
    return cnn_axis_make(canvas, 1, map->h, &out->y, err);
}

static void sheet_close(struct sheet *sheet)
{
    cnn_axis_free(&sheet->x);
    cnn_axis_free(&sheet->y);
    free(sheet->own);
    free(sheet->rows);
}

static const float *sheet_row(struct sheet *s, int32_t y, int32_t begin, int32_t end)
{
    float *row = s->rows + s->x.map;
    cnn_map_row(&s->window, &s->x, &s->y, y, begin, end, s->rows, row);
    return row;
}

/* -- connected parts --------------------------------------------------------------------------- */

static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* Joins the runs of neighbouring rows that touch, corners included. */
static void join(const struct cnn_runs *list, size_t *parent)
{
    size_t above = 0;
    for (size_t i = 0; i < list->count; i++)
        parent[i] = i;
    for (size_t i = 0; i < list->count; i++) {
        const struct seg_run *run = list->runs + i;
        while (above < i && (list->runs[above].y < run->y - 1 ||
                             (list->runs[above].y == run->y - 1 &&
                              list->runs[above].x + list->runs[above].length < run->x)))
            above++;
        for (size_t j = above;
             j < i && list->runs[j].y == run->y - 1 && list->runs[j].x <= run->x + run->length;
             j++) {
            size_t a = root_of(parent, i), b = root_of(parent, j);
            parent[a > b ? a : b] = a > b ? b : a; /* the first run stays the root */
        }
    }
}

struct part {
    size_t runs, area;
    double sum;
    float box[4];
};

static void part_add(struct part *part, const struct seg_run *run, double sum)
{
    const float left = (float)run->x, right = (float)(run->x + run->length);
    if (!part->runs) {
        part->box[0] = left;
        part->box[1] = (float)run->y;
        part->box[2] = right;
    }
    part->box[0] = fminf(part->box[0], left);
    part->box[2] = fmaxf(part->box[2], right);
    part->box[3] = (float)(run->y + 1);
    part->runs++;
    part->area += (size_t)run->length;
    part->sum += sum;
}

/* The runs of the part whose root is `root`, as an object. */
static int part_object(const struct cnn_runs *list, const size_t *parent, size_t root,
                       const struct part *part, struct cnn_objects *out, struct cnn_error *err)
{
    struct seg_run *runs = malloc(part->runs * sizeof *runs);
    if (!runs)
        return cnn_nomem(err);
    size_t n = 0;
    for (size_t i = root; n < part->runs; i++)
        if (parent[i] == root)
            runs[n++] = list->runs[i];
    const float *b = part->box;
    struct cnn_object object = {.score = (float)(part->sum / (double)part->area),
                                .box = {b[0], b[1], b[2] - b[0], b[3] - b[1]},
                                .runs = runs,
                                .run_count = part->runs,
                                .area = part->area};
    return cnn_objects_add(out, &object, err);
}

static int find_runs(struct sheet *sheet, double threshold, struct cnn_runs *list, double **sums,
                     struct cnn_error *err)
{
    const int32_t width = sheet->canvas->image[0];
    size_t room = 0;
    for (int32_t y = 0; y < sheet->canvas->image[1]; y++) {
        const float *row = sheet_row(sheet, y, 0, width);
        size_t first = list->count;
        if (cnn_runs_add(list, row, y, 0, width, (float)threshold, err))
            return err->status;
        if (list->room > room) {
            room = list->room;
            double *grown = realloc(*sums, room * sizeof *grown);
            if (!grown)
                return cnn_nomem(err);
            *sums = grown;
        }
        for (size_t i = first; i < list->count; i++) {
            (*sums)[i] = 0;
            for (int32_t x = 0; x < list->runs[i].length; x++)
                (*sums)[i] += row[list->runs[i].x + x];
        }
    }
    return SEG_OK;
}

int cnn_decode_parts(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                     const struct cnn_rules *rules, struct cnn_objects *out, struct cnn_error *err)
{
    const struct cnn_blob *map = heads->blob[CNN_ROLE_MAP][0];
    const int32_t channel = map ? cnn_foreground(rules, depth_of(map)) : -1;
    if (channel < 0)
        return cnn_fail(err, SEG_STAGE, "the network has no map with channel %d",
                        (int)rules->channel);
    struct sheet sheet;
    struct cnn_runs list = {0};
    double *sums = NULL;
    size_t *parent = NULL;
    struct part *parts = NULL;
    if (sheet_open(map, channel, rules->logits, canvas, &sheet, err) ||
        find_runs(&sheet, rules->mask_threshold, &list, &sums, err) || !list.count)
        goto out;
    parent = malloc(list.count * sizeof *parent);
    parts = calloc(list.count, sizeof *parts);
    if (!parent || !parts) {
        cnn_nomem(err);
        goto out;
    }
    join(&list, parent);
    for (size_t i = 0; i < list.count; i++) {
        parent[i] = root_of(parent, i);
        part_add(parts + parent[i], list.runs + i, sums[i]);
    }
    const double least = cnn_or(rules->confidence, 0);
    for (size_t i = 0; i < list.count; i++)
        if (parts[i].runs && parts[i].sum >= least * (double)parts[i].area &&
            part_object(&list, parent, i, parts + i, out, err))
            goto out;
    cnn_objects_suppress(out, 1, rules->max_instances);
out:
    sheet_close(&sheet);
    free(list.runs);
    free(sums);
    free(parent);
    free(parts);
    return err->status;
}

/* -- DetectionOutput --------------------------------------------------------------------------- */

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
    if (sheet_open(map, channel, rules->logits, canvas, &sheet, err))
        goto out;
    for (int32_t i = 0; rows->rank && i < rows->h; i++)
        if (add_row((const float *)rows->data + 6 * (size_t)i, &sheet, rules, out, err))
            goto out;
    cnn_objects_suppress(out, cnn_or(rules->nms, 1), rules->max_instances);
out:
    sheet_close(&sheet);
    return err->status;
}
