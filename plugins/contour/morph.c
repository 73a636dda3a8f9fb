/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Marquez-Neila, Baumela and Alvarez, A morphological approach to curvature-based evolution of
 * curves and surfaces, IEEE Transactions on Pattern Analysis and Machine Intelligence 36 (1), 2014:
 * curves move by erosions and dilations with short line segments. */
#include "morph.h"

#include "common/cpu.h"

#include <math.h>
#include <string.h>

static int raster(const struct common_env *env, const struct seg_view *like, struct seg_view *view)
{
    size_t stride = ((size_t)like->width + 2 + 63) / 64 * 64;
    uint8_t *memory;
    if (!COMMON_SCRATCH(env, memory, stride * ((size_t)like->height + 2)))
        return common_nomem(env);
    memset(memory, 0, stride * ((size_t)like->height + 2));
    *view = *like;
    view->kind = SEG_MASK;
    view->dtype = SEG_U8;
    view->planes = 1;
    view->row_stride = (ptrdiff_t)stride;
    view->data = memory + stride + 1;
    return SEG_OK;
}

int contour_begin(struct contour_morph *morph, const struct common_env *env,
                  const struct seg_view *like, const struct seg_view *mask, int32_t start)
{
    *morph = (struct contour_morph){.env = env};
    int status = raster(env, like, &morph->object);
    if (!status)
        status = raster(env, like, &morph->spare);
    if (status)
        return status;
    int32_t width = like->width, height = like->height;
    double radius = (width < height ? width : height) * 3.0 / 8;
    for (int32_t y = 0; y < height; y++) {
        uint8_t *row = seg_row(&morph->object, 0, y);
        if (mask)
            memcpy(row, seg_row(mask, 0, y), (size_t)width);
        for (int32_t x = 0; x < width && !mask; x++)
            row[x] = start == CONTOUR_CHECKERBOARD ? ((x / 5) ^ (y / 5)) & 1
                                                   : hypot(x - width / 2, y - height / 2) < radius;
    }
    return SEG_OK;
}

/* Least of a, b and c, or where they are `most`, the largest. Bytes of 0 and 1. */
#define OF_LINE(a, b, c) (most ? (a) | (b) | (c) : (a) & (b) & (c))

/* From the four lines through each pixel: the largest of their least values, or the other way. */
COMMON_INLINE void lines_row(const uint8_t *restrict above, const uint8_t *restrict row,
                             const uint8_t *restrict below, uint8_t *restrict to, int32_t width,
                             bool most)
{
    for (int32_t x = 0; x < width; x++) {
        int down = OF_LINE(above[x], row[x], below[x]),
            along = OF_LINE(row[x - 1], row[x], row[x + 1]);
        int falling = OF_LINE(above[x - 1], row[x], below[x + 1]);
        int rising = OF_LINE(above[x + 1], row[x], below[x - 1]);
        to[x] = (uint8_t)(most ? down & along & falling & rising : down | along | falling | rising);
    }
}

COMMON_AVX2 static void lines_row_avx2(const uint8_t *above, const uint8_t *row,
                                       const uint8_t *below, uint8_t *to, int32_t width, bool most)
{
    if (most)
        lines_row(above, row, below, to, width, true);
    else
        lines_row(above, row, below, to, width, false);
}

struct lines {
    const struct contour_morph *morph;
    bool most;
};

static int lines_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct lines *lines = arg;
    ptrdiff_t stride = lines->morph->object.row_stride;
    for (size_t y = begin; y < end; y++) {
        const uint8_t *row = seg_row(&lines->morph->object, 0, (int32_t)y);
        uint8_t *to = seg_row(&lines->morph->spare, 0, (int32_t)y);
        (common_cpu_avx2() ? lines_row_avx2 : lines_row)(row - stride, row, row + stride, to,
                                                         lines->morph->object.width, lines->most);
    }
    return SEG_OK;
}

int contour_smooth(struct contour_morph *morph)
{
    int status = SEG_OK;
    for (int i = 0; i < 2 && !status; i++) {
        struct lines lines = {morph, (i == 0) != morph->turn};
        status = common_parallel(morph->env, (size_t)morph->object.height,
                                 common_grain(morph->object.width), lines_rows, &lines);
        contour_swap(morph);
    }
    morph->turn = !morph->turn;
    return status;
}

int contour_end(const struct contour_morph *morph, const struct seg_view *mask)
{
    uint64_t area = 0;
    for (int32_t y = 0; y < mask->height; y++) {
        uint8_t *row = seg_row(mask, 0, y);
        memcpy(row, seg_row(&morph->object, 0, y), (size_t)mask->width);
        for (int32_t x = 0; x < mask->width; x++)
            area += row[x];
    }
    return morph->env->host->value(morph->env->call, "area", (double)area);
}
