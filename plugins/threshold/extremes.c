/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An erosion and a dilation by the disk, and a look at the three samples of each pixel. That what
 * lies outside the image does not count there makes no difference to repeating the last pixel: a
 * disk that reaches out of the image holds those on its edge. */
#include "extremes.h"

#include "common/cpu.h"
#include "common/gray_morph.h"

#include <math.h>

struct work {
    const struct threshold_extremes *of;
    struct seg_view low, high;
    int32_t contrast, level; /* of whole numbers, rounded up */
};

#define CLAMP 1000000 /* beyond all that samples of 16 bits may be compared with */

static int32_t clamp(double value)
{
    return (int32_t)fmax(-CLAMP, fmin(CLAMP, value));
}

/* Of whole numbers, v > t asks the same as v > floor(t), and v < t as v < ceil(t). */
#define DEFINE(T, NAME)                                                                            \
    COMMON_INLINE void NAME##_body(const struct work *work, const T *restrict here,                \
                                   const T *restrict low, const T *restrict high, int32_t width,   \
                                   uint8_t *restrict mask)                                         \
    {                                                                                              \
        const int32_t contrast = work->contrast, level = work->level;                              \
        const double offset = work->of->offset;                                                    \
        if (work->of->method == EXTREMES_BERNSEN) {                                                \
            for (int32_t x = 0; x < width; x++) {                                                  \
                const int32_t middle = (low[x] + high[x]) / 2;                                     \
                const uint8_t flat = high[x] - low[x] < contrast, bright = middle >= level;        \
                mask[x] = (uint8_t)((flat & bright) | (!flat & (here[x] >= middle)));              \
            }                                                                                      \
        } else if (work->of->method == EXTREMES_CONTRAST) {                                        \
            for (int32_t x = 0; x < width; x++)                                                    \
                mask[x] = (high[x] - here[x] <= here[x] - low[x]) & (here[x] != 0);                \
        } else {                                                                                   \
            for (int32_t x = 0; x < width; x++)                                                    \
                mask[x] = here[x] > (low[x] + high[x]) / 2 - offset;                               \
        }                                                                                          \
    }                                                                                              \
    COMMON_AVX2 static void NAME##_avx2(const struct work *work, const T *here, const T *low,      \
                                        const T *high, int32_t width, uint8_t *mask)               \
    {                                                                                              \
        NAME##_body(work, here, low, high, width, mask);                                           \
    }                                                                                              \
    static void NAME(const struct work *work, const T *here, const T *low, const T *high,          \
                     int32_t width, uint8_t *mask)                                                 \
    {                                                                                              \
        (common_cpu_avx2() ? NAME##_avx2 : NAME##_body)(work, here, low, high, width, mask);       \
    }

DEFINE(uint8_t, bytes)
DEFINE(uint16_t, shorts)

static double stands_for(const struct threshold_extremes *of, float sample)
{
    const uint16_t level = (uint16_t)(((double)sample - of->least) / of->step + 0.5);
    return of->least + level * of->step;
}

static void floats(const struct threshold_extremes *of, const float *here, const float *lowest,
                   const float *highest, int32_t width, uint8_t *mask)
{
    for (int32_t x = 0; x < width; x++) {
        const double low = stands_for(of, lowest[x]), high = stands_for(of, highest[x]);
        const double value = stands_for(of, here[x]), middle = (low + high) / 2;
        if (of->method == EXTREMES_BERNSEN)
            mask[x] = high - low < of->contrast ? middle >= of->level : value >= middle;
        else if (of->method == EXTREMES_CONTRAST)
            mask[x] = high - value <= value - low;
        else
            mask[x] = value > middle - of->offset;
    }
}

static int compare_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct threshold_extremes *of = work->of;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        const void *here = seg_row(&of->image, 0, y);
        const void *low = seg_row(&work->low, 0, y), *high = seg_row(&work->high, 0, y);
        uint8_t *mask = seg_row(&of->mask, 0, y);
        if (of->image.dtype == SEG_U8)
            bytes(work, here, low, high, of->image.width, mask);
        else if (of->image.dtype == SEG_U16)
            shorts(work, here, low, high, of->image.width, mask);
        else
            floats(of, here, low, high, of->image.width, mask);
    }
    return SEG_OK;
}

int threshold_extremes(const struct common_env *env, const struct threshold_extremes *extremes)
{
    const struct seg_view *image = &extremes->image;
    const struct common_element disk = {COMMON_BROAD_DISK, extremes->radius};
    struct work work = {.of = extremes,
                        .low = *image,
                        .contrast = clamp(ceil(extremes->contrast)),
                        .level = clamp(ceil(extremes->level))};
    const size_t row = ((size_t)image->width * seg_dtype_size(image->dtype) + 63) / 64 * 64;
    work.low.row_stride = (ptrdiff_t)row;
    work.high = work.low;
    work.low.data = env->host->scratch(env->call, (size_t)image->height, row);
    work.high.data = env->host->scratch(env->call, (size_t)image->height, row);
    if (!work.low.data || !work.high.data)
        return common_nomem(env);
    int status = common_gray_morph(env, image, &work.low, &disk, COMMON_ERODE);
    if (!status)
        status = common_gray_morph(env, image, &work.high, &disk, COMMON_DILATE);
    return status ? status
                  : common_parallel(env, (size_t)image->height, common_grain(image->width),
                                    compare_rows, &work);
}
