/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking samples apart: interleaved planes, byte order, packed bits. */
#include "reading.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

/* 32 pixels of three bytes at once: within each 128-bit lane a byte shuffle sorts 16 pixels of
 * three vectors by colour. */
__attribute__((target("avx2"))) static size_t split3_avx2(uint8_t *const *to, const uint8_t *from,
                                                          size_t n)
{
    /* For output c and input vector k: which of the 16 bytes are colour c. */
    static const int8_t m[3][3][16] = {
        {{0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
         {-1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14, -1, -1, -1, -1, -1},
         {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 4, 7, 10, 13}},
        {{1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
         {-1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1},
         {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14}},
        {{2, 5, 8, 11, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
         {-1, -1, -1, -1, -1, 1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1},
         {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15}}};
    __m256i mask[3][3];
    for (int c = 0; c < 3; c++)
        for (int k = 0; k < 3; k++)
            mask[c][k] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)m[c][k]));
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m128i *p = (const __m128i *)(from + 3 * i);
        __m256i v[3];
        for (int k = 0; k < 3; k++)
            v[k] = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(p + k)),
                                           _mm_loadu_si128(p + k + 3), 1);
        for (int c = 0; c < 3; c++) {
            const __m256i a = _mm256_shuffle_epi8(v[0], mask[c][0]);
            const __m256i b = _mm256_shuffle_epi8(v[1], mask[c][1]);
            const __m256i d = _mm256_shuffle_epi8(v[2], mask[c][2]);
            _mm256_storeu_si256((__m256i *)(to[c] + i), _mm256_or_si256(_mm256_or_si256(a, b), d));
        }
    }
    return i;
}
#else
static size_t split3_avx2(uint8_t *const *to, const uint8_t *from, size_t n)
{
    (void)to, (void)from, (void)n;
    return 0;
}
#endif

static void split_bytes(void *const *to, size_t planes, const uint8_t *from, size_t n, size_t i)
{
    for (; i < n; i++)
        for (size_t p = 0; p < planes; p++)
            ((uint8_t *)to[p])[i] = from[i * planes + p];
}

void segi_deinterleave(void *const *to, int32_t planes, const void *from, size_t n, size_t size,
                       bool avx2)
{
    const size_t count = (size_t)planes;
    if (size == 1) {
        uint8_t *three[3];
        size_t done = 0;
        if (count == 3 && avx2) {
            for (size_t p = 0; p < 3; p++)
                three[p] = to[p];
            done = split3_avx2(three, from, n);
        }
        split_bytes(to, count, from, n, done);
        return;
    }
    for (size_t p = 0; p < count; p++) {
        const char *source = (const char *)from + p * size;
        char *target = to[p];
        switch (size) {
        case 2:
            for (size_t i = 0; i < n; i++)
                memcpy(target + 2 * i, source + 2 * i * count, 2);
            break;
        case 4:
            for (size_t i = 0; i < n; i++)
                memcpy(target + 4 * i, source + 4 * i * count, 4);
            break;
        default:
            for (size_t i = 0; i < n; i++)
                memcpy(target + size * i, source + size * i * count, size);
        }
    }
}

void segi_interleave(void *to, const void *const *from, int32_t planes, size_t n, size_t size)
{
    const size_t count = (size_t)planes;
    if (size == 1 && count == 3) {
        const uint8_t *red = from[0], *green = from[1], *blue = from[2];
        uint8_t *target = to;
        for (size_t i = 0; i < n; i++) {
            target[3 * i] = red[i];
            target[3 * i + 1] = green[i];
            target[3 * i + 2] = blue[i];
        }
        return;
    }
    for (size_t p = 0; p < count; p++) {
        const char *source = from[p];
        char *target = (char *)to + p * size;
        switch (size) {
        case 1:
            for (size_t i = 0; i < n; i++)
                target[i * count] = source[i];
            break;
        case 2:
            for (size_t i = 0; i < n; i++)
                memcpy(target + 2 * i * count, source + 2 * i, 2);
            break;
        default:
            for (size_t i = 0; i < n; i++)
                memcpy(target + 4 * i * count, source + 4 * i, 4);
        }
    }
}

void segi_swap_bytes(void *samples, size_t n, size_t size)
{
#define SWAP(type, swap)                                                                           \
    for (size_t i = 0; i < n; i++) {                                                               \
        type v;                                                                                    \
        memcpy(&v, (char *)samples + i * sizeof v, sizeof v);                                      \
        v = swap(v);                                                                               \
        memcpy((char *)samples + i * sizeof v, &v, sizeof v);                                      \
    }
    if (size == 2)
        SWAP(uint16_t, __builtin_bswap16)
    else if (size == 4)
        SWAP(uint32_t, __builtin_bswap32)
    else if (size == 8)
        SWAP(uint64_t, __builtin_bswap64)
#undef SWAP
}

void segi_unpack_bits(uint8_t *to, const uint8_t *from, size_t n, unsigned bits, bool stretch)
{
    const unsigned top = (1u << bits) - 1, factor = stretch ? 255 / top : 1;
    const size_t per_byte = 8 / bits;
    for (size_t i = 0; i < n; i++) {
        const unsigned shift = 8 - bits * (unsigned)(i % per_byte + 1);
        to[i] = (uint8_t)(((unsigned)from[i / per_byte] >> shift & top) * factor);
    }
}
