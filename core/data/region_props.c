/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring regions from their runs: the cost goes with runs and border pixels, not with area. */
#include "measure.h"

#include "../base/error.h"

#include <math.h>
#include <segkit/plugin-util.h>

#define PI 3.14159265358979323846

/* -- moments ---------------------------------------------------------------------------------- */

/* Centroid and the ellipse of the same second moments. Sums are taken from the corner of the box,
 * so that large coordinates cost no digits. */
static void measure_moments(struct segi_region *r)
{
    double sy = 0, sx = 0, syy = 0, sxx = 0, sxy = 0;
    for (size_t i = 0; i < r->run_count; i++) {
        const double n = r->runs[i].length, y = r->runs[i].y - r->box[0];
        const double first = r->runs[i].x - r->box[1], mid = first + (n - 1) / 2;
        sy += n * y;
        sx += n * mid;
        syy += n * y * y;
        sxy += n * y * mid;
        sxx += n * mid * mid + n * (n * n - 1) / 12;
    }
    const double cy = sy / r->area, cx = sx / r->area;
    const double a = sxx / r->area - cx * cx, c = syy / r->area - cy * cy;
    const double b = -(sxy / r->area - cx * cy);
    r->centroid[0] = cy + r->box[0];
    r->centroid[1] = cx + r->box[1];
    const double half = (a + c) / 2, root = sqrt((a - c) * (a - c) / 4 + b * b);
    const double most = half + root, least = half - root > 0 ? half - root : 0;
    r->major_axis_length = 4 * sqrt(most);
    r->minor_axis_length = 4 * sqrt(least);
    r->eccentricity = most > 0 ? sqrt(1 - least / most) : 0;
    r->orientation = a == c ? (b < 0 ? -PI / 4 : PI / 4) : 0.5 * atan2(-2 * b, c - a);
    r->equivalent_diameter = sqrt(4 * r->area / PI);
    r->bbox_area = (double)(r->box[2] - r->box[0]) * (double)(r->box[3] - r->box[1]);
    r->extent = r->area / r->bbox_area;
}

/* -- intensity -------------------------------------------------------------------------------- */

/* Sums over a run: of the samples, and of each times how far right of the run's start it is. */
struct sums {
    double sample, moment, min, max;
};

static struct sums sum_floats(const float *row, int32_t length)
{
    struct sums s = {0, 0, INFINITY, -INFINITY};
    for (int32_t x = 0; x < length; x++) {
        const double sample = (double)row[x];
        s.sample += sample;
        s.moment += sample * x;
        s.min = sample < s.min ? sample : s.min;
        s.max = sample > s.max ? sample : s.max;
    }
    return s;
}

static struct sums sum_integers(const void *row, uint32_t dtype, int32_t first, int32_t length)
{
    uint64_t total = 0;
    double moment = 0;
    unsigned low = UINT16_MAX, high = 0;
    for (int32_t x = 0; x < length; x++) {
        const unsigned sample = dtype == SEG_U8 ? ((const uint8_t *)row)[first + x]
                                                : ((const uint16_t *)row)[first + x];
        total += sample;
        moment += (double)sample * x;
        low = sample < low ? sample : low;
        high = sample > high ? sample : high;
    }
    return (struct sums){(double)total, moment, low, high};
}

static void measure_intensity(const struct segi_region *r, const struct seg_view *v, int32_t plane,
                              struct segi_intensity *out)
{
    double sum = 0, sum_y = 0, sum_x = 0;
    *out = (struct segi_intensity){.min = INFINITY, .max = -INFINITY};
    for (size_t i = 0; i < r->run_count; i++) {
        const struct seg_run run = r->runs[i];
        const void *row = seg_row(v, plane, run.y);
        const struct sums s = v->dtype == SEG_F32
                                  ? sum_floats((const float *)row + run.x, run.length)
                                  : sum_integers(row, v->dtype, run.x, run.length);
        sum += s.sample;
        sum_y += s.sample * (run.y - r->box[0]);
        sum_x += s.sample * (run.x - r->box[1]) + s.moment;
        out->min = s.min < out->min ? s.min : out->min;
        out->max = s.max > out->max ? s.max : out->max;
    }
    out->mean = sum / r->area;
    out->centroid[0] = sum != 0 ? sum_y / sum + r->box[0] : NAN;
    out->centroid[1] = sum != 0 ? sum_x / sum + r->box[1] : NAN;
}

/* -- all -------------------------------------------------------------------------------------- */

/* Room for the largest region. */
struct room {
    uint8_t *lines;
    struct segi_point *points;
    struct seg_run *spans;
    struct segi_gap *gaps;
};

static bool make_room(const struct segi_regions *all, struct room *room)
{
    size_t height = 0, width = 0, runs = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct segi_region *r = &all->list[i];
        const size_t h = (size_t)(r->box[2] - r->box[0]), w = (size_t)(r->box[3] - r->box[1]);
        height = h > height ? h : height;
        width = w > width ? w : width;
        runs = r->run_count > runs ? r->run_count : runs;
    }
    room->lines = segi_alloc(all->mem, width + 2, segi_region_lines());
    room->points = segi_alloc(all->mem, segi_hull_points(height), sizeof *room->points);
    room->spans = segi_alloc(all->mem, height, sizeof *room->spans);
    room->gaps = segi_alloc(all->mem, runs + height + 1, sizeof *room->gaps);
    return room->lines && room->points && room->spans && room->gaps;
}

static void free_room(const struct segi_mem *mem, const struct room *room)
{
    segi_free(mem, room->lines);
    segi_free(mem, room->points);
    segi_free(mem, room->spans);
    segi_free(mem, room->gaps);
}

static void measure_border(struct segi_region *r, const struct room *room)
{
    r->perimeter = segi_region_perimeter(r, room->lines, false);
    r->perimeter_8 = segi_region_perimeter(r, room->lines, true);
    r->circularity = 4 * PI * r->area / (r->perimeter * r->perimeter);
}

static void measure_hull(struct segi_region *r, const struct room *room)
{
    const size_t rows = (size_t)(r->box[2] - r->box[0]);
    segi_hull_spans(r->runs, r->run_count, room->points, room->spans);
    for (size_t i = 0; i < rows; i++)
        r->convex_area += room->spans[i].length;
    r->solidity = r->area / r->convex_area;
    r->feret_diameter_max = segi_hull_feret(room->spans, rows, room->points);
}

static void measure(struct segi_region *r, const struct room *room, unsigned measures)
{
    measure_moments(r);
    segi_region_topology(r);
    if (measures & SEGI_MEASURE_BORDER)
        measure_border(r, room);
    if (measures & SEGI_MEASURE_HULL)
        measure_hull(r, room);
    if (measures & SEGI_MEASURE_FILLED)
        r->filled_area = segi_region_filled(r, room->gaps);
}

static int measure_all(struct segi_regions *all, const struct seg_view *image, unsigned measures,
                       struct seg_error *err)
{
    struct room room;
    size_t values = 0;
    all->planes = image && measures & SEGI_MEASURE_INTENSITY ? image->planes : 0;
    if (segi_size_mul(all->count, (size_t)all->planes, &values))
        all->intensity = segi_alloc(all->mem, values, sizeof *all->intensity);
    const int status = make_room(all, &room) && all->intensity ? SEG_OK : segi_error_nomem(err);
    for (size_t i = 0; i < all->count && !status; i++) {
        struct segi_region *r = &all->list[i];
        measure(r, &room, measures);
        if (all->planes)
            r->intensity = all->intensity + i * (size_t)all->planes;
        for (int32_t p = 0; p < all->planes; p++)
            measure_intensity(r, image, p, &r->intensity[p]);
    }
    free_room(all->mem, &room);
    return status;
}

int segi_regions_measure(seg_context *context, const seg_layer *layer, const seg_layer *image,
                         unsigned measures, struct segi_regions *regions, struct seg_error *err)
{
    const struct seg_view *v = image ? &image->view : NULL;
    *regions = (struct segi_regions){0};
    if (v && (v->width != layer->view.width || v->height != layer->view.height))
        return segi_error(err, SEG_USAGE,
                          "intensities: the image has %d x %d pixels and the regions %d x %d",
                          v->width, v->height, layer->view.width, layer->view.height);
    if (v && (v->kind == SEG_LABELS || v->kind == SEG_INSTANCES))
        return segi_error(err, SEG_USAGE, "intensities: an image is needed");
    int status = segi_regions_find(context, layer, regions, err);
    if (!status)
        status = measure_all(regions, v, measures, err);
    if (status)
        segi_regions_end(regions);
    return status;
}
