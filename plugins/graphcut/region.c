/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts between object and background: known pixels, odds of the others, and contrast. */
#include "region.h"

#include <string.h>

/* Odds, in logarithms, beyond which a pixel is as good as known. */
static const float most_odds = 1000;

int region_markers(const struct common_env *env, uint32_t port, const struct seg_view *image,
                   int32_t object, uint8_t *known)
{
    struct seg_view markers = SEG_VIEW;
    int status = env->host->input(env->call, port, &markers);
    if (status)
        return status == SEG_ABSENT ? SEG_OK : status;
    if (markers.width != image->width || markers.height != image->height)
        return env->host->fail(env->call, SEG_STAGE,
                               "input 'markers': it is %d x %d, not %d x %d as the image",
                               markers.width, markers.height, image->width, image->height);
    for (int32_t y = 0; y < image->height; y++) {
        const int32_t *row = seg_row(&markers, 0, y);
        uint8_t *to = known + (size_t)y * (size_t)image->width;
        for (int32_t x = 0; x < image->width; x++)
            if (row[x] > 0)
                to[x] = row[x] == object ? REGION_OBJECT : REGION_BACKGROUND;
    }
    return SEG_OK;
}

int region_open(const struct common_env *env, struct region_cut *cut, const struct seg_view *image,
                float *const *planes, int32_t connectivity, int32_t slices, double smoothness,
                double contrast)
{
    float **weights;
    int status = cut_open(env, &cut->grid, image, connectivity, slices);
    if (!status)
        status = contrast_weights(env, &cut->grid, planes, image->planes, smoothness, contrast,
                                  &weights);
    if (status)
        return status;
    /* A known pixel outweighs all its arcs; with what they carry it still fits. */
    double arcs = smoothness * cut->grid.directions, certain = 2 * (double)most_odds + arcs;
    cut->scale = INT32_MAX / 2 / (certain + 3 * arcs);
    cut->certain = (int32_t)(certain * cut->scale);
    return contrast_arcs(env, &cut->grid, weights, cut->scale);
}

struct set {
    struct region_cut *cut;
    const float *odds;
};

static int32_t capacity(const struct set *s, float odds, uint8_t known)
{
    if (known != REGION_UNKNOWN)
        return known == REGION_OBJECT ? s->cut->certain : -s->cut->certain;
    float limited = odds > most_odds ? most_odds : odds < -most_odds ? -most_odds : odds;
    return (int32_t)(limited * (float)s->cut->scale);
}

/* The excesses: anew, or by what they changed on top of what the last cut left. */
static int set_excess(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct set *s = arg;
    struct region_cut *cut = s->cut;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        int32_t now = capacity(s, s->odds[i], cut->known[i]);
        if (cut->last)
            cut->grid.excess[i] += now - capacity(s, cut->last[i], cut->known[i]);
        else
            cut->grid.excess[i] = now;
    }
    return SEG_OK;
}

int region_cut(const struct common_env *env, struct region_cut *cut, const float *odds,
               uint8_t *side, size_t *changed)
{
    struct set s = {cut, odds};
    int64_t flow = 0;
    int status = common_parallel(env, cut->grid.count, 32768, set_excess, &s);
    if (!status)
        status = cut_solve(env, &cut->grid, &flow);
    if (status)
        return status;
    if (!cut->last && !COMMON_SCRATCH(env, cut->last, cut->grid.count))
        return common_nomem(env);
    memcpy(cut->last, odds, cut->grid.count * sizeof *odds);
    *changed = 0;
    for (size_t i = 0; i < cut->grid.count; i++) {
        uint8_t now = graphcut_grid_source(&cut->grid, i) ? REGION_OBJECT : REGION_BACKGROUND;
        *changed += now != side[i];
        side[i] = now;
    }
    return SEG_OK;
}

void region_write(const uint8_t *side, const struct seg_view *mask)
{
    for (int32_t y = 0; y < mask->height; y++)
        memcpy(seg_row(mask, 0, y), side + (size_t)y * (size_t)mask->width, (size_t)mask->width);
}
