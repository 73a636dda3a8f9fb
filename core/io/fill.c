/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filling polygons row by row between crossings. */
#include "fill.h"

#include "../base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Work that a file may ask for, per pixel of the largest image: more is nothing but a trap. */
#define CROSSINGS_PER_PIXEL 4

void segi_fill_init(struct segi_fill *f, seg_context *context, int32_t width, int32_t height)
{
    *f = (struct segi_fill){.context = context, .width = width, .height = height};
    segi_fill_begin(f);
}

void segi_fill_end(struct segi_fill *f)
{
    segi_free(&f->context->mem, f->edges);
    segi_free(&f->context->mem, f->mask);
    segi_free(&f->context->mem, f->runs);
}

static void clear_box(struct segi_fill *f)
{
    f->box[0] = f->width;
    f->box[1] = f->height;
    f->box[2] = f->box[3] = 0;
}

void segi_fill_begin(struct segi_fill *f)
{
    for (int32_t y = f->box[1]; f->mask && y < f->box[3]; y++)
        memset(f->mask + (size_t)y * (size_t)f->width + f->box[0], 0,
               (size_t)(f->box[2] - f->box[0]));
    clear_box(f);
    f->edge_count = 0;
    f->in_ring = false;
}

static bool add_edge(struct segi_fill *f, double x0, double y0, double x1, double y1)
{
    void *list = f->edges;
    if (y0 == y1)
        return true;
    if (!segi_reserve(&f->context->mem, &list, &f->edge_capacity, f->edge_count + 1,
                      sizeof *f->edges))
        return false;
    f->edges = list;
    f->edges[f->edge_count++] =
        y0 < y1 ? (struct segi_edge){x0, y0, x1, y1} : (struct segi_edge){x1, y1, x0, y0};
    return true;
}

/* Room for the edge that closes the ring is made with its first corner. */
bool segi_fill_corner(struct segi_fill *f, double x, double y)
{
    bool done = true;
    if (f->in_ring) {
        done = add_edge(f, f->last[0], f->last[1], x, y);
    } else {
        f->first[0] = x;
        f->first[1] = y;
    }
    void *list = f->edges;
    done = done && segi_reserve(&f->context->mem, &list, &f->edge_capacity, f->edge_count + 1,
                                sizeof *f->edges);
    f->edges = done ? list : f->edges;
    f->in_ring = true;
    f->last[0] = x;
    f->last[1] = y;
    return done;
}

void segi_fill_ring_end(struct segi_fill *f)
{
    if (f->in_ring)
        add_edge(f, f->last[0], f->last[1], f->first[0], f->first[1]);
    f->in_ring = false;
}

static int make_mask(struct segi_fill *f, struct seg_error *err)
{
    if (!f->mask)
        f->mask = segi_calloc(&f->context->mem, (size_t)f->width, (size_t)f->height);
    return f->mask ? SEG_OK : segi_error_nomem(err);
}

static void fill_span(struct segi_fill *f, int32_t y, int32_t x0, int32_t x1)
{
    if (x0 >= x1)
        return;
    memset(f->mask + (size_t)y * (size_t)f->width + x0, 1, (size_t)(x1 - x0));
    f->box[0] = x0 < f->box[0] ? x0 : f->box[0];
    f->box[1] = y < f->box[1] ? y : f->box[1];
    f->box[2] = x1 > f->box[2] ? x1 : f->box[2];
    f->box[3] = y + 1 > f->box[3] ? y + 1 : f->box[3];
}

/* The first pixel whose middle is not before v, within 0..most. */
static int32_t pixel_at(double v, int32_t most)
{
    const double p = ceil(v - 0.5);
    return p < 0 ? 0 : p > most ? most : (int32_t)p;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Where edges cross the middles of rows, row after row: row y has starts[y] to starts[y + 1]. */
static void find_crossings(const struct segi_fill *f, size_t *starts, double *xs)
{
    for (size_t i = 0; i < f->edge_count; i++) {
        const struct segi_edge e = f->edges[i];
        const int32_t last = pixel_at(e.y1, f->height);
        for (int32_t y = pixel_at(e.y0, f->height); y < last; y++)
            xs[starts[y]++] = e.x0 + (e.x1 - e.x0) * ((y + 0.5 - e.y0) / (e.y1 - e.y0));
    }
    /* Each start has moved on to where the next row's was. */
    memmove(starts + 1, starts, (size_t)f->height * sizeof *starts);
    starts[0] = 0;
}

static void fill_rows(struct segi_fill *f, const size_t *starts, double *xs)
{
    for (int32_t y = 0; y < f->height; y++) {
        const size_t first = starts[y], count = starts[y + 1] - first;
        if (!count)
            continue;
        qsort(xs + first, count, sizeof *xs, by_value);
        for (size_t i = 0; i + 1 < count; i += 2)
            fill_span(f, y, pixel_at(xs[first + i], f->width),
                      pixel_at(xs[first + i + 1], f->width));
    }
}

int segi_fill_polygon_end(struct segi_fill *f, struct seg_error *err)
{
    const struct segi_mem *mem = &f->context->mem;
    segi_fill_ring_end(f);
    int status = make_mask(f, err);
    if (status || !f->edge_count)
        return status;
    size_t *starts = segi_calloc(mem, (size_t)f->height + 2, sizeof *starts);
    if (!starts)
        return segi_error_nomem(err);
    uint64_t all = 0;
    for (size_t i = 0; i < f->edge_count; i++) { /* as steps up and down, then as a running sum */
        starts[pixel_at(f->edges[i].y0, f->height)]++;
        starts[pixel_at(f->edges[i].y1, f->height)]--;
    }
    size_t open = 0;
    for (int32_t y = 0; y <= f->height; y++) {
        open += starts[y];
        starts[y] = (size_t)all;
        all += open;
    }
    double *xs = NULL;
    if (all > f->context->max_pixels * CROSSINGS_PER_PIXEL)
        status = segi_error(err, SEG_LIMIT, "a polygon of %zu edges over %d rows: too much",
                            f->edge_count, f->height);
    else if (!(xs = segi_alloc(mem, (size_t)all, sizeof *xs)))
        status = segi_error_nomem(err);
    if (!status) {
        find_crossings(f, starts, xs);
        fill_rows(f, starts, xs);
    }
    segi_free(mem, starts);
    segi_free(mem, xs);
    f->edge_count = 0;
    return status;
}

int segi_fill_column(struct segi_fill *f, int32_t x, int32_t y, int32_t length,
                     struct seg_error *err)
{
    int status = make_mask(f, err);
    for (int32_t i = y; i < y + length && !status; i++)
        fill_span(f, i, x, x + 1);
    return status;
}

static bool add_run(struct segi_fill *f, struct seg_run run)
{
    void *list = f->runs;
    if (!segi_reserve(&f->context->mem, &list, &f->run_capacity, f->run_count + 1, sizeof *f->runs))
        return false;
    f->runs = list;
    f->runs[f->run_count++] = run;
    return true;
}

static bool collect_runs(struct segi_fill *f, float box[4])
{
    int32_t x0 = f->width, x1 = 0;
    f->run_count = 0;
    for (int32_t y = f->box[1]; y < f->box[3]; y++) {
        const uint8_t *row = f->mask + (size_t)y * (size_t)f->width;
        const uint8_t *p = row + f->box[0], *end = row + f->box[2];
        while (p < end && (p = memchr(p, 1, (size_t)(end - p)))) {
            const uint8_t *stop = memchr(p, 0, (size_t)(end - p));
            stop = stop ? stop : end;
            const struct seg_run run = {y, (int32_t)(p - row), (int32_t)(stop - p)};
            if (!add_run(f, run))
                return false;
            x0 = run.x < x0 ? run.x : x0;
            x1 = run.x + run.length > x1 ? run.x + run.length : x1;
            p = stop;
        }
    }
    if (f->run_count) {
        const int32_t y0 = f->runs[0].y, y1 = f->runs[f->run_count - 1].y + 1;
        box[0] = (float)x0;
        box[1] = (float)y0;
        box[2] = (float)(x1 - x0);
        box[3] = (float)(y1 - y0);
    }
    return true;
}

int segi_fill_add_instance(struct segi_fill *f, seg_layer *layer, int32_t id, int32_t class_id,
                           float score, struct seg_error *err)
{
    struct seg_instance one = {.struct_size = sizeof one,
                               .id = id ? id : (int32_t)layer->instance_count + 1,
                               .class_id = class_id,
                               .score = score};
    int status = segi_fill_polygon_end(f, err);
    if (!status && !collect_runs(f, one.box))
        status = segi_error_nomem(err);
    f->all_runs += f->run_count;
    if (!status && f->all_runs > f->context->max_pixels)
        status = segi_error(err, SEG_LIMIT, "instances of more than %llu runs: too many",
                            (unsigned long long)f->context->max_pixels);
    one.runs = f->runs;
    one.run_count = f->run_count;
    return status ? status : seg_layer_add_instance(layer, &one, err);
}
