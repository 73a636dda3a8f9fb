/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts rows to floats. */
#include "sample.h"

#include "cpu.h"

#include <string.h>

#if COMMON_HAVE_AVX2
#include <immintrin.h>
#endif

COMMON_INLINE void floats_body(const void *restrict row, uint32_t dtype, size_t count,
                               float *restrict out)
{
    if (dtype == SEG_U8) {
        const uint8_t *from = row;
        for (size_t i = 0; i < count; i++)
            out[i] = from[i];
    } else if (dtype == SEG_U16) {
        const uint16_t *from = row;
        for (size_t i = 0; i < count; i++)
            out[i] = from[i];
    } else {
        memcpy(out, row, count * sizeof *out);
    }
}

COMMON_AVX2 static void floats_avx2(const void *row, uint32_t dtype, size_t count, float *out)
{
    floats_body(row, dtype, count, out);
}

void common_floats(const struct seg_view *view, int32_t plane, int32_t y, int32_t x, size_t count,
                   float *out)
{
    const char *row = seg_row(view, plane, y);
    row += (size_t)x * seg_dtype_size(view->dtype);
    (common_cpu_avx2() ? floats_avx2 : floats_body)(row, view->dtype, count, out);
}

COMMON_INLINE float clip(float value, float most)
{
    value = value > 0 ? value : 0; /* NaN too */
    return value < most ? value + 0.5f : most;
}

COMMON_INLINE void store_body(void *restrict row, uint32_t dtype, const float *restrict values,
                              size_t count)
{
    if (dtype == SEG_U8) {
        uint8_t *to = row;
        for (size_t i = 0; i < count; i++)
            to[i] = (uint8_t)(int32_t)clip(values[i], 255);
    } else if (dtype == SEG_U16) {
        uint16_t *to = row;
        for (size_t i = 0; i < count; i++)
            to[i] = (uint16_t)(int32_t)clip(values[i], 65535);
    } else {
        memcpy(row, values, count * sizeof *values);
    }
}

#if COMMON_HAVE_AVX2
/* Eight values to the nearest whole number; what is below 0, and NaN, becomes negative. */
COMMON_AVX2 static inline __m256i whole(const float *values, __m256 most)
{
    const __m256 value = _mm256_min_ps(most, _mm256_loadu_ps(values));
    return _mm256_cvttps_epi32(_mm256_add_ps(value, _mm256_set1_ps(0.5F)));
}

/* So many as fill registers; returns how many. Packing cuts what is negative to 0. */
COMMON_AVX2 static size_t store_packed(void *row, uint32_t dtype, const float *values, size_t count)
{
    const __m256 most = _mm256_set1_ps(dtype == SEG_U8 ? 255 : 65535);
    size_t i = 0;
    if (dtype == SEG_U8) {
        const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
        for (; i + 32 <= count; i += 32) {
            const __m256i low =
                _mm256_packs_epi32(whole(values + i, most), whole(values + i + 8, most));
            const __m256i high =
                _mm256_packs_epi32(whole(values + i + 16, most), whole(values + i + 24, most));
            const __m256i packed = _mm256_packus_epi16(low, high);
            _mm256_storeu_si256((void *)((uint8_t *)row + i),
                                _mm256_permutevar8x32_epi32(packed, order));
        }
    } else if (dtype == SEG_U16) {
        for (; i + 16 <= count; i += 16) {
            const __m256i packed =
                _mm256_packus_epi32(whole(values + i, most), whole(values + i + 8, most));
            _mm256_storeu_si256((void *)((uint16_t *)row + i),
                                _mm256_permute4x64_epi64(packed, 0xd8));
        }
    }
    return i;
}

COMMON_AVX2 static void store_avx2(void *row, uint32_t dtype, const float *values, size_t count)
{
    const size_t done = store_packed(row, dtype, values, count);
    store_body((char *)row + done * seg_dtype_size(dtype), dtype, values + done, count - done);
}
#else
#define store_avx2 store_body
#endif

void common_store(const struct seg_view *view, int32_t plane, int32_t y, const float *values,
                  size_t count)
{
    void *row = seg_row(view, plane, y);
    (common_cpu_avx2() ? store_avx2 : store_body)(row, view->dtype, values, count);
}

struct copy {
    const struct seg_view *from;
    struct seg_view to;
    int32_t plane;
};

static int copy_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct copy *copy = arg;
    for (size_t y = begin; y < end; y++)
        common_floats(copy->from, copy->plane, (int32_t)y, 0, (size_t)copy->from->width,
                      seg_row(&copy->to, 0, (int32_t)y));
    return SEG_OK;
}

int common_scratch_view(const struct common_env *env, const struct seg_view *like, uint32_t dtype,
                        struct seg_view *view)
{
    size_t stride = ((size_t)like->width * seg_dtype_size(dtype) + 63) / 64 * 64;
    *view = SEG_VIEW;
    view->kind = SEG_IMAGE;
    view->dtype = dtype;
    view->width = like->width;
    view->height = like->height;
    view->planes = 1;
    view->row_stride = (ptrdiff_t)stride;
    view->data = env->host->scratch(env->call, (size_t)like->height, stride);
    return view->data ? SEG_OK : common_nomem(env);
}

int common_float_plane(const struct common_env *env, const struct seg_view *view, int32_t plane,
                       struct seg_view *floats)
{
    if (view->dtype == SEG_F32) {
        *floats = *view;
        floats->planes = 1;
        floats->data = seg_row(view, plane, 0);
        return SEG_OK;
    }
    struct copy copy = {.from = view, .plane = plane};
    int status = common_scratch_view(env, view, SEG_F32, &copy.to);
    if (!status)
        status =
            common_parallel(env, (size_t)view->height, common_grain(view->width), copy_rows, &copy);
    *floats = copy.to;
    return status;
}
