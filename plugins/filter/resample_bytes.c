/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "resample_bytes.h"

#include "common/cpu.h"

#include <math.h>
#include <string.h>

#if COMMON_HAVE_AVX2
#include <immintrin.h>
#endif

bool resample_bytes_can(const struct resample_taps *taps)
{
    for (size_t x = 0; x < (size_t)taps->to; x++)
        if (taps->count[x] > 2 || resample_weight(taps, x, 0) < 0 ||
            (taps->count[x] == 2 && resample_weight(taps, x, 1) < 0))
            return false;
    return true;
}

int resample_bytes(const struct common_env *env, const struct resample_taps *taps,
                   struct resample_bytes *bytes)
{
    const size_t count = (size_t)taps->to;
    bytes->taps = taps;
    if (!COMMON_SCRATCH(env, bytes->weights, 2 * count) ||
        !COMMON_SCRATCH(env, bytes->places, 4 * count))
        return common_nomem(env);
    for (size_t x = 0; x < count; x++) {
        int16_t *weights = bytes->weights + 2 * x;
        int8_t *places = bytes->places + 4 * x;
        const int8_t place = (int8_t)taps->place[x];
        const bool two = taps->count[x] == 2;
        weights[1] = two ? (int16_t)lrintf(resample_weight(taps, x, 1) * 16384) : 0;
        weights[0] = (int16_t)(16384 - weights[1]);
        places[0] = place;
        places[2] = two ? (int8_t)(place + 1) : -1;
        places[1] = places[3] = -1; /* a zero: the upper half of 16 bits */
    }
    return SEG_OK;
}

static void some_of_line(const struct resample_bytes *bytes, const uint8_t *line, size_t begin,
                         size_t end, int16_t *out)
{
    const struct resample_taps *taps = bytes->taps;
    for (size_t x = begin; x < end; x++) {
        const uint8_t *from = line + taps->first[x];
        const int16_t *weights = bytes->weights + 2 * x;
        const int32_t second = taps->count[x] == 2 ? from[1] : 0;
        out[x] = (int16_t)((from[0] * weights[0] + second * weights[1] + 128) >> 8);
    }
}

#if COMMON_HAVE_AVX2
COMMON_AVX2 static void line_avx2(const struct resample_bytes *bytes, const uint8_t *line,
                                  int16_t *out)
{
    const struct resample_taps *taps = bytes->taps;
    const size_t end = (size_t)taps->to;
    size_t x = 0;
    for (; x + RESAMPLE_BLOCK <= end; x += RESAMPLE_BLOCK) {
        if (taps->alike[x / RESAMPLE_BLOCK] < 0) {
            some_of_line(bytes, line, x, x + RESAMPLE_BLOCK, out);
            continue;
        }
        const uint8_t *low = line + taps->low[x], *high = line + taps->low[x + RESAMPLE_BLOCK / 2];
        const __m256i from =
            _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const void *)low)),
                                    _mm_loadu_si128((const void *)high), 1);
        const __m256i places = _mm256_loadu_si256((const void *)(bytes->places + 4 * x));
        const __m256i weights = _mm256_loadu_si256((const void *)(bytes->weights + 2 * x));
        __m256i sum = _mm256_madd_epi16(_mm256_shuffle_epi8(from, places), weights);
        sum = _mm256_srai_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(128)), 8);
        const __m128i packed =
            _mm_packs_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        _mm_storeu_si128((void *)(out + x), packed);
    }
    some_of_line(bytes, line, x, end, out);
}
#endif

void resample_bytes_line(const struct resample_bytes *bytes, const uint8_t *line, int16_t *out)
{
#if COMMON_HAVE_AVX2
    if (common_cpu_avx2()) {
        line_avx2(bytes, line, out);
        return;
    }
#endif
    some_of_line(bytes, line, 0, (size_t)bytes->taps->to, out);
}

static void some_of_rows(const int16_t *restrict a, const int16_t *restrict b, int16_t share,
                         size_t width, uint8_t *restrict out)
{
    for (size_t x = 0; x < width; x++) {
        const int32_t part = ((b[x] - a[x]) * share + 16384) >> 15;
        out[x] = (uint8_t)((a[x] + part + 32) >> 6);
    }
}

#if COMMON_HAVE_AVX2
COMMON_AVX2 static inline __m256i between(const int16_t *a, const int16_t *b, __m256i share)
{
    const __m256i from = _mm256_loadu_si256((const void *)a);
    const __m256i difference = _mm256_sub_epi16(_mm256_loadu_si256((const void *)b), from);
    const __m256i part = _mm256_mulhrs_epi16(difference, share);
    const __m256i sum = _mm256_add_epi16(_mm256_add_epi16(from, part), _mm256_set1_epi16(32));
    return _mm256_srai_epi16(sum, 6);
}

COMMON_AVX2 static void rows_avx2(const int16_t *a, const int16_t *b, int16_t share_, size_t width,
                                  uint8_t *out)
{
    const __m256i share = _mm256_set1_epi16(share_);
    size_t x = 0;
    for (; x + 32 <= width; x += 32) {
        const __m256i low = between(a + x, b + x, share);
        const __m256i packed = _mm256_packus_epi16(low, between(a + x + 16, b + x + 16, share));
        _mm256_storeu_si256((void *)(out + x), _mm256_permute4x64_epi64(packed, 0xd8));
    }
    some_of_rows(a + x, b + x, share_, width - x, out + x);
}
#endif

void resample_bytes_rows(const int16_t *a, const int16_t *b, int16_t share, size_t width,
                         uint8_t *out)
{
#if COMMON_HAVE_AVX2
    if (common_cpu_avx2()) {
        rows_avx2(a, b, share, width, out);
        return;
    }
#endif
    some_of_rows(a, b, share, width, out);
}
