/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the scores of all images to ranks, and the same ranking on the terminal. */
#include "compare.h"

#include <math.h>
#include <stdlib.h>

static void column(const struct compare *c, size_t method, int measure, double *to)
{
    for (size_t i = 0; i < c->image_count; i++) {
        const struct cmp_cell *cell = cmp_cell(c, i, method);
        to[i] = cell->done ? cell->values[measure] : (double)NAN;
    }
}

static int summarize(struct compare *c, size_t m, double *room)
{
    struct cmp_method *method = &c->methods[m];
    size_t done = 0;
    for (int k = 0; k < SEGI_MEASURES; k++) {
        column(c, m, k, room);
        if (segi_summarize(room, c->image_count, 2000, 1, &method->summary[k]))
            return CLI_STAGE;
    }
    for (size_t i = 0; i < c->image_count; i++) {
        const struct cmp_cell *cell = cmp_cell(c, i, m);
        method->failed += !cell->done;
        if (!cell->done)
            continue;
        method->wall += cell->wall;
        method->cpu += cell->cpu;
        method->peak_mib = fmax(method->peak_mib, cell->peak_mib);
        done++;
    }
    method->wall /= done ? (double)done : 1;
    method->cpu /= done ? (double)done : 1;
    return CLI_DONE;
}

/* Larger is better; below all where it is undefined. */
static double merit(const struct compare *c, size_t m)
{
    const double mean = c->methods[m].summary[c->rank_by].mean;
    return isnan(mean) ? -HUGE_VAL : segi_measures[c->rank_by].better < 0 ? -mean : mean;
}

/* Nobody is both faster and better. Processor time, because workers share the machine. */
static bool on_front(const struct compare *c, size_t m)
{
    for (size_t k = 0; k < c->method_count; k++)
        if (k != m && c->methods[k].cpu <= c->methods[m].cpu && merit(c, k) >= merit(c, m) &&
            (c->methods[k].cpu < c->methods[m].cpu || merit(c, k) > merit(c, m)))
            return false;
    return merit(c, m) > -HUGE_VAL;
}

int cmp_rank(struct compare *c)
{
    const size_t n = c->image_count;
    double *room = malloc((2 * n + c->method_count + 1) * sizeof *room);
    double *best_scores = room ? room + n : NULL, *p = room ? room + 2 * n : NULL;
    size_t best = 0;
    int code = room ? CLI_DONE : CLI_STAGE;
    for (size_t m = 0; !code && m < c->method_count; m++)
        code = summarize(c, m, room);
    for (size_t m = 0; !code && m < c->method_count; m++) {
        c->methods[m].rank = 1;
        for (size_t k = 0; k < c->method_count; k++)
            c->methods[m].rank += merit(c, k) > merit(c, m);
        c->methods[m].pareto = on_front(c, m);
        best = merit(c, m) > merit(c, best) ? m : best;
    }
    if (!code)
        column(c, best, (int)c->rank_by, best_scores);
    for (size_t m = 0; !code && m < c->method_count; m++) {
        column(c, m, (int)c->rank_by, room);
        p[m] = (double)NAN;
        if (m != best && c->methods[m].summary[c->rank_by].defined &&
            segi_wilcoxon(best_scores, room, n, &p[m]))
            code = CLI_STAGE;
    }
    if (!code && segi_holm(p, c->method_count))
        code = CLI_STAGE;
    for (size_t m = 0; !code && m < c->method_count; m++)
        c->methods[m].p = p[m];
    free(room);
    return code;
}

void cmp_print(const struct compare *c)
{
    printf("%zu images, ranked by %s%s; %.1f s\n", c->image_count, segi_measures[c->rank_by].name,
           c->has_truth ? "" : " against the consensus, because there is no truth", c->seconds);
    printf("%4s %-24s %8s %17s %9s %10s %9s %7s\n", "rank", "method",
           segi_measures[c->rank_by].name, "95 % of the mean", "p", "CPU ms", "MiB", "failed");
    for (size_t rank = 1; rank <= c->method_count; rank++)
        for (size_t m = 0; m < c->method_count; m++) {
            const struct cmp_method *method = &c->methods[m];
            const struct segi_summary *s = &method->summary[c->rank_by];
            if (method->rank != rank)
                continue;
            printf("%4zu %-24s %8.4f %8.4f %8.4f ", rank, method->name, s->mean, s->low, s->high);
            if (isnan(method->p))
                printf("%9s", rank == 1 ? "best" : "");
            else
                printf("%9.2g", method->p);
            printf(" %10.2f %9.1f %7zu%s\n", 1e3 * method->cpu, method->peak_mib, method->failed,
                   method->pareto ? "  on the front" : "");
        }
    for (size_t m = 0; m < c->method_count; m++)
        for (size_t i = 0; i < c->image_count; i++)
            if (!cmp_cell(c, i, m)->done && *cmp_cell(c, i, m)->why) {
                cli_message("%s: %s: %s", c->images[i].name, c->methods[m].name,
                            cmp_cell(c, i, m)->why);
                break; /* the first one of each method */
            }
}
