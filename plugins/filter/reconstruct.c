/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.reconstruct: grey-level reconstruction.
 *
 * Vincent's hybrid: one scan down and one up carry most values to where they belong, a queue of
 * pixels whose neighbours can still rise does the rest. All in floats, which hold 8 and 16 bits
 * exactly; a reconstruction by erosion is one by dilation of the negative. */
#include "common/choices.h"
#include "common/cpu.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t method;
    int32_t start;
    double h;
    int32_t connectivity;
};

enum { DILATION, EROSION };
enum { FROM_H, FROM_BORDER };
enum { IMAGE, SEED };

struct work {
    const struct params *params;
    bool eight;
    int32_t width, height;
    size_t line;  /* of both planes, which have a rim of -infinity, no pixel of which can rise */
    float *limit; /* the image */
    float *level; /* what was reached */
    float *best;  /* a row: of the level and of the neighbours in the row before */
    float *here, *below; /* rows with a rim: the level where it can rise, else infinity */
    uint8_t *queued;
    uint32_t *queue;
    size_t head, count, size;
};

static size_t first_of(const struct work *work, int32_t y)
{
    return ((size_t)y + 1) * work->line + 1;
}

COMMON_INLINE float larger(float a, float b)
{
    return a > b ? a : b;
}

COMMON_INLINE float smaller(float a, float b)
{
    return a < b ? a : b;
}

COMMON_INLINE void gather_body(const float *row, const float *before, bool eight, int32_t width,
                               float *restrict best)
{
    for (int32_t x = 0; x < width; x++) {
        float value = larger(row[x], before[x]);
        best[x] = eight ? larger(value, larger(before[x - 1], before[x + 1])) : value;
    }
}

COMMON_AVX2 static void gather_avx2(const float *row, const float *before, bool eight,
                                    int32_t width, float *best)
{
    gather_body(row, before, eight, width, best);
}

static void gather(const struct work *work, const float *row, const float *before)
{
    (common_cpu_avx2() ? gather_avx2 : gather_body)(row, before, work->eight, work->width,
                                                    work->best);
}

static void scan_down(struct work *work)
{
    for (int32_t y = 0; y < work->height; y++) {
        float *row = work->level + first_of(work, y), value = -INFINITY;
        const float *limit = work->limit + first_of(work, y);
        gather(work, row, row - work->line);
        for (int32_t x = 0; x < work->width; x++)
            row[x] = value = smaller(larger(value, work->best[x]), limit[x]);
    }
}

static void push(struct work *work, size_t pixel)
{
    if (work->queued[pixel])
        return;
    work->queued[pixel] = 1;
    size_t end = work->head + work->count++;
    work->queue[end < work->size ? end : end - work->size] = (uint32_t)pixel;
}

/* Queues the pixels of row `y` that can raise the one to the right or one of the row below. */
static void find_open(struct work *work, int32_t y)
{
    size_t first = first_of(work, y);
    const float *row = work->level + first, *limit = work->limit + first;
    float *here = work->here, *below = work->below;
    for (int32_t x = 0; x < work->width; x++)
        here[x] = row[x] < limit[x] ? row[x] : INFINITY;
    for (int32_t x = 0; x < work->width; x++) {
        float least = smaller(below[x], here[x + 1]);
        if (work->eight)
            least = smaller(least, smaller(below[x - 1], below[x + 1]));
        if (least < row[x])
            push(work, first + (size_t)x);
    }
    work->here = below;
    work->below = here;
}

static void scan_up(struct work *work)
{
    for (int32_t x = 0; x < work->width; x++)
        work->below[x] = INFINITY;
    for (int32_t y = work->height; y-- > 0;) {
        float *row = work->level + first_of(work, y), value = -INFINITY;
        const float *limit = work->limit + first_of(work, y);
        gather(work, row, row + work->line);
        for (int32_t x = work->width; x-- > 0;)
            row[x] = value = smaller(larger(value, work->best[x]), limit[x]);
        find_open(work, y);
    }
}

static int empty_queue(const struct common_env *env, struct work *work)
{
    ptrdiff_t line = (ptrdiff_t)work->line;
    const ptrdiff_t step[] = {-1, 1, -line, line, -line - 1, -line + 1, line - 1, line + 1};
    for (size_t done = 0; work->count; done++) {
        size_t pixel = work->queue[work->head];
        work->head = work->head + 1 < work->size ? work->head + 1 : 0;
        work->count--;
        work->queued[pixel] = 0;
        float value = work->level[pixel];
        for (int k = 0; k < (work->eight ? 8 : 4); k++) {
            size_t near = (size_t)((ptrdiff_t)pixel + step[k]);
            float reached = smaller(value, work->limit[near]);
            if (work->level[near] < reached) {
                work->level[near] = reached;
                push(work, near);
            }
        }
        if (done % (1 << 20) == 0) {
            int status = env->host->progress(env->call, -1);
            if (status)
                return status;
        }
    }
    return SEG_OK;
}

/* Row `y` of the image, and what the seed is there, both negated for an erosion. */
static void load_row(struct work *work, const struct seg_view *image, const struct seg_view *seed,
                     int32_t plane, int32_t y)
{
    const struct params *params = work->params;
    size_t width = (size_t)work->width;
    float *limit = work->limit + first_of(work, y), *level = work->level + first_of(work, y);
    float sign = params->method == EROSION ? -1 : 1, h = (float)params->h;
    bool edge_row = y == 0 || y == work->height - 1;
    common_floats(image, plane, y, 0, width, limit);
    if (seed)
        common_floats(seed, plane, y, 0, width, level);
    for (size_t x = 0; x < width; x++) {
        limit[x] = limit[x] == limit[x] ? sign * limit[x] : -INFINITY;
        bool edge = edge_row || x == 0 || x == width - 1;
        float from = seed                      ? sign * level[x]
                     : params->start == FROM_H ? limit[x] - h
                     : edge                    ? limit[x]
                                               : -INFINITY;
        level[x] = from < limit[x] ? from : from >= limit[x] ? limit[x] : -INFINITY;
    }
}

static void save_row(const struct work *work, const struct seg_view *image, int32_t plane,
                     int32_t y, const struct seg_view *out)
{
    size_t width = (size_t)work->width;
    float *level = work->level + first_of(work, y);
    common_floats(image, plane, y, 0, width, work->best);
    for (size_t x = 0; x < width; x++) {
        level[x] = work->params->method == EROSION ? -level[x] : level[x];
        level[x] = work->best[x] == work->best[x] ? level[x] : work->best[x];
    }
    common_store(out, plane, y, level, width);
}

static int make_work(const struct common_env *env, const struct seg_view *image, struct work *work)
{
    size_t rows = (size_t)image->height + 2;
    work->width = image->width;
    work->height = image->height;
    work->line = (size_t)image->width + 2;
    work->size = common_pixels(image);
    if (rows * work->line >= UINT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT, "the image has %zu pixels; at most %u fit",
                               work->size, UINT32_MAX / 2);
    if (!COMMON_SCRATCH(env, work->limit, rows * work->line) ||
        !COMMON_SCRATCH(env, work->level, rows * work->line) ||
        !COMMON_SCRATCH(env, work->best, 3 * work->line) ||
        !COMMON_SCRATCH(env, work->queued, rows * work->line) ||
        !COMMON_SCRATCH(env, work->queue, work->size))
        return common_nomem(env);
    for (size_t i = 0; i < rows * work->line; i++)
        work->limit[i] = work->level[i] = -INFINITY;
    memset(work->queued, 0, rows * work->line);
    for (size_t i = 0; i < 2 * work->line; i++)
        work->best[work->line + i] = INFINITY;
    work->here = work->best + work->line + 1;
    work->below = work->here + work->line;
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct work work = {.params = self};
    struct seg_view image, seed = SEG_VIEW, out;
    int status = common_open(&env, &image, &out), absent;
    if (status)
        return status;
    absent = host->input(call, SEED, &seed);
    if (absent && absent != SEG_ABSENT)
        return absent;
    if (!absent && seed.planes != image.planes)
        return host->fail(call, SEG_STAGE, "input 'seed': it has %d planes, 'image' has %d",
                          (int)seed.planes, (int)image.planes);
    work.eight = work.params->connectivity == COMMON_EIGHT;
    status = make_work(&env, &image, &work);
    for (int32_t plane = 0; plane < image.planes && !status; plane++) {
        for (int32_t y = 0; y < image.height; y++)
            load_row(&work, &image, absent ? NULL : &seed, plane, y);
        scan_down(&work);
        scan_up(&work);
        status = empty_queue(&env, &work);
        for (int32_t y = 0; y < image.height; y++)
            save_row(&work, &image, plane, y, &out);
    }
    return status;
}

static const struct seg_choice methods[] = {
    [DILATION] = {"dilation", "the seed rises under the image"},
    [EROSION] = {"erosion", "the seed sinks onto the image"},
};

static const struct seg_choice starts[] = {
    [FROM_H] = {"h", "the image lowered by 'h', for an erosion raised"},
    [FROM_BORDER] = {"border", "the image at its border, nothing inside"},
};

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, method, DILATION, methods, "from which side the seed comes")},
    {SEG_P_CHOICE(struct params, start, FROM_H, starts, "the seed where none is connected")},
    {SEG_P_FLOAT(struct params, h, 1, 0, 3e38, NULL, "height of what is removed"),
     .alias = "dynamic"},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_EIGHT, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "what limits the seed; any number of planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
    {.name = "seed",
     .summary = "where it begins, with as many planes; 'start' says what else",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "result",
     .summary = "of the type of the image",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

const struct seg_stage filter_reconstruct = {
    FILTER_TABLES,
    .id = "filter.reconstruct",
    .summary = "rebuild from a seed what is connected with it",
    .detail =
        "Dilates the seed again and again, each time cut at the image, until nothing changes; "
        "by erosion the other way round. Of an opening as the seed it gives an opening that "
        "keeps outlines, of the image lowered by 'h' it cuts that much off each peak, and "
        "'method' erosion from 'start' border fills dark holes: whatever cannot flow off over "
        "the border. Where the seed is beyond the image it is cut there.\n\n"
        "scikit-image's neighbours are eight, too. NaN stays and lets nothing through.",
    .reference = "L. Vincent, Morphological grayscale reconstruction in image analysis: "
                 "applications and efficient algorithms, IEEE Transactions on Image Processing 2 "
                 "(2), 1993",
    .version = 1,
    .process = process,
};
