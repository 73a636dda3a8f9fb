/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measures where no reference says: matching against enumeration, distances against all pairs,
 * hostile run lengths, significance against tables. */
#include "eval/assign.h"
#include "eval/boundary.h"
#include "eval/consensus.h"
#include "eval/nearest.h"
#include "eval/rle.h"
#include "eval/stats.h"

#include <criterion/criterion.h>
#include <math.h>
#include <segkit/plugin.h>
#include <string.h>

/* The best sum over all ways to match the lefts from `left` on. */
static double enumerate(const struct segi_edge *edges, size_t count, uint32_t left, uint32_t lefts,
                        unsigned used)
{
    if (left == lefts)
        return 0;
    double best = enumerate(edges, count, left + 1, lefts, used);
    for (size_t e = 0; e < count; e++)
        if (edges[e].left == left && !(used >> edges[e].right & 1))
            best = fmax(best, edges[e].weight + enumerate(edges, count, left + 1, lefts,
                                                          used | 1u << edges[e].right));
    return best;
}

Test(eval, assigns_the_best)
{
    uint64_t state = 1;
    for (int round = 0; round < 300; round++) {
        struct segi_edge edges[36];
        uint32_t matched[6];
        size_t count = 0;
        for (uint32_t l = 0; l < 6; l++)
            for (uint32_t r = 0; r < 6; r++)
                if (segi_random(&state) % 2)
                    edges[count++] = (struct segi_edge){l, r, 0.01 + segi_random_unit(&state)};
        cr_assert_eq(segi_assign(edges, count, 6, 6, matched), SEG_OK);
        double sum = 0;
        unsigned used = 0;
        for (uint32_t l = 0; l < 6; l++)
            if (matched[l] != SEGI_UNMATCHED) {
                cr_assert_eq(edges[matched[l]].left, l);
                cr_assert(!(used >> edges[matched[l]].right & 1));
                used |= 1u << edges[matched[l]].right;
                sum += edges[matched[l]].weight;
            }
        cr_assert_float_eq(sum, enumerate(edges, count, 0, 6, 0), 1e-9);
    }
}

Test(eval, finds_the_nearest)
{
    uint64_t state = 2;
    for (int round = 0; round < 200; round++) {
        const int32_t w = 1 + (int32_t)(segi_random(&state) % 23),
                      h = 1 + (int32_t)(segi_random(&state) % 17);
        const double spacing[2] = {0.5 + segi_random_unit(&state), 0.5 + segi_random_unit(&state)};
        const uint64_t rare = 1 + segi_random(&state) % 60;
        uint8_t from[400], to[400];
        double out[400];
        for (int32_t i = 0; i < w * h; i++) {
            from[i] = segi_random(&state) % 3 == 0;
            to[i] = segi_random(&state) % rare == 0;
        }
        cr_assert_eq(segi_nearest(round % 2 ? from : NULL, to, w, h, spacing, out), SEG_OK);
        size_t k = 0;
        for (int32_t i = 0; i < w * h; i++) {
            if (round % 2 && !from[i])
                continue;
            double best = HUGE_VAL;
            for (int32_t j = 0; j < w * h; j++)
                if (to[j])
                    best = fmin(best,
                                hypot((i / w - j / w) * spacing[0], (i % w - j % w) * spacing[1]));
            cr_assert((isinf(best) && isinf(out[k])) || fabs(best - out[k]) < 1e-9);
            k++;
        }
    }
}

Test(eval, refuses_run_lengths_that_are_none)
{
    static const char *const bad[] = {"", "o", "ooooooooooooooooo", "1 2", "\x7f", "P0", "0"};
    struct segi_rle rle;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_neq(segi_rle_from_text(&rle, bad[i], strlen(bad[i]), 5, 5), SEG_OK, "%s", bad[i]);
    const uint32_t counts[] = {20, 4};
    cr_assert_eq(segi_rle_from_counts(&rle, counts, 2, 5, 5), SEG_INVALID);
    cr_assert_eq(segi_rle_from_counts(&rle, counts, 2, 0, 5), SEG_INVALID);
    cr_assert_eq(segi_rle_from_counts(&rle, counts, 2, INT32_MAX, INT32_MAX), SEG_LIMIT);
    const double far[] = {0, 0, 1e12, 0, 0, 5}, nan[] = {0, 0, NAN, 0, 0, 5};
    cr_assert_eq(segi_rle_from_polygon(&rle, far, 3, 5, 5), SEG_LIMIT);
    cr_assert_eq(segi_rle_from_polygon(&rle, nan, 3, 5, 5), SEG_INVALID);
    cr_assert_eq(segi_rle_from_polygon(&rle, far, 2, 5, 5), SEG_INVALID);
}

Test(eval, any_polygon_makes_a_whole_mask)
{
    uint64_t state = 3;
    for (int round = 0; round < 2000; round++) {
        double xy[20];
        struct segi_rle rle;
        const size_t points = 3 + segi_random(&state) % 8;
        for (size_t i = 0; i < 2 * points; i++)
            xy[i] = rint(segi_random_unit(&state) * 400 - 150) / (round % 2 ? 10 : 5);
        cr_assert_eq(segi_rle_from_polygon(&rle, xy, points, 13, 11), SEG_OK);
        segi_rle_free(&rle);
    }
}

/* By the tables of the test: 8 pairs, rank sum 3: p = 0.0390625. */
Test(eval, wilcoxon_is_exact)
{
    const double a[] = {1, 2, 3, 4, 5, 6, 7, 8}, b[] = {0, 4, 0, 0, 0, 0, 0, 0};
    const double c[] = {1.5, 0, 0, 0, 0, 0, 0, 0};
    double p;
    cr_assert_eq(segi_wilcoxon(a, c, 8, &p), SEG_OK);
    cr_assert_float_eq(p, 0.015625, 1e-9);
    cr_assert_eq(segi_wilcoxon(a, a, 8, &p), SEG_OK);
    cr_assert_eq(p, 1);
    cr_assert_eq(segi_wilcoxon(a, b, 8, &p), SEG_OK);
    cr_assert(p > 0.01 && p < 0.06);
    double list[] = {0.01, 0.04, (double)NAN, 0.03};
    cr_assert_eq(segi_holm(list, 4), SEG_OK);
    cr_assert_float_eq(list[0], 0.03, 1e-12);
    cr_assert_float_eq(list[3], 0.06, 1e-12);
    cr_assert_float_eq(list[1], 0.06, 1e-12);
}

Test(eval, staple_trusts_those_that_agree)
{
    const uint8_t a[] = {1, 1, 1, 0, 0, 0, 0, 0}, b[] = {1, 1, 1, 0, 0, 0, 0, 0};
    const uint8_t c[] = {0, 0, 0, 1, 1, 1, 1, 1};
    const uint8_t *masks[] = {a, b, c};
    struct segi_rater raters[3];
    uint8_t fused[8];
    cr_assert_eq(segi_staple(masks, 3, 8, -1, raters, NULL, fused), SEG_OK);
    cr_assert_arr_eq(fused, a, 8);
    cr_assert(raters[0].sensitivity > 0.9 && raters[2].sensitivity < 0.1);
}
