/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* watershed.waterpixels: superpixels as basins.
 *
 * Machairas, Faessel, Cardenas-Pena, Chabardes, Walter and Decenciere, Waterpixels, IEEE
 * Transactions on Image Processing 24 (11), 2015: each cell of a grid has one marker, the minimum
 * of the gradient with the largest basin, and the gradient rises with the distance from it. */
#include "common/choices.h"
#include "common/distance.h"
#include "common/sample.h"
#include "common/steepness.h"
#include "flood.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t segments, size, connectivity;
    double compactness, inner;
};

#define NONE   UINT32_MAX
#define LEVELS 65536

struct pixels {
    const struct common_env *env;
    const struct params *params;
    struct seg_view relief; /* f32, in steps of 8 bits */
    uint32_t width, height;
    double size;     /* of a cell */
    uint16_t *level; /* the relief in LEVELS steps; dense rows, as all that follow */
    uint32_t *order; /* pixels by level */
    uint32_t *parent;
    uint32_t *area;   /* of a set, at its root */
    uint32_t *seed;   /* of a set: the first pixel of its minimum */
    uint32_t *extent; /* of a seed: how many pixels its basin has when it meets a larger one */
};

static int make_room(struct pixels *p)
{
    size_t count = common_pixels(&p->relief);
    if (count >= NONE / 2)
        return p->env->host->fail(p->env->call, SEG_LIMIT,
                                  "the image has %zu pixels; at most %u fit", count, NONE / 2 - 1);
    if (!COMMON_SCRATCH(p->env, p->level, count) || !COMMON_SCRATCH(p->env, p->order, count) ||
        !COMMON_SCRATCH(p->env, p->parent, count) || !COMMON_SCRATCH(p->env, p->area, count) ||
        !COMMON_SCRATCH(p->env, p->seed, count) || !COMMON_SCRATCH(p->env, p->extent, count))
        return common_nomem(p->env);
    memset(p->parent, 255, count * sizeof *p->parent);
    memset(p->extent, 0, count * sizeof *p->extent);
    return SEG_OK;
}

/* Sorts the pixels by their level, which is the root of how steep it is: most are not. */
static int sort_pixels(struct pixels *p)
{
    uint32_t *start, sum = 0;
    float most = 0;
    if (!COMMON_SCRATCH(p->env, start, LEVELS))
        return common_nomem(p->env);
    memset(start, 0, LEVELS * sizeof *start);
    for (uint32_t y = 0; y < p->height; y++)
        for (uint32_t x = 0; x < p->width; x++)
            most = fmaxf(most, ((const float *)seg_row(&p->relief, 0, (int32_t)y))[x]);
    float scale = most > 0 ? (LEVELS - 1) / sqrtf(most) : 0;
    for (uint32_t y = 0, i = 0; y < p->height; y++) {
        const float *row = seg_row(&p->relief, 0, (int32_t)y);
        for (uint32_t x = 0; x < p->width; x++, i++) {
            p->level[i] = (uint16_t)(sqrtf(row[x]) * scale);
            start[p->level[i]]++;
        }
    }
    for (uint32_t k = 0; k < LEVELS; k++) {
        uint32_t here = start[k];
        start[k] = sum;
        sum += here;
    }
    for (uint32_t i = 0; i < p->width * p->height; i++)
        p->order[start[p->level[i]]++] = i;
    return SEG_OK;
}

static uint32_t find(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* Joins the sets of two pixels at a level. The minimum with the smaller basin ends there, unless it
 * was none: part of the same plateau, or beside a lower one. */
static void join(struct pixels *p, uint32_t a, uint32_t b, uint16_t level)
{
    a = find(p->parent, a);
    b = find(p->parent, b);
    if (a == b)
        return;
    bool fresh_a = p->level[p->seed[a]] == level, fresh_b = p->level[p->seed[b]] == level;
    bool swap = fresh_a != fresh_b         ? fresh_a
                : fresh_a                  ? p->seed[b] < p->seed[a]
                : p->area[a] == p->area[b] ? p->seed[b] < p->seed[a]
                                           : p->area[a] < p->area[b];
    uint32_t stays = swap ? b : a, ends = swap ? a : b;
    if (!fresh_a && !fresh_b)
        p->extent[p->seed[ends]] = p->area[ends];
    p->parent[ends] = stays;
    p->area[stays] += p->area[ends];
}

/* Floods from all minima at once to learn how far each basin extends. */
static void find_extents(struct pixels *p)
{
    uint32_t count = p->width * p->height;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t i = p->order[k], x = i % p->width;
        uint16_t level = p->level[i];
        p->parent[i] = p->seed[i] = i;
        p->area[i] = 1;
        if (x && p->parent[i - 1] != NONE)
            join(p, i, i - 1, level);
        if (x + 1 < p->width && p->parent[i + 1] != NONE)
            join(p, i, i + 1, level);
        if (i >= p->width && p->parent[i - p->width] != NONE)
            join(p, i, i - p->width, level);
        if (i + p->width < count && p->parent[i + p->width] != NONE)
            join(p, i, i + p->width, level);
    }
    p->extent[p->seed[find(p->parent, 0)]] = count;
}

/* The best pixel of a cell's inner part: of the largest extent, else the lowest. */
static uint32_t best_pixel(const struct pixels *p, uint32_t column, uint32_t row, uint32_t columns,
                           uint32_t rows)
{
    double wide = (double)p->width / columns, high = (double)p->height / rows;
    double margin = (1 - p->params->inner) / 2;
    uint32_t left = (uint32_t)((column + margin) * wide), top = (uint32_t)((row + margin) * high);
    uint32_t right = (uint32_t)((column + 1 - margin) * wide);
    uint32_t bottom = (uint32_t)((row + 1 - margin) * high), best = top * p->width + left;
    for (uint32_t y = top; y < bottom; y++)
        for (uint32_t i = y * p->width + left; i < y * p->width + right; i++)
            if (p->extent[i] > p->extent[best] ||
                (p->extent[i] == p->extent[best] && p->level[i] < p->level[best]))
                best = i;
    return best;
}

/* Returns how many there are; `open` is 0 there. */
static int32_t place_markers(const struct pixels *p, const struct seg_view *markers,
                             const struct seg_view *open)
{
    double columns = rint(p->width / p->size), rows = rint(p->height / p->size);
    int32_t count = 0;
    uint32_t across = columns > 1 ? (uint32_t)columns : 1, down = rows > 1 ? (uint32_t)rows : 1;
    for (int32_t y = 0; y < markers->height; y++) {
        memset(seg_row(markers, 0, y), 0, (size_t)markers->width * sizeof(int32_t));
        memset(seg_row(open, 0, y), 1, (size_t)open->width);
    }
    for (uint32_t row = 0; row < down; row++)
        for (uint32_t column = 0; column < across; column++) {
            uint32_t i = best_pixel(p, column, row, across, down);
            int32_t x = (int32_t)(i % p->width), y = (int32_t)(i / p->width);
            ((int32_t *)seg_row(markers, 0, y))[x] = ++count;
            ((uint8_t *)seg_row(open, 0, y))[x] = 0;
        }
    return count;
}

/* Adds the distance from the markers to the relief. */
static int regularize(const struct pixels *p, const struct seg_view *open)
{
    struct seg_view distance;
    int status = common_scratch_view(p->env, open, SEG_F32, &distance);
    if (!status)
        status = common_distance(p->env, open, COMMON_EUCLIDEAN, &distance);
    float factor = (float)(2 * p->params->compactness / p->size);
    for (int32_t y = 0; y < distance.height && !status; y++) {
        const float *add = seg_row(&distance, 0, y);
        float *row = seg_row(&p->relief, 0, y);
        for (int32_t x = 0; x < distance.width; x++)
            row[x] += factor * add[x];
    }
    return status;
}

/* In steps of 8 bits, and halved: the differences span two pixels. */
static void scale_relief(const struct seg_view *relief, uint32_t dtype)
{
    float scale = dtype == SEG_U8 ? 0.5f : dtype == SEG_U16 ? 0.5f / 257 : 127.5f;
    for (int32_t y = 0; y < relief->height; y++) {
        float *row = seg_row(relief, 0, y);
        for (int32_t x = 0; x < relief->width; x++)
            row[x] *= scale;
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct pixels p = {.env = &env, .params = params};
    const struct watershed_flood flood = {.connectivity =
                                              params->connectivity == COMMON_EIGHT ? 8 : 4};
    struct seg_view image, labels, markers, open;
    int status = common_open(&env, &image, &labels);
    if (!status)
        status = common_scratch_view(&env, &image, SEG_F32, &p.relief);
    if (!status)
        status = common_scratch_view(&env, &image, SEG_I32, &markers);
    if (!status)
        status = common_scratch_view(&env, &image, SEG_U8, &open);
    if (!status)
        status = common_steepness(&env, &image, &p.relief);
    if (status)
        return status;
    p.width = (uint32_t)image.width;
    p.height = (uint32_t)image.height;
    p.size = params->size ? params->size : sqrt((double)common_pixels(&image) / params->segments);
    p.size = p.size > 1 ? p.size : 1;
    scale_relief(&p.relief, image.dtype);
    status = make_room(&p);
    if (!status)
        status = sort_pixels(&p);
    if (status)
        return status;
    find_extents(&p);
    int32_t count = place_markers(&p, &markers, &open);
    status = regularize(&p, &open);
    if (!status)
        status = watershed_flood(&env, &flood, &p.relief, &markers, NULL, &labels);
    return status ? status : host->value(call, "superpixels", count);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, segments, 100, 1, 1 << 24, NULL, "about how many regions"),
     .alias = "n_segments"},
    {SEG_P_INT(struct params, size, 0, 0, 1 << 20, "px",
               "about how wide a region is, instead of 'segments'; 0: not given"),
     .alias = "region_size"},
    {SEG_P_FLOAT(struct params, compactness, 8, 0, 1e6, NULL,
                 "what the distance of half a region from its marker adds to the gradient, in "
                 "steps of 8 bits")},
    {SEG_P_FLOAT(struct params, inner, 0.67, 0, 1, NULL,
                 "a marker lies in this part of its cell, in the middle")},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "gray, colour, or more planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "the superpixels", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage watershed_waterpixels = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "watershed.waterpixels",
    .summary = "superpixels as basins of a gradient",
    .detail = "Lays a grid of square cells over the image, takes in the middle of each the "
              "minimum of the gradient whose basin extends farthest (or the lowest pixel where "
              "there is no minimum), and floods the gradient from these, raised by the distance "
              "to them. Every region is connected, and there are as many as cells. A larger "
              "'compactness' makes them more regular; the boundaries follow edges the more "
              "closely the smaller it is.\n\n"
              "The gradient is the length of the differences in all planes; smooth a noisy image "
              "before. Samples of 16 bits are divided by 257, floating point is taken as 0 to 1. "
              "All but the gradient and the distance runs on one thread. Reports 'superpixels'.",
    .reference = "V. Machairas, M. Faessel, D. Cardenas-Pena, T. Chabardes, T. Walter, "
                 "E. Decenciere, Waterpixels, IEEE Transactions on Image Processing 24 (11), 2015",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
