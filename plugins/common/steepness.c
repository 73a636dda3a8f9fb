/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each row is read three times, which costs less than to keep rows for several threads. */
#include "steepness.h"

#include "cpu.h"
#include "sample.h"

#include <math.h>
#include <string.h>

struct steep {
    struct seg_view image, relief;
    float *rows; /* of each worker: three, each with a column on both sides */
    size_t length;
};

/* Row `y`, or the nearest there is, with its ends repeated; returns its first pixel. */
static const float *read_row(const struct steep *steep, int32_t plane, int32_t y, float *row)
{
    int32_t width = steep->image.width, last = steep->image.height - 1;
    row++;
    common_floats(&steep->image, plane, y < 0 ? 0 : y > last ? last : y, 0, (size_t)width, row);
    for (int32_t x = 0; x < width; x++)
        row[x] = fabsf(row[x]) < 1e15f ? row[x] : 0;
    row[-1] = row[0];
    row[width] = row[width - 1];
    return row;
}

COMMON_INLINE void add_row(const float *restrict above, const float *restrict row,
                           const float *restrict below, float *restrict sum, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        float dx = row[x + 1] - row[x - 1], dy = below[x] - above[x];
        sum[x] += dx * dx + dy * dy;
    }
}

COMMON_AVX2 static void add_row_avx2(const float *above, const float *row, const float *below,
                                     float *sum, int32_t width)
{
    add_row(above, row, below, sum, width);
}

static int steep_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct steep *steep = arg;
    int32_t width = steep->image.width;
    bool avx2 = common_cpu_avx2();
    float *room = steep->rows + worker * 3 * steep->length;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        float *sum = seg_row(&steep->relief, 0, y);
        memset(sum, 0, (size_t)width * sizeof *sum);
        for (int32_t k = 0; k < steep->image.planes; k++) {
            const float *rows[3];
            for (int32_t i = 0; i < 3; i++)
                rows[i] = read_row(steep, k, y - 1 + i, room + (size_t)i * steep->length);
            (avx2 ? add_row_avx2 : add_row)(rows[0], rows[1], rows[2], sum, width);
        }
        for (int32_t x = 0; x < width; x++)
            sum[x] = sqrtf(sum[x]);
    }
    return SEG_OK;
}

int common_steepness(const struct common_env *env, const struct seg_view *image,
                     const struct seg_view *relief)
{
    struct steep steep = {.image = *image, .relief = *relief, .length = (size_t)image->width + 2};
    if (!COMMON_SCRATCH(env, steep.rows, 3 * steep.length * env->host->workers(env->call)))
        return common_nomem(env);
    return common_parallel(env, (size_t)image->height, common_grain(image->width), steep_rows,
                           &steep);
}
