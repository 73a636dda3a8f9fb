/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* As distance.c, for many labels at once: along a column the distance to the next change of label,
 * and then each run of one label along a row by itself. The pixels beside a run are of another
 * label, and whatever is beyond them is farther away than they are. */
#include "region_distance.h"

#include "cpu.h"
#include "distance.h"
#include "distance_row.h"

#include <math.h>
#include <string.h>

#define STRIP 256 /* columns that are done at a time */

struct regions {
    struct seg_view labels, distance; /* column distances pass through `distance`, as integers */
    int32_t *columns;                 /* for each worker: a run and what is on both its sides */
    float *out;
    char *room;
    size_t columns_room, row_room;
    float far;
};

static int do_columns(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct regions *r = arg;
    int32_t height = r->labels.height, width = r->labels.width;
    for (size_t strip = begin; strip < end; strip++) {
        int32_t first = (int32_t)strip * STRIP,
                last = first + STRIP < width ? first + STRIP : width;
        for (int32_t x = first; x < last; x++)
            ((int32_t *)seg_row(&r->distance, 0, 0))[x] = COMMON_FAR;
        for (int32_t y = 1; y < height; y++) {
            const int32_t *above = seg_row(&r->labels, 0, y - 1), *row = seg_row(&r->labels, 0, y);
            const int32_t *before = seg_row(&r->distance, 0, y - 1);
            int32_t *column = seg_row(&r->distance, 0, y);
            for (int32_t x = first; x < last; x++)
                column[x] = row[x] != above[x]       ? 1
                            : before[x] < COMMON_FAR ? before[x] + 1
                                                     : COMMON_FAR;
        }
        for (int32_t y = height - 2; y >= 0; y--) {
            const int32_t *row = seg_row(&r->labels, 0, y), *below = seg_row(&r->labels, 0, y + 1);
            const int32_t *after = seg_row(&r->distance, 0, y + 1);
            int32_t *column = seg_row(&r->distance, 0, y);
            for (int32_t x = first; x < last; x++) {
                int32_t up = row[x] != below[x] ? 1 : after[x] + 1;
                column[x] = up < column[x] ? up : column[x];
            }
        }
    }
    return SEG_OK;
}

static int do_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct regions *r = arg;
    bool avx2 = common_cpu_avx2();
    int32_t width = r->labels.width;
    int32_t *run = r->columns + worker * r->columns_room;
    float *out = r->out + worker * r->columns_room;
    void *room = r->room + worker * r->row_room;
    for (size_t y = begin; y < end; y++) {
        const int32_t *labels = seg_row(&r->labels, 0, (int32_t)y);
        float *distance = seg_row(&r->distance, 0, (int32_t)y);
        for (int32_t x = 0, next; x < width; x = next) {
            size_t count = 0, skip = x > 0;
            if (skip)
                run[count++] = 0;
            for (next = x; next < width && labels[next] == labels[x]; next++)
                memcpy(&run[count++], &distance[next], sizeof *run);
            if (next < width)
                run[count++] = 0;
            common_distance_row(run, count, COMMON_EUCLIDEAN, r->far, out, room, avx2);
            memcpy(distance + x, out + skip, (size_t)(next - x) * sizeof *out);
        }
    }
    return SEG_OK;
}

int common_region_distance(const struct common_env *env, const struct seg_view *labels,
                           const struct seg_view *distance)
{
    size_t width = (size_t)labels->width, workers = env->host->workers(env->call);
    struct regions r = {.labels = *labels,
                        .distance = *distance,
                        .columns_room = (width + 2 + 15) / 16 * 16,
                        .row_room = common_distance_room(width + 2),
                        .far = (float)hypot((double)width, (double)labels->height)};
    if (!COMMON_SCRATCH(env, r.columns, workers * r.columns_room) ||
        !COMMON_SCRATCH(env, r.out, workers * r.columns_room) ||
        !COMMON_SCRATCH(env, r.room, workers * r.row_room))
        return common_nomem(env);
    int status = common_parallel(env, (width + STRIP - 1) / STRIP, 1, do_columns, &r);
    return status ? status
                  : common_parallel(env, (size_t)labels->height, common_grain(labels->width),
                                    do_rows, &r);
}

float *common_region_depth(const struct common_env *env, const struct seg_view *labels,
                           const struct common_ids *ids, const struct seg_view *distance)
{
    float *depth;
    size_t places = (size_t)ids->count + 1;
    if (!COMMON_SCRATCH(env, depth, places))
        return NULL;
    memset(depth, 0, places * sizeof *depth);
    for (int32_t y = 0; y < labels->height; y++) {
        const int32_t *label = seg_row(labels, 0, y);
        const float *row = seg_row(distance, 0, y);
        for (int32_t x = 0; x < labels->width; x++) {
            float *deepest = &depth[common_ids_place(ids, label[x])];
            *deepest = row[x] > *deepest ? row[x] : *deepest;
        }
    }
    return depth;
}
