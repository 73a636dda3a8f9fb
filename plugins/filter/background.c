/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.background: what an image would be without its objects. */
#include "common/sample.h"
#include "correlate.h"
#include "polynomial.h"
#include "stages.h"
#include "table.h"

#include <math.h>

struct params {
    int32_t method;
    double radius;
    int32_t degree;
    bool bright, subtract;
};

enum { BALL, POLYNOMIAL };

struct background {
    const struct params *params;
    struct seg_view in, out;
    int32_t plane;
    struct seg_view floats, found; /* f32; both negated where a bright background is wanted */
};

static int load_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct background *b = arg;
    size_t width = (size_t)b->in.width;
    for (size_t y = begin; y < end; y++) {
        float *row = seg_row(&b->floats, 0, (int32_t)y);
        common_floats(&b->in, b->plane, (int32_t)y, 0, width, row);
        for (size_t x = 0; b->params->bright && x < width; x++)
            row[x] = -row[x];
    }
    return SEG_OK;
}

/* The ball stays below the image, so that fractions are cut off towards the background. */
static int store_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct background *b = arg;
    size_t width = (size_t)b->in.width;
    float sign = b->params->bright ? -1 : 1;
    bool whole = b->in.dtype != SEG_F32 && b->params->method == BALL;
    for (size_t y = begin; y < end; y++) {
        float *found = seg_row(&b->found, 0, (int32_t)y);
        const float *row = seg_row(&b->floats, 0, (int32_t)y);
        for (size_t x = 0; x < width; x++) {
            float value = whole ? floorf(found[x]) : found[x];
            found[x] = b->params->subtract ? row[x] - value : sign * value;
        }
        common_store(&b->out, b->plane, (int32_t)y, found, width);
    }
    return SEG_OK;
}

/* How far the surface of a ball lies below its top; infinite where there is no ball. What would
 * always lie outside the image is left out. */
static int make_ball(const struct common_env *env, double radius, const struct seg_view *image,
                     struct filter_kernel *ball)
{
    int32_t reach = (int32_t)ceil(radius);
    *ball = (struct filter_kernel){.x = reach < image->width ? reach : image->width - 1,
                                   .y = reach < image->height ? reach : image->height - 1};
    float *to = env->host->scratch(env->call, 2 * (size_t)ball->y + 1,
                                   (2 * (size_t)ball->x + 1) * sizeof *to);
    if (!to)
        return common_nomem(env);
    ball->weights = to;
    for (int32_t y = -ball->y; y <= ball->y; y++)
        for (int32_t x = -ball->x; x <= ball->x; x++) {
            double rest = radius * radius - (double)x * x - (double)y * y;
            *to++ = rest < 0 ? INFINITY : (float)(radius - sqrt(rest));
        }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct background b = {.params = self};
    struct filter_kernel ball;
    int status = common_open(&env, &b.in, &b.out);
    if (!status)
        status = common_scratch_view(&env, &b.in, SEG_F32, &b.floats);
    if (!status)
        status = common_scratch_view(&env, &b.in, SEG_F32, &b.found);
    if (!status && b.params->method == BALL)
        status = make_ball(&env, b.params->radius, &b.in, &ball);
    size_t height = (size_t)b.in.height, grain = common_grain(b.in.width);
    for (; b.plane < b.in.planes && !status; b.plane++) {
        status = common_parallel(&env, height, grain, load_rows, &b);
        if (!status && b.params->method == BALL)
            status = filter_lower(&env, &b.floats, &ball, &b.found);
        else if (!status)
            status = filter_polynomial(&env, &b.floats, b.params->degree, &b.found);
        if (!status)
            status = common_parallel(&env, height, grain, store_rows, &b);
    }
    return status;
}

static int32_t reach(const void *params)
{
    const struct params *p = params;
    return p->method == BALL ? (int32_t)ceil(p->radius) : -1;
}

static const struct seg_choice methods[] = {
    [BALL] = {"ball", "where the top of a ball comes that rolls below the image"},
    [POLYNOMIAL] = {"polynomial", "the polynomial of 'degree' that fits best"},
};

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, method, BALL, methods, "how the background is found")},
    {SEG_P_FLOAT(struct params, radius, 50, 1, 1000, "px", "of the ball; larger than objects are")},
    {SEG_P_INT(struct params, degree, 2, 0, FILTER_DEGREE_MAX, NULL, "of the polynomial"),
     .alias = "order"},
    {SEG_P_BOOL(struct params, bright, false, "objects are darker than the background")},
    {SEG_P_BOOL(struct params, subtract, false, "give the image less its background instead")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};

static const struct seg_port outputs[] = {FILTER_OUTPUT("background", SEG_ANY_SAMPLE)};

const struct seg_stage filter_background = {
    FILTER_TABLES,
    .id = "filter.background",
    .summary = "estimate the uneven background of an image",
    .detail =
        "The rolling ball treats grey values as heights in pixels: a ball of 'radius' is pushed up "
        "from below until it touches, and the background is as high as its top comes. Results of 8 "
        "and 16 bits are rounded down. scikit-image's radius is 100, ImageJ's 50; ImageJ shrinks "
        "the image before, here it is exact, and time grows with the square of the radius. The "
        "ball does not see NaN.\n\n"
        "The polynomial in x and y is fitted to all pixels by least squares, so it suits sparse "
        "objects.\n\n"
        "With 'subtract' the result is the image less its background, with 'bright' the background "
        "less the image: objects are bright on dark both times. What is below 0 becomes 0 in 8 and "
        "16 bits.",
    .reference = "S. R. Sternberg, Biomedical image processing, Computer 16 (1), 1983",
    .version = 1,
    .process = process,
    .reach = reach,
};
