/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maps samples, by tables where they are integers. */
#include "map.h"

#include "common/sample.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct map {
    const struct seg_view *in, *out;
    int32_t plane;
    filter_mapping mapping;
    const void *arg;
    struct seg_view table; /* one row, of the type of the output */
    float *room;           /* a row for each worker where there is no table */
};

#define LOOK_UP(IN, OUT)                                                                           \
    do {                                                                                           \
        const IN *restrict samples_ = from;                                                        \
        const OUT *restrict table_ = table;                                                        \
        OUT *restrict results_ = to;                                                               \
        for (size_t x_ = 0; x_ < width; x_++)                                                      \
            results_[x_] = table_[samples_[x_]];                                                   \
    } while (0)

static void look_up(const void *table, const void *from, size_t in, void *to, size_t out,
                    size_t width)
{
    switch (10 * in + out) { /* bytes of a sample */
    case 11:
        LOOK_UP(uint8_t, uint8_t);
        break;
    case 12:
        LOOK_UP(uint8_t, uint16_t);
        break;
    case 14:
        LOOK_UP(uint8_t, float);
        break;
    case 21:
        LOOK_UP(uint16_t, uint8_t);
        break;
    case 22:
        LOOK_UP(uint16_t, uint16_t);
        break;
    default:
        LOOK_UP(uint16_t, float);
    }
}

static int map_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct map *map = arg;
    const size_t width = (size_t)map->in->width;
    for (size_t y = begin; y < end; y++) {
        if (map->table.data) {
            look_up(map->table.data, seg_row(map->in, map->plane, (int32_t)y),
                    seg_dtype_size(map->in->dtype), seg_row(map->out, map->plane, (int32_t)y),
                    seg_dtype_size(map->out->dtype), width);
            continue;
        }
        float *row = map->room + worker * width;
        common_floats(map->in, map->plane, (int32_t)y, 0, width, row);
        map->mapping(map->arg, row, width);
        common_store(map->out, map->plane, (int32_t)y, row, width);
    }
    return SEG_OK;
}

static int make_table(const struct common_env *env, struct map *map)
{
    const size_t count = map->in->dtype == SEG_U8 ? 256 : 65536;
    float *values;
    map->table = *map->out;
    map->table.data = env->host->scratch(env->call, count, seg_dtype_size(map->out->dtype));
    if (!map->table.data || !COMMON_SCRATCH(env, values, count))
        return common_nomem(env);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)i;
    map->mapping(map->arg, values, count);
    common_store(&map->table, 0, 0, values, count);
    return SEG_OK;
}

int filter_map(const struct common_env *env, const struct seg_view *in, const struct seg_view *out,
               int32_t plane, filter_mapping mapping, const void *arg)
{
    struct map map = {.in = in, .out = out, .plane = plane, .mapping = mapping, .arg = arg};
    const size_t width = (size_t)in->width;
    if (in->dtype == SEG_F32)
        map.room =
            env->host->scratch(env->call, env->host->workers(env->call), width * sizeof *map.room);
    else if (make_table(env, &map))
        return SEG_NOMEM;
    if (!map.room && !map.table.data)
        return common_nomem(env);
    return common_parallel(env, (size_t)in->height, common_grain(in->width), map_rows, &map);
}

/* -- sorted samples --------------------------------------------------------------------------- */

#define DIGIT  11
#define DIGITS (1 << DIGIT)

/* Floats in order of their bits: negative ones have all bits turned, others the sign. */
static uint32_t to_key(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 31 ? ~bits : bits | 0x80000000U;
}

static float from_key(uint32_t key)
{
    const uint32_t bits = key >> 31 ? key & 0x7fffffffU : ~key;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void sort_digit(const uint32_t *from, uint32_t *to, size_t count, unsigned shift,
                       size_t *place)
{
    memset(place, 0, (DIGITS + 1) * sizeof *place);
    for (size_t i = 0; i < count; i++)
        place[(from[i] >> shift & (DIGITS - 1)) + 1]++;
    for (size_t k = 0; k < DIGITS; k++)
        place[k + 1] += place[k];
    for (size_t i = 0; i < count; i++)
        to[place[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

int filter_sort(const struct common_env *env, const struct seg_view *view, int32_t plane,
                int32_t planes, struct filter_sorted *sorted)
{
    const size_t rows = (size_t)planes * (size_t)view->height, width = (size_t)view->width;
    uint32_t *keys = env->host->scratch(env->call, rows, width * sizeof *keys);
    uint32_t *other = env->host->scratch(env->call, rows, width * sizeof *other);
    size_t *place;
    float *row;
    *sorted = (struct filter_sorted){0};
    sorted->values = env->host->scratch(env->call, rows, width * sizeof *sorted->values);
    if (!keys || !other || !sorted->values || !COMMON_SCRATCH(env, place, DIGITS + 1) ||
        !COMMON_SCRATCH(env, row, width))
        return common_nomem(env);
    for (size_t i = 0; i < rows; i++) {
        common_floats(view, plane + (int32_t)(i / (size_t)view->height),
                      (int32_t)(i % (size_t)view->height), 0, width, row);
        for (size_t x = 0; x < width; x++)
            if (fabsf(row[x]) <= FLT_MAX)
                keys[sorted->count++] = to_key(row[x]);
    }
    sort_digit(keys, other, sorted->count, 0, place);
    sort_digit(other, keys, sorted->count, DIGIT, place);
    sort_digit(keys, other, sorted->count, 2 * DIGIT, place);
    for (size_t i = 0; i < sorted->count; i++)
        sorted->values[i] = from_key(other[i]);
    return SEG_OK;
}
