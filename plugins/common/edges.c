/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds edges of the grid and sorts them.
 *
 * An edge is one number: the bits of its difference, which as a float that is not negative sorts as
 * an integer, above the number of its first pixel and its direction. */
#include "edges.h"

#include "choices.h"
#include "cpu.h"
#include "forest.h"

#include <string.h>

enum {
    DIRECTIONS = 4, /* right, below, below to the right and to the left */
    DIGIT = 11,     /* bits sorted by at a time */
    DIGITS = 1 << DIGIT,
    PIECES = 16 /* parts that are sorted in parallel, a fixed number */
};

struct sort {
    uint64_t *from, *to;
    size_t count;
    int shift;
    size_t (*place)[DIGITS]; /* by piece: how many have a digit, then where the next one goes */
};

struct build {
    const struct common_features *features;
    const struct common_edges *edges;
    int32_t directions;
    int measure;
    float *row; /* the differences of one row and direction, for each worker */
};

COMMON_INLINE void differ(const struct common_features *f, const float *a, const float *b,
                          size_t count, int measure, float *restrict out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = 0;
    for (int32_t k = 0; k < f->channels; k++, a += f->stride, b += f->stride)
        for (size_t i = 0; i < count; i++) {
            float d = a[i] - b[i], size = d < 0 ? -d : d;
            out[i] = measure == COMMON_SQUARES ? out[i] + d * d : size > out[i] ? size : out[i];
        }
}

COMMON_INLINE void pack(const float *restrict differences, size_t count, uint32_t first,
                        uint64_t *restrict to)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &differences[i], sizeof bits);
        to[i] = (uint64_t)bits << 32 | (first + 4 * (uint32_t)i);
    }
}

/* The edges of one row to the right and below; those of all rows before take the same room. */
COMMON_INLINE void build_row(const struct build *build, size_t y, float *differences)
{
    const struct common_features *f = build->features;
    size_t width = (size_t)f->width, each = (size_t)build->directions * width;
    each -= build->directions == DIRECTIONS ? 3 : 1;
    uint64_t *to = build->edges->list + y * each;
    for (int32_t k = 0; k < build->directions; k++) {
        if (k > 0 && y + 1 == (size_t)f->height)
            return;
        size_t skip = k == 3, count = k == 1 ? width : width - 1;
        size_t at = y * width + skip;
        const float *a = f->data + at, *b = a + build->edges->step[k];
        if (build->measure == COMMON_SQUARES)
            differ(f, a, b, count, COMMON_SQUARES, differences);
        else
            differ(f, a, b, count, COMMON_LARGEST, differences);
        pack(differences, count, (uint32_t)(4 * at) + (uint32_t)k, to);
        to += count;
    }
}

COMMON_AVX2 static void build_row_avx2(const struct build *build, size_t y, float *differences)
{
    build_row(build, y, differences);
}

static int build_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct build *build = arg;
    float *differences = build->row + (size_t)worker * (size_t)build->features->width;
    for (size_t y = begin; y < end; y++)
        if (common_cpu_avx2())
            build_row_avx2(build, y, differences);
        else
            build_row(build, y, differences);
    return SEG_OK;
}

static size_t piece_begin(const struct sort *sort, size_t piece)
{
    return sort->count / PIECES * piece + (piece == PIECES ? sort->count % PIECES : 0);
}

static int count_digits(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct sort *sort = arg;
    (void)worker;
    for (size_t piece = begin; piece < end; piece++) {
        size_t *count = sort->place[piece], last = piece_begin(sort, piece + 1);
        memset(count, 0, sizeof sort->place[piece]);
        for (size_t i = piece_begin(sort, piece); i < last; i++)
            count[sort->from[i] >> sort->shift & (DIGITS - 1)]++;
    }
    return SEG_OK;
}

static int move_items(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct sort *sort = arg;
    (void)worker;
    for (size_t piece = begin; piece < end; piece++) {
        size_t *place = sort->place[piece], last = piece_begin(sort, piece + 1);
        for (size_t i = piece_begin(sort, piece); i < last; i++)
            sort->to[place[sort->from[i] >> sort->shift & (DIGITS - 1)]++] = sort->from[i];
    }
    return SEG_OK;
}

/* Sorts by the upper half of the numbers, from the lowest digit to the highest; what is equal keeps
 * its order. The result is in `from`. */
static int sort_items(const struct common_env *env, struct sort *sort)
{
    int status = SEG_OK;
    for (sort->shift = 32; sort->shift < 64 && !status; sort->shift += DIGIT) {
        status = common_parallel(env, PIECES, 1, count_digits, sort);
        size_t sum = 0, most = 0;
        for (size_t digit = 0; digit < DIGITS && !status; digit++) {
            size_t before = sum;
            for (size_t piece = 0; piece < PIECES; piece++) {
                size_t count = sort->place[piece][digit];
                sort->place[piece][digit] = sum;
                sum += count;
            }
            most = sum - before > most ? sum - before : most;
        }
        if (status || most == sort->count) /* all have one digit */
            continue;
        status = common_parallel(env, PIECES, 1, move_items, sort);
        uint64_t *sorted = sort->to;
        sort->to = sort->from;
        sort->from = sorted;
    }
    return status;
}

int common_edges(const struct common_env *env, const struct common_features *features,
                 int32_t connectivity, int measure, struct common_edges *edges)
{
    size_t width = (size_t)features->width, height = (size_t)features->height;
    struct build build = {.features = features, .edges = edges, .measure = measure};
    struct sort sort = {0};
    build.directions = connectivity == COMMON_EIGHT ? DIRECTIONS : DIRECTIONS / 2;
    if (width > ((size_t)1 << 30) / height)
        return env->host->fail(env->call, SEG_LIMIT, "%zu pixels are too many; at most %d fit",
                               width * height, 1 << 30);
    *edges = (struct common_edges){
        .step = {1, (uint32_t)width, (uint32_t)width + 1, (uint32_t)width - 1}};
    edges->count = (width - 1) * height + width * (height - 1);
    if (build.directions == DIRECTIONS)
        edges->count += 2 * (width - 1) * (height - 1);
    if (!COMMON_SCRATCH(env, edges->list, edges->count + 1) ||
        !COMMON_SCRATCH(env, sort.to, edges->count + 1) ||
        !COMMON_SCRATCH(env, sort.place, PIECES) ||
        !COMMON_SCRATCH(env, build.row, (size_t)env->host->workers(env->call) * width))
        return common_nomem(env);
    int status = common_parallel(env, height, common_grain(features->width), build_rows, &build);
    sort.from = edges->list;
    sort.count = edges->count;
    if (!status)
        status = sort_items(env, &sort);
    edges->list = sort.from;
    return status;
}

void common_edges_join_small(const struct common_edges *edges, int32_t *link, int32_t least)
{
    uint32_t a, b;
    for (size_t i = 0; i < edges->count; i++) {
        common_edge_ends(edges, edges->list[i], &a, &b);
        a = common_root(link, a);
        b = common_root(link, b);
        if (a != b && (-link[a] < least || -link[b] < least))
            common_join(link, a, b);
    }
}
