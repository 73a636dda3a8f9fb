/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SHA-256 by FIPS 180-4. */
#include "digest.h"

#include "cpu.h"

#include <segkit/plugin.h>
#include <stdio.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* Round `i`. The variables a..h move one place a round; their names move instead. */
static inline void turn_round(uint32_t s[8], int i, uint32_t w)
{
#define S(n) s[((n)-i) & 7]
    const uint32_t a = turn(S(4), 6) ^ turn(S(4), 11) ^ turn(S(4), 25);
    const uint32_t choice = (S(4) & S(5)) ^ (~S(4) & S(6));
    const uint32_t first = S(7) + a + choice + k[i] + w;
    const uint32_t b = turn(S(0), 2) ^ turn(S(0), 13) ^ turn(S(0), 22);
    const uint32_t most = (S(0) & S(1)) ^ (S(0) & S(2)) ^ (S(1) & S(2));
    S(3) += first;
    S(7) = first + b + most;
#undef S
}

static void mix_portable(uint32_t state[8], const uint8_t *block)
{
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++) {
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i += 8) {
#pragma GCC unroll 8
        for (int n = 0; n < 8; n++)
            turn_round(s, i + n, w[i + n]);
    }
    for (int i = 0; i < 8; i++) {
        state[i] += s[i];
    }
}

#if defined(__x86_64__)
/* Four rounds a step. `w` holds the last sixteen words of the schedule, four a register. */
__attribute__((target("sha,sse4.1"))) static void mix_sha(uint32_t state[8], const uint8_t *block,
                                                          size_t count)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i w[4];
    __m128i abef = _mm_set_epi32((int)state[0], (int)state[1], (int)state[4], (int)state[5]);
    __m128i cdgh = _mm_set_epi32((int)state[2], (int)state[3], (int)state[6], (int)state[7]);
    for (; count; count--, block += 64) {
        const __m128i before[2] = {abef, cdgh};
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) {
            __m128i *now = &w[i % 4];
            if (i < 4) {
                *now = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)block + i), swap);
            } else {
                const __m128i last = w[(i + 3) % 4];
                const __m128i seven = _mm_alignr_epi8(last, w[(i + 2) % 4], 4);
                *now = _mm_add_epi32(_mm_sha256msg1_epu32(*now, w[(i + 1) % 4]), seven);
                *now = _mm_sha256msg2_epu32(*now, last);
            }
            const __m128i sum = _mm_add_epi32(*now, _mm_loadu_si128((const __m128i *)k + i));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
        }
        abef = _mm_add_epi32(abef, before[0]);
        cdgh = _mm_add_epi32(cdgh, before[1]);
    }
    uint32_t fe_ba[4], hg_dc[4];
    _mm_storeu_si128((__m128i *)fe_ba, abef);
    _mm_storeu_si128((__m128i *)hg_dc, cdgh);
    for (int i = 0; i < 2; i++) {
        state[i] = fe_ba[3 - i];
        state[4 + i] = fe_ba[1 - i];
        state[2 + i] = hg_dc[3 - i];
        state[6 + i] = hg_dc[1 - i];
    }
}
#endif

static void mix(struct segi_digest *d, const uint8_t *blocks, size_t count)
{
#if defined(__x86_64__)
    if (d->sha) {
        mix_sha(d->state, blocks, count);
        return;
    }
#endif
    for (size_t i = 0; i < count; i++)
        mix_portable(d->state, blocks + 64 * i);
}

void segi_digest_begin(struct segi_digest *d)
{
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(d->state, start, sizeof start);
    d->size = 0;
    d->sha = segi_cpu_sha();
}

void segi_digest_add(struct segi_digest *d, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    const size_t held = (size_t)(d->size % 64);
    d->size += size;
    if (held && size) {
        const size_t part = 64 - held < size ? 64 - held : size;
        memcpy(d->block + held, from, part);
        if (held + part < 64)
            return;
        mix(d, d->block, 1);
        from += part;
        size -= part;
    }
    mix(d, from, size / 64);
    if (size % 64)
        memcpy(d->block, from + size / 64 * 64, size % 64);
}

void segi_digest_end(struct segi_digest *d, char text[65])
{
    uint8_t tail[72] = {0x80};
    uint64_t bits = d->size * 8;
    size_t pad = 1 + (size_t)(119 - d->size % 64) % 64;
    for (size_t i = 0; i < 8; i++) {
        tail[pad + i] = (uint8_t)(bits >> (56 - 8 * i));
    }
    segi_digest_add(d, tail, pad + 8);
    for (int i = 0; i < 8; i++) {
        snprintf(text + 8 * i, 9, "%08x", d->state[i]);
    }
}

int segi_digest_file(const char *path, char text[65])
{
    struct segi_digest d;
    uint8_t buffer[65536];
    size_t got;
    FILE *file = fopen(path, "rb");
    if (!file) {
        return SEG_IO;
    }
    segi_digest_begin(&d);
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0) {
        segi_digest_add(&d, buffer, got);
    }
    int status = ferror(file) ? SEG_IO : SEG_OK;
    fclose(file);
    segi_digest_end(&d, text);
    return status;
}
