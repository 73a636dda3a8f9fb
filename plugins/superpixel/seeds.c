/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* superpixel.seeds: superpixels that exchange blocks, then pixels, at their borders.
 *
 * The image is cut into a grid of superpixels and each of them into 2^l x 2^l blocks, for l from 1
 * on. A block goes to a neighbour whose histogram of colours it fits better than that of its own
 * superpixel without it; l grows, and pixels come last. Labels of blocks and of pixels are kept in
 * rasters with a border of -1, so that all have eight neighbours. */
#include "common/features.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t segments, size, levels, bins, prior, iterations;
    double sigma;
};

enum { LANES = 8, MOST_BINS = 4096 };

/* Eight floats, wherever they lie. */
typedef float lane __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t flags __attribute__((vector_size(32), aligned(4), may_alias));

#define LANE(at) (*(const lane *)(const void *)(at))

struct raster {
    int32_t columns, rows;
    ptrdiff_t stride;
    int32_t *label; /* that of the first column and row */
};

struct seeds {
    const struct common_env *env;
    const struct params *params;
    struct common_features in;
    size_t bins;           /* a multiple of LANES */
    uint16_t *bin;         /* [pixel] */
    int32_t columns, rows; /* of superpixels */
    float *histogram;      /* [superpixel][bin]: pixels */
    float *area;           /* [superpixel] */
};

/* Gives each pixel the number of its colour: the range of each plane is cut into `parts`. */
static int find_bins(struct seeds *s, int32_t parts)
{
    if (!COMMON_SCRATCH(s->env, s->bin, s->in.stride))
        return common_nomem(s->env);
    memset(s->bin, 0, s->in.stride * sizeof *s->bin);
    for (int32_t k = 0; k < s->in.channels; k++) {
        const float *plane = s->in.data + (size_t)k * s->in.stride;
        float low = plane[0], high = plane[0];
        for (size_t i = 0; i < s->in.stride; i++) {
            low = plane[i] < low ? plane[i] : low;
            high = plane[i] > high ? plane[i] : high;
        }
        const float scale = high > low ? (float)parts / (high - low) : 0;
        for (size_t i = 0; i < s->in.stride; i++) {
            int32_t part = (int32_t)((plane[i] - low) * scale);
            s->bin[i] = (uint16_t)(s->bin[i] * parts + (part < parts ? part : parts - 1));
        }
    }
    return SEG_OK;
}

static int new_raster(const struct seeds *s, int32_t columns, int32_t rows, struct raster *raster)
{
    size_t all = ((size_t)columns + 2) * ((size_t)rows + 2);
    int32_t *labels;
    if (!COMMON_SCRATCH(s->env, labels, all))
        return common_nomem(s->env);
    memset(labels, -1, all * sizeof *labels);
    *raster = (struct raster){columns, rows, columns + 2, labels + columns + 3};
    return SEG_OK;
}

/* Are there neighbours of another label, and does what is left of its own hang together around it,
 * by edges? (S. Yokoi, J. Toriwaki, T. Fukumura, An analysis of topological properties of digitized
 * binary pictures, Computer Graphics and Image Processing 4, 1975.) */
static bool may_leave(const struct raster *raster, const int32_t *at)
{
    const ptrdiff_t s = raster->stride, ring[9] = {1, 1 - s, -s, -s - 1, -1, s - 1, s, s + 1, 1};
    int pieces = 0;
    for (int k = 0; k < 8; k += 2)
        pieces += at[ring[k]] == *at && !(at[ring[k + 1]] == *at && at[ring[k + 2]] == *at);
    return pieces == 1;
}

static bool at_border(const struct raster *raster, const int32_t *at)
{
    return at[-1] != *at || at[1] != *at || at[-raster->stride] != *at || at[raster->stride] != *at;
}

/* What two histograms have in common, of which the second may have to do without the first. */
static float overlap(const float *block, float block_area, const float *whole, float whole_area,
                     bool inside, size_t bins)
{
    lane sum = {0};
    const float less = inside, area = whole_area - less * block_area;
    for (size_t i = 0; i < bins; i += LANES) {
        const lane a = LANE(block + i) * area;
        const lane b = (LANE(whole + i) - LANE(block + i) * less) * block_area;
        const flags less_a = a < b;
        sum += (lane)(((flags)a & less_a) | ((flags)b & ~less_a));
    }
    float all = 0;
    for (int i = 0; i < LANES; i++)
        all += sum[i];
    return all / (area * block_area);
}

/* Blocks of a level: their histograms and areas. */
struct blocks {
    struct raster raster;
    float *histogram, *area;
};

static void move_block(const struct seeds *s, const struct blocks *b, size_t block, int32_t from,
                       int32_t to)
{
    const float *part = b->histogram + block * s->bins;
    float *less = s->histogram + (size_t)from * s->bins,
          *more = s->histogram + (size_t)to * s->bins;
    for (size_t i = 0; i < s->bins; i++) {
        less[i] -= part[i];
        more[i] += part[i];
    }
    s->area[from] -= b->area[block];
    s->area[to] += b->area[block];
}

static void trade_blocks(const struct seeds *s, const struct blocks *b)
{
    const struct raster *r = &b->raster;
    const ptrdiff_t sides[4] = {-r->stride, -1, 1, r->stride};
    for (int32_t y = 0; y < r->rows; y++)
        for (int32_t x = 0; x < r->columns; x++) {
            int32_t *at = r->label + y * r->stride + x, best = *at;
            if (!at_border(r, at) || !may_leave(r, at))
                continue;
            size_t block = (size_t)y * (size_t)r->columns + (size_t)x;
            const float *part = b->histogram + block * s->bins;
            float most = 0;
            for (int k = -1; k < 4; k++) {
                int32_t label = k < 0 ? *at : at[sides[k]];
                if (label < 0 || (k >= 0 && label == *at))
                    continue;
                float fit = overlap(part, b->area[block], s->histogram + (size_t)label * s->bins,
                                    s->area[label], k < 0, s->bins);
                if (k < 0 || fit > most) {
                    most = fit;
                    best = label;
                }
            }
            if (best != *at)
                move_block(s, b, block, *at, best);
            *at = best;
        }
}

static void measure_blocks(const struct seeds *s, const struct blocks *b)
{
    const struct raster *r = &b->raster;
    size_t count = (size_t)r->columns * (size_t)r->rows;
    memset(b->histogram, 0, count * s->bins * sizeof *b->histogram);
    memset(b->area, 0, count * sizeof *b->area);
    for (int32_t y = 0; y < s->in.height; y++) {
        size_t row = (size_t)((int64_t)y * r->rows / s->in.height) * (size_t)r->columns;
        const uint16_t *bin = s->bin + (size_t)y * (size_t)s->in.width;
        for (int32_t x = 0; x < s->in.width; x++) {
            size_t block = row + (size_t)((int64_t)x * r->columns / s->in.width);
            b->histogram[block * s->bins + bin[x]]++;
            b->area[block]++;
        }
    }
}

/* The labels of a coarser raster, or the numbers of the superpixels where that is NULL. */
static void refine(const struct seeds *s, const struct raster *from, const struct raster *to)
{
    for (int32_t y = 0; y < to->rows; y++)
        for (int32_t x = 0; x < to->columns; x++) {
            int32_t rows = from ? from->rows : s->rows, columns = from ? from->columns : s->columns;
            int32_t v = (int32_t)((int64_t)y * rows / to->rows);
            int32_t u = (int32_t)((int64_t)x * columns / to->columns);
            to->label[y * to->stride + x] =
                from ? from->label[v * from->stride + u] : v * s->columns + u;
        }
}

/* Trades blocks of ever smaller size; `last` are the labels of the smallest. */
static int trade_levels(struct seeds *s, int32_t levels, struct raster *last)
{
    int32_t most = 1 << levels;
    size_t count = (size_t)s->columns * (size_t)s->rows * (size_t)most * (size_t)most;
    size_t superpixels = (size_t)s->columns * (size_t)s->rows;
    struct blocks b;
    int status = SEG_OK;
    b.histogram = s->env->host->scratch(s->env->call, count, s->bins * sizeof(float));
    s->histogram = s->env->host->scratch(s->env->call, superpixels, s->bins * sizeof(float));
    if (!b.histogram || !s->histogram || !COMMON_SCRATCH(s->env, b.area, count) ||
        !COMMON_SCRATCH(s->env, s->area, superpixels))
        return common_nomem(s->env);
    for (int32_t level = 0; level <= levels && !status; level++) {
        status = new_raster(s, s->columns << level, s->rows << level, &b.raster);
        if (status)
            return status;
        refine(s, level ? last : NULL, &b.raster);
        *last = b.raster;
        measure_blocks(s, &b);
        if (level == 0) {
            memcpy(s->histogram, b.histogram, superpixels * s->bins * sizeof(float));
            memcpy(s->area, b.area, superpixels * sizeof(float));
        }
        for (int32_t i = 0; i < s->params->iterations && level > 0; i++)
            trade_blocks(s, &b);
        status = s->env->host->progress(s->env->call, 0.5 * (level + 1) / (levels + 1));
    }
    return status;
}

/* How likely a superpixel has a pixel of this colour at this place. */
static float likelihood(const struct seeds *s, const struct raster *r, const int32_t *at,
                        int32_t label, uint16_t bin)
{
    const float own = label == *at;
    float value = (s->histogram[(size_t)label * s->bins + bin] - own) / (s->area[label] - own);
    int near = 1;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            near += (dx || dy) && at[dy * r->stride + dx] == label;
    for (int32_t i = 0; i < s->params->prior; i++)
        value *= (float)near;
    return value;
}

static void trade_pixels(const struct seeds *s, const struct raster *r)
{
    const ptrdiff_t sides[4] = {-r->stride, -1, 1, r->stride};
    for (int32_t y = 0; y < r->rows; y++)
        for (int32_t x = 0; x < r->columns; x++) {
            int32_t *at = r->label + y * r->stride + x, best = *at;
            if (!at_border(r, at) || !may_leave(r, at))
                continue;
            uint16_t bin = s->bin[(size_t)y * (size_t)s->in.width + (size_t)x];
            float most = likelihood(s, r, at, *at, bin);
            for (int k = 0; k < 4; k++) {
                int32_t label = at[sides[k]];
                float value = label < 0 || label == *at ? 0 : likelihood(s, r, at, label, bin);
                if (value > most) {
                    most = value;
                    best = label;
                }
            }
            if (best == *at)
                continue;
            s->histogram[(size_t)*at * s->bins + bin]--;
            s->area[*at]--;
            s->histogram[(size_t)best * s->bins + bin]++;
            s->area[best]++;
            *at = best;
        }
}

static int open_seeds(struct seeds *s)
{
    const struct params *params = s->params;
    double step = params->size ? params->size : sqrt((double)s->in.stride / params->segments);
    s->columns = (int32_t)fmin(fmax(1, rint(s->in.width / step)), s->in.width);
    s->rows = (int32_t)fmin(fmax(1, rint(s->in.height / step)), s->in.height);
    /* one plane has the bins of two */
    int32_t parts = s->in.channels == 1 ? params->bins * params->bins : params->bins;
    double bins = pow(parts, s->in.channels);
    if (bins > MOST_BINS)
        return s->env->host->fail(
            s->env->call, SEG_STAGE,
            "%d planes of %d bins make a histogram of %g; at most %d fit: give "
            "fewer 'bins'",
            s->in.channels, parts, bins, MOST_BINS);
    s->bins = ((size_t)bins + LANES - 1) / LANES * LANES;
    int status = common_features_smooth(s->env, &s->in, params->sigma);
    return status ? status : find_bins(s, parts);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct seeds s = {.env = &env, .params = self};
    struct raster blocks, pixels;
    struct seg_view image, labels;
    int32_t levels = 0;
    int status = common_open(&env, &image, &labels);
    if (!status)
        status = common_features(&env, &image, COMMON_LAB, &s.in);
    if (!status)
        status = open_seeds(&s);
    if (status)
        return status;
    /* the smallest blocks are at least two pixels wide and high */
    while (levels < s.params->levels - 1 && s.columns << (levels + 2) <= s.in.width &&
           s.rows << (levels + 2) <= s.in.height)
        levels++;
    status = trade_levels(&s, levels, &blocks);
    if (!status)
        status = new_raster(&s, s.in.width, s.in.height, &pixels);
    if (status)
        return status;
    refine(&s, &blocks, &pixels);
    for (int32_t i = 0; i < s.params->iterations && !status; i++) {
        trade_pixels(&s, &pixels);
        status = host->progress(call, 0.5 + 0.5 * (i + 1) / s.params->iterations);
    }
    for (int32_t y = 0; y < s.in.height; y++) {
        int32_t *row = seg_row(&labels, 0, y);
        for (int32_t x = 0; x < s.in.width; x++)
            row[x] = pixels.label[y * pixels.stride + x] + 1;
    }
    return status ? status : host->value(call, "superpixels", s.columns * s.rows);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, segments, 100, 1, 1 << 24, NULL, "about how many regions"),
     .alias = "n_segments"},
    {SEG_P_INT(struct params, size, 0, 0, 1 << 20, "px",
               "about how wide a region is, instead of 'segments'; 0: not given"),
     .alias = "region_size"},
    {SEG_P_INT(struct params, levels, 4, 1, 12, NULL,
               "how many sizes of blocks there are, the whole superpixel among them"),
     .alias = "num_levels"},
    {SEG_P_INT(struct params, bins, 5, 2, 64, NULL,
               "bins of the histogram in each plane; of one plane alone their square"),
     .alias = "histogram_bins"},
    {SEG_P_INT(struct params, prior, 2, 0, 5, NULL,
               "how much a pixel's neighbours count; larger gives smoother borders")},
    {SEG_P_INT(struct params, iterations, 5, 1, 1000, NULL,
               "rounds for each size of blocks and for pixels")},
    {SEG_P_FLOAT(struct params, sigma, 0, 0, 100, "px", "smoothing of the colours before")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "gray or colour, or a few planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "the superpixels", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage superpixel_seeds = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "superpixel.seeds",
    .summary = "superpixels of even colour by trading blocks and pixels",
    .detail = "Superpixels extracted via energy-driven sampling: from a grid, superpixels trade "
              "blocks at their borders, ever smaller ones, then pixels, so that their histograms "
              "of colour get narrower. None is cut in two by that, and exactly as many come out "
              "as the grid has cells. RGB images are compared in L*a*b*, each plane over the "
              "range that the image has there. Parameters are named as OpenCV's.\n\n"
              "Serial by nature: each trade changes the next one. Reports 'superpixels', how many "
              "there are.",
    .reference = "M. Van den Bergh, X. Boix, G. Roig, B. de Capitani, L. Van Gool, SEEDS: "
                 "superpixels extracted via energy-driven sampling, European Conference on "
                 "Computer Vision, 2012",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
