/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares an image with one threshold. */
#include "apply.h"

#include "common/cpu.h"

#include <math.h>
#include <string.h>

struct compare {
    struct seg_view image, mask;
    int32_t level; /* for integers: the threshold rounded down */
    float limit;   /* for f32: the threshold, rounded down to a float */
};

COMMON_INLINE void compare_body(const struct compare *compare, size_t begin, size_t end)
{
    int32_t width = compare->image.width;
    for (size_t y = begin; y < end; y++) {
        const void *row = seg_row(&compare->image, 0, (int32_t)y);
        uint8_t *restrict mask = seg_row(&compare->mask, 0, (int32_t)y);
        if (compare->image.dtype == SEG_F32) {
            const float *restrict from = row;
            float limit = compare->limit;
            for (int32_t x = 0; x < width; x++)
                mask[x] = from[x] > limit;
        } else if (compare->level < 0) {
            memset(mask, 1, (size_t)width);
        } else if (compare->image.dtype == SEG_U8) {
            const uint8_t *restrict from = row, level = (uint8_t)compare->level;
            for (int32_t x = 0; x < width; x++)
                mask[x] = from[x] > level;
        } else {
            const uint16_t *restrict from = row, level = (uint16_t)compare->level;
            for (int32_t x = 0; x < width; x++)
                mask[x] = from[x] > level;
        }
    }
}

COMMON_AVX2 static void compare_avx2(const struct compare *compare, size_t begin, size_t end)
{
    compare_body(compare, begin, end);
}

static int compare_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    if (common_cpu_avx2())
        compare_avx2(arg, begin, end);
    else
        compare_body(arg, begin, end);
    return SEG_OK;
}

int threshold_compare(const struct common_env *env, const struct seg_view *image,
                      const struct seg_view *mask, double threshold)
{
    struct compare compare = {.image = *image, .mask = *mask, .limit = (float)threshold};
    if ((double)compare.limit > threshold)
        compare.limit = nextafterf(compare.limit, -INFINITY);
    double most = image->dtype == SEG_U8 ? 255 : 65535;
    compare.level = (int32_t)fmax(-1, fmin(most, floor(threshold)));
    return common_parallel(env, (size_t)image->height, common_grain(image->width), compare_rows,
                           &compare);
}

int threshold_apply(const struct common_env *env, const struct seg_view *image,
                    const struct seg_view *mask, double threshold)
{
    const int status = threshold_compare(env, image, mask, threshold);
    return status ? status : env->host->value(env->call, "threshold", threshold);
}
