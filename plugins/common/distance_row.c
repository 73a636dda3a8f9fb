/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The row pass: out(x) = min over u of f(|x - u|, column(u)).
 *
 * Near the background, which is most of most masks, it looks at u = x - r and x + r for r = 1, 2,
 * ... until r alone is no less than what was found, sixteen pixels at a time. What lies deeper
 * than REACH is done by the lower envelope of parabolas (Felzenszwalb and Huttenlocher, Theory of
 * Computing 8, 2012), object run by object run: a run needs nothing from beyond the background
 * pixels at its ends. */
#include "distance_row.h"

#include "cpu.h"
#include "distance.h"

#include <math.h>
#if COMMON_HAVE_AVX2
#include <immintrin.h>
#endif

#define REACH 128           /* how far the direct search goes */
#define PAD   (REACH + 16u) /* room beside the row, so that it needs no test for the ends */
#define CAP   255           /* squares of column distances are cut here: 255^2 fits 16 bits */

struct room {
    double *start;     /* where the k-th parabola begins to be the lowest */
    int32_t *at;       /* and where its vertex is */
    uint16_t *squares; /* of the columns, PAD beside them */
};

size_t common_distance_room(size_t width)
{
    return (width * 2 * sizeof(double) + (width + 2 * PAD) * sizeof(uint16_t) + 127) / 64 * 64;
}

static struct room lay_out(void *memory, size_t width)
{
    struct room room;
    room.start = memory;
    room.at = (int32_t *)(void *)(room.start + width + 1);
    room.squares = (uint16_t *)(void *)(room.at + width) + PAD;
    return room;
}

static double square(int32_t column)
{
    return (double)column * column;
}

/* The lower envelope for the columns from..to-1, of which those at the ends may be background. */
static void envelope(const int32_t *column, int32_t from, int32_t to, const struct room *room,
                     float far, float *out)
{
    double *start = room->start;
    int32_t *at = room->at, k = -1;
    for (int32_t u = from; u < to; u++) {
        if (column[u] >= COMMON_FAR)
            continue;
        double begin = from;
        while (k >= 0) { /* exact: all numbers but the quotient are integers below 2^53 */
            double above = square(column[u]) - square(column[at[k]]);
            begin = (above / (u - at[k]) + u + at[k]) / 2;
            if (begin > start[k])
                break;
            k--;
        }
        k++;
        at[k] = u;
        start[k] = k ? begin : from;
    }
    int32_t count = k + 1;
    for (int32_t x = from, i = 0; x < to; x++) {
        while (i + 1 < count && start[i + 1] <= x)
            i++;
        out[x] = count ? (float)sqrt(square(x - at[i]) + square(column[at[i]])) : far;
    }
}

/* Runs the envelope over every run of object pixels that holds one marked by a negative `out`. */
static void deep_runs(const int32_t *column, int32_t width, const struct room *room, float far,
                      float *out)
{
    for (int32_t x = 0; x < width;) {
        if (!column[x]) {
            x++;
            continue;
        }
        int32_t begin = x;
        bool deep = false;
        for (; x < width && column[x]; x++)
            deep = deep || out[x] < 0;
        if (deep)
            envelope(column, begin ? begin - 1 : 0, x < width ? x + 1 : width, room, far, out);
    }
}

/* Leaves everything to the envelope. */
static void direct_euclidean(const int32_t *column, int32_t width, float *out)
{
    for (int32_t x = 0; x < width; x++)
        out[x] = column[x] ? -1.0f : 0.0f;
}

#if COMMON_HAVE_AVX2
COMMON_AVX2 static void fill_squares(const int32_t *column, int32_t width, uint16_t *squares)
{
    for (uint32_t i = 0; i < PAD; i++)
        squares[(int32_t)i - (int32_t)PAD] = squares[(uint32_t)width + i] = UINT16_MAX;
    for (int32_t x = 0; x < width; x++) {
        uint32_t c = (uint32_t)(column[x] < CAP ? column[x] : CAP);
        squares[x] = column[x] < CAP ? (uint16_t)(c * c) : UINT16_MAX;
    }
}

COMMON_AVX2 static __m256i load16(const uint16_t *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

/* Square distances of sixteen pixels; those above REACH^2 are not final. */
COMMON_AVX2 static __m256i search16(const uint16_t *at)
{
    __m256i best = load16(at);
    for (int r = 1; r <= REACH;) {
        __m256i more = _mm256_subs_epu16(best, _mm256_set1_epi16((short)(r * r)));
        if (_mm256_testz_si256(more, more))
            break;
        for (int end = r + 4; r < end; r++) {
            __m256i nearer = _mm256_min_epu16(load16(at - r), load16(at + r));
            nearer = _mm256_adds_epu16(nearer, _mm256_set1_epi16((short)(r * r)));
            best = _mm256_min_epu16(best, nearer);
        }
    }
    return best;
}

COMMON_AVX2 static void direct_euclidean_avx2(const int32_t *column, int32_t width,
                                              uint16_t *squares, float *out)
{
    fill_squares(column, width, squares);
    for (int32_t x = 0; x < width; x += 16) {
        __m256i best = search16(squares + x);
        __m256i deep = _mm256_subs_epu16(best, _mm256_set1_epi16(REACH * REACH));
        __m256i low = _mm256_cvtepu16_epi32(_mm256_castsi256_si128(best));
        __m256i high = _mm256_cvtepu16_epi32(_mm256_extracti128_si256(best, 1));
        float both[16];
        _mm256_storeu_ps(both, _mm256_sqrt_ps(_mm256_cvtepi32_ps(low)));
        _mm256_storeu_ps(both + 8, _mm256_sqrt_ps(_mm256_cvtepi32_ps(high)));
        if (!_mm256_testz_si256(deep, deep))
            for (int k = 0; k < 16; k++)
                both[k] = both[k] > REACH ? -1.0f : both[k];
        int32_t count = width - x < 16 ? width - x : 16;
        for (int32_t k = 0; k < count; k++)
            out[x + k] = both[k];
    }
}
#endif

static void cityblock(const int32_t *column, int32_t width, float *out)
{
    int64_t best = INT64_C(2) * COMMON_FAR;
    for (int32_t x = 0; x < width; x++) {
        best = best + 1 < column[x] ? best + 1 : column[x];
        out[x] = (float)best;
    }
    best = INT64_C(2) * COMMON_FAR;
    for (int32_t x = width; x-- > 0;) {
        best = best + 1 < column[x] ? best + 1 : column[x];
        out[x] = (float)best < out[x] ? (float)best : out[x];
    }
}

/* Neighbours differ by one at most, so that the search may end at the least possible distance. */
static void chessboard(const int32_t *column, int32_t width, float *out)
{
    int32_t least = 0;
    for (int32_t x = 0; x < width; x++) {
        int32_t best = column[x];
        for (int32_t r = 1; best > least && r < best && (r <= x || r < width - x); r++) {
            int32_t left = r <= x ? column[x - r] : COMMON_FAR;
            int32_t right = r < width - x ? column[x + r] : COMMON_FAR;
            int32_t nearer = left < right ? left : right;
            nearer = nearer > r ? nearer : r;
            best = nearer < best ? nearer : best;
        }
        least = best - 1;
        out[x] = (float)best;
    }
}

void common_distance_row(const int32_t *column, size_t width, int metric, float far, float *out,
                         void *memory, bool avx2)
{
    struct room room = lay_out(memory, width);
    int32_t count = (int32_t)width;
    if (metric == COMMON_CITYBLOCK) {
        cityblock(column, count, out);
    } else if (metric == COMMON_CHESSBOARD) {
        chessboard(column, count, out);
    } else {
#if COMMON_HAVE_AVX2
        if (avx2)
            direct_euclidean_avx2(column, count, room.squares, out);
        else
#endif
            direct_euclidean(column, count, out);
        deep_runs(column, count, &room, far, out);
        return;
    }
    for (int32_t x = 0; x < count; x++)
        out[x] = out[x] < (float)COMMON_FAR ? out[x] : far;
}
