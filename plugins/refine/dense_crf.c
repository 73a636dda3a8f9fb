/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* refine.dense_crf: mean field inference in a model where each pixel talks to every other.
 *
 * What all others say to a pixel is a Gaussian filter of their present opinions, one in place alone
 * and one in place and colour; the latter goes through a lattice in 2 + planes dimensions. */
#include "common/border.h"
#include "common/sample.h"
#include "common/separable.h"
#include "label.h"
#include "lattice.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    double smooth_weight, smooth_sigma, edge_weight, edge_sigma, color_sigma, confidence;
    int32_t iterations;
};

enum { IMAGE, SCORES };
enum { LABELS, REFINED };
enum { MOST_CLASSES = 256 };

struct crf {
    const struct common_env *env;
    const struct params *params;
    struct seg_view image, given;
    int32_t classes;
    size_t pixels;
    float scale;    /* of samples, to 8-bit steps */
    float *unary;   /* the logarithm of the given scores; a pixel's classes lie together */
    float *opinion; /* as all that follow */
    float *advice;  /* what the neighbours in place and colour say */
    float *smooth;  /* what those in place say */
    float *norm;    /* of each pixel: evens out how many neighbours it has */
    struct lattice lattice;
};

static int over_rows(struct crf *crf, seg_body body)
{
    return common_parallel(crf->env, (size_t)crf->image.height, common_grain(crf->image.width),
                           body, crf);
}

/* Where a pixel lies, in standard deviations of the filter. */
static void feature(const void *arg, size_t point, float *at)
{
    const struct crf *crf = arg;
    int32_t x = (int32_t)(point % (size_t)crf->image.width);
    int32_t y = (int32_t)(point / (size_t)crf->image.width);
    at[0] = (float)x / (float)crf->params->edge_sigma;
    at[1] = (float)y / (float)crf->params->edge_sigma;
    for (int32_t k = 0; k < crf->image.planes; k++) {
        float value;
        common_floats(&crf->image, k, y, x, 1, &value);
        value *= crf->scale / (float)crf->params->color_sigma;
        at[2 + k] = fabsf(value) < 1e6f ? value : 0; /* NaN and infinities too */
    }
}

/* The score of class `k` at a pixel, out of scores, labels or a mask; void pixels have none. */
static float score(const struct crf *crf, int32_t k, int32_t x, int32_t y)
{
    float same = (float)crf->params->confidence, even = 1 / (float)crf->classes;
    if (crf->given.dtype == SEG_F32)
        return ((const float *)seg_row(&crf->given, k, y))[x];
    int32_t label = refine_label(&crf->given, x, y);
    return label < 0 ? even : label == k ? same : (1 - same) / (float)(crf->classes - 1);
}

/* Opinions out of logarithms of them that lack a constant. */
static void normalize(float *opinion, const float *energy, int32_t classes)
{
    float most = energy[0], sum = 0;
    for (int32_t k = 1; k < classes; k++)
        most = energy[k] > most ? energy[k] : most;
    for (int32_t k = 0; k < classes; k++)
        sum += opinion[k] = expf(energy[k] - most);
    for (int32_t k = 0; k < classes; k++)
        opinion[k] /= sum;
}

static int read_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct crf *crf = arg;
    size_t classes = (size_t)crf->classes, width = (size_t)crf->image.width;
    for (size_t i = begin * width; i < end * width; i++) {
        for (size_t k = 0; k < classes; k++) {
            float given = score(crf, (int32_t)k, (int32_t)(i % width), (int32_t)(i / width));
            crf->unary[i * classes + k] = logf(given > 1e-6f ? (given < 1 ? given : 1) : 1e-6f);
        }
        normalize(crf->opinion + i * classes, crf->unary + i * classes, crf->classes);
    }
    return SEG_OK;
}

/* Evens out the opinions for the lattice, into `smooth`, which is free then. */
static int weigh_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct crf *crf = arg;
    size_t classes = (size_t)crf->classes, width = (size_t)crf->image.width;
    for (size_t i = begin * width; i < end * width; i++)
        for (size_t k = 0; k < classes; k++)
            crf->smooth[i * classes + k] = crf->norm[i] * crf->opinion[i * classes + k];
    return SEG_OK;
}

static int update_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct crf *crf = arg;
    size_t classes = (size_t)crf->classes, width = (size_t)crf->image.width;
    const float smooth = (float)crf->params->smooth_weight, edge = (float)crf->params->edge_weight;
    float energy[MOST_CLASSES];
    for (size_t i = begin * width; i < end * width; i++) {
        const size_t at = i * classes;
        for (size_t k = 0; k < classes; k++)
            energy[k] = crf->unary[at + k] + smooth * crf->smooth[at + k] +
                        edge * crf->norm[i] * crf->advice[at + k];
        normalize(crf->opinion + at, energy, crf->classes);
    }
    return SEG_OK;
}

/* A plane of dense rows over memory. */
static struct seg_view plane_over(const struct crf *crf, float *memory)
{
    struct seg_view view = SEG_VIEW;
    view.kind = SEG_IMAGE;
    view.dtype = SEG_F32;
    view.width = crf->image.width;
    view.height = crf->image.height;
    view.planes = 1;
    view.row_stride = (ptrdiff_t)((size_t)view.width * sizeof *memory);
    view.data = memory;
    return view;
}

/* smooth = the opinions under a Gaussian, a class at a time; `plane` is room for two. */
static int smooth_all(struct crf *crf, float *plane, const float *weights, int32_t radius)
{
    size_t classes = (size_t)crf->classes;
    struct seg_view in = plane_over(crf, plane), out = plane_over(crf, plane + crf->pixels);
    int status = SEG_OK;
    for (size_t k = 0; k < classes && !status; k++) {
        for (size_t i = 0; i < crf->pixels; i++)
            plane[i] = crf->opinion[i * classes + k];
        status = common_separable(crf->env, &in, &out, weights, radius, COMMON_REFLECT);
        for (size_t i = 0; i < crf->pixels; i++)
            crf->smooth[i * classes + k] = plane[crf->pixels + i];
    }
    return status;
}

/* norm = 1 / sqrt(the sum of a pixel's weights). */
static int find_norm(struct crf *crf, float *room)
{
    for (size_t i = 0; i < crf->pixels; i++)
        crf->smooth[i] = 1;
    int status = lattice_filter(&crf->lattice, 1, crf->smooth, crf->norm, room);
    for (size_t i = 0; i < crf->pixels; i++)
        crf->norm[i] = 1 / sqrtf(crf->norm[i] + 1e-20f);
    return status;
}

static int infer(struct crf *crf)
{
    const struct common_env *env = crf->env;
    int32_t radius = (int32_t)ceil(3 * crf->params->smooth_sigma);
    const float *weights = common_gaussian(env, crf->params->smooth_sigma, radius);
    float *room, *plane;
    int status =
        lattice_build(&crf->lattice, env, 2 + crf->image.planes, crf->pixels, feature, crf);
    if (status)
        return status;
    if (!weights || !COMMON_SCRATCH(env, plane, 2 * crf->pixels) ||
        !COMMON_SCRATCH(env, room, lattice_room(&crf->lattice, crf->classes)))
        return common_nomem(env);
    status = find_norm(crf, room);
    for (int32_t i = 0; i < crf->params->iterations && !status; i++) {
        status = over_rows(crf, weigh_rows);
        if (!status)
            status = lattice_filter(&crf->lattice, crf->classes, crf->smooth, crf->advice, room);
        if (!status)
            status = smooth_all(crf, plane, weights, radius);
        if (!status)
            status = over_rows(crf, update_rows);
        if (!status)
            status = env->host->progress(env->call, (i + 1.0) / crf->params->iterations);
    }
    return status;
}

static int write_out(const struct crf *crf)
{
    const struct seg_host *host = crf->env->host;
    struct seg_view labels = SEG_VIEW, scores = SEG_VIEW;
    struct seg_shape shape = SEG_SHAPE;
    size_t classes = (size_t)crf->classes;
    shape.planes = crf->classes;
    int status = host->output(crf->env->call, LABELS, NULL, &labels);
    if (!status)
        status = host->output(crf->env->call, REFINED, &shape, &scores);
    for (int32_t y = 0; y < labels.height && !status; y++) {
        const float *opinion = crf->opinion + (size_t)y * (size_t)labels.width * classes;
        int32_t *label = seg_row(&labels, 0, y);
        for (int32_t x = 0; x < labels.width; x++) {
            label[x] = 0;
            for (int32_t k = 0; k < crf->classes; k++) {
                const float *of = opinion + (size_t)x * classes;
                ((float *)seg_row(&scores, k, y))[x] = of[k];
                label[x] = of[k] > of[label[x]] ? k : label[x];
            }
        }
    }
    return status;
}

/* Counts the classes: planes of scores, or labels from 0 to the largest. */
static int count_classes(struct crf *crf)
{
    const struct common_env *env = crf->env;
    int32_t most = 1;
    bool scores = crf->given.dtype == SEG_F32;
    for (int32_t y = 0; y < crf->given.height && crf->given.kind == SEG_LABELS; y++) {
        const int32_t *row = seg_row(&crf->given, 0, y);
        for (int32_t x = 0; x < crf->given.width; x++)
            most = row[x] > most ? row[x] : most;
    }
    if (scores ? crf->given.planes > MOST_CLASSES : most >= MOST_CLASSES)
        return env->host->fail(env->call, SEG_STAGE, "input 'scores': more than %d classes",
                               MOST_CLASSES);
    crf->classes = scores ? crf->given.planes : most + 1;
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct crf crf = {.env = &env, .params = self, .image = SEG_VIEW, .given = SEG_VIEW};
    int status = host->input(call, IMAGE, &crf.image);
    if (!status)
        status = host->input(call, SCORES, &crf.given);
    if (status)
        return status;
    status = count_classes(&crf);
    if (status)
        return status;
    crf.pixels = common_pixels(&crf.image);
    crf.scale = crf.image.dtype == SEG_U8 ? 1 : crf.image.dtype == SEG_U16 ? 1 / 257.0f : 255;
    size_t values = crf.pixels * (size_t)crf.classes;
    if (!COMMON_SCRATCH(&env, crf.unary, values) || !COMMON_SCRATCH(&env, crf.opinion, values) ||
        !COMMON_SCRATCH(&env, crf.advice, values) || !COMMON_SCRATCH(&env, crf.smooth, values) ||
        !COMMON_SCRATCH(&env, crf.norm, crf.pixels))
        return common_nomem(&env);
    status = over_rows(&crf, read_rows);
    if (!status && crf.params->iterations)
        status = infer(&crf);
    return status ? status : write_out(&crf);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, iterations, 5, 0, 1000, NULL, "rounds of mean field inference")},
    {SEG_P_FLOAT(struct params, smooth_weight, 3, 0, 1e4, NULL,
                 "how much pixels nearby ought to agree")},
    {SEG_P_FLOAT(struct params, smooth_sigma, 3, 0.1, 1000, "px", "what is nearby")},
    {SEG_P_FLOAT(struct params, edge_weight, 10, 0, 1e4, NULL,
                 "how much pixels of like colour ought to agree")},
    {SEG_P_FLOAT(struct params, edge_sigma, 80, 0.1, 1e5, "px", "how far that reaches")},
    {SEG_P_FLOAT(struct params, color_sigma, 13, 0.01, 1e5, NULL,
                 "what is like, in steps of 8 bits")},
    {SEG_P_FLOAT(struct params, confidence, 0.9, 0.01, 0.9999, NULL,
                 "the score that a label or mask counts as, where there are no scores")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "what the boundaries are to follow; up to 8 planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1,
     .planes_max = LATTICE_DIMS - 2},
    {.name = "scores",
     .summary = "how likely each class is at each pixel, or the classes to refine",
     .kinds = SEG_KIND_BIT(SEG_SCORES) | SEG_KIND_BIT(SEG_LABELS) | SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "each pixel's class, from 0", .kinds = SEG_KIND_BIT(SEG_LABELS)},
    {.name = "refined",
     .summary = "the probability of each class",
     .kinds = SEG_KIND_BIT(SEG_SCORES),
     .flags = SEG_PORT_SIZED},
};

const struct seg_stage refine_dense_crf = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "refine.dense_crf",
    .summary = "refine scores by a fully connected conditional random field",
    .detail =
        "Every pixel is drawn to the classes of all others, the more the nearer they are "
        "('smooth_weight', 'smooth_sigma') and the more alike in colour within a wider reach "
        "('edge_weight', 'edge_sigma', 'color_sigma'): coarse scores, such as a network's, follow "
        "the edges of the image afterwards, and thin parts of one colour stay whole. Inference is "
        "by mean field; the filter in place and colour runs on a permutohedral lattice, with "
        "its weights evened out symmetrically.\n\n"
        "In place of scores there may be a mask or labels: each pixel's class then has the score "
        "'confidence', and void pixels have none. Colours count in steps of 8 bits: those of "
        "16 bits are divided by 257, floating point is taken as 0 to 1. NaN counts as 0. At most "
        "256 classes.\n\n"
        "Time grows with pixels, classes and 'iterations', not with the sigmas; laying out the "
        "lattice, about a quarter of it for two classes, runs on one thread.",
    .reference = "P. Kraehenbuehl, V. Koltun, Efficient inference in fully connected CRFs with "
                 "Gaussian edge potentials, NIPS 2011; A. Adams, J. Baek, A. Davis, Fast "
                 "high-dimensional filtering using the permutohedral lattice, Eurographics 2010",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
