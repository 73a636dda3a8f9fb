/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker.random_walker and walker.scores: who is most likely to be met first. */
#include "common/ids.h"
#include "common/runs.h"
#include "common/sample.h"
#include "grid.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    double beta, tolerance;
};

#define SPAN 512 /* samples at a time */

enum { BLOCKED = -1, FREE = 0 }; /* a cell; above them the place of a marker's label */

struct walk {
    const struct params *params;
    const struct common_env *env;
    struct seg_view image, markers, out;
    struct common_ids ids;
    struct walker_grid grid;
    int32_t *cells;    /* dense rows */
    int32_t plane;     /* whose turn it is */
    float *samples[2]; /* of that, by colours */
    double mean, deviation;
    float factor;     /* of squared differences in standard deviations, in the exponent */
    int32_t place;    /* whose turn it is */
    double *value[2]; /* its probabilities */
    double *left[2];  /* those that the labels so far leave, so that of the last one */
    double *best;     /* the largest so far; dense rows */
};

static int over_rows(struct walk *walk, seg_body body)
{
    return common_parallel(walk->env, (size_t)walk->image.height, common_grain(walk->image.width),
                           body, walk);
}

/* Sets the cells. Where no marker can be reached from, nothing is to be solved. */
static int read_markers(struct walk *walk)
{
    struct common_runs runs;
    struct seg_view open;
    int32_t count, width = walk->markers.width;
    uint8_t *reached;
    int status = common_ids_find(walk->env, &walk->markers, &walk->ids);
    if (!status)
        status = common_scratch_view(walk->env, &walk->markers, SEG_U8, &open);
    for (int32_t y = 0; y < open.height && !status; y++) {
        const int32_t *marker = seg_row(&walk->markers, 0, y);
        uint8_t *row = seg_row(&open, 0, y);
        for (int32_t x = 0; x < width; x++)
            row[x] = marker[x] >= 0;
    }
    if (!status)
        status = common_runs_find(walk->env, &open, true, &runs);
    if (!status)
        status = common_runs_label(walk->env, &runs, 4, &count);
    if (status)
        return status;
    if (!COMMON_SCRATCH(walk->env, reached, (size_t)count + 1) ||
        !COMMON_SCRATCH(walk->env, walk->cells, common_pixels(&open)))
        return common_nomem(walk->env);
    memset(reached, 0, (size_t)count + 1);
    for (int32_t y = 0; y < open.height; y++) {
        const int32_t *marker = seg_row(&walk->markers, 0, y);
        int32_t *cells = walk->cells + (size_t)y * (size_t)width;
        for (int32_t x = 0; x < width; x++)
            cells[x] = marker[x] < 0 ? BLOCKED : common_ids_place(&walk->ids, marker[x]);
        for (uint32_t i = runs.row[y]; i < runs.row[y + 1]; i++)
            for (int32_t x = runs.edge[2 * i]; x < runs.edge[2 * i + 1]; x++)
                reached[runs.label[i]] |= marker[x] > 0;
    }
    for (int32_t y = 0; y < open.height; y++)
        for (uint32_t i = runs.row[y]; i < runs.row[y + 1]; i++)
            for (int32_t x = runs.edge[2 * i]; x < runs.edge[2 * i + 1]; x++)
                if (!reached[runs.label[i]])
                    walk->cells[(size_t)y * (size_t)width + (size_t)x] = BLOCKED;
    return SEG_OK;
}

/* What the grid has to know of the cells. */
static int mark_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walk *walk = arg;
    const struct walker_grid *grid = &walk->grid;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        const int32_t *cells = walk->cells + (size_t)y * (size_t)grid->width;
        for (int32_t x = 0; x < grid->width; x++)
            grid->state[walker_color(x, y)][walker_at(grid, x, y)] =
                cells[x] == BLOCKED ? WALKER_CLOSED
                : cells[x] == FREE  ? WALKER_FREE
                                    : WALKER_GIVEN;
    }
    return SEG_OK;
}

/* Samples of a row from x on, up to SPAN of them, on a scale of 0..1. */
static size_t read_span(const struct walk *walk, int32_t plane, size_t y, size_t x, float *samples)
{
    const struct seg_view *image = &walk->image;
    const size_t left = (size_t)image->width - x, count = left < SPAN ? left : SPAN;
    const float scale = image->dtype == SEG_U8    ? 1 / 255.0f
                        : image->dtype == SEG_U16 ? 1 / 65535.0f
                                                  : 1;
    common_floats(image, plane, (int32_t)y, (int32_t)x, count, samples);
    for (size_t i = 0; i < count; i++) {
        const float value = samples[i] * scale;
        samples[i] = fabsf(value) < 1e15f ? value : 0; /* NaN and infinities too */
    }
    return count;
}

static int sum_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walk *walk = arg;
    float samples[SPAN];
    for (size_t y = begin; y < end; y++) {
        double sum = 0, squares = 0;
        for (int32_t k = 0; k < walk->image.planes; k++)
            for (size_t x = 0, count; x < (size_t)walk->image.width; x += count) {
                count = read_span(walk, k, y, x, samples);
                for (size_t i = 0; i < count; i++) {
                    sum += (double)samples[i];
                    squares += (double)samples[i] * (double)samples[i];
                }
            }
        walk->grid.sums[y] = sum;
        walk->grid.peaks[y] = squares;
    }
    return SEG_OK;
}

/* A plane's samples by colours; less their mean and in standard deviations, so that squares of them
 * are numbers of single precision whatever the image's scale. */
static int split_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walk *walk = arg;
    float samples[SPAN];
    for (size_t y = begin; y < end; y++)
        for (size_t x = 0, count; x < (size_t)walk->image.width; x += count) {
            count = read_span(walk, walk->plane, y, x, samples);
            for (size_t i = 0; i < count; i++) {
                const int32_t u = (int32_t)(x + i), v = (int32_t)y;
                walk->samples[walker_color(u, v)][walker_at(&walk->grid, u, v)] =
                    (float)(((double)samples[i] - walk->mean) / walk->deviation);
            }
        }
    return SEG_OK;
}

static int square_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walk *walk = arg;
    const struct walker_grid *grid = &walk->grid;
    for (size_t y = begin; y < end; y++) {
        const struct walker_star star = walker_grid_star(grid, WALKER_BLACK, y);
        const float *own = walk->samples[WALKER_BLACK] + y * grid->stride;
        for (int k = 0; k < 4; k++) {
            const float *other = walk->samples[WALKER_RED] + star.at[k];
            float *sum = grid->edge[k] + y * grid->stride;
            for (size_t i = 0; i < star.count; i++)
                sum[i] += (own[i] - other[i]) * (own[i] - other[i]);
        }
    }
    return SEG_OK;
}

static int weigh_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walk *walk = arg;
    const struct walker_grid *grid = &walk->grid;
    for (size_t y = begin; y < end; y++) {
        const struct walker_star star = walker_grid_star(grid, WALKER_BLACK, y);
        const uint8_t *own = grid->state[WALKER_BLACK] + y * grid->stride;
        for (int k = 0; k < 4; k++)
            walker_star_weigh(own, grid->state[WALKER_RED] + star.at[k], walk->factor, star.count,
                              grid->edge[k] + y * grid->stride, grid->avx2);
    }
    return SEG_OK;
}

/* Gives the grid its edges. */
static int weigh(struct walk *walk)
{
    const double planes = walk->image.planes, count = (double)common_pixels(&walk->image) * planes;
    double sum = 0, squares = 0;
    int status = over_rows(walk, mark_rows);
    for (int color = 0; color < 2; color++)
        if (!(walk->samples[color] = walker_grid_raster(&walk->grid, sizeof **walk->samples)))
            return common_nomem(walk->env);
    if (!status)
        status = over_rows(walk, sum_rows);
    for (int32_t y = 0; y < walk->image.height; y++) {
        sum += walk->grid.sums[y];
        squares += walk->grid.peaks[y];
    }
    walk->mean = sum / count;
    const double variance = squares / count - walk->mean * walk->mean;
    walk->deviation = variance > 0 ? sqrt(variance) : 1;
    walk->factor = (float)(-walk->params->beta * walk->deviation / (10 * sqrt(planes)));
    for (walk->plane = 0; walk->plane < walk->image.planes && !status; walk->plane++) {
        status = over_rows(walk, split_rows);
        if (!status)
            status = over_rows(walk, square_rows);
    }
    return status ? status : over_rows(walk, weigh_rows);
}

/* Values before a label's turn: 1 at its markers, 0 elsewhere. */
static int begin_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walk *walk = arg;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        const int32_t *cells = walk->cells + (size_t)y * (size_t)walk->grid.width;
        for (int32_t x = 0; x < walk->grid.width; x++)
            walk->grid.value[walker_color(x, y)][walker_at(&walk->grid, x, y)] =
                cells[x] == walk->place;
    }
    return SEG_OK;
}

/* The probability of the label whose turn it is. */
static double probability(const struct walk *walk, size_t x, size_t y)
{
    const int color = walker_color((int32_t)x, (int32_t)y);
    double value = walk->value[color][walker_at(&walk->grid, (int32_t)x, (int32_t)y)];
    int32_t cell = walk->cells[y * (size_t)walk->image.width + x];
    if (cell != FREE)
        return cell == walk->place;
    return value > 0 ? value < 1 ? value : 1 : 0;
}

/* Gives pixels to the label that is likelier than those before. */
static int claim_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walk *walk = arg;
    for (size_t y = begin; y < end; y++) {
        double *best = walk->best + y * (size_t)walk->image.width;
        int32_t *labels = seg_row(&walk->out, 0, (int32_t)y);
        for (size_t x = 0; x < (size_t)walk->image.width; x++) {
            double value = probability(walk, x, y);
            if (value <= best[x])
                continue;
            best[x] = value;
            labels[x] = walk->ids.sorted[walk->place];
        }
    }
    return SEG_OK;
}

static int score_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walk *walk = arg;
    for (size_t y = begin; y < end; y++) {
        float *scores = seg_row(&walk->out, walk->place - 1, (int32_t)y);
        for (size_t x = 0; x < (size_t)walk->image.width; x++)
            scores[x] = (float)probability(walk, x, y);
    }
    return SEG_OK;
}

static int subtract_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walk *walk = arg;
    const size_t stride = walk->grid.stride;
    for (int color = 0; color < 2; color++)
        for (size_t i = begin * stride; i < end * stride; i++)
            walk->left[color][i] -= walk->value[color][i];
    return SEG_OK;
}

/* Each label's probabilities are off by their own: brings the sum to 1 again where there is any. */
static int norm_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walk *walk = arg;
    const size_t width = (size_t)walk->image.width;
    for (size_t y = begin; y < end; y++) {
        double *sum = walk->best + y * (size_t)walk->image.width; /* 0 until here */
        for (int32_t k = 0; k < walk->out.planes; k++) {
            const float *scores = seg_row(&walk->out, k, (int32_t)y);
            for (size_t x = 0; x < width; x++)
                sum[x] += (double)scores[x];
        }
        for (int32_t k = 0; k < walk->out.planes; k++) {
            float *scores = seg_row(&walk->out, k, (int32_t)y);
            for (size_t x = 0; x < width; x++)
                scores[x] = sum[x] > 0 ? (float)((double)scores[x] / sum[x]) : 0;
        }
    }
    return SEG_OK;
}

static int open_turns(struct walk *walk)
{
    const struct walker_grid *grid = &walk->grid;
    const size_t pixels = common_pixels(&walk->image);
    if (!COMMON_SCRATCH(walk->env, walk->best, pixels))
        return common_nomem(walk->env);
    memset(walk->best, 0, pixels * sizeof *walk->best);
    for (int color = 0; color < 2; color++) {
        walk->value[color] = grid->value[color];
        if (!(walk->left[color] = walker_grid_raster(grid, sizeof **walk->left)))
            return common_nomem(walk->env);
        for (size_t i = 0; i < (size_t)grid->height * grid->stride; i++)
            walk->left[color][i] = 1;
    }
    return SEG_OK;
}

static int solve_all(struct walk *walk)
{
    int32_t most = 0, rounds = 0;
    int status = open_turns(walk);
    for (walk->place = 1; walk->place <= walk->ids.count && !status; walk->place++) {
        const bool last = walk->place == walk->ids.count;
        if (last)
            memcpy(walk->value, walk->left, sizeof walk->value);
        else
            status = over_rows(walk, begin_rows);
        if (!status && !last)
            status = walker_grid_solve(&walk->grid, walk->params->tolerance, &rounds);
        most = rounds > most ? rounds : most;
        if (!status)
            status = over_rows(walk, walk->out.kind == SEG_SCORES ? score_rows : claim_rows);
        if (!status && !last)
            status = over_rows(walk, subtract_rows);
    }
    if (!status && walk->out.kind == SEG_SCORES)
        status = over_rows(walk, norm_rows);
    return status ? status : walk->env->host->value(walk->env->call, "rounds", most);
}

/* Opens the result: labels, void where the markers are, or scores of a plane a label. */
static int open_out(struct walk *walk, bool scores)
{
    struct seg_shape shape = SEG_SHAPE;
    shape.planes = walk->ids.count;
    walk->out = SEG_VIEW;
    int status = walk->env->host->output(walk->env->call, 0, scores ? &shape : NULL, &walk->out);
    for (int32_t y = 0; y < walk->out.height && !status && !scores; y++) {
        const int32_t *marker = seg_row(&walk->markers, 0, y);
        int32_t *to = seg_row(&walk->out, 0, y);
        for (int32_t x = 0; x < walk->out.width; x++)
            to[x] = marker[x] < 0 ? marker[x] : 0;
    }
    return status;
}

static int run(const struct seg_host *host, struct seg_call *call, const struct params *params,
               bool scores)
{
    const struct common_env env = {host, call};
    struct walk walk = {.params = params, .env = &env, .image = SEG_VIEW, .markers = SEG_VIEW};
    int status = host->input(call, 0, &walk.image);
    if (!status)
        status = host->input(call, 1, &walk.markers);
    if (!status)
        status = read_markers(&walk);
    if (status)
        return status;
    if (!walk.ids.count)
        return host->fail(call, SEG_STAGE, "there is no marker; nothing can be told apart");
    status = open_out(&walk, scores);
    if (!status)
        status = walker_grid_open(&walk.grid, &env, walk.image.width, walk.image.height);
    if (!status)
        status = weigh(&walk);
    if (!status)
        status = walker_grid_ready(&walk.grid);
    return status ? status : solve_all(&walk);
}

static int label(void *self, const struct seg_host *host, struct seg_call *call)
{
    return run(host, call, self, false);
}

static int score(void *self, const struct seg_host *host, struct seg_call *call)
{
    return run(host, call, self, true);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, beta, 130, 0, 1e9, NULL,
                 "how much a difference of value keeps the walker back")},
    {SEG_P_FLOAT(struct params, tolerance, 1e-6, 1e-12, 0.1, NULL,
                 "how far probabilities may be off, about"),
     .alias = "tol"},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "any number of planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
    {.name = "markers",
     .summary = "pixels whose label is known; 0 elsewhere",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

static const struct seg_port outputs[] = {
    {.name = "labels",
     .summary = "the likeliest label of each pixel",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

static const struct seg_port score_outputs[] = {
    {.name = "scores",
     .summary = "a plane for each label",
     .kinds = SEG_KIND_BIT(SEG_SCORES),
     .flags = SEG_PORT_SIZED},
};

#define GRADY                                                                                      \
    "L. Grady, Random walks for image segmentation, IEEE Transactions on Pattern Analysis and "    \
    "Machine Intelligence 28 (11), 2006"

const struct seg_stage walker_random_walker = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "walker.random_walker",
    .summary = "label pixels by the marker that a random walker meets first",
    .detail =
        "From each pixel a walker sets out who takes steps to the four neighbours, the "
        "likelier the less the values differ. The pixel gets the label of the marker that "
        "he most likely meets first. Steps weigh exp(-beta d^2 / (10 s)) + 1e-10, where d "
        "is the difference of values scaled to 0..1 (floating point as it is) and s their "
        "standard deviation; with several planes d^2 is summed and s grows by the root of "
        "their number.\n\n"
        "Nothing passes where markers are void (-1). Each label but the last takes one system "
        "of equations, solved by conjugate gradients with a multigrid cycle, whose coarse graphs "
        "run on one thread. "
        "walker.scores gives the probabilities. Reports 'rounds', the most that one took.",
    .reference = GRADY,
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = label,
};

const struct seg_stage walker_scores = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "walker.scores",
    .summary = "the probabilities with which a random walker meets each marker first",
    .detail = "Solves as walker.random_walker does and gives the probabilities themselves: a plane "
              "for each label that occurs among the markers, in ascending order. On the pixels of "
              "a marker its label has 1. They are scores for refine.dense_crf or "
              "graphcut.multilabel, and scores.channel takes one as a soft mask.\n\n"
              "Where markers are void (-1), and where no marker can be reached from, all are 0. "
              "Reports 'rounds'.",
    .reference = GRADY,
    .version = 1,
    SEG_TABLES(struct params, params, inputs, score_outputs),
    .process = score,
};
