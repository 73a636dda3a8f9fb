/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* region.mser: maximally stable extremal regions.
 *
 * Pixels join in the order of their values, and the sets that they form on the way make a tree of
 * regions: C. Berger et al., Effective component tree computation with application to pattern
 * recognition in astronomical imaging, IEEE International Conference on Image Processing, 2007. A
 * region is known by the last of its pixels. */
#include "common/choices.h"
#include "common/features.h"
#include "common/forest.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t delta, min_area, max_area, polarity, connectivity;
    double max_variation, min_diversity;
};

enum { BOTH, DARK, BRIGHT };
enum { NONE = UINT32_MAX };

struct mser {
    const struct params *params;
    int32_t width, height;
    uint32_t pixels, levels;
    uint16_t *value;
    uint32_t *order;  /* pixels, from the darkest to the brightest */
    uint32_t *parent; /* the region that this one, or this pixel, is in; itself for the whole */
    uint32_t *area;   /* of regions */
    float *variation; /* of regions, at their first level */
    uint8_t *stable;  /* of regions */
    uint32_t *inner;  /* of pixels: the smallest stable region that they are in, or NONE */
};

/* The values of the plane as levels, from 0 for the darkest, or the brightest, on. */
static int read_values(const struct common_env *env, const struct seg_view *image, bool bright,
                       struct mser *m)
{
    struct common_features features;
    m->levels = image->dtype == SEG_U16 ? 65536 : 256;
    if (image->dtype == SEG_F32) {
        int status = common_features(env, image, COMMON_LEVELS, &features);
        if (status)
            return status;
    }
    for (int32_t y = 0; y < m->height; y++) {
        const void *row = seg_row(image, 0, y);
        uint16_t *to = m->value + (size_t)y * (size_t)m->width;
        for (int32_t x = 0; x < m->width; x++) {
            uint32_t value =
                image->dtype == SEG_U8 ? ((const uint8_t *)row)[x]
                : image->dtype == SEG_U16
                    ? ((const uint16_t *)row)[x]
                    : (uint32_t)(features.data[(size_t)y * (size_t)m->width + (size_t)x] + 0.5f);
            to[x] = (uint16_t)(bright ? m->levels - 1 - value : value);
        }
    }
    return SEG_OK;
}

/* Sorts the pixels by level. */
static int sort_pixels(const struct common_env *env, struct mser *m)
{
    uint32_t *place;
    if (!COMMON_SCRATCH(env, place, m->levels + 1))
        return common_nomem(env);
    memset(place, 0, (m->levels + 1) * sizeof *place);
    for (uint32_t i = 0; i < m->pixels; i++)
        place[m->value[i] + 1]++;
    for (uint32_t level = 1; level <= m->levels; level++)
        place[level] += place[level - 1];
    for (uint32_t i = 0; i < m->pixels; i++)
        m->order[place[m->value[i]]++] = i;
    return SEG_OK;
}

/* Lists the neighbours of a pixel; returns their number. */
static int neighbours(const struct mser *m, uint32_t at, uint32_t *list)
{
    static const int8_t steps[8][2] = {{0, -1},  {-1, 0}, {1, 0},  {0, 1},
                                       {-1, -1}, {1, -1}, {-1, 1}, {1, 1}};
    int32_t x = (int32_t)(at % (uint32_t)m->width), y = (int32_t)(at / (uint32_t)m->width);
    int count = 0, directions = m->params->connectivity == COMMON_EIGHT ? 8 : 4;
    for (int k = 0; k < directions; k++) {
        int32_t nx = x + steps[k][0], ny = y + steps[k][1];
        if (nx >= 0 && ny >= 0 && nx < m->width && ny < m->height)
            list[count++] = (uint32_t)ny * (uint32_t)m->width + (uint32_t)nx;
    }
    return count;
}

/* Joins each pixel with those before it; in `last` each set knows the last pixel that it got. */
static int build_tree(const struct common_env *env, struct mser *m)
{
    uint32_t list[8], *last = m->inner; /* not used before */
    int32_t *link = common_forest(env, m->pixels);
    if (!link)
        return common_nomem(env);
    memset(m->parent, -1, m->pixels * sizeof *m->parent);
    for (uint32_t i = 0; i < m->pixels; i++) {
        uint32_t at = m->order[i], root = at;
        m->parent[at] = last[at] = at;
        m->area[at] = 1;
        int count = neighbours(m, at, list);
        for (int k = 0; k < count; k++) {
            if (m->parent[list[k]] == NONE)
                continue;
            uint32_t other = common_root(link, list[k]);
            if (other == root)
                continue;
            m->parent[last[other]] = at;
            m->area[at] += m->area[last[other]];
            root = common_join(link, root, other);
            last[root] = at;
        }
    }
    for (uint32_t i = m->pixels; i-- > 0;) { /* from the whole inwards, past others of its level */
        uint32_t at = m->order[i], up = m->parent[at];
        if (m->value[m->parent[up]] == m->value[up])
            m->parent[at] = m->parent[up];
    }
    return SEG_OK;
}

static bool is_region(const struct mser *m, uint32_t at)
{
    return m->parent[at] == at || m->value[m->parent[at]] != m->value[at];
}

/* How much a region grows over the `delta` levels after one at which it is there. */
static float variation(const struct mser *m, uint32_t at, int32_t level)
{
    uint32_t up = at;
    while (m->parent[up] != up && m->value[m->parent[up]] <= level + m->params->delta)
        up = m->parent[up];
    return (float)(m->area[up] - m->area[at]) / (float)m->area[at];
}

/* A region is stable where it varies no more, at the first level at which it is there, than at the
 * level before, when it was smaller, and at the level after. The whole is none. */
static void find_stable(const struct mser *m)
{
    for (uint32_t i = 0; i < m->pixels; i++) {
        m->stable[i] = is_region(m, i) && m->parent[i] != i;
        m->variation[i] = m->stable[i] ? variation(m, i, m->value[i]) : 0;
    }
    for (uint32_t i = 0; i < m->pixels; i++) {
        uint32_t up = m->parent[i];
        if (up == i || !is_region(m, i))
            continue;
        if (variation(m, i, m->value[up] - 1) < m->variation[up])
            m->stable[up] = 0;
        if (m->value[up] == m->value[i] + 1 && m->parent[up] != up &&
            m->variation[up] < m->variation[i])
            m->stable[i] = 0;
    }
}

/* Is it of a wanted size, and does it differ enough from the stable region around it? */
static bool wanted(const struct mser *m, uint32_t at, uint32_t around)
{
    const struct params *p = m->params;
    double area = m->area[at];
    if (area < p->min_area || area > p->max_area || (double)m->variation[at] > p->max_variation)
        return false;
    return around == NONE || m->area[around] - area >= p->min_diversity * m->area[around];
}

/* Finds for each pixel the smallest stable region that it is in. */
static void find_inner(const struct mser *m)
{
    for (uint32_t i = m->pixels; i-- > 0;) {
        uint32_t at = m->order[i], up = m->parent[at], around = up == at ? NONE : m->inner[up];
        m->inner[at] = is_region(m, at) && m->stable[at] && wanted(m, at, around) ? at : around;
    }
}

/* Keeps in best[pixel] the smaller of the regions there, as twice its pixel and 1 for bright. */
static void keep_smaller(const struct mser *m, bool bright, uint32_t *best, uint32_t *area)
{
    for (uint32_t i = 0; i < m->pixels; i++) {
        uint32_t inner = m->inner[i];
        if (inner == NONE || (best[i] != NONE && area[i] <= m->area[inner]))
            continue;
        best[i] = 2 * inner + bright;
        area[i] = m->area[inner];
    }
}

static int open_mser(const struct common_env *env, struct mser *m)
{
    if (!COMMON_SCRATCH(env, m->value, m->pixels) || !COMMON_SCRATCH(env, m->order, m->pixels) ||
        !COMMON_SCRATCH(env, m->parent, m->pixels) || !COMMON_SCRATCH(env, m->area, m->pixels) ||
        !COMMON_SCRATCH(env, m->variation, m->pixels) ||
        !COMMON_SCRATCH(env, m->stable, m->pixels) || !COMMON_SCRATCH(env, m->inner, m->pixels))
        return common_nomem(env);
    return SEG_OK;
}

/* Numbers regions by their first pixels; `number` has room for two a pixel. */
static int32_t write_labels(const struct seg_view *labels, const uint32_t *best, int32_t *number)
{
    int32_t count = 0;
    memset(number, 0, 2 * common_pixels(labels) * sizeof *number);
    for (int32_t y = 0; y < labels->height; y++) {
        int32_t *row = seg_row(labels, 0, y);
        for (int32_t x = 0; x < labels->width; x++) {
            uint32_t region = best[(size_t)y * (size_t)labels->width + (size_t)x];
            if (region != NONE && !number[region])
                number[region] = ++count;
            row[x] = region == NONE ? 0 : number[region];
        }
    }
    return count;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct mser m = {.params = self};
    struct seg_view image, labels;
    uint32_t *best, *area;
    int32_t *number;
    int status = common_open(&env, &image, &labels);
    if (status)
        return status;
    size_t pixels = common_pixels(&image);
    if (pixels > 1 << 30)
        return host->fail(call, SEG_LIMIT, "%zu pixels are too many; at most %d fit", pixels,
                          1 << 30);
    m.width = image.width;
    m.height = image.height;
    m.pixels = (uint32_t)pixels;
    status = open_mser(&env, &m);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, best, pixels) || !COMMON_SCRATCH(&env, area, pixels) ||
        !COMMON_SCRATCH(&env, number, 2 * pixels))
        return common_nomem(&env);
    memset(best, -1, pixels * sizeof *best);
    for (int bright = 0; bright < 2 && !status; bright++) {
        if (m.params->polarity == (bright ? DARK : BRIGHT))
            continue;
        status = read_values(&env, &image, bright, &m);
        if (!status)
            status = sort_pixels(&env, &m);
        if (!status)
            status = build_tree(&env, &m);
        if (status)
            return status;
        find_stable(&m);
        find_inner(&m);
        keep_smaller(&m, bright, best, area);
        status = host->progress(call, (bright + 1) / 2.0);
    }
    return status ? status : host->value(call, "regions", write_labels(&labels, best, number));
}

static const struct seg_choice polarities[] = {
    [BOTH] = {"both", "regions darker or brighter than what is around"},
    [DARK] = {"dark", "regions darker than what is around"},
    [BRIGHT] = {"bright", "regions brighter than what is around"},
};

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, delta, 5, 1, 65535, NULL,
               "levels over which a region's growth is "
               "looked at")},
    {SEG_P_INT(struct params, min_area, 60, 1, INT32_MAX, "px", "smaller regions do not count")},
    {SEG_P_INT(struct params, max_area, 14400, 1, INT32_MAX, "px", "larger regions do not count")},
    {SEG_P_FLOAT(struct params, max_variation, 0.25, 0, 1e9, NULL,
                 "regions that grow by a larger part of their area do not count")},
    {SEG_P_FLOAT(struct params, min_diversity, 0.2, 0, 1, NULL,
                 "a region in another must be smaller by this part of it")},
    {SEG_P_CHOICE(struct params, polarity, BOTH, polarities, "which regions")},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "one plane",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1,
     .planes_max = 1},
};

static const struct seg_port outputs[] = {
    {.name = "labels",
     .summary = "for each pixel the smallest region that it is in; 0: none",
     .kinds = SEG_KIND_BIT(SEG_LABELS),
     .planes_min = 1},
};

const struct seg_stage region_mser = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "region.mser",
    .summary = "maximally stable extremal regions",
    .detail = "Of all regions that thresholds leave connected, finds those whose area changes "
              "least, relative to itself, while the threshold goes on by 'delta', and no more "
              "than 'max_variation'. Regions may lie in one another; a pixel is labelled with the "
              "smallest one, so that a larger one has holes where others are. Connect the labels "
              "by name to a stage's mask to have all of them as one.\n\n"
              "Parameters and defaults are those of OpenCV. Levels are those of the samples; "
              "floating point is scaled so that the image's range makes 256. Takes 50 bytes a "
              "pixel. Serial by nature. Reports 'regions', how many came out.",
    .reference = "J. Matas, O. Chum, M. Urban, T. Pajdla, Robust wide baseline stereo from "
                 "maximally stable extremal regions, British Machine Vision Conference, 2002",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
