/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker.random_walker: who is most likely to be met first. */
#include "common/ids.h"
#include "common/sample.h"
#include "grid.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    double beta, tolerance;
};

struct walk {
    const struct params *params;
    const struct common_env *env;
    struct seg_view image, markers, labels;
    struct common_ids ids;
    struct walker_grid grid;
    float *samples; /* planes of dense rows, 0..1 */
    double factor;  /* of squared differences, in the exponent */
};

static int read_samples(struct walk *walk)
{
    const struct seg_view *image = &walk->image;
    size_t pixels = common_pixels(image), width = (size_t)image->width, i = 0;
    size_t count = pixels * (size_t)image->planes;
    double sum = 0, squares = 0;
    float scale = image->dtype == SEG_U8 ? 1 / 255.0f : image->dtype == SEG_U16 ? 1 / 65535.0f : 1;
    if (!COMMON_SCRATCH(walk->env, walk->samples, count))
        return common_nomem(walk->env);
    for (int32_t k = 0; k < image->planes; k++)
        for (int32_t y = 0; y < image->height; y++) {
            common_floats(image, k, y, 0, width, walk->samples + i);
            for (size_t end = i + width; i < end; i++) {
                float value = walk->samples[i] * scale;
                walk->samples[i] = fabsf(value) < 1e15f ? value : 0; /* NaN and infinities too */
                sum += (double)walk->samples[i];
                squares += (double)walk->samples[i] * (double)walk->samples[i];
            }
        }
    double mean = sum / (double)count, variance = squares / (double)count - mean * mean;
    double deviation = variance > 0 ? sqrt(variance) : 1;
    walk->factor = -walk->params->beta / (10 * deviation * sqrt(image->planes));
    return SEG_OK;
}

static double weight(const struct walk *walk, size_t a, size_t b)
{
    size_t pixels = common_pixels(&walk->image);
    double sum = 0;
    for (int32_t k = 0; k < walk->image.planes; k++, a += pixels, b += pixels) {
        double d = (double)walk->samples[a] - (double)walk->samples[b];
        sum += d * d;
    }
    return exp(walk->factor * sum) + 1e-10;
}

static int32_t marker_at(const struct walk *walk, int32_t x, int32_t y)
{
    return ((const int32_t *)seg_row(&walk->markers, 0, y))[x];
}

/* An edge between two free pixels; one to a marker's pixel goes to the ground. */
static void tie(const struct walk *walk, int32_t x, int32_t y, bool down)
{
    const struct walker_level *level = &walk->grid.levels[0];
    int32_t nx = x + !down, ny = y + down, width = walk->image.width;
    if (nx >= width || ny >= walk->image.height)
        return;
    int32_t here = marker_at(walk, x, y), there = marker_at(walk, nx, ny);
    if (here < 0 || there < 0 || (here && there))
        return;
    size_t i = (size_t)y * level->stride + (size_t)x;
    size_t j = (size_t)ny * level->stride + (size_t)nx;
    double w = weight(walk, (size_t)y * (size_t)width + (size_t)x,
                      (size_t)ny * (size_t)width + (size_t)nx);
    if (here)
        level->ground[j] += w;
    else if (there)
        level->ground[i] += w;
    else
        (down ? level->down : level->right)[i] = w;
}

static void tie_all(const struct walk *walk)
{
    for (int32_t y = 0; y < walk->image.height; y++)
        for (int32_t x = 0; x < walk->image.width; x++) {
            tie(walk, x, y, false);
            tie(walk, x, y, true);
        }
}

/* What flows in from the pixels of one marker. */
static void fill_rest(const struct walk *walk, int32_t id, double *rest)
{
    const struct walker_level *level = &walk->grid.levels[0];
    static const int32_t dx[] = {0, -1, 1, 0}, dy[] = {-1, 0, 0, 1};
    int32_t width = walk->image.width, height = walk->image.height;
    memset(rest - level->stride - 1, 0, level->size * sizeof *rest);
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++)
            for (int k = 0; k < 4 && marker_at(walk, x, y) == id; k++) {
                int32_t nx = x + dx[k], ny = y + dy[k];
                if (nx < 0 || ny < 0 || nx >= width || ny >= height || marker_at(walk, nx, ny))
                    continue;
                rest[(size_t)ny * level->stride + (size_t)nx] +=
                    weight(walk, (size_t)y * (size_t)width + (size_t)x,
                           (size_t)ny * (size_t)width + (size_t)nx);
            }
}

/* Gives pixels to the label that is likelier than those before. */
static void claim(const struct walk *walk, int32_t id, const double *value, double *best)
{
    const struct walker_level *level = &walk->grid.levels[0];
    for (int32_t y = 0; y < walk->image.height; y++) {
        int32_t *labels = seg_row(&walk->labels, 0, y);
        for (int32_t x = 0; x < walk->image.width; x++) {
            size_t i = (size_t)y * level->stride + (size_t)x;
            if (marker_at(walk, x, y) || value[i] <= best[i])
                continue;
            best[i] = value[i];
            labels[x] = id;
        }
    }
}

static int solve_all(struct walk *walk)
{
    const struct walker_level *level = &walk->grid.levels[0];
    size_t pad = level->stride + 1;
    double *value, *rest, *best;
    if (!COMMON_SCRATCH(walk->env, value, level->size) ||
        !COMMON_SCRATCH(walk->env, rest, level->size) ||
        !COMMON_SCRATCH(walk->env, best, level->size))
        return common_nomem(walk->env);
    memset(best, 0, level->size * sizeof *best);
    int32_t most = 0, rounds = 0;
    int status = SEG_OK;
    for (int32_t k = 1; k <= walk->ids.count && !status; k++) {
        memset(value, 0, level->size * sizeof *value);
        fill_rest(walk, walk->ids.sorted[k], rest + pad);
        status = walker_grid_solve(&walk->grid, value + pad, rest + pad, walk->params->tolerance,
                                   &rounds);
        most = rounds > most ? rounds : most;
        claim(walk, walk->ids.sorted[k], value + pad, best + pad);
    }
    return status ? status : walk->env->host->value(walk->env->call, "rounds", most);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct walk walk = {.params = self, .env = &env, .markers = SEG_VIEW};
    int status = common_open(&env, &walk.image, &walk.labels);
    if (!status)
        status = host->input(call, 1, &walk.markers);
    if (!status)
        status = common_ids_find(&env, &walk.markers, &walk.ids);
    if (status)
        return status;
    for (int32_t y = 0; y < walk.labels.height; y++)
        memcpy(seg_row(&walk.labels, 0, y), seg_row(&walk.markers, 0, y),
               (size_t)walk.labels.width * sizeof(int32_t));
    if (!walk.ids.count)
        return host->fail(call, SEG_STAGE, "there is no marker; nothing can be told apart");
    status = read_samples(&walk);
    if (!status)
        status = walker_grid_open(&walk.grid, &env, walk.image.width, walk.image.height);
    if (status)
        return status;
    tie_all(&walk);
    status = walker_grid_ready(&walk.grid);
    return status ? status : solve_all(&walk);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, beta, 130, 0, 1e9, NULL,
                 "how much a difference of value keeps the walker back")},
    {SEG_P_FLOAT(struct params, tolerance, 1e-3, 1e-12, 0.1, NULL,
                 "where solving stops: what is left of the residue"),
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

const struct seg_stage walker_random_walker = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "walker.random_walker",
    .summary = "label pixels by the marker that a random walker meets first",
    .detail = "From each pixel a walker sets out who takes steps to the four neighbours, the "
              "likelier the less the values differ. The pixel gets the label of the marker that "
              "he most likely meets first. Steps weigh exp(-beta d^2 / (10 s)) + 1e-10, where d "
              "is the difference of values scaled to 0..1 (floating point as it is) and s their "
              "standard deviation; with several planes d^2 is summed and s grows by the root of "
              "their number.\n\n"
              "Nothing passes where markers are void (-1). Each label takes one system of "
              "equations, solved by conjugate gradients with a multigrid cycle. Reports 'rounds', "
              "the most that one took.",
    .reference = "L. Grady, Random walks for image segmentation, IEEE Transactions on Pattern "
                 "Analysis and Machine Intelligence 28 (11), 2006",
    .version = 1,
    .params_size = sizeof(struct params),
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .param_count = SEG_COUNT(params),
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
};
