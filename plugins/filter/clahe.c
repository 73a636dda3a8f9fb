/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.clahe: contrast-limited adaptive histogram equalisation. */
#include "common/border.h"
#include "common/cpu.h"
#include "common/env.h"
#include "stages.h"
#include "table.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t columns, rows;
    double clip_limit;
};

/* Each tile has a curve; that of a pixel lies between those of the four tiles around it. */
struct clahe {
    struct seg_view in, out;
    int32_t plane, columns, rows; /* of tiles */
    int32_t width, height;        /* of a tile; the last ones may reach beyond the image */
    uint32_t bins, limit;         /* limit: of a bin, 0: none */
    uint16_t *curves;             /* `bins` for each tile */
    uint32_t *count;              /* `bins` for each worker */
    struct between {
        int32_t before, after; /* tiles */
        float share;           /* of the one after */
    } * across;                /* of each column */
};

static uint32_t sample(const void *row, uint32_t dtype, int32_t x)
{
    return dtype == SEG_U8 ? ((const uint8_t *)row)[x] : ((const uint16_t *)row)[x];
}

static void count_tile(const struct clahe *c, int32_t column, int32_t row, uint32_t *count)
{
    memset(count, 0, c->bins * sizeof *count);
    for (int32_t i = 0; i < c->height; i++) {
        const int64_t y = (int64_t)row * c->height + i;
        const void *from = seg_row(&c->in, c->plane, common_border(y, c->in.height, COMMON_MIRROR));
        for (int32_t k = 0; k < c->width; k++) {
            const int64_t x = (int64_t)column * c->width + k;
            count[sample(from, c->in.dtype, common_border(x, c->in.width, COMMON_MIRROR))]++;
        }
    }
}

/* Spreads what is above the limit evenly over all bins, and what is left of it in equal steps. */
static void clip(const struct clahe *c, uint32_t *count)
{
    uint32_t excess = 0;
    for (uint32_t bin = 0; bin < c->bins; bin++)
        if (count[bin] > c->limit) {
            excess += count[bin] - c->limit;
            count[bin] = c->limit;
        }
    for (uint32_t bin = 0; bin < c->bins; bin++)
        count[bin] += excess / c->bins;
    uint32_t left = excess % c->bins;
    const uint32_t step = left ? c->bins / left : 1;
    for (uint32_t bin = 0; left; bin += step, left--)
        count[bin]++;
}

static int make_curves(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct clahe *c = arg;
    uint32_t *count = c->count + (size_t)worker * c->bins;
    const float scale = (float)(c->bins - 1) / ((float)c->width * (float)c->height);
    for (size_t tile = begin; tile < end; tile++) {
        uint16_t *curve = c->curves + tile * c->bins;
        count_tile(c, (int32_t)(tile % (size_t)c->columns), (int32_t)(tile / (size_t)c->columns),
                   count);
        if (c->limit)
            clip(c, count);
        uint32_t sum = 0;
        for (uint32_t bin = 0; bin < c->bins; bin++) {
            sum += count[bin];
            curve[bin] = (uint16_t)fminf(rintf((float)sum * scale), (float)(c->bins - 1));
        }
    }
    return SEG_OK;
}

static struct between between(int32_t at, int32_t side, int32_t tiles)
{
    const float place = (float)at / (float)side - 0.5F, before = floorf(place);
    const int32_t tile = (int32_t)before;
    return (struct between){tile < 0 ? 0 : tile, tile + 1 < tiles ? tile + 1 : tiles - 1,
                            place - before};
}

/* To the nearest, to the even one of two: what is added leaves no bits for fractions. */
static int32_t nearest(float value)
{
    const float large = 12582912.0F; /* 1.5 * 2^23 */
    return (int32_t)(value + large - large);
}

COMMON_INLINE void apply_row(const struct clahe *c, int32_t y, uint32_t dtype)
{
    const struct between down = between(y, c->height, c->rows);
    const size_t row = (size_t)c->columns * c->bins;
    const uint16_t *above = c->curves + (size_t)down.before * row;
    const uint16_t *below = c->curves + (size_t)down.after * row;
    const void *from = seg_row(&c->in, c->plane, y);
    void *to = seg_row(&c->out, c->plane, y);
    for (int32_t x = 0; x < c->in.width; x++) {
        const struct between across = c->across[x];
        const uint32_t value = sample(from, dtype, x);
        const size_t left = (size_t)across.before * c->bins + value;
        const size_t right = (size_t)across.after * c->bins + value;
        const float share = across.share, rest = 1 - share;
        const float result = (above[left] * rest + above[right] * share) * (1 - down.share) +
                             (below[left] * rest + below[right] * share) * down.share;
        if (dtype == SEG_U8)
            ((uint8_t *)to)[x] = (uint8_t)nearest(result);
        else
            ((uint16_t *)to)[x] = (uint16_t)nearest(result);
    }
}

static int apply_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct clahe *c = arg;
    for (size_t y = begin; y < end; y++)
        if (c->in.dtype == SEG_U8)
            apply_row(c, (int32_t)y, SEG_U8);
        else
            apply_row(c, (int32_t)y, SEG_U16);
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct clahe c = {.columns = params->columns, .rows = params->rows};
    int status = common_open(&env, &c.in, &c.out);
    if (status)
        return status;
    c.bins = c.in.dtype == SEG_U8 ? 256 : 65536;
    c.columns = c.columns < c.in.width ? c.columns : c.in.width;
    c.rows = c.rows < c.in.height ? c.rows : c.in.height;
    c.width = (c.in.width + c.columns - 1) / c.columns;
    c.height = (c.in.height + c.rows - 1) / c.rows;
    const double limit = params->clip_limit * c.width * c.height / c.bins;
    c.limit = params->clip_limit > 0 ? (uint32_t)fmax(fmin(limit, UINT32_MAX), 1) : 0;
    const size_t tiles = (size_t)c.columns * (size_t)c.rows;
    c.curves = host->scratch(call, tiles, c.bins * sizeof *c.curves);
    if (!c.curves || !COMMON_SCRATCH(&env, c.across, c.in.width) ||
        !COMMON_SCRATCH(&env, c.count, (size_t)host->workers(call) * c.bins))
        return common_nomem(&env);
    for (int32_t x = 0; x < c.in.width; x++)
        c.across[x] = between(x, c.width, c.columns);
    for (; c.plane < c.in.planes && !status; c.plane++) {
        status = common_parallel(&env, tiles, 1, make_curves, &c);
        if (!status)
            status = common_parallel(&env, (size_t)c.in.height, common_grain(c.in.width),
                                     apply_rows, &c);
    }
    return status;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, columns, 8, 1, 256, NULL, "tiles beside each other")},
    {SEG_P_INT(struct params, rows, 8, 1, 256, NULL, "tiles below each other")},
    {SEG_P_FLOAT(struct params, clip_limit, 2, 0, 1e6, NULL,
                 "a value may occur so many times as often as if all were alike; 0: no limit")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(FILTER_WHOLE)};
static const struct seg_port outputs[] = {FILTER_OUTPUT("equalized", FILTER_WHOLE)};

const struct seg_stage filter_clahe = {
    FILTER_TABLES,
    .id = "filter.clahe",
    .summary = "equalize contrast tile by tile, within limits (CLAHE)",
    .detail =
        "Equalizes the histogram of each tile, after cutting it at the limit and spreading what "
        "was "
        "cut off evenly, and blends the results of neighbouring tiles. Planes are taken one by "
        "one; "
        "for colour, the brightness of Lab alone is what is wanted. An image whose size is no "
        "multiple of the tiles is mirrored to the next one.\n\n"
        "It is OpenCV's createCLAHE, whose limit is 40 where none is given. scikit-image's limit "
        "is "
        "a share of a tile's pixels, 0.01 by default: 256 times that, or about 2.5 here. Floating "
        "point is refused: filter.rescale type=u16 makes whole numbers of it.",
    .reference = "K. Zuiderveld, Contrast limited adaptive histogram equalization, Graphics Gems "
                 "IV, 1994",
    .version = 1,
    .process = process,
};
