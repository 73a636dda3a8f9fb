/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* markers.from_labels: one pixel of each region. */
#include "regions.h"
#include "stages.h"

#include <math.h>

struct params {
    int32_t point;
    double background;
};

enum { DEEPEST, CENTROID };

struct point {
    double x, y;  /* the centroid */
    double least; /* what the pixel that was chosen is rated */
    int32_t column, row;
};

static void find_centroids(const struct markers_regions *regions, struct point *points)
{
    for (int32_t y = 0; y < regions->labels.height; y++) {
        const int32_t *label = seg_row(&regions->labels, 0, y);
        for (int32_t x = 0; x < regions->labels.width; x++) {
            struct point *point = &points[common_ids_place(&regions->ids, label[x])];
            point->x += x;
            point->y += y;
        }
    }
    for (int32_t k = 1; k <= regions->ids.count; k++) {
        points[k].x /= (double)regions->ids.area[k];
        points[k].y /= (double)regions->ids.area[k];
    }
}

/* The first pixel of each region in raster order that is deepest, or nearest to the centroid. */
static void choose(const struct markers_regions *regions, int32_t by, struct point *points)
{
    for (int32_t y = 0; y < regions->labels.height; y++) {
        const int32_t *label = seg_row(&regions->labels, 0, y);
        const float *distance = seg_row(&regions->distance, 0, y);
        for (int32_t x = 0; x < regions->labels.width; x++) {
            struct point *point = &points[common_ids_place(&regions->ids, label[x])];
            double dx = x - point->x, dy = y - point->y;
            double rate = by == DEEPEST ? -(double)distance[x] : dx * dx + dy * dy;
            if (rate >= point->least)
                continue;
            point->least = rate;
            point->column = x;
            point->row = y;
        }
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct markers_regions regions;
    struct seg_view markers;
    struct point *points;
    int status = markers_regions_open(&env, &regions, &markers);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, points, (size_t)regions.ids.count + 1))
        return common_nomem(&env);
    for (int32_t k = 0; k <= regions.ids.count; k++)
        points[k] = (struct point){.least = INFINITY};
    find_centroids(&regions, points);
    choose(&regions, params->point, points);
    for (int32_t y = 0; y < markers.height; y++) {
        const int32_t *label = seg_row(&regions.labels, 0, y);
        int32_t *to = seg_row(&markers, 0, y);
        for (int32_t x = 0; x < markers.width; x++)
            to[x] = label[x] < 0 ? label[x] : 0;
    }
    for (int32_t k = 1; k <= regions.ids.count; k++)
        ((int32_t *)seg_row(&markers, 0, points[k].row))[points[k].column] = regions.ids.sorted[k];
    return markers_regions_background(&env, &regions, params->background, &markers);
}

static const struct seg_choice choices[] = {
    [DEEPEST] = {"deepest", "farthest from the edge of the region"},
    [CENTROID] = {"centroid", "of the region and nearest to its centroid"},
};

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, point, DEEPEST, choices, "which pixel it is")},
    MARKERS_BACKGROUND_ROW(struct params),
};

static const struct seg_port inputs[] = {MARKERS_REGIONS_PORT};

static const struct seg_port outputs[] = {
    {.name = "markers",
     .summary = "one pixel of each region, by its number",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage markers_from_labels = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "markers.from_labels",
    .summary = "reduce each region to one pixel",
    .detail = "Marks one pixel of each region with its number, the first one in raster order where "
              "several are as good. It always lies in the region, even in one that winds around "
              "its centroid.\n\n"
              "With 'background', what is surely background gets a marker as well, with the next "
              "number after the regions'. Void (-1) stays. Reports 'markers', the number of "
              "regions.",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
