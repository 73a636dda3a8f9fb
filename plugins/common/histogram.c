/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts values, each worker for itself. */
#include "histogram.h"

#include "cpu.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define LANES 8 /* neighbours are often equal; counting them apart spares waiting for memory */

/* Of large images of bytes two samples are counted at a time, in a table of all pairs: half as many
 * counters are touched, and neighbours are alike, so that most pairs stay in the nearest cache. */
#define PAIRS       65536
#define PAIRS_SHARE (PAIRS + 256) /* and bytes that are left over */
#define PAIRS_FROM  (1u << 18)    /* pixels from which on the table is worth clearing */

struct tally {
    struct seg_view view;
    int32_t plane;
    uint32_t bins;
    uint32_t *count; /* bins for each worker, for u8 LANES * bins or PAIRS_SHARE */
    double low, scale;
    float *range; /* least and largest, for each worker */
};

static int count_u8(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct tally *tally = arg;
    uint32_t *count = tally->count + (size_t)worker * LANES * 256;
    size_t width = (size_t)tally->view.width;
    for (size_t y = begin; y < end; y++) {
        const uint8_t *row = seg_row(&tally->view, tally->plane, (int32_t)y);
        size_t x = 0;
        for (; x + 8 <= width; x += 8) {
            uint64_t eight;
            memcpy(&eight, row + x, 8);
            for (unsigned k = 0; k < 8; k++)
                count[256 * (k % LANES) + (eight >> (8 * k) & 255)]++;
        }
        for (; x < width; x++)
            count[row[x]]++;
    }
    return SEG_OK;
}

static int count_pairs(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct tally *tally = arg;
    uint32_t *pair = tally->count + (size_t)worker * PAIRS_SHARE, *single = pair + PAIRS;
    size_t width = (size_t)tally->view.width;
    for (size_t y = begin; y < end; y++) {
        const uint8_t *row = seg_row(&tally->view, tally->plane, (int32_t)y);
        size_t x = 0;
        for (; x + 8 <= width; x += 8) {
            uint64_t eight;
            memcpy(&eight, row + x, 8);
            pair[eight & 65535]++;
            pair[eight >> 16 & 65535]++;
            pair[eight >> 32 & 65535]++;
            pair[eight >> 48]++;
        }
        for (; x < width; x++)
            single[row[x]]++;
    }
    return SEG_OK;
}

/* bin[i] += the pairs with i in the low half, and those in the high one. */
COMMON_INLINE void part_body(const uint32_t *restrict pair, uint32_t *restrict bin)
{
    uint32_t low[256];
    memcpy(low, pair + PAIRS, sizeof low);
    for (size_t high = 0; high < 256; high++) {
        const uint32_t *row = pair + 256 * high;
        uint32_t sum = 0;
        for (size_t i = 0; i < 256; i++) {
            low[i] += row[i];
            sum += row[i];
        }
        bin[high] += sum;
    }
    for (size_t i = 0; i < 256; i++)
        bin[i] += low[i];
}

COMMON_AVX2 static void part_avx2(const uint32_t *pair, uint32_t *bin)
{
    part_body(pair, bin);
}

static void part_pairs(struct common_histogram *histogram, size_t copies)
{
    uint32_t bin[256] = {0};
    for (size_t copy = 0; copy < copies; copy++)
        (common_cpu_avx2() ? part_avx2 : part_body)(histogram->count + copy * PAIRS_SHARE, bin);
    memcpy(histogram->count, bin, sizeof bin);
}

static int count_u16(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct tally *tally = arg;
    uint32_t *count = tally->count + (size_t)worker * 65536;
    for (size_t y = begin; y < end; y++) {
        const uint16_t *row = seg_row(&tally->view, tally->plane, (int32_t)y);
        for (int32_t x = 0; x < tally->view.width; x++)
            count[row[x]]++;
    }
    return SEG_OK;
}

static int count_f32(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct tally *tally = arg;
    uint32_t *count = tally->count + (size_t)worker * tally->bins;
    for (size_t y = begin; y < end; y++) {
        const float *row = seg_row(&tally->view, tally->plane, (int32_t)y);
        for (int32_t x = 0; x < tally->view.width; x++) {
            if (!(fabsf(row[x]) <= FLT_MAX))
                continue;
            uint32_t bin = (uint32_t)(((double)row[x] - tally->low) * tally->scale);
            count[bin < tally->bins ? bin : tally->bins - 1]++;
        }
    }
    return SEG_OK;
}

static void range_row(const float *row, int32_t width, float *least, float *most)
{
    for (int32_t x = 0; x < width; x++) {
        float value = row[x];
        bool finite = fabsf(value) <= FLT_MAX;
        *least = finite && value < *least ? value : *least;
        *most = finite && value > *most ? value : *most;
    }
}

static int find_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct tally *tally = arg;
    float *range = tally->range + 2 * (size_t)worker;
    for (size_t y = begin; y < end; y++)
        range_row(seg_row(&tally->view, tally->plane, (int32_t)y), tally->view.width, &range[0],
                  &range[1]);
    return SEG_OK;
}

/* The finite range of f32 samples, and bins to fit it. */
static int lay_bins(const struct common_env *env, struct tally *tally,
                    struct common_histogram *histogram)
{
    unsigned workers = env->host->workers(env->call);
    if (!COMMON_SCRATCH(env, tally->range, 2 * (size_t)workers))
        return common_nomem(env);
    for (unsigned w = 0; w < workers; w++) {
        tally->range[2 * w] = FLT_MAX;
        tally->range[2 * w + 1] = -FLT_MAX;
    }
    int status = common_parallel(env, (size_t)tally->view.height, common_grain(tally->view.width),
                                 find_range, tally);
    if (status)
        return status;
    for (unsigned w = 0; w < workers; w++) {
        histogram->min = fmin(histogram->min, (double)tally->range[2 * w]);
        histogram->max = fmax(histogram->max, (double)tally->range[2 * w + 1]);
    }
    histogram->low = tally->low = histogram->min;
    double span = histogram->max - histogram->min;
    histogram->width = span > 0 ? span / tally->bins : 0;
    tally->scale = span > 0 ? tally->bins / span : 0;
    return SEG_OK;
}

/* Adds up what the workers counted and finds the ends. */
static void collect(struct common_histogram *histogram, size_t copies)
{
    for (uint32_t bin = 0; bin < histogram->bins; bin++) {
        uint32_t sum = 0;
        for (size_t copy = 0; copy < copies; copy++)
            sum += histogram->count[copy * histogram->bins + bin];
        histogram->count[bin] = sum;
        histogram->total += sum;
    }
}

static void find_ends(struct common_histogram *histogram)
{
    for (uint32_t bin = 0; bin < histogram->bins; bin++) {
        if (!histogram->count[bin])
            continue;
        histogram->min = histogram->min > bin ? bin : histogram->min;
        histogram->max = bin;
    }
}

int common_histogram(const struct common_env *env, const struct seg_view *view, int32_t plane,
                     struct common_histogram *histogram)
{
    static const seg_body bodies[] = {
        [SEG_U8] = count_u8, [SEG_U16] = count_u16, [SEG_F32] = count_f32};
    static const uint32_t bins[] = {
        [SEG_U8] = 256, [SEG_U16] = 65536, [SEG_F32] = COMMON_FLOAT_BINS};
    if (common_pixels(view) > UINT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT,
                               "the image has %zu pixels; a histogram counts up to %u",
                               common_pixels(view), UINT32_MAX);
    const bool pairs = view->dtype == SEG_U8 && common_pixels(view) >= PAIRS_FROM;
    const bool lanes = view->dtype == SEG_U8 && !pairs;
    size_t copies = env->host->workers(env->call) * (lanes ? LANES : 1u);
    struct tally tally = {.view = *view, .plane = plane, .bins = bins[view->dtype]};
    *histogram = (struct common_histogram){.bins = tally.bins,
                                           .min = DBL_MAX,
                                           .max = -DBL_MAX,
                                           .width = 1,
                                           .centre = view->dtype == SEG_F32 ? 0.5 : 0};
    const size_t room = copies * (pairs ? PAIRS_SHARE : tally.bins);
    if (!COMMON_SCRATCH(env, tally.count, room))
        return common_nomem(env);
    memset(tally.count, 0, room * sizeof *tally.count);
    histogram->count = tally.count;
    int status = view->dtype == SEG_F32 ? lay_bins(env, &tally, histogram) : SEG_OK;
    if (!status)
        status = common_parallel(env, (size_t)view->height, common_grain(view->width),
                                 pairs ? count_pairs : bodies[view->dtype], &tally);
    if (status)
        return status;
    if (pairs)
        part_pairs(histogram, copies);
    collect(histogram, pairs ? 1 : copies);
    if (view->dtype != SEG_F32)
        find_ends(histogram);
    return SEG_OK;
}

double common_bin_value(const struct common_histogram *histogram, uint32_t bin)
{
    return histogram->low + (bin + histogram->centre) * histogram->width;
}
