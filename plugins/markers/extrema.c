/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* markers.h_maxima, h_minima, extended_maxima and extended_minima: extrema that stand out. */
#include "common/extrema.h"

#include "common/choices.h"
#include "common/sample.h"
#include "stages.h"

struct params {
    double h;
    int32_t connectivity;
};

struct spread {
    const struct seg_view *plane, *mask;
    struct common_extrema extrema;
    uint32_t *stack;
    size_t count;
};

static void push(struct spread *spread, int32_t x, int32_t y)
{
    ((uint8_t *)seg_row(spread->mask, 0, y))[x] = 2;
    spread->stack[spread->count++] = (uint32_t)y * (uint32_t)spread->mask->width + (uint32_t)x;
}

/* Whether a value is no farther than h from an extremum's. */
static bool near(const struct spread *spread, float value, float peak)
{
    double below =
        spread->extrema.minima ? (double)value - (double)peak : (double)peak - (double)value;
    return value == peak || below <= spread->extrema.h;
}

/* Takes in what is connected to the pixel within h: no higher point is, and of two extrema whose
 * pieces meet both have the same value. */
static void grow(struct spread *spread, int32_t x, int32_t y)
{
    static const int32_t dx[] = {-1, 1, 0, 0, -1, 1, -1, 1}, dy[] = {0, 0, -1, 1, -1, -1, 1, 1};
    float peak = ((const float *)seg_row(spread->plane, 0, y))[x];
    uint32_t width = (uint32_t)spread->mask->width;
    push(spread, x, y);
    while (spread->count) {
        uint32_t at = spread->stack[--spread->count];
        for (int k = 0; k < spread->extrema.connectivity; k++) {
            int32_t nx = (int32_t)(at % width) + dx[k], ny = (int32_t)(at / width) + dy[k];
            if (nx < 0 || ny < 0 || nx >= spread->mask->width || ny >= spread->mask->height ||
                ((const uint8_t *)seg_row(spread->mask, 0, ny))[nx] == 2)
                continue;
            if (near(spread, ((const float *)seg_row(spread->plane, 0, ny))[nx], peak))
                push(spread, nx, ny);
        }
    }
}

static int extend(const struct common_env *env, struct spread *spread)
{
    if (!COMMON_SCRATCH(env, spread->stack, common_pixels(spread->mask)))
        return common_nomem(env);
    for (int32_t y = 0; y < spread->mask->height; y++)
        for (int32_t x = 0; x < spread->mask->width; x++)
            if (((const uint8_t *)seg_row(spread->mask, 0, y))[x] == 1)
                grow(spread, x, y);
    for (int32_t y = 0; y < spread->mask->height; y++) {
        uint8_t *row = seg_row(spread->mask, 0, y);
        for (int32_t x = 0; x < spread->mask->width; x++)
            row[x] = row[x] != 0;
    }
    return SEG_OK;
}

static int mark(const struct seg_host *host, struct seg_call *call, const struct params *params,
                bool minima, bool extended)
{
    const struct common_env env = {host, call};
    struct seg_view image, mask, plane;
    struct spread spread = {
        .plane = &plane,
        .mask = &mask,
        .extrema = {.minima = minima,
                    .connectivity = params->connectivity == COMMON_EIGHT ? 8 : 4,
                    .h = params->h,
                    .above = extended,
                    .ties = true}};
    int status = common_open(&env, &image, &mask);
    if (!status)
        status = common_float_plane(&env, &image, 0, &plane);
    if (!status)
        status = common_extrema(&env, &plane, &spread.extrema, &mask);
    return status || !extended ? status : extend(&env, &spread);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, h, 1, 0, 3e38, NULL, "least dynamic"), .alias = "dynamic"},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_EIGHT, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "one plane of samples",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1,
     .planes_max = 1},
};

static const struct seg_port outputs[] = {
    {.name = "mask", .summary = "the extrema", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

#define STAGE(stage, minima, extended, summary_, detail_, reference_)                              \
    static int process_##stage(void *self, const struct seg_host *host, struct seg_call *call)     \
    {                                                                                              \
        return mark(host, call, self, minima, extended);                                           \
    }                                                                                              \
    const struct seg_stage markers_##stage = {                                                     \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "markers." #stage,                                                                   \
        .summary = summary_,                                                                       \
        .detail = detail_,                                                                         \
        .reference = reference_,                                                                   \
        .version = 1,                                                                              \
        SEG_TABLES(struct params, params, inputs, outputs),                                        \
        .process = process_##stage,                                                                \
    }

#define GRIMAUD                                                                                    \
    "M. Grimaud, A new measure of contrast: the dynamics, Proceedings of SPIE 1769, 1992"
#define SOILLE                                                                                     \
    "P. Soille, Morphological Image Analysis: Principles and Applications, 2nd edition, "          \
    "Springer 2003"
#define NUMBERS                                                                                    \
    " NaN belongs to none. mask.components gives each a number, as a watershed wants it."

STAGE(h_maxima, false, false, "mark regional maxima that stand out by h",
      "Marks the pixels of every regional maximum of dynamic 'h' or more: whoever walks from it to "
      "a higher point has to go down by at least h. Of all maxima of equal value each counts for "
      "itself. With 'h' 0 these are all regional maxima." NUMBERS,
      GRIMAUD);

STAGE(h_minima, true, false, "mark regional minima that stand out by h",
      "Marks the pixels of every regional minimum of dynamic 'h' or more: whoever walks from it to "
      "a lower point has to go up by at least h. Of all minima of equal value each counts for "
      "itself. With 'h' 0 these are all regional minima." NUMBERS,
      GRIMAUD);

STAGE(extended_maxima, false, true, "mark regional maxima and what lies within h below them",
      "Marks the regional maxima of the h-maxima transform: every regional maximum of dynamic "
      "above 'h', with all that can be reached from it without going down by more than h. So "
      "markers are broad and do not hang on single noisy pixels; markers.h_maxima marks the tops "
      "only. With 'h' 0 these are all regional maxima." NUMBERS,
      SOILLE);

STAGE(extended_minima, true, true, "mark regional minima and what lies within h above them",
      "Marks the regional minima of the h-minima transform: every regional minimum of dynamic "
      "above 'h', with all that can be reached from it without going up by more than h. So "
      "markers are broad and do not hang on single noisy pixels; markers.h_minima marks the "
      "bottoms only. With 'h' 0 these are all regional minima." NUMBERS,
      SOILLE);
