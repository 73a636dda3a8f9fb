/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graphcut.energy: the labelling of least energy for costs that are given. */
#include "expansion.h"
#include "stages.h"

#include <string.h>

struct params {
    int32_t connectivity, slices;
    double weight;
    int32_t iterations;
};

enum { UNARY, PAIRWISE };

static int planes(const struct common_env *env, const struct seg_view *view, float ***planes_out)
{
    float **list;
    int status = COMMON_SCRATCH(env, list, view->planes) ? SEG_OK : common_nomem(env);
    for (int32_t i = 0; i < view->planes && !status; i++)
        status = cut_plane(env, view, i, &list[i]);
    *planes_out = list;
    return status;
}

static int read_pairwise(const struct common_env *env, const struct seg_view *unary,
                         struct cut_labelling *l)
{
    struct seg_view pairwise = SEG_VIEW;
    int status = env->host->input(env->call, PAIRWISE, &pairwise);
    if (status)
        return status == SEG_ABSENT ? SEG_OK : status;
    if (pairwise.width != unary->width || pairwise.height != unary->height)
        return env->host->fail(env->call, SEG_STAGE,
                               "input 'pairwise': it is %d x %d, not %d x %d as 'unary'",
                               pairwise.width, pairwise.height, unary->width, unary->height);
    if ((uint32_t)pairwise.planes != l->grid.directions / 2)
        return env->host->fail(
            env->call, SEG_STAGE,
            "input 'pairwise': it has %d planes; connectivity %u needs %u, one an "
            "offset",
            pairwise.planes, l->grid.directions, l->grid.directions / 2);
    return planes(env, &pairwise, &l->pair);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct cut_labelling l = {.weight = params->weight, .truncation = 1};
    struct seg_view unary, labels;
    double flow = 0, energy;
    int status = common_open(&env, &unary, &labels);
    if (!status)
        status = cut_open(&env, &l.grid, &unary, params->connectivity, params->slices);
    if (!status)
        status = planes(&env, &unary, &l.unary);
    if (!status)
        status = read_pairwise(&env, &unary, &l);
    if (status)
        return status;
    l.labels = (uint32_t)unary.planes;
    if (!COMMON_SCRATCH(&env, l.label, l.grid.count))
        return common_nomem(&env);
    status = cut_scale(&env, &l);
    if (status)
        return status;
    if (l.labels == 2) {
        status = cut_two(&env, &l, &flow);
    } else {
        cut_least(&l);
        status = cut_expand(&env, &l, params->iterations);
    }
    if (status)
        return status;
    energy = cut_energy(&l);
    for (int32_t y = 0; y < labels.height; y++)
        memcpy(seg_row(&labels, 0, y), l.label + (size_t)y * (size_t)labels.width,
               (size_t)labels.width * sizeof *l.label);
    if (l.labels == 2)
        status = host->value(call, "flow", flow);
    return status ? status : host->value(call, "energy", energy);
}

static const struct seg_param params[] = {
    CUT_CONNECTIVITY_ROW(struct params, CUT_4),
    {SEG_P_FLOAT(struct params, weight, 1, 0, 1e30, NULL,
                 "the cost of each two neighbours that differ, where 'pairwise' is not connected")},
    {SEG_P_INT(struct params, iterations, 10, 1, 1000, NULL,
               "how many rounds over all labels at most, with more than two")},
    CUT_SLICES_ROW(struct params),
};

static const struct seg_port inputs[] = {
    {.name = "unary",
     .summary = "what each label costs at each pixel, a plane a label",
     .kinds = SEG_KIND_BIT(SEG_IMAGE) | SEG_KIND_BIT(SEG_SCORES),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 2,
     .planes_max = 65536},
    {.name = "pairwise",
     .summary = "what two neighbours cost that differ, a plane an offset, at the first of the two",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "labels",
     .summary = "the plane of each pixel's label, from 0",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage graphcut_energy = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "graphcut.energy",
    .summary = "find the labelling of least energy for given costs",
    .detail =
        "Minimises the sum of each pixel's cost for its label and of the weights between "
        "neighbours whose labels differ. Two labels are solved exactly, by a maximum flow; of all "
        "best labellings it is the one with the fewest pixels of label 1. More are solved by "
        "alpha-expansion, from the cheapest label of each pixel on, which comes within twice the "
        "least energy. Reports 'energy' and, for two labels, 'flow'.\n\n"
        "The offsets of the planes of 'pairwise' are, in rows and columns, (0, 1), (1, 0) and, "
        "with "
        "8, (1, 1), (1, -1); in pages, rows and columns, with 6, (0, 0, 1), (0, 1, 0), (1, 0, 0) "
        "and, with 26, (0, 1, 1), (0, 1, -1), (1, 0, 1), (1, 0, -1), (1, 1, 0), (1, -1, 0), "
        "(1, 1, 1), (1, 1, -1), (1, -1, 1), (1, -1, -1) after these. " CUT_SLICES_TEXT "\n\n"
        "Whole costs are kept as they are and must sum to less than 2^30 around a pixel; others "
        "become multiples of a power of two that uses that range.",
    .reference = "A. V. Goldberg, S. Hed, H. Kaplan, P. Kohli, R. E. Tarjan, R. F. Werneck, Faster "
                 "and more dynamic maximum flow by incremental breadth-first search, ESA 2015; "
                 "Y. Boykov, O. Veksler, R. Zabih, Fast approximate energy minimization via graph "
                 "cuts, IEEE PAMI 23 (11), 2001",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
