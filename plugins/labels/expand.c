/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.expand: grows regions into the background.
 *
 * The nearest region's pixel is found as in the distance transform by Meijster, Roerdink and
 * Hesselink: first in each column, then along each row by the lower envelope of the parabolas that
 * stand over the columns. */
#include "keep.h"

#include <math.h>

#define NONE (-1)

struct params {
    double distance;
};

struct pass {
    struct seg_view labels, expanded;
    int32_t *nearest; /* by pixel: the row of the nearest region's pixel in its column, or NONE */
    double most;      /* square of the distance */
    int32_t *column;  /* of a parabola, a row for each worker */
    int64_t *from;    /* the first pixel of a row that it is lowest at */
};

static int32_t farther(int32_t a, int32_t b, int32_t y)
{
    if (a == NONE || b == NONE)
        return a == NONE ? b : a;
    return y - a <= b - y ? a : b;
}

/* Downwards the nearest above, upwards the nearer of both. */
static int do_columns(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    size_t width = (size_t)pass->labels.width;
    for (int32_t y = 0; y < pass->labels.height; y++) {
        const int32_t *row = seg_row(&pass->labels, 0, y);
        int32_t *at = pass->nearest + (size_t)y * width;
        for (size_t x = begin; x < end; x++)
            at[x] = row[x] > 0 ? y : y > 0 ? at[x - width] : NONE;
    }
    for (int32_t y = pass->labels.height - 2; y >= 0; y--) {
        int32_t *at = pass->nearest + (size_t)y * width;
        for (size_t x = begin; x < end; x++)
            at[x] = farther(at[x], at[x + width] > y ? at[x + width] : NONE, y);
    }
    return SEG_OK;
}

static int64_t square(int64_t value)
{
    return value * value;
}

/* The first pixel at which the parabola over column v is lower than that over u < v. */
static int64_t crossing(const int32_t *nearest, int32_t y, int64_t u, int64_t v)
{
    int64_t rise =
        square(v) - square(u) + square(nearest[v] - (int64_t)y) - square(nearest[u] - (int64_t)y);
    int64_t twice = 2 * (v - u);
    return rise < 0 ? 0 : rise / twice + 1;
}

static void expand_row(const struct pass *pass, int32_t y, int32_t *column, int64_t *from)
{
    int32_t width = pass->labels.width, count = 0;
    const int32_t *nearest = pass->nearest + (size_t)y * (size_t)width;
    const int32_t *row = seg_row(&pass->labels, 0, y);
    int32_t *to = seg_row(&pass->expanded, 0, y);
    for (int32_t v = 0; v < width; v++) {
        if (nearest[v] == NONE)
            continue;
        int64_t start = 0;
        for (; count; count--) {
            start = crossing(nearest, y, column[count - 1], v);
            if (start > from[count - 1])
                break;
        }
        if (count && start >= width)
            continue;
        column[count] = v;
        from[count] = count ? start : 0;
        count++;
    }
    for (int32_t x = 0, k = 0; x < width; x++) {
        to[x] = row[x];
        if (!count || row[x] != 0)
            continue;
        while (k + 1 < count && from[k + 1] <= x)
            k++;
        int64_t apart = square(column[k] - (int64_t)x) + square(nearest[column[k]] - (int64_t)y);
        if ((double)apart <= pass->most)
            to[x] = ((const int32_t *)seg_row(&pass->labels, 0, nearest[column[k]]))[column[k]];
    }
}

static int do_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct pass *pass = arg;
    size_t room = (size_t)pass->labels.width * worker;
    for (size_t y = begin; y < end; y++)
        expand_row(pass, (int32_t)y, pass->column + room, pass->from + room);
    return SEG_OK;
}

static int process_expand(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct pass pass = {.most = params->distance * params->distance};
    unsigned workers = host->workers(call);
    int status = common_open(&env, &pass.labels, &pass.expanded);
    if (status)
        return status;
    size_t width = (size_t)pass.labels.width, height = (size_t)pass.labels.height;
    if (!COMMON_SCRATCH(&env, pass.nearest, width * height) ||
        !COMMON_SCRATCH(&env, pass.column, width * workers) ||
        !COMMON_SCRATCH(&env, pass.from, width * workers))
        return common_nomem(&env);
    status = common_parallel(&env, width, 1024, do_columns, &pass);
    return status ? status
                  : common_parallel(&env, height, common_grain(pass.labels.width), do_rows, &pass);
}

static int32_t reach(const void *params)
{
    return (int32_t)ceil(((const struct params *)params)->distance);
}

static const struct seg_param expand_params[] = {
    {SEG_P_FLOAT(struct params, distance, 1, 0, 1 << 28, "px",
                 "how far from a region pixels still become part of it")},
};

static const struct seg_port inputs[] = {LABELS_INPUT};
static const struct seg_port outputs[] = {
    {.name = "expanded", .summary = "the grown regions", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

COMMON_STAGE(
    labels, expand, .summary = "grow regions by a distance",
    .detail = "Every pixel of the background that is no further than 'distance' from a region, by "
              "the Euclidean distance of pixel centres, becomes part of the nearest one. Regions "
              "do not grow into each other; where two are equally near, one of them gets the "
              "pixel. Void (-1) stays. The cost does not depend on 'distance'.",
    .reference = "A. Meijster, J. B. T. M. Roerdink, W. H. Hesselink, A general algorithm for "
                 "computing distance transforms in linear time, Mathematical Morphology and its "
                 "Applications to Image and Signal Processing, 2000",
    .reach = reach);
