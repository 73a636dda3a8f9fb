/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* contour.snake: an elastic closed curve.
 *
 * Each step is explicit in the image's pull and implicit in the curve's own stiffness, of which the
 * matrix is the same for all points: its inverse is a kernel along the curve. */
#include "common/border.h"
#include "common/sample.h"
#include "polygon.h"
#include "stages.h"

#include <math.h>
#include <string.h>

#define PAST 10 /* configurations that the present one is compared with, for it may swing */

struct params {
    double alpha, beta, gamma, w_line, w_edge, max_move, convergence;
    struct seg_floats center, radius;
    int32_t points, iterations;
};

struct snake {
    const struct params *params;
    const struct common_env *env;
    struct seg_view energy; /* f32; the curve climbs */
    struct contour_polygon now, pull;
    struct contour_polygon past[PAST];
    double *kernel; /* of the inverse, by the distance of two points */
    size_t reach;
};

/* The sum of the image's planes, scaled to 0..1, and the sum of their slopes by Sobel. */
static int find_energy(struct snake *snake, const struct seg_view *image)
{
    int32_t width = image->width, height = image->height;
    float scale = image->dtype == SEG_U8 ? 1 / 255.0f : image->dtype == SEG_U16 ? 1 / 65535.0f : 1;
    float line = (float)snake->params->w_line, edge = (float)snake->params->w_edge;
    float *rows[3];
    int status = common_scratch_view(snake->env, image, SEG_F32, &snake->energy);
    for (int i = 0; i < 3 && !status; i++)
        if (!COMMON_SCRATCH(snake->env, rows[i], width))
            status = common_nomem(snake->env);
    for (int32_t y = 0; y < height && !status; y++) {
        float *to = seg_row(&snake->energy, 0, y);
        memset(to, 0, (size_t)width * sizeof *to);
        for (int32_t k = 0; k < image->planes; k++) {
            for (int32_t i = 0; i < 3; i++) {
                common_floats(image, k, common_border(y + i - 1, height, COMMON_REFLECT), 0,
                              (size_t)width, rows[i]);
                for (int32_t x = 0; x < width; x++)
                    rows[i][x] = fabsf(rows[i][x]) < 1e15f ? rows[i][x] * scale : 0;
            }
            for (int32_t x = 0; x < width; x++) {
                int32_t l = x ? x - 1 : 0, r = x + 1 < width ? x + 1 : x;
                float dx = rows[0][r] - rows[0][l] + 2 * (rows[1][r] - rows[1][l]) + rows[2][r] -
                           rows[2][l];
                float dy = rows[2][l] - rows[0][l] + 2 * (rows[2][x] - rows[0][x]) + rows[2][r] -
                           rows[0][r];
                to[x] += line * rows[1][x] + edge * sqrtf((dx * dx + dy * dy) / 32);
            }
        }
    }
    return status;
}

/* The inverse of (gamma + alpha and beta times the second and fourth differences) on a closed
 * curve: one over the sum of the eigenvalues' waves. Ends where it has faded. */
static int find_kernel(struct snake *snake)
{
    const struct params *params = snake->params;
    const double pi = 3.14159265358979323846;
    size_t n = snake->now.count;
    if (!COMMON_SCRATCH(snake->env, snake->kernel, n / 2 + 1))
        return common_nomem(snake->env);
    for (size_t i = 0; i <= n / 2; i++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++) {
            double bend = 2 - 2 * cos(2 * pi * (double)k / (double)n);
            sum += cos(2 * pi * (double)(k * i % n) / (double)n) /
                   (params->gamma + params->alpha * bend + params->beta * bend * bend);
        }
        snake->kernel[i] = sum / (double)n;
        if (fabs(snake->kernel[i]) > 1e-9 * snake->kernel[0])
            snake->reach = i;
    }
    return SEG_OK;
}

static double at(const struct snake *snake, int32_t x, int32_t y)
{
    int32_t width = snake->energy.width, height = snake->energy.height;
    x = x < 0 ? 0 : x < width ? x : width - 1;
    y = y < 0 ? 0 : y < height ? y : height - 1;
    return (double)((const float *)seg_row(&snake->energy, 0, y))[x];
}

/* The energy's slope at a point: central differences, interpolated linearly. */
static void slope(const struct snake *snake, double x, double y, double *dx, double *dy)
{
    x = fmin(fmax(x, 0), snake->energy.width - 1);
    y = fmin(fmax(y, 0), snake->energy.height - 1);
    int32_t left = (int32_t)x, top = (int32_t)y;
    *dx = *dy = 0;
    for (int32_t k = 0; k < 4; k++) {
        int32_t u = left + k % 2, v = top + k / 2;
        double weight = (k % 2 ? x - left : 1 - (x - left)) * (k / 2 ? y - top : 1 - (y - top));
        *dx += weight * (at(snake, u + 1, v) - at(snake, u - 1, v)) / 2;
        *dy += weight * (at(snake, u, v + 1) - at(snake, u, v - 1)) / 2;
    }
}

static double relaxed(const struct snake *snake, const double *pull, size_t i)
{
    size_t n = snake->now.count;
    double sum = snake->kernel[0] * pull[i];
    for (size_t k = 1; k <= snake->reach; k++)
        sum += snake->kernel[k] *
               (2 * k == n ? pull[(i + k) % n] : pull[(i + k) % n] + pull[(i + n - k) % n]);
    return sum;
}

/* A step; no point moves farther than max_move along x or y. */
static void step(const struct snake *snake)
{
    const struct params *params = snake->params;
    size_t n = snake->now.count;
    for (size_t i = 0; i < n; i++) {
        double dx, dy;
        slope(snake, snake->now.x[i], snake->now.y[i], &dx, &dy);
        snake->pull.x[i] = params->gamma * snake->now.x[i] + dx;
        snake->pull.y[i] = params->gamma * snake->now.y[i] + dy;
    }
    for (size_t i = 0; i < n; i++) {
        double x = relaxed(snake, snake->pull.x, i), y = relaxed(snake, snake->pull.y, i);
        snake->now.x[i] += params->max_move * tanh(x - snake->now.x[i]);
        snake->now.y[i] += params->max_move * tanh(y - snake->now.y[i]);
    }
}

/* Whether the curve is where one of the past ones was. */
static bool rests(const struct snake *snake)
{
    for (size_t k = 0; k < PAST; k++) {
        double most = 0;
        for (size_t i = 0; i < snake->now.count; i++)
            most = fmax(most, fabs(snake->past[k].x[i] - snake->now.x[i]) +
                                  fabs(snake->past[k].y[i] - snake->now.y[i]));
        if (most < snake->params->convergence)
            return true;
    }
    return false;
}

static int evolve(struct snake *snake, int32_t *steps)
{
    size_t bytes = snake->now.count * sizeof(double);
    int status = SEG_OK;
    for (*steps = 0; *steps < snake->params->iterations && !status;) {
        int32_t turn = (*steps)++ % (PAST + 1);
        step(snake);
        if (turn < PAST) {
            memcpy(snake->past[turn].x, snake->now.x, bytes);
            memcpy(snake->past[turn].y, snake->now.y, bytes);
        } else if (rests(snake)) {
            break;
        } else {
            status = snake->env->host->progress(snake->env->call,
                                                (double)*steps / snake->params->iterations);
        }
    }
    return status;
}

/* An ellipse, or the outline of the mask. */
static int begin(struct snake *snake, const struct seg_view *image, const struct seg_view *init)
{
    const double pi = 3.14159265358979323846;
    const struct params *params = snake->params;
    struct contour_polygon *all[PAST + 2] = {&snake->now, &snake->pull};
    for (size_t k = 0; k < PAST + 2; k++) {
        if (k >= 2)
            all[k] = &snake->past[k - 2];
        all[k]->count = (size_t)params->points;
        if (!COMMON_SCRATCH(snake->env, all[k]->x, params->points) ||
            !COMMON_SCRATCH(snake->env, all[k]->y, params->points))
            return common_nomem(snake->env);
    }
    if (init) {
        int status = contour_polygon_trace(snake->env, init, &snake->now);
        return status == SEG_ABSENT ? snake->env->host->fail(snake->env->call, SEG_STAGE,
                                                             "input 'init': the mask is empty")
                                    : status;
    }
    int32_t shorter = image->width < image->height ? image->width : image->height;
    const double *center = params->center.values, *radius = params->radius.values;
    double cx = params->center.count ? center[0] : (image->width - 1) / 2.0;
    double cy = params->center.count > 1 ? center[1] : (image->height - 1) / 2.0;
    double rx = params->radius.count ? radius[0] : shorter * 3.0 / 8;
    double ry = params->radius.count > 1 ? radius[1] : rx;
    for (size_t i = 0; i < snake->now.count; i++) {
        double angle = 2 * pi * (double)i / (double)snake->now.count;
        snake->now.x[i] = cx + rx * cos(angle);
        snake->now.y[i] = cy + ry * sin(angle);
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct snake snake = {.params = self, .env = &env};
    struct seg_view image, mask, init = SEG_VIEW;
    int32_t steps = 0;
    int status = common_open(&env, &image, &mask);
    if (status)
        return status;
    int absent = host->input(call, 1, &init);
    if (absent && absent != SEG_ABSENT)
        return absent;
    status = begin(&snake, &image, absent ? NULL : &init);
    if (!status)
        status = find_energy(&snake, &image);
    if (!status)
        status = find_kernel(&snake);
    if (!status)
        status = evolve(&snake, &steps);
    if (!status)
        status = host->value(call, "iterations", steps);
    if (status)
        return status;
    uint64_t area = contour_polygon_fill(&snake.now, snake.pull.x, &mask);
    return host->value(call, "area", (double)area);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, alpha, 0.01, 0, 1e6, NULL,
                 "how hard it is to stretch: a larger one makes it shorter")},
    {SEG_P_FLOAT(struct params, beta, 0.1, 0, 1e6, NULL,
                 "how hard it is to bend: a larger one makes it smoother")},
    {SEG_P_FLOAT(struct params, gamma, 0.01, 1e-9, 1e6, NULL,
                 "how hard it is to move: a larger one makes shorter steps")},
    {SEG_P_FLOAT(struct params, w_line, 0, -1e6, 1e6, NULL,
                 "pull to bright pixels; below 0 to dark ones")},
    {SEG_P_FLOAT(struct params, w_edge, 1, -1e6, 1e6, NULL, "pull to edges; below 0 away")},
    {SEG_P_FLOAT(struct params, max_move, 1, 1e-3, 1000, "px", "a point's longest step"),
     .alias = "max_px_move"},
    {SEG_P_FLOAT(struct params, convergence, 0.1, 0, 1000, "px",
                 "ends when no point has moved farther")},
    {SEG_P_FLOATS(struct params, center, "", 0, 2, -1e6, 1e6, "px",
                  "x and y of the ellipse that it begins with; not given: the image's middle")},
    {SEG_P_FLOATS(struct params, radius, "", 0, 2, 0.5, 1e6, "px",
                  "its half axes along x and y, or one for both; not given: 3/8 of the shorter "
                  "side of the image")},
    {SEG_P_INT(struct params, points, 200, 5, 4096, NULL, "of the curve")},
    {SEG_P_INT(struct params, iterations, 2500, 1, 1000000, NULL, "steps, at most"),
     .alias = "max_num_iter"},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "gray or colour; smooth it before",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
    {.name = "init",
     .summary = "a mask with whose largest object's outline it begins, instead of an ellipse",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "mask", .summary = "the inside of the curve", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

const struct seg_stage contour_snake = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "contour.snake",
    .summary = "pull an elastic curve to the edges of an object",
    .detail = "A closed curve of 'points' points that does not like to be long ('alpha') or bent "
              "('beta') climbs the steepness of the image (by Sobel, planes added up), or its "
              "brightness. Samples of 8 and 16 bits are scaled to 0..1, floating point is taken as "
              "it is; NaN and infinities count as 0. It finds an edge only from nearby: smooth "
              "the image before, by as much as the curve begins away from it. Coordinates are of "
              "pixel centres, from 0.\n\n"
              "It moves a few points on one thread. Reports 'iterations' and 'area'.",
    .reference = "M. Kass, A. Witkin, D. Terzopoulos, Snakes: active contour models, International "
                 "Journal of Computer Vision 1 (4), 1988",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
