/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring regions from their runs: the cost goes with runs and border pixels, not with area. */
#include "regions.h"

#include "../base/error.h"

#include <math.h>
#include <segkit/plugin-util.h>
#include <string.h>

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
    r->extent = r->area / ((double)(r->box[2] - r->box[0]) * (double)(r->box[3] - r->box[1]));
}

/* -- topology ------------------------------------------------------------------------------- */

/* Runs are nodes, touching runs of neighbouring rows edges: in the plane the difference of their
 * numbers is that of parts and holes. Corners touch. */
static void measure_euler(struct segi_region *r)
{
    double edges = 0;
    size_t j = 0;
    for (size_t i = 0; i < r->run_count; i++) {
        const struct seg_run a = r->runs[i];
        while (r->runs[j].y < a.y - 1 ||
               (r->runs[j].y == a.y - 1 && r->runs[j].x + r->runs[j].length < a.x))
            j++;
        for (size_t k = j; r->runs[k].y == a.y - 1 && r->runs[k].x <= a.x + a.length; k++)
            edges++;
    }
    r->euler_number = (double)r->run_count - edges;
}

/* -- perimeter -------------------------------------------------------------------------------- */

/* A row of a region as bytes of 0 and 1, with one spare on either side. */
struct line {
    uint8_t *cover, *border;
    const struct seg_run *runs;
    size_t count;
};

#define LINES 4 /* that are looked at together */

struct walk {
    const struct segi_region *region;
    struct line lines[LINES];
    size_t next; /* run */
};

static struct line *line_at(struct walk *w, int32_t y)
{
    return &w->lines[(y - w->region->box[0] + LINES) % LINES];
}

static uint8_t *place(const struct walk *w, uint8_t *row, int32_t x)
{
    return row + (x - w->region->box[1] + 1);
}

/* The line of row `y` instead of an older one. */
static void fill_line(struct walk *w, int32_t y)
{
    const struct segi_region *r = w->region;
    struct line *line = line_at(w, y);
    for (size_t i = 0; i < line->count; i++) {
        memset(place(w, line->cover, line->runs[i].x), 0, (size_t)line->runs[i].length);
        memset(place(w, line->border, line->runs[i].x), 0, (size_t)line->runs[i].length);
    }
    line->runs = r->runs + w->next;
    line->count = 0;
    for (; w->next < r->run_count && r->runs[w->next].y == y; w->next++, line->count++)
        memset(place(w, line->cover, r->runs[w->next].x), 1, (size_t)r->runs[w->next].length);
}

/* Of row `y` the pixels that miss a neighbour at an edge. */
static void mark_border(struct walk *w, int32_t y)
{
    const struct line *line = line_at(w, y);
    const uint8_t *above = line_at(w, y - 1)->cover, *below = line_at(w, y + 1)->cover;
    for (size_t i = 0; i < line->count; i++) {
        const size_t first = (size_t)(line->runs[i].x - w->region->box[1] + 1);
        const size_t last = first + (size_t)line->runs[i].length - 1;
        for (size_t x = first; x <= last; x++)
            line->border[x] = !(above[x] & below[x]);
        line->border[first] = line->border[last] = 1;
    }
}

/* Length of border at a pixel by how its border neighbours lie (Benkrid, Crookes: Design and FPGA
 * implementation of a perimeter estimator, 2000): 1, + 2 for each at an edge, + 10 at a corner. */
static double length_at(const uint8_t *above, const uint8_t *here, const uint8_t *below)
{
    static const struct {
        uint8_t straight, slanted; /* halves */
    } table[51] = {[5] = {2, 0},  [7] = {2, 0},  [15] = {2, 0}, [17] = {2, 0}, [25] = {2, 0},
                   [27] = {2, 0}, [21] = {0, 2}, [33] = {0, 2}, [13] = {1, 1}, [23] = {1, 1}};
    const int edges = above[0] + below[0] + here[-1] + here[1];
    const int corners = above[-1] + above[1] + below[-1] + below[1];
    const int code = 1 + 2 * edges + 10 * corners;
    return (table[code].straight + table[code].slanted * 1.41421356237309504880) / 2;
}

static double line_length(struct walk *w, int32_t y)
{
    const struct line *line = line_at(w, y);
    const uint8_t *above = line_at(w, y - 1)->border, *below = line_at(w, y + 1)->border;
    double sum = 0;
    for (size_t i = 0; i < line->count; i++) {
        const uint8_t *p = place(w, line->border, line->runs[i].x);
        const uint8_t *end = p + line->runs[i].length;
        while (p < end && (p = memchr(p, 1, (size_t)(end - p)))) {
            const ptrdiff_t x = p - line->border;
            sum += length_at(above + x, p, below + x);
            p++;
        }
    }
    return sum;
}

/* `bytes` are LINES * 2 rows of zeros, each as wide as the region and 2 more. */
static void measure_perimeter(struct segi_region *r, uint8_t *bytes)
{
    struct walk w = {.region = r};
    const size_t width = (size_t)(r->box[3] - r->box[1]) + 2;
    for (int i = 0; i < LINES; i++) {
        w.lines[i].cover = bytes + (size_t)(2 * i) * width;
        w.lines[i].border = bytes + (size_t)(2 * i + 1) * width;
    }
    memset(bytes, 0, width * LINES * 2);
    for (int32_t y = r->box[0]; y < r->box[2] + 2; y++) {
        fill_line(&w, y);
        mark_border(&w, y - 1);
        r->perimeter += line_length(&w, y - 2);
    }
}

/* -- convex hull ------------------------------------------------------------------------------ */

/* In half pixels: every pixel is the square on its corner that spans the middles of its edges. */
struct point {
    int64_t y, x;
};

/* Adds a point below the others to one side of the hull (Andrew's monotone chain); `side` is 1 for
 * the left one and -1 for the right. */
static void add_point(struct point *chain, size_t *count, struct point p, int side)
{
    while (*count >= 2) {
        const struct point a = chain[*count - 2], b = chain[*count - 1];
        const int64_t turn = (b.x - a.x) * (p.y - a.y) - (p.x - a.x) * (b.y - a.y);
        if (turn * side < 0)
            break;
        --*count;
    }
    chain[(*count)++] = p;
}

/* Pixels of column x at row y that a chain bounds: the first (side 1) or last (-1) in it. */
static int64_t bound(const struct point *chain, size_t *at, int64_t y, int side)
{
    while (chain[*at + 1].y < y)
        ++*at;
    const struct point a = chain[*at], b = chain[*at + 1];
    const int64_t height = 2 * (b.y - a.y), x = a.x * (b.y - a.y) + (b.x - a.x) * (y - a.y);
    const int64_t low = x >= 0 ? x / height : -((-x + height - 1) / height);
    return side > 0 && low * height != x ? low + 1 : low;
}

/* The pixels whose centre the hull holds, its edge included. `points` has room for 6 a row and 4.
 */
static void measure_hull(struct segi_region *r, struct point *points)
{
    const size_t room = 3 * (size_t)(r->box[2] - r->box[0]) + 2;
    struct point *left = points, *right = points + room;
    size_t lefts = 0, rights = 0, at[2] = {0};
    for (size_t i = 0; i < r->run_count;) {
        const int64_t y = 2 * (int64_t)r->runs[i].y, x0 = 2 * (int64_t)r->runs[i].x;
        while (i + 1 < r->run_count && 2 * (int64_t)r->runs[i + 1].y == y)
            i++;
        const int64_t x1 = 2 * ((int64_t)r->runs[i].x + r->runs[i].length - 1);
        for (int half = -1; half <= 1; half++) {
            add_point(left, &lefts, (struct point){y + half, x0 - !half}, 1);
            add_point(right, &rights, (struct point){y + half, x1 + !half}, -1);
        }
        i++;
    }
    for (int64_t y = r->box[0]; y < r->box[2]; y++)
        r->convex_area +=
            (double)(bound(right, &at[1], 2 * y, -1) - bound(left, &at[0], 2 * y, 1) + 1);
    r->solidity = r->area / r->convex_area;
}

/* -- intensity -------------------------------------------------------------------------------- */

static void measure_intensity(const struct segi_region *r, const struct seg_view *v, int32_t plane,
                              struct segi_intensity *out)
{
    double sum = 0, min = INFINITY, max = -INFINITY;
    for (size_t i = 0; i < r->run_count; i++) {
        const struct seg_run run = r->runs[i];
        const void *row = seg_row(v, plane, run.y);
        if (v->dtype == SEG_F32) {
            for (int32_t x = run.x; x < run.x + run.length; x++) {
                const double s = (double)((const float *)row)[x];
                sum += s;
                min = s < min ? s : min;
                max = s > max ? s : max;
            }
            continue;
        }
        uint64_t total = 0;
        unsigned low = UINT16_MAX, high = 0;
        for (int32_t x = run.x; x < run.x + run.length; x++) {
            const unsigned s =
                v->dtype == SEG_U8 ? ((const uint8_t *)row)[x] : ((const uint16_t *)row)[x];
            total += s;
            low = s < low ? s : low;
            high = s > high ? s : high;
        }
        sum += (double)total;
        min = low < min ? low : min;
        max = high > max ? high : max;
    }
    *out = (struct segi_intensity){sum / r->area, min, max};
}

/* -- all -------------------------------------------------------------------------------------- */

static void largest_box(const struct segi_regions *all, size_t *height, size_t *width)
{
    for (size_t i = 0; i < all->count; i++) {
        const int32_t *box = all->list[i].box;
        const size_t h = (size_t)(box[2] - box[0]), w = (size_t)(box[3] - box[1]);
        *height = h > *height ? h : *height;
        *width = w > *width ? w : *width;
    }
}

static int measure_all(seg_context *context, struct segi_regions *all, const struct seg_view *image,
                       struct seg_error *err)
{
    const struct segi_mem *mem = &context->mem;
    size_t height = 0, width = 0, values = 0;
    largest_box(all, &height, &width);
    uint8_t *bytes = segi_alloc(mem, width + 2, (size_t)LINES * 2);
    struct point *points = segi_alloc(mem, height * 6 + 4, sizeof *points);
    all->planes = image ? image->planes : 0;
    if (segi_size_mul(all->count, (size_t)all->planes, &values))
        all->intensity = segi_alloc(mem, values, sizeof *all->intensity);
    const int status = bytes && points && all->intensity ? SEG_OK : segi_error_nomem(err);
    for (size_t i = 0; i < all->count && !status; i++) {
        struct segi_region *r = &all->list[i];
        measure_moments(r);
        measure_euler(r);
        measure_perimeter(r, bytes);
        measure_hull(r, points);
        if (image)
            r->intensity = all->intensity + i * (size_t)all->planes;
        for (int32_t p = 0; p < all->planes; p++)
            measure_intensity(r, image, p, &r->intensity[p]);
    }
    segi_free(mem, bytes);
    segi_free(mem, points);
    return status;
}

int segi_regions_measure(seg_context *context, const seg_layer *layer, const seg_layer *image,
                         struct segi_regions *regions, struct seg_error *err)
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
        status = measure_all(context, regions, v, err);
    if (status)
        segi_regions_end(regions);
    return status;
}
