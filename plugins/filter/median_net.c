/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Medians of 25 by exchanges, for many windows at a time.
 *
 * Columns are sorted once for all windows that share them. In a window whose columns are sorted,
 * only 13 of 25 samples can be the median once its rows are sorted too, and of these the least and
 * the largest of any eight (seven, ...) drop out until one is left. */
#include "common/cpu.h"
#include "median.h"

/* a = the smaller, b = the larger. */
#define SWAP(T, a, b)                                                                              \
    do {                                                                                           \
        T low_ = (a) < (b) ? (a) : (b), high_ = (a) < (b) ? (b) : (a);                             \
        (a) = low_;                                                                                \
        (b) = high_;                                                                               \
    } while (0)
#define SWAP3(T, a, b, c)                                                                          \
    SWAP(T, a, b);                                                                                 \
    SWAP(T, b, c);                                                                                 \
    SWAP(T, a, b)
/* The largest goes to the last place, or the smallest to the first. */
#define SINK4(T, a, b, c, d)                                                                       \
    SWAP(T, a, b);                                                                                 \
    SWAP(T, b, c);                                                                                 \
    SWAP(T, c, d)
#define SINK5(T, a, b, c, d, e)                                                                    \
    SINK4(T, a, b, c, d);                                                                          \
    SWAP(T, d, e)
#define RISE4(T, a, b, c, d)                                                                       \
    SWAP(T, c, d);                                                                                 \
    SWAP(T, b, c);                                                                                 \
    SWAP(T, a, b)
#define RISE5(T, a, b, c, d, e)                                                                    \
    SWAP(T, d, e);                                                                                 \
    RISE4(T, a, b, c, d)
#define SORT5(T, a, b, c, d, e)                                                                    \
    SWAP(T, a, b);                                                                                 \
    SWAP(T, d, e);                                                                                 \
    SWAP(T, c, e);                                                                                 \
    SWAP(T, c, d);                                                                                 \
    SWAP(T, b, e);                                                                                 \
    SWAP(T, a, d);                                                                                 \
    SWAP(T, a, c);                                                                                 \
    SWAP(T, b, d);                                                                                 \
    SWAP(T, b, c)

/* Of a sorted window's samples: a from its first row, and so on. */
#define MEDIAN13(T, a3, a4, b2, b3, b4, c1, c2, c3, d0, d1, d2, e0, e1)                            \
    SWAP(T, a3, b2); /* of eight: a3 the least, b4 the largest */                                  \
    SWAP(T, c1, d0);                                                                               \
    SWAP(T, a3, c1);                                                                               \
    SWAP(T, c3, b4);                                                                               \
    SWAP(T, d2, e1);                                                                               \
    SWAP(T, e1, b4);                                                                               \
    SWAP(T, b2, c1); /* of seven: b2 and c3 */                                                     \
    SWAP(T, d0, e1);                                                                               \
    SWAP(T, c2, c3);                                                                               \
    SWAP(T, b2, d0);                                                                               \
    SWAP(T, b2, c2);                                                                               \
    SWAP(T, b2, d2);                                                                               \
    SWAP(T, c1, c3);                                                                               \
    SWAP(T, e1, c3);                                                                               \
    SWAP(T, d2, c3);                                                                               \
    SWAP(T, c1, d0); /* of six: c1 and e1 */                                                       \
    SWAP(T, c2, d2);                                                                               \
    SWAP(T, b3, e1);                                                                               \
    SWAP(T, c1, c2);                                                                               \
    SWAP(T, c1, b3);                                                                               \
    SWAP(T, d0, e1);                                                                               \
    SWAP(T, d2, e1);                                                                               \
    SWAP(T, d0, c2); /* of five: d0 and d2 */                                                      \
    SWAP(T, b3, d2);                                                                               \
    SWAP(T, d0, b3);                                                                               \
    SWAP(T, d0, d1);                                                                               \
    SWAP(T, c2, d2);                                                                               \
    SWAP(T, d1, d2);                                                                               \
    SWAP(T, c2, b3); /* of four: c2 and a4 */                                                      \
    SWAP(T, d1, a4);                                                                               \
    SWAP(T, c2, d1);                                                                               \
    SWAP(T, b3, a4);                                                                               \
    SWAP3(T, b3, d1, e0)

#define DEFINE(T, NAME)                                                                            \
    COMMON_INLINE void NAME##_columns5(const T *restrict a_, const T *restrict b_,                 \
                                       const T *restrict c_, const T *restrict d_,                 \
                                       const T *restrict e_, int32_t count, T *restrict p,         \
                                       T *restrict q, T *restrict r, T *restrict s, T *restrict t) \
    {                                                                                              \
        for (int32_t x = 0; x < count; x++) {                                                      \
            T a = a_[x], b = b_[x], c = c_[x], d = d_[x], e = e_[x];                               \
            SORT5(T, a, b, c, d, e);                                                               \
            p[x] = a, q[x] = b, r[x] = c, s[x] = d, t[x] = e;                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    COMMON_INLINE void NAME##_windows5(const T *restrict p, const T *restrict q,                   \
                                       const T *restrict r, const T *restrict s,                   \
                                       const T *restrict t, int32_t count, T *restrict out)        \
    {                                                                                              \
        for (int32_t x = 0; x < count; x++) {                                                      \
            T a0 = p[x], a1 = p[x + 1], a2 = p[x + 2], a3 = p[x + 3], a4 = p[x + 4];               \
            T b0 = q[x], b1 = q[x + 1], b2 = q[x + 2], b3 = q[x + 3], b4 = q[x + 4];               \
            T c0 = r[x], c1 = r[x + 1], c2 = r[x + 2], c3 = r[x + 3], c4 = r[x + 4];               \
            T d0 = s[x], d1 = s[x + 1], d2 = s[x + 2], d3 = s[x + 3], d4 = s[x + 4];               \
            T e0 = t[x], e1 = t[x + 1], e2 = t[x + 2], e3 = t[x + 3], e4 = t[x + 4];               \
            SINK5(T, a0, a1, a2, a3, a4);                                                          \
            SINK4(T, a0, a1, a2, a3);                                                              \
            SINK5(T, b0, b1, b2, b3, b4);                                                          \
            SINK4(T, b0, b1, b2, b3);                                                              \
            SWAP(T, b0, b1);                                                                       \
            SWAP(T, b1, b2);                                                                       \
            SORT5(T, c0, c1, c2, c3, c4);                                                          \
            RISE5(T, d0, d1, d2, d3, d4);                                                          \
            RISE4(T, d1, d2, d3, d4);                                                              \
            SWAP(T, d3, d4);                                                                       \
            SWAP(T, d2, d3);                                                                       \
            RISE5(T, e0, e1, e2, e3, e4);                                                          \
            RISE4(T, e1, e2, e3, e4);                                                              \
            MEDIAN13(T, a3, a4, b2, b3, b4, c1, c2, c3, d0, d1, d2, e0, e1);                       \
            out[x] = d1;                                                                           \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    COMMON_INLINE void NAME##_body(const void *const *rows, int32_t width, void *room, void *out)  \
    {                                                                                              \
        int32_t count = width + 4;                                                                 \
        T *p = room, *q = p + count, *r = q + count, *s = r + count, *t = s + count;               \
        NAME##_columns5(rows[0], rows[1], rows[2], rows[3], rows[4], count, p, q, r, s, t);        \
        NAME##_windows5(p, q, r, s, t, width, out);                                                \
    }                                                                                              \
                                                                                                   \
    COMMON_AVX2 static void NAME##_avx2(const void *const *rows, int32_t width, void *room,        \
                                        void *out)                                                 \
    {                                                                                              \
        NAME##_body(rows, width, room, out);                                                       \
    }                                                                                              \
                                                                                                   \
    static void NAME(const void *const *rows, int32_t width, void *room, void *out)                \
    {                                                                                              \
        (common_cpu_avx2() ? NAME##_avx2 : NAME##_body)(rows, width, room, out);                   \
    }

DEFINE(uint8_t, net_u8)
DEFINE(uint16_t, net_u16)
DEFINE(float, net_f32)

void filter_median_net(const void *const *rows, uint32_t dtype, int32_t width, void *room,
                       void *out)
{
    if (dtype == SEG_U8)
        net_u8(rows, width, room, out);
    else if (dtype == SEG_U16)
        net_u16(rows, width, room, out);
    else
        net_f32(rows, width, room, out);
}
