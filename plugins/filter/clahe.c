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

/* Four floats, and what compilers make of them wherever they have vectors. */
typedef float quad __attribute__((vector_size(16)));
typedef int32_t whole __attribute__((vector_size(16)));

/* Each tile has a curve; that of a pixel lies between those of the four tiles around it. */
struct clahe {
    struct seg_view in, out;
    int32_t plane, columns, rows; /* of tiles */
    int32_t width, height;        /* of a tile; the last ones may reach beyond the image */
    uint32_t bins, limit;         /* limit: of a bin, 0: none */
    uint16_t *curves;             /* `bins` for each tile */
    uint32_t *count;              /* LANES * `bins` for each worker */
    int32_t *gap;                 /* of each column: the gap between tiles that it lies in */
    float *share;                 /* and how much the tile after it counts */
    quad *corners;                /* the curves around each gap of a row, side by side, for each
                                     worker; NULL: tiles are too small for it to pay */
    size_t corner_share;
};

#define LANES 4 /* neighbours are often equal; counting them apart spares waiting for memory */

static uint32_t sample(const void *row, uint32_t dtype, int32_t x)
{
    return dtype == SEG_U8 ? ((const uint8_t *)row)[x] : ((const uint16_t *)row)[x];
}

/* Columns `begin` to `end` of a row. */
COMMON_INLINE void count_row(const void *row, uint32_t dtype, int32_t begin, int32_t end,
                             uint32_t bins, uint32_t *count)
{
    int32_t x = begin;
    for (; x + LANES <= end; x += LANES)
        for (uint32_t k = 0; k < LANES; k++)
            count[k * bins + sample(row, dtype, x + (int32_t)k)]++;
    for (; x < end; x++)
        count[sample(row, dtype, x)]++;
}

static void count_tile(const struct clahe *c, int32_t column, int32_t row, uint32_t *count)
{
    const int32_t width = c->in.width;
    const int64_t begin = (int64_t)column * c->width, after = begin + c->width;
    const int32_t inside = after < width ? (int32_t)after : width;
    memset(count, 0, LANES * c->bins * sizeof *count);
    for (int32_t i = 0; i < c->height; i++) {
        const int64_t y = (int64_t)row * c->height + i;
        const void *from = seg_row(&c->in, c->plane, common_border(y, c->in.height, COMMON_MIRROR));
        if (c->in.dtype == SEG_U8)
            count_row(from, SEG_U8, (int32_t)begin, inside, 256, count);
        else
            count_row(from, SEG_U16, (int32_t)begin, inside, 65536, count);
        for (int64_t x = begin < width ? width : begin; x < after; x++)
            count[sample(from, c->in.dtype, common_border(x, width, COMMON_MIRROR))]++;
    }
    for (uint32_t bin = 0; bin < c->bins; bin++)
        for (uint32_t k = 1; k < LANES; k++)
            count[bin] += count[k * c->bins + bin];
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
    uint32_t *count = c->count + (size_t)worker * LANES * c->bins;
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

/* The gap before tile 0 is gap 0. */
static int32_t gap_of(int32_t at, int32_t side, float *share)
{
    const float place = (float)at / (float)side - 0.5F, before = floorf(place);
    *share = place - before;
    return (int32_t)before + 1;
}

/* The tiles on both sides of a gap; beyond the first and the last one there is that one. */
static void sides_of(int32_t gap, int32_t tiles, int32_t *before, int32_t *after)
{
    *before = gap ? gap - 1 : 0;
    *after = gap < tiles ? gap : tiles - 1;
}

/* What lies between: to the nearest whole number, to the even one of two. What is added leaves no
 * bits for fractions. */
#define BETWEEN(above_left, above_right, below_left, below_right, share, down)                     \
    ((((above_left) * (1 - (share)) + (above_right) * (share)) * (1 - (down)) +                    \
      ((below_left) * (1 - (share)) + (below_right) * (share)) * (down)) +                         \
     12582912.0F - 12582912.0F) /* 1.5 * 2^23 */

static void apply_row(const struct clahe *c, int32_t y)
{
    const uint32_t dtype = c->in.dtype;
    float down;
    int32_t before, after;
    sides_of(gap_of(y, c->height, &down), c->rows, &before, &after);
    const uint16_t *above = c->curves + (size_t)before * (size_t)c->columns * c->bins;
    const uint16_t *below = c->curves + (size_t)after * (size_t)c->columns * c->bins;
    const void *from = seg_row(&c->in, c->plane, y);
    void *to = seg_row(&c->out, c->plane, y);
    for (int32_t x = 0; x < c->in.width; x++) {
        const uint32_t value = sample(from, dtype, x);
        sides_of(c->gap[x], c->columns, &before, &after);
        const size_t left = (size_t)before * c->bins + value;
        const size_t right = (size_t)after * c->bins + value;
        const float result = BETWEEN((float)above[left], (float)above[right], (float)below[left],
                                     (float)below[right], c->share[x], down);
        if (dtype == SEG_U8)
            ((uint8_t *)to)[x] = (uint8_t)(int32_t)result;
        else
            ((uint16_t *)to)[x] = (uint16_t)(int32_t)result;
    }
}

/* The curves around all gaps of a row of them. */
static void set_corners(const struct clahe *c, int32_t row, quad *corners)
{
    int32_t above, below, left, right;
    sides_of(row, c->rows, &above, &below);
    for (int32_t gap = 0; gap <= c->columns; gap++, corners += 256) {
        sides_of(gap, c->columns, &left, &right);
        const uint16_t *a = c->curves + ((size_t)above * (size_t)c->columns + (size_t)left) * 256;
        const uint16_t *b = c->curves + ((size_t)above * (size_t)c->columns + (size_t)right) * 256;
        const uint16_t *d = c->curves + ((size_t)below * (size_t)c->columns + (size_t)left) * 256;
        const uint16_t *e = c->curves + ((size_t)below * (size_t)c->columns + (size_t)right) * 256;
        for (int i = 0; i < 256; i++)
            corners[i] = (quad){a[i], b[i], d[i], e[i]};
    }
}

/* Of 8 bits, four pixels at a time: what one load gives of each is transposed. */
static void apply_quads(const struct clahe *c, int32_t y, float down, const quad *corners)
{
    const uint8_t *from = seg_row(&c->in, c->plane, y);
    uint8_t *to = seg_row(&c->out, c->plane, y);
    int32_t x = 0;
    for (; x + 4 <= c->in.width; x += 4) {
        const int32_t *gap = c->gap + x;
        const quad p = corners[gap[0] * 256 + from[x]], q = corners[gap[1] * 256 + from[x + 1]];
        const quad r = corners[gap[2] * 256 + from[x + 2]], s = corners[gap[3] * 256 + from[x + 3]];
        const quad above_left = {p[0], q[0], r[0], s[0]}, above_right = {p[1], q[1], r[1], s[1]};
        const quad below_left = {p[2], q[2], r[2], s[2]}, below_right = {p[3], q[3], r[3], s[3]};
        quad share;
        memcpy(&share, c->share + x, sizeof share);
        const whole result = __builtin_convertvector(
            BETWEEN(above_left, above_right, below_left, below_right, share, down), whole);
        for (int k = 0; k < 4; k++)
            to[x + k] = (uint8_t)result[k];
    }
    for (; x < c->in.width; x++) {
        const quad p = corners[c->gap[x] * 256 + from[x]];
        to[x] = (uint8_t)(int32_t)BETWEEN(p[0], p[1], p[2], p[3], c->share[x], down);
    }
}

static int apply_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct clahe *c = arg;
    quad *corners = c->corners ? c->corners + worker * c->corner_share : NULL;
    int32_t known = -1;
    for (size_t y = begin; y < end; y++) {
        float down;
        const int32_t gap = gap_of((int32_t)y, c->height, &down);
        if (!corners) {
            apply_row(c, (int32_t)y);
            continue;
        }
        if (gap != known)
            set_corners(c, gap, corners);
        known = gap;
        apply_quads(c, (int32_t)y, down, corners);
    }
    return SEG_OK;
}

static int get_room(const struct common_env *env, struct clahe *c)
{
    const size_t workers = env->host->workers(env->call);
    const size_t tiles = (size_t)c->columns * (size_t)c->rows;
    c->curves = env->host->scratch(env->call, tiles, c->bins * sizeof *c->curves);
    if (!c->curves || !COMMON_SCRATCH(env, c->gap, c->in.width) ||
        !COMMON_SCRATCH(env, c->share, c->in.width) ||
        !COMMON_SCRATCH(env, c->count, workers * LANES * c->bins))
        return common_nomem(env);
    for (int32_t x = 0; x < c->in.width; x++)
        c->gap[x] = gap_of(x, c->width, &c->share[x]);
    if (c->in.dtype != SEG_U8 || (int64_t)c->width * c->height < 1024)
        return SEG_OK;
    c->corner_share = ((size_t)c->columns + 1) * 256;
    return COMMON_SCRATCH(env, c->corners, workers * c->corner_share) ? SEG_OK : common_nomem(env);
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
    status = get_room(&env, &c);
    const size_t tiles = (size_t)c.columns * (size_t)c.rows;
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
