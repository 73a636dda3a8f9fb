/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Joins, numbers, measures and paints the connected components of runs. */
#include "cpu.h"
#include "runs.h"

#define STRIP 128 /* rows that one body joins; the seams between strips are joined afterwards */

struct join {
    struct common_runs *runs;
    int32_t reach; /* 1: corners touch too */
};

/* `label` serves as the forest: a run's parent, never a later run. */
static int32_t find(int32_t *parent, int32_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* Joins the runs of row y with those above. `fresh`: the row's runs have no parent yet. */
COMMON_INLINE void join_row_body(const struct join *join, size_t y, bool fresh, bool values)
{
    const struct common_runs *runs = join->runs;
    const int32_t *edge = runs->edge;
    int32_t *parent = runs->label;
    uint32_t above = runs->row[y - 1], end = runs->row[y];
    for (uint32_t i = end; i < runs->row[y + 1]; i++) {
        int32_t left = edge[2 * (size_t)i] - join->reach;
        int32_t right = edge[2 * (size_t)i + 1] + join->reach;
        int32_t root = fresh ? -1 : find(parent, (int32_t)i);
        while (above < end && edge[2 * (size_t)above + 1] <= left)
            above++;
        for (uint32_t j = above; j < end && edge[2 * (size_t)j] < right; j++) {
            if (values && runs->value[i] != runs->value[j])
                continue;
            int32_t other = find(parent, (int32_t)j);
            if (root < 0 || other < root) {
                if (root >= 0)
                    parent[root] = other;
                root = other;
            } else {
                parent[other] = root;
            }
        }
        if (fresh)
            parent[i] = root < 0 ? (int32_t)i : root;
    }
}

static void join_row(const struct join *join, size_t y, bool fresh)
{
    if (join->runs->value)
        join_row_body(join, y, fresh, true);
    else
        join_row_body(join, y, fresh, false);
}

static int join_strips(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct join *join = arg;
    const struct common_runs *runs = join->runs;
    for (size_t strip = begin; strip < end; strip++) {
        size_t y = strip * STRIP, last = y + STRIP;
        if (last > (size_t)runs->height)
            last = (size_t)runs->height;
        for (uint32_t i = runs->row[y]; i < runs->row[y + 1]; i++)
            runs->label[i] = (int32_t)i;
        while (++y < last)
            join_row(join, y, true);
    }
    return SEG_OK;
}

int common_runs_label(const struct common_env *env, struct common_runs *runs, int connectivity,
                      int32_t *components)
{
    struct join join = {runs, connectivity == 8};
    size_t strips = ((size_t)runs->height + STRIP - 1) / STRIP;
    int status = common_parallel(env, strips, 1, join_strips, &join);
    if (status)
        return status;
    for (size_t strip = 1; strip < strips; strip++)
        join_row(&join, strip * STRIP, false);
    int32_t count = 0;
    int32_t *label = runs->label;
    for (uint32_t i = 0; i < runs->count; i++) /* a parent comes first: it has its number already */
        label[i] = label[i] == (int32_t)i ? ++count : label[label[i]];
    *components = count;
    return SEG_OK;
}

void common_runs_measure(const struct common_runs *runs, int32_t components,
                         struct common_stat *stats)
{
    for (int32_t k = 1; k <= components; k++)
        stats[k] = (struct common_stat){.left = runs->width, .top = -1};
    for (int32_t y = 0; y < runs->height; y++) {
        for (uint32_t i = runs->row[y]; i < runs->row[y + 1]; i++) {
            struct common_stat *stat = &stats[runs->label[i]];
            int32_t begin = runs->edge[2 * (size_t)i], end = runs->edge[2 * (size_t)i + 1];
            int64_t length = end - begin;
            stat->area += length;
            stat->sum_x += (begin + end - INT64_C(1)) * length / 2;
            stat->sum_y += y * length;
            stat->left = begin < stat->left ? begin : stat->left;
            stat->right = end > stat->right ? end : stat->right;
            stat->top = stat->top < 0 ? y : stat->top;
            stat->bottom = y + 1;
        }
    }
}

struct paint {
    const struct common_runs *runs;
    const int32_t *lut;
    struct seg_view labels;
};

/* Fills row[from..to-1] in groups of eight, which may run over as far as `room`: what is painted
 * next lies to the right and covers it. */
COMMON_INLINE void fill(int32_t *row, int32_t from, int32_t to, int32_t room, int32_t value)
{
    int32_t x = from;
    for (; x < to && x + 8 <= room; x += 8)
        for (int k = 0; k < 8; k++)
            row[x + k] = value;
    for (; x < to; x++)
        row[x] = value;
}

COMMON_INLINE void paint_rows_body(const struct paint *paint, size_t begin, size_t end)
{
    const struct common_runs *runs = paint->runs;
    int32_t width = runs->width;
    for (size_t y = begin; y < end; y++) {
        int32_t *row = seg_row(&paint->labels, 0, (int32_t)y), x = 0;
        for (size_t i = runs->row[y]; i < runs->row[y + 1]; i++) {
            int32_t label = paint->lut ? paint->lut[runs->label[i]] : runs->label[i];
            fill(row, x, runs->edge[2 * i], width, 0);
            x = runs->edge[2 * i + 1];
            fill(row, runs->edge[2 * i], x, width, label);
        }
        fill(row, x, width, width, 0);
    }
}

COMMON_AVX2 static void paint_rows_avx2(const struct paint *paint, size_t begin, size_t end)
{
    paint_rows_body(paint, begin, end);
}

static int paint_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    if (common_cpu_avx2())
        paint_rows_avx2(arg, begin, end);
    else
        paint_rows_body(arg, begin, end);
    return SEG_OK;
}

int common_runs_paint(const struct common_env *env, const struct common_runs *runs,
                      const int32_t *lut, const struct seg_view *labels)
{
    struct paint paint = {runs, lut, *labels};
    return common_parallel(env, (size_t)runs->height, common_grain(runs->width), paint_rows,
                           &paint);
}
