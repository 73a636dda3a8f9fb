/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The row filters of PNG (RFC 2083, section 6), undone. */
#include "png.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Vectors of bytes of GCC and clang: sums of 16 at once on any machine. */
typedef uint8_t bytes __attribute__((vector_size(16)));

static void up(uint8_t *to, const uint8_t *from, const uint8_t *above, size_t size)
{
    size_t i = 0;
    for (; i + sizeof(bytes) <= size; i += sizeof(bytes)) {
        bytes a, b;
        memcpy(&a, from + i, sizeof a);
        memcpy(&b, above + i, sizeof b);
        a += b;
        memcpy(to + i, &a, sizeof a);
    }
    for (; i < size; i++)
        to[i] = (uint8_t)(from[i] + above[i]);
}

#if defined(__SSE2__)
/* Running sums of 16 bytes by four shifted additions. */
static size_t sub1(uint8_t *to, const uint8_t *from, size_t size)
{
    size_t i = 0;
    __m128i last = _mm_setzero_si128();
    for (; i + 16 <= size; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(from + i));
        v = _mm_add_epi8(v, _mm_slli_si128(v, 1));
        v = _mm_add_epi8(v, _mm_slli_si128(v, 2));
        v = _mm_add_epi8(v, _mm_slli_si128(v, 4));
        v = _mm_add_epi8(v, _mm_slli_si128(v, 8));
        v = _mm_add_epi8(v, last);
        _mm_storeu_si128((__m128i *)(to + i), v);
        last = _mm_set1_epi8((char)to[i + 15]);
    }
    return i;
}
#else
static size_t sub1(uint8_t *to, const uint8_t *from, size_t size)
{
    (void)to, (void)from, (void)size;
    return 0;
}
#endif

static void sub(uint8_t *to, const uint8_t *from, size_t size, size_t step)
{
    size_t i = step == 1 ? sub1(to, from, size) : 0;
    for (; i < size && i < step; i++)
        to[i] = from[i];
    for (; i < size; i++)
        to[i] = (uint8_t)(from[i] + to[i - step]);
}

static void average(uint8_t *to, const uint8_t *from, const uint8_t *above, size_t size,
                    size_t step)
{
    size_t i = 0;
    for (; i < size && i < step; i++)
        to[i] = (uint8_t)(from[i] + above[i] / 2);
    if (step == 1 && size) {
        unsigned left = to[0];
        for (; i < size; i++) {
            left = (from[i] + (left + above[i]) / 2) & 255;
            to[i] = (uint8_t)left;
        }
        return;
    }
    for (; i < size; i++)
        to[i] = (uint8_t)(from[i] + (to[i - step] + above[i]) / 2);
}

/* Of left, above and above left the one that is nearest to left + above - above left. */
static inline int paeth_of(int a, int b, int c)
{
    int pa = b - c, pb = a - c, pc = pa + pb;
    pa = pa < 0 ? -pa : pa;
    pb = pb < 0 ? -pb : pb;
    pc = pc < 0 ? -pc : pc;
    const int bc = pb <= pc ? b : c;
    return pa <= pb && pa <= pc ? a : bc;
}

#if defined(__SSE2__)
static inline __m128i load_pixel(const uint8_t *from, size_t step)
{
    uint64_t v = 0;
    switch (step) {
    case 3:
        v = (uint64_t)(from[0] | from[1] << 8 | from[2] << 16);
        break;
    case 4:
        memcpy(&v, from, 4);
        break;
    case 6:
        memcpy(&v, from, 4);
        v |= (uint64_t)from[4] << 32 | (uint64_t)from[5] << 40;
        break;
    default:
        memcpy(&v, from, 8);
    }
    return _mm_unpacklo_epi8(_mm_cvtsi64_si128((long long)v), _mm_setzero_si128());
}

/* All samples of a pixel at once. */
static inline __attribute__((always_inline)) void
paeth_pixels(uint8_t *to, const uint8_t *from, const uint8_t *above, size_t size, size_t step)
{
    const __m128i zero = _mm_setzero_si128(), low = _mm_set1_epi16(255);
    __m128i a = zero, c = zero;
    for (size_t i = 0; i < size; i += step) {
        const __m128i b = load_pixel(above + i, step);
        __m128i pa = _mm_sub_epi16(b, c), pb = _mm_sub_epi16(a, c), pc = _mm_add_epi16(pa, pb);
        pa = _mm_max_epi16(pa, _mm_sub_epi16(zero, pa));
        pb = _mm_max_epi16(pb, _mm_sub_epi16(zero, pb));
        pc = _mm_max_epi16(pc, _mm_sub_epi16(zero, pc));
        const __m128i least = _mm_min_epi16(pc, _mm_min_epi16(pa, pb));
        const __m128i is_a = _mm_cmpeq_epi16(least, pa), is_b = _mm_cmpeq_epi16(least, pb);
        const __m128i bc = _mm_or_si128(_mm_and_si128(is_b, b), _mm_andnot_si128(is_b, c));
        const __m128i best = _mm_or_si128(_mm_and_si128(is_a, a), _mm_andnot_si128(is_a, bc));
        a = _mm_and_si128(_mm_add_epi16(best, load_pixel(from + i, step)), low);
        c = b;
        const uint64_t v = (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(a, a));
        memcpy(to + i, &v, step);
    }
}
#endif

static void paeth1(uint8_t *to, const uint8_t *from, const uint8_t *above, size_t size)
{
    int a = 0, c = 0;
    for (size_t i = 0; i < size; i++) {
        const int b = above[i];
        a = (from[i] + paeth_of(a, b, c)) & 255;
        to[i] = (uint8_t)a;
        c = b;
    }
}

/* Paeth's filter waits at each byte for the one on its left. Four rows at once, each a byte behind
 * the one above, wait together. */
struct wave {
    uint8_t *to[SEGI_PNG_WAVE];
    const uint8_t *from[SEGI_PNG_WAVE];
    const uint8_t *above;
    int left[SEGI_PNG_WAVE], corner[SEGI_PNG_WAVE];
};

static inline __attribute__((always_inline)) void wave_byte(struct wave *w, int row, size_t x)
{
    const int b = row ? w->left[row - 1] : w->above[x];
    const int v = (w->from[row][x] + paeth_of(w->left[row], b, w->corner[row])) & 255;
    w->corner[row] = b;
    w->left[row] = v;
    w->to[row][x] = (uint8_t)v;
}

static struct wave wave_edge(struct wave w, size_t begin, size_t end, size_t size)
{
    for (size_t t = begin; t < end; t++)
        for (int row = SEGI_PNG_WAVE - 1; row >= 0; row--)
            if (t >= (size_t)row && t - (size_t)row < size)
                wave_byte(&w, row, t - (size_t)row);
    return w;
}

/* On a copy of which no address is known elsewhere, so that it stays in registers. */
static struct wave wave_middle(const struct wave start, size_t begin, size_t end)
{
    struct wave w = start;
    for (size_t t = begin; t < end; t++) {
        wave_byte(&w, 3, t - 3);
        wave_byte(&w, 2, t - 2);
        wave_byte(&w, 1, t - 1);
        wave_byte(&w, 0, t);
    }
    return w;
}

void segi_png_unfilter_wave(uint8_t *const *to, const uint8_t *const *from, const uint8_t *above,
                            size_t size)
{
    const size_t lead = SEGI_PNG_WAVE - 1;
    struct wave w = {.above = above};
    for (int row = 0; row < SEGI_PNG_WAVE; row++) {
        w.to[row] = to[row];
        w.from[row] = from[row];
    }
    w = wave_edge(w, 0, size < lead ? size : lead, size);
    w = wave_middle(w, lead, size);
    wave_edge(w, size, size + lead, size);
}

static void paeth(uint8_t *to, const uint8_t *from, const uint8_t *above, size_t size, size_t step)
{
    switch (step) {
    case 1:
        paeth1(to, from, above, size);
        return;
#if defined(__SSE2__)
    case 3:
        paeth_pixels(to, from, above, size, 3);
        return;
    case 4:
        paeth_pixels(to, from, above, size, 4);
        return;
    case 6:
        paeth_pixels(to, from, above, size, 6);
        return;
    case 8:
        paeth_pixels(to, from, above, size, 8);
        return;
#endif
    default:
        break;
    }
    size_t i = 0;
    for (; i < size && i < step; i++)
        to[i] = (uint8_t)(from[i] + above[i]);
    for (; i < size; i++)
        to[i] = (uint8_t)(from[i] + paeth_of(to[i - step], above[i], above[i - step]));
}

bool segi_png_unfilter(unsigned filter, uint8_t *to, const uint8_t *from, const uint8_t *above,
                       size_t size, size_t step)
{
    switch (filter) {
    case PNG_NONE:
        if (to != from)
            memcpy(to, from, size);
        return true;
    case PNG_SUB:
        sub(to, from, size, step);
        return true;
    case PNG_UP:
        up(to, from, above, size);
        return true;
    case PNG_AVERAGE:
        average(to, from, above, size, step);
        return true;
    case PNG_PAETH:
        paeth(to, from, above, size, step);
        return true;
    default:
        return false;
    }
}
