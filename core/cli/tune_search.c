/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways to look for good parameters: a grid, at random (Bergstra and Bengio 2012), the simplex of
 * Nelder and Mead (1965), and a Gaussian process with expected improvement (Jones, Schonlau and
 * Welch 1998). */
#include "tune.h"

#include "../eval/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One search: the best so far and what is left to spend. */
struct search {
    struct tune *t;
    const bool *use;
    size_t best, spent;
    double best_score;
    uint64_t seed;
};

static int try(struct search *s, const double *point, double *score)
{
    const size_t before = s->t->candidate_count, c = tune_candidate(s->t, point);
    if (c == SIZE_MAX) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    s->spent += s->t->candidate_count > before;
    const int code = tune_score(s->t, c, s->use, score);
    if (!code && *score > s->best_score) {
        s->best_score = *score;
        s->best = c;
    }
    return code;
}

static int grid(struct search *s)
{
    size_t steps[TUNE_PARAMS], at[TUNE_PARAMS] = {0}, all = 1;
    for (size_t k = 0; k < s->t->param_count; k++) {
        const struct tune_param *p = &s->t->params[k];
        const double count = p->grid > 0 ? floor((p->high - p->low) / p->grid + 1e-9) : 8;
        steps[k] = (size_t)count + 1;
        all *= steps[k];
    }
    for (size_t i = 0; i < all; i++) {
        double point[TUNE_PARAMS], score;
        for (size_t k = 0; k < s->t->param_count; k++) {
            const struct tune_param *p = &s->t->params[k];
            const double step =
                p->grid > 0 ? p->grid / (p->high - p->low) : 1 / (double)(steps[k] - 1);
            point[k] = fmin(1, (double)at[k] * step);
        }
        const int code = try(s, point, &score);
        if (code)
            return code;
        for (size_t k = 0; k < s->t->param_count && ++at[k] == steps[k]; k++)
            at[k] = 0;
    }
    return CLI_DONE;
}

static int at_random(struct search *s)
{
    int code = CLI_DONE;
    for (uint64_t i = 0; i < s->t->budget && !code; i++) {
        double point[TUNE_PARAMS], score;
        for (size_t k = 0; k < s->t->param_count; k++)
            point[k] = segi_random_unit(&s->seed);
        code = try(s, point, &score);
    }
    return code;
}

/* -- Nelder and Mead -------------------------------------------------------------------------- */

struct corner {
    double point[TUNE_PARAMS], score;
};

static int by_score(const void *a, const void *b)
{
    const struct corner *p = a, *q = b;
    return (p->score < q->score) - (p->score > q->score);
}

/* A point on the line from the worst through the centre of the others. */
static int reflect(struct search *s, const struct corner *corners, double factor,
                   struct corner *made)
{
    const size_t n = s->t->param_count;
    for (size_t k = 0; k < n; k++) {
        double centre = 0;
        for (size_t i = 0; i < n; i++)
            centre += corners[i].point[k] / (double)n;
        made->point[k] = fmin(1, fmax(0, centre + factor * (centre - corners[n].point[k])));
    }
    return try(s, made->point, &made->score);
}

static int simplex(struct search *s)
{
    const size_t n = s->t->param_count;
    struct corner corners[TUNE_PARAMS + 1], first, second;
    int code = CLI_DONE;
    for (size_t i = 0; i <= n && !code; i++) {
        for (size_t k = 0; k < n; k++)
            corners[i].point[k] = k + 1 == i ? 0.8 : 0.4;
        code = try(s, corners[i].point, &corners[i].score);
    }
    for (uint64_t round = 0; round < 4 * s->t->budget && s->spent < s->t->budget && !code;
         round++) {
        qsort(corners, n + 1, sizeof *corners, by_score);
        code = reflect(s, corners, 1, &first);
        if (code)
            break;
        if (first.score > corners[0].score) {
            code = reflect(s, corners, 2, &second);
            corners[n] = second.score > first.score ? second : first;
        } else if (n > 1 && first.score > corners[n - 1].score) {
            corners[n] = first;
        } else {
            code = reflect(s, corners, -0.5, &second);
            if (second.score > corners[n].score) {
                corners[n] = second;
                continue;
            }
            for (size_t i = 1; i <= n && !code; i++) {
                for (size_t k = 0; k < n; k++)
                    corners[i].point[k] = (corners[i].point[k] + corners[0].point[k]) / 2;
                code = try(s, corners[i].point, &corners[i].score);
            }
        }
    }
    return code;
}

/* -- a Gaussian process ----------------------------------------------------------------------- */

#define MOST 200 /* points of the process */

struct process {
    size_t count, params;
    double points[MOST][TUNE_PARAMS], scores[MOST];
    double mean, scale;
    double factor[MOST][MOST]; /* Cholesky's, of the covariance */
    double weights[MOST];
};

static double likeness(const struct process *g, const double *a, const double *b)
{
    double d = 0;
    for (size_t k = 0; k < g->params; k++)
        d += (a[k] - b[k]) * (a[k] - b[k]);
    return exp(-d / (2 * 0.2 * 0.2));
}

static void forward(const struct process *g, const double *from, double *to)
{
    for (size_t i = 0; i < g->count; i++) {
        double sum = from[i];
        for (size_t k = 0; k < i; k++)
            sum -= g->factor[i][k] * to[k];
        to[i] = sum / g->factor[i][i];
    }
}

static void fit(struct process *g)
{
    double scaled[MOST] = {0};
    g->mean = 0;
    g->scale = 1e-9;
    for (size_t i = 0; i < g->count; i++)
        g->mean += g->scores[i] / (double)g->count;
    for (size_t i = 0; i < g->count; i++)
        g->scale = fmax(g->scale, fabs(g->scores[i] - g->mean));
    for (size_t i = 0; i < g->count; i++) {
        scaled[i] = (g->scores[i] - g->mean) / g->scale;
        for (size_t j = 0; j <= i; j++) {
            double sum = likeness(g, g->points[i], g->points[j]) + (i == j ? 1e-4 : 0);
            for (size_t k = 0; k < j; k++)
                sum -= g->factor[i][k] * g->factor[j][k];
            g->factor[i][j] = i == j ? sqrt(fmax(sum, 1e-10)) : sum / g->factor[j][j];
        }
    }
    forward(g, scaled, g->weights);
    for (size_t i = g->count; i-- > 0;) {
        double sum = g->weights[i];
        for (size_t k = i + 1; k < g->count; k++)
            sum -= g->factor[k][i] * g->weights[k];
        g->weights[i] = sum / g->factor[i][i];
    }
}

/* How much better than the best a point is expected to be. */
static double improvement(const struct process *g, const double *point, double best)
{
    double near[MOST] = {0}, solved[MOST], mean = 0, variance = 1;
    for (size_t i = 0; i < g->count; i++) {
        near[i] = likeness(g, point, g->points[i]);
        mean += near[i] * g->weights[i];
    }
    forward(g, near, solved);
    for (size_t i = 0; i < g->count; i++)
        variance -= solved[i] * solved[i];
    const double deviation = sqrt(fmax(variance, 1e-12));
    const double gain = mean - (best - g->mean) / g->scale - 0.01, z = gain / deviation;
    return gain * 0.5 * erfc(-z / sqrt(2)) + deviation * exp(-z * z / 2) / sqrt(2 * acos(-1.0));
}

static int learn(struct search *s, struct process *g, const double *point)
{
    memcpy(g->points[g->count], point, sizeof g->points[0]);
    return try(s, point, &g->scores[g->count++]);
}

static int bayes(struct search *s)
{
    struct process *g = calloc(1, sizeof *g);
    int code = g ? CLI_DONE : CLI_STAGE;
    const size_t budget = s->t->budget < MOST ? (size_t)s->t->budget : MOST;
    const size_t start = 2 * s->t->param_count + 2;
    for (size_t i = 0; !code && i < budget; i++) {
        double best_point[TUNE_PARAMS] = {0}, most = -1;
        g->params = s->t->param_count;
        if (i >= start)
            fit(g);
        for (int trial = 0; trial < (i < start ? 1 : 1000); trial++) {
            double point[TUNE_PARAMS] = {0};
            for (size_t k = 0; k < g->params; k++)
                point[k] = segi_random_unit(&s->seed);
            const double hope = i < start ? 0 : improvement(g, point, s->best_score);
            if (hope > most) {
                most = hope;
                memcpy(best_point, point, sizeof best_point);
            }
        }
        code = learn(s, g, best_point);
    }
    free(g);
    return code;
}

int tune_search(struct tune *t, const char *way, const bool *use, size_t *best)
{
    static const struct {
        const char *name;
        int (*run)(struct search *s);
    } ways[] = {{"grid", grid}, {"random", at_random}, {"nelder-mead", simplex}, {"bayes", bayes}};
    struct search s = {.t = t, .use = use, .best_score = -HUGE_VAL, .seed = t->seed};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (!strcmp(ways[i].name, way)) {
            const int code = ways[i].run(&s);
            *best = s.best;
            return code;
        }
    return cli_usage(t->cli,
                     "option '--search': '%s' is not one of grid, random, nelder-mead, bayes", way);
}
