/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What follows from how the runs of neighbouring rows touch. */
#include "measure.h"

#define PI 3.14159265358979323846

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* How many pixels two runs share when the second one is shifted to the right. */
static double shared(const struct seg_run *a, const struct seg_run *b, int32_t shift)
{
    const int32_t end = least(a->x + a->length, b->x + b->length + shift);
    const int32_t begin = -least(-a->x, -b->x - shift);
    return end > begin ? end - begin : 0;
}

/* Runs are nodes, touching runs of neighbouring rows edges: in the plane the difference of their
 * numbers is that of parts and holes.
 *
 * Crofton's formula takes a length from how often lines cross it: lines in two directions, or in
 * four. A pixel is where a line enters if the one before it, above or at a corner above, is not
 * set. */
void segi_region_topology(struct segi_region *r)
{
    double touch = 0, touch_corners = 0, below = 0, slanted = 0;
    size_t j = 0;
    for (size_t i = 0; i < r->run_count; i++) {
        const struct seg_run *a = &r->runs[i];
        while (r->runs[j].y < a->y - 1 ||
               (r->runs[j].y == a->y - 1 && r->runs[j].x + r->runs[j].length < a->x))
            j++;
        for (size_t k = j; r->runs[k].y == a->y - 1 && r->runs[k].x <= a->x + a->length; k++) {
            const double both = shared(a, &r->runs[k], 0);
            touch_corners++;
            touch += both > 0;
            below += both;
            slanted += shared(a, &r->runs[k], 1) + shared(a, &r->runs[k], -1);
        }
    }
    const double runs = (double)r->run_count, straight = runs + r->area - below;
    r->euler_number = runs - touch_corners;
    r->euler_number_4 = runs - touch;
    r->perimeter_crofton_2 = PI / 2 * straight;
    r->perimeter_crofton = PI / 4 * (straight + (2 * r->area - slanted) * 0.70710678118654752440);
}

/* -- holes ------------------------------------------------------------------------------------ */

static size_t find(struct segi_gap *gaps, size_t i)
{
    while (gaps[i].parent != i)
        i = gaps[i].parent = gaps[gaps[i].parent].parent;
    return i;
}

static void join(struct segi_gap *gaps, size_t a, size_t b)
{
    a = find(gaps, a);
    b = find(gaps, b);
    gaps[a > b ? a : b].parent = a < b ? a : b;
}

/* Adds columns begin..end-1 of row y, which are not the region's, and joins them with the gaps of
 * the row above. Gap 0 is all that lies outside the box. */
static void add_gap(const struct segi_region *r, struct segi_gap *gaps, size_t *count,
                    size_t above[2], int32_t y, int32_t begin, int32_t end)
{
    if (begin >= end)
        return;
    const size_t i = (*count)++;
    gaps[i] = (struct segi_gap){begin, end, i};
    if (y == r->box[0] || y == r->box[2] - 1 || begin == r->box[1] || end == r->box[3])
        join(gaps, i, 0);
    while (above[0] < above[1] && gaps[above[0]].end < begin)
        above[0]++;
    for (size_t k = above[0]; k < above[1] && gaps[k].begin <= end; k++)
        join(gaps, i, k);
}

double segi_region_filled(const struct segi_region *r, struct segi_gap *gaps)
{
    size_t count = 1, above[2] = {1, 1}, i = 0;
    gaps[0] = (struct segi_gap){0};
    for (int32_t y = r->box[0]; y < r->box[2]; y++) {
        const size_t first = count;
        int32_t x = r->box[1];
        for (; i < r->run_count && r->runs[i].y == y; i++) {
            add_gap(r, gaps, &count, above, y, x, r->runs[i].x);
            x = r->runs[i].x + r->runs[i].length;
        }
        add_gap(r, gaps, &count, above, y, x, r->box[3]);
        above[0] = first;
        above[1] = count;
    }
    double filled = r->area;
    for (size_t k = 1; k < count; k++)
        filled += find(gaps, k) ? gaps[k].end - gaps[k].begin : 0;
    return filled;
}
