/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sixty-four mask pixels as one word, the first in the lowest bit. */
#ifndef COMMON_BITS_H
#define COMMON_BITS_H

#include "cpu.h"

#include <stdint.h>
#include <string.h>
#if COMMON_HAVE_AVX2
#include <immintrin.h>
#endif

COMMON_INLINE uint64_t common_bits64(const uint8_t *mask)
{
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t eight;
        memcpy(&eight, mask + 8 * i, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        eight = __builtin_bswap64(eight);
#endif
        /* the multiplication gathers the lowest bit of each byte in the highest byte */
        bits |= (eight * UINT64_C(0x0102040810204080) >> 56) << (8 * i);
    }
    return bits;
}

#if COMMON_HAVE_AVX2
COMMON_AVX2 static inline uint64_t common_bits64_avx2(const uint8_t *mask)
{
    __m256i a = _mm256_slli_epi16(_mm256_loadu_si256((const __m256i *)(const void *)mask), 7);
    __m256i b =
        _mm256_slli_epi16(_mm256_loadu_si256((const __m256i *)(const void *)(mask + 32)), 7);
    return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}
#endif

/* The last count < 64 pixels of a row; bits past them are 0. */
static inline uint64_t common_bits_tail(const uint8_t *mask, int32_t count)
{
    uint8_t padded[64] = {0};
    memcpy(padded, mask, (size_t)count);
    return common_bits64(padded);
}

/* Back again: bytes 0 and 1 of the lowest count <= 64 bits. */
COMMON_INLINE void common_bytes64(uint64_t bits, uint8_t *mask, int32_t count)
{
    uint64_t bytes[8];
    for (int i = 0; i < 8; i++) {
        uint64_t eight = (bits >> (8 * i) & 255) * UINT64_C(0x0101010101010101);
        eight = (eight & UINT64_C(0x8040201008040201)) + UINT64_C(0x7f7f7f7f7f7f7f7f);
        eight = eight >> 7 & UINT64_C(0x0101010101010101);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        eight = __builtin_bswap64(eight);
#endif
        bytes[i] = eight;
    }
    memcpy(mask, bytes, (size_t)count);
}

#endif
