/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rough segmentations of a picture with clear edges. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static seg_layer *labels(const char *rows)
{
    return stage_layer(SEG_LABELS, SEG_I32, rows);
}

static double step(int32_t x, int32_t y)
{
    (void)y;
    return x < 20 ? 40 : 200;
}

static double rough(int32_t x, int32_t y)
{
    return x + (y * 7) % 5 - 2 >= 20;
}

static double exact(int32_t x, int32_t y)
{
    return step(x, y) > 100;
}

/* How many pixels of a result differ from where the step is. */
static int wrong(const char *words, enum seg_kind kind, enum seg_dtype dtype, int32_t tolerance)
{
    struct seg_view view = SEG_VIEW;
    struct seg_error err;
    int count = 0;
    seg_layer *layer = stage_run(words, stage_filled(SEG_IMAGE, SEG_U8, 40, 30, step),
                                 stage_filled(kind, dtype, 40, 30, rough), 1);
    if (!layer || seg_layer_view(layer, &view, &err)) {
        fprintf(stderr, "%s: %s\n", words, stage_why());
        return -1;
    }
    for (int32_t y = 0; y < 30; y++)
        for (int32_t x = 0; x < 40; x++) {
            const void *row = seg_row(&view, 0, y);
            int32_t label =
                view.dtype == SEG_U8 ? ((const uint8_t *)row)[x] : ((const int32_t *)row)[x];
            count += abs(x - 20) >= tolerance && label != (int32_t)exact(x, y);
        }
    seg_layer_unref(layer);
    return count;
}

Test(refine, finds_the_edge)
{
    cr_expect_eq(wrong("refine.dense_crf scores=extra", SEG_MASK, SEG_U8, 0), 0);
    cr_expect_eq(wrong("refine.dense_crf scores=extra", SEG_LABELS, SEG_I32, 0), 0);
    cr_expect_eq(wrong("refine.snap labels=extra image=input", SEG_MASK, SEG_U8, 1), 0);
    cr_expect_eq(wrong("refine.snap labels=extra image=input", SEG_LABELS, SEG_I32, 1), 0);
    cr_expect_eq(wrong("refine.guided alpha=extra image=input radius=8", SEG_MASK, SEG_U8, 0), 0);
}

Test(refine, a_vote_in_each_superpixel)
{
    cr_expect(stage_is(stage_run("refine.majority superpixels=extra labels=input", labels("112300"),
                                 labels("111000"), 1),
                       "111300"));
    cr_expect(stage_is(stage_run("refine.majority superpixels=extra labels=input", labels("210700"),
                                 labels("119990"), 1),
                       "110000"));
    cr_expect(stage_is(stage_run("refine.majority superpixels=extra labels=input share=0.7",
                                 labels("110222"), labels("111444"), 1),
                       "110222"));
    cr_expect(stage_is(stage_run("refine.majority superpixels=extra labels=input",
                                 stage_layer(SEG_MASK, SEG_U8, "1101"), labels("2222"), 1),
                       "1111"));
    cr_expect(stage_is(stage_run("refine.majority superpixels=extra labels=input", labels("5-5"),
                                 labels("222"), 1),
                       "5-5"));
}

static double nothing(int32_t x, int32_t y)
{
    return (x + y) % 3 ? (double)NAN : (double)INFINITY;
}

static double ends(int32_t x, int32_t y)
{
    return (x + y) % 2 ? 65535 : 0;
}

Test(refine, stands_any_image)
{
    static const char *const words[] = {"refine.dense_crf scores=extra",
                                        "refine.snap labels=extra image=input",
                                        "refine.guided alpha=extra image=input",
                                        "refine.guided alpha=extra image=input radius=300"};
    static const int32_t sizes[][2] = {{1, 1}, {1, 50}, {50, 1}, {4096, 3}};
    for (size_t i = 0; i < SEG_COUNT(words); i++)
        for (size_t k = 0; k < SEG_COUNT(sizes); k++)
            for (int threads = 1; threads < 4; threads += 2) {
                int32_t width = sizes[k][0], height = sizes[k][1];
                seg_layer *a =
                    stage_run(words[i], stage_filled(SEG_IMAGE, SEG_F32, width, height, nothing),
                              stage_filled(SEG_MASK, SEG_U8, width, height, rough), 1);
                cr_expect(a, "%s on %d x %d: %s", words[i], width, height, stage_why());
                seg_layer_unref(a);
                a = stage_run(words[i], stage_filled(SEG_IMAGE, SEG_U16, width, height, ends),
                              stage_filled(SEG_MASK, SEG_U8, width, height, rough), 1);
                cr_expect(
                    stage_same(a, stage_run(words[i],
                                            stage_filled(SEG_IMAGE, SEG_U16, width, height, ends),
                                            stage_filled(SEG_MASK, SEG_U8, width, height, rough),
                                            (unsigned)threads)),
                    "%s on %d x %d", words[i], width, height);
            }
}
