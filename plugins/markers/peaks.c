/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* markers.peaks: the highest points of an image, one marker each. */
#include "common/cpu.h"
#include "common/extrema.h"
#include "common/runs.h"
#include "common/sample.h"
#include "stages.h"
#include "window_max.h"

#include <stdlib.h>
#include <string.h>

struct params {
    int32_t min_distance;
    double h;
    double threshold;
    int32_t exclude_border;
};

struct search {
    const struct params *params;
    struct seg_view image; /* f32 */
    struct seg_view most;  /* of the window around each pixel; without data: look yourself */
    struct seg_view flags; /* u8; 1 where a peak may be */
    struct seg_view tall;  /* u8; extrema that stand out by h; without data: all do */
    float threshold;
    size_t *count; /* of peaks, by row */
};

/* Flags what is above the threshold and no lower than its eight neighbours; returns how many. */
COMMON_INLINE uint32_t flag_row_body(const struct search *search, int32_t y,
                                     uint8_t *restrict flags)
{
    int32_t width = search->image.width, last = search->image.height - 1;
    const float *restrict row = seg_row(&search->image, 0, y);
    const float *restrict above = seg_row(&search->image, 0, y ? y - 1 : y);
    const float *restrict below = seg_row(&search->image, 0, y < last ? y + 1 : y);
    float threshold = search->threshold;
    for (int32_t x = 0; x < width; x++)
        flags[x] = (uint8_t)((row[x] > threshold) & !(above[x] > row[x]) & !(below[x] > row[x]));
    for (int32_t x = 1; x < width; x++)
        flags[x] &=
            (uint8_t)(!(row[x - 1] > row[x]) & !(above[x - 1] > row[x]) & !(below[x - 1] > row[x]));
    for (int32_t x = 0; x + 1 < width; x++)
        flags[x] &=
            (uint8_t)(!(row[x + 1] > row[x]) & !(above[x + 1] > row[x]) & !(below[x + 1] > row[x]));
    uint32_t count = 0;
    for (int32_t x = 0; x < width; x++)
        count += flags[x];
    return count;
}

COMMON_AVX2 static uint32_t flag_row_avx2(const struct search *search, int32_t y, uint8_t *flags)
{
    return flag_row_body(search, y, flags);
}

COMMON_INLINE bool any_above(const float *row, int32_t count, float value)
{
    int32_t x = 0;
    for (; x + 8 <= count; x += 8) {
        int found = 0;
        for (int k = 0; k < 8; k++)
            found |= row[x + k] > value;
        if (found)
            return true;
    }
    for (; x < count; x++)
        if (row[x] > value)
            return true;
    return false;
}

/* Whether nothing in the window is above the pixel. Rows are looked at from the middle outwards. */
COMMON_INLINE bool highest_body(const struct search *search, int32_t x, int32_t y)
{
    int32_t m = search->params->min_distance, width = search->image.width;
    int32_t left = x > m ? x - m : 0, right = width - x > m ? x + m + 1 : width;
    float value = ((const float *)seg_row(&search->image, 0, y))[x];
    for (int32_t dy = 0; dy <= m; dy++) {
        bool up = y >= dy, down = search->image.height - y > dy;
        const float *above = seg_row(&search->image, 0, up ? y - dy : y);
        const float *below = seg_row(&search->image, 0, down ? y + dy : y);
        if ((up && any_above(above + left, right - left, value)) ||
            (down && any_above(below + left, right - left, value)))
            return false;
    }
    return true;
}

COMMON_AVX2 static bool highest_avx2(const struct search *search, int32_t x, int32_t y)
{
    return highest_body(search, x, y);
}

static bool keeps(const struct search *search, int32_t x, int32_t y, bool avx2)
{
    int32_t border = search->params->exclude_border;
    if (x < border || y < border || search->image.width - x <= border ||
        search->image.height - y <= border)
        return false;
    if (search->tall.data && !((const uint8_t *)seg_row(&search->tall, 0, y))[x])
        return false;
    if (search->most.data)
        return !(((const float *)seg_row(&search->most, 0, y))[x] >
                 ((const float *)seg_row(&search->image, 0, y))[x]);
    return (avx2 ? highest_avx2 : highest_body)(search, x, y);
}

static int flag_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct search *search = arg;
    bool avx2 = common_cpu_avx2();
    for (size_t y = begin; y < end; y++) {
        uint8_t *flags = seg_row(&search->flags, 0, (int32_t)y);
        search->count[y] = (avx2 ? flag_row_avx2 : flag_row_body)(search, (int32_t)y, flags);
    }
    return SEG_OK;
}

static int check_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct search *search = arg;
    bool avx2 = common_cpu_avx2();
    int32_t width = search->image.width;
    for (size_t y = begin; y < end; y++) {
        uint8_t *flags = seg_row(&search->flags, 0, (int32_t)y), *at = flags;
        for (size_t left = search->count[y]; left; left--, at++) {
            at = memchr(at, 1, (size_t)(flags + width - at));
            *at = keeps(search, (int32_t)(at - flags), (int32_t)y, avx2);
            search->count[y] -= !*at;
        }
    }
    return SEG_OK;
}

struct peak {
    float value;
    int32_t x, y;
};

static int by_height(const void *a, const void *b)
{
    const struct peak *p = a, *q = b;
    if (p->value != q->value)
        return p->value > q->value ? -1 : 1;
    if (p->y != q->y)
        return p->y < q->y ? -1 : 1;
    return p->x < q->x ? -1 : p->x > q->x;
}

/* Of peaks nearer than min_distance only the highest stays. A cell of the grid, min_distance wide,
 * has room for one. */
static int space_out(const struct common_env *env, struct search *search, size_t peaks)
{
    int32_t m = search->params->min_distance;
    size_t columns = (size_t)(search->image.width / m) + 3;
    size_t rows = (size_t)(search->image.height / m) + 3, n = 0;
    struct peak *list;
    uint32_t *grid;
    if (peaks >= UINT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT, "there are %zu peaks; raise 'min_distance'",
                               peaks);
    if (!COMMON_SCRATCH(env, list, peaks + 1) || !COMMON_SCRATCH(env, grid, columns * rows))
        return common_nomem(env);
    memset(grid, 0, columns * rows * sizeof *grid);
    for (int32_t y = 0; y < search->image.height; y++) {
        const float *row = seg_row(&search->image, 0, y);
        uint8_t *flags = seg_row(&search->flags, 0, y);
        const uint8_t *at = flags;
        for (size_t left = search->count[y]; left; left--, at++) {
            at = memchr(at, 1, (size_t)(flags + search->image.width - at));
            int32_t x = (int32_t)(at - flags);
            list[n++] = (struct peak){row[x], x, y};
        }
    }
    qsort(list, n, sizeof *list, by_height);
    for (size_t i = 0; i < n; i++) {
        const struct peak *p = &list[i];
        uint32_t *cell = grid + ((size_t)(p->y / m) + 1) * columns + (size_t)(p->x / m) + 1;
        bool free = true;
        for (size_t k = 0; k < 9 && free; k++) {
            uint32_t other = cell[(ptrdiff_t)(k / 3) * (ptrdiff_t)columns - (ptrdiff_t)columns +
                                  (ptrdiff_t)(k % 3) - 1];
            const struct peak *q = &list[other ? other - 1 : i];
            free = !other || abs(p->x - q->x) >= m || abs(p->y - q->y) >= m;
        }
        if (free)
            *cell = (uint32_t)i + 1;
        else
            ((uint8_t *)seg_row(&search->flags, 0, p->y))[p->x] = 0;
    }
    return SEG_OK;
}

static size_t total(const struct search *search)
{
    size_t sum = 0;
    for (int32_t y = 0; y < search->image.height; y++)
        sum += search->count[y];
    return sum;
}

static int find_peaks(const struct common_env *env, struct search *search)
{
    const struct params *params = search->params;
    size_t height = (size_t)search->image.height, grain = common_grain(search->image.width);
    if (!COMMON_SCRATCH(env, search->count, height))
        return common_nomem(env);
    int status = common_scratch_view(env, &search->image, SEG_U8, &search->flags);
    if (!status)
        status = common_parallel(env, height, grain, flag_rows, search);
    if (status)
        return status;
    size_t pixels = common_pixels(&search->image), candidates = total(search);
    if (params->h > 0) {
        struct common_extrema extrema = {.connectivity = 8, .h = params->h};
        status = common_scratch_view(env, &search->image, SEG_U8, &search->tall);
        if (!status)
            status = common_extrema(env, &search->image, &extrema, &search->tall);
    }
    /* a look at each candidate's window is quicker unless there are many or it is large */
    double side = 2.0 * params->min_distance + 1;
    if (!status && (double)candidates * side * side > 400.0 * (double)pixels)
        status = markers_window_max(env, &search->image, params->min_distance, &search->most);
    if (!status)
        status = common_parallel(env, height, grain, check_rows, search);
    if (status)
        return status;
    size_t peaks = total(search);
    if (peaks == pixels && pixels > 1) { /* all is one plateau */
        for (int32_t y = 0; y < search->image.height; y++)
            memset(seg_row(&search->flags, 0, y), 0, (size_t)search->image.width);
        return SEG_OK;
    }
    return params->min_distance > 1 ? space_out(env, search, peaks) : SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct seg_view image, labels;
    struct search search = {.params = self};
    struct common_runs runs;
    int32_t count = 0;
    search.threshold = (float)search.params->threshold;
    int status = common_open(&env, &image, &labels);
    if (!status)
        status = common_float_plane(&env, &image, 0, &search.image);
    if (!status)
        status = find_peaks(&env, &search);
    if (!status) /* neighbours on one plateau share a marker */
        status = common_runs_find(&env, &search.flags, true, &runs);
    if (!status)
        status = common_runs_label(&env, &runs, 8, &count);
    if (!status)
        status = common_runs_paint(&env, &runs, NULL, &labels);
    return status ? status : host->value(call, "peaks", count);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, min_distance, 1, 1, 16384, "px",
               "a peak is the highest point at least so far around it")},
    {SEG_P_FLOAT(struct params, h, 0, 0, 3e38, NULL,
                 "least dynamic: how far down every path to a higher point must go"),
     .alias = "dynamic"},
    {SEG_P_FLOAT(struct params, threshold, 0, -3.4e38, 3.4e38, NULL, "peaks are above it")},
    {SEG_P_INT(struct params, exclude_border, 0, 0, 16384, "px",
               "no peak is nearer to the border of the image")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "heights, such as a distance transform",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1,
     .planes_max = 1},
};

static const struct seg_port outputs[] = {
    {.name = "markers", .summary = "a number for each peak", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage markers_peaks = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "markers.peaks",
    .summary = "mark the highest points of an image",
    .detail = "A peak is a pixel above 'threshold' that no pixel exceeds in the square of "
              "2 min_distance + 1 pixels around it. Of peaks of equal height that are nearer to "
              "each other than 'min_distance' (in columns and in rows) the first in raster order "
              "stays. Peaks that touch, which happens with 'min_distance' 1 only, share a "
              "number.\n\n"
              "With 'h' above 0 a peak must also stand out: whoever walks from it to a higher "
              "point has to go down by at least h. An image of one value has no peak. NaN is "
              "passed over. Reports 'peaks'.",
    .reference = "M. Grimaud, A new measure of contrast: the dynamics, Proceedings of SPIE 1769, "
                 "1992",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
