/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graphcut.ncut: normalised cuts of the graph of adjacent regions. */
#include "contrast.h"
#include "regions.h"
#include "stages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct params {
    double threshold, sigma;
    int32_t most;
};

enum { IMAGE, SUPERPIXELS };
enum { ITERATIONS = 2000 };

struct rank {
    double value;
    uint32_t region;
};

/* The graph and the work of one cut; a part is regions of the same number in `part`. */
struct ncut {
    const struct common_env *env;
    const struct common_regions *r;
    double *weight;         /* [arc] */
    uint32_t *part;         /* [region] */
    double *degree;         /* [region], within its part */
    double *vector, *after; /* [region] */
    struct rank *order;
};

static double in_part(const struct ncut *n, uint32_t a, uint32_t arc)
{
    return n->part[n->r->to[arc]] == n->part[a] ? n->weight[arc] : 0;
}

/* Takes the mean out of a vector, by degrees, and makes its length 1; false: nothing is left. */
static bool normalise(const struct ncut *n, uint32_t count, double *v)
{
    double dot = 0, all = 0, length = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t a = n->order[i].region;
        dot += v[a] * sqrt(n->degree[a]);
        all += n->degree[a];
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t a = n->order[i].region;
        v[a] -= dot / all * sqrt(n->degree[a]);
        length += v[a] * v[a];
    }
    for (uint32_t i = 0; i < count && length > 0; i++)
        v[n->order[i].region] /= sqrt(length);
    return length > 1e-300;
}

/* The second eigenvector of the normalised graph of a part, by power iteration on (1 + N) / 2,
 * whose eigenvalues are not below 0. `order` lists the part's regions. */
static bool second_vector(const struct ncut *n, uint32_t count)
{
    double *v = n->vector, *next = n->after, change = 1;
    uint32_t state = 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t a = n->order[i].region;
        n->degree[a] = 1; /* a region is like itself */
        for (uint32_t arc = n->r->first[a]; arc < n->r->first[a + 1]; arc++)
            n->degree[a] += in_part(n, a, arc);
        state = state * 1664525u + 1013904223u;
        v[a] = (double)(state >> 8) - (1 << 23);
    }
    bool left = normalise(n, count, v);
    for (int i = 0; i < ITERATIONS && left && change > 1e-12; i++) {
        for (uint32_t k = 0; k < count; k++) {
            uint32_t a = n->order[k].region;
            double sum = v[a] / n->degree[a];
            for (uint32_t arc = n->r->first[a]; arc < n->r->first[a + 1]; arc++) {
                uint32_t b = n->r->to[arc];
                sum += in_part(n, a, arc) * v[b] / sqrt(n->degree[a] * n->degree[b]);
            }
            next[a] = (v[a] + sum) / 2;
        }
        left = normalise(n, count, next);
        change = 0;
        for (uint32_t k = 0; k < count; k++) {
            uint32_t a = n->order[k].region;
            change += (next[a] - v[a]) * (next[a] - v[a]);
            v[a] = next[a];
        }
    }
    return left;
}

static int by_value(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    int sign = (x->value > y->value) - (x->value < y->value);
    return sign ? sign : (x->region > y->region) - (x->region < y->region);
}

/* The cheapest of the cuts between neighbours in the order of the vector. Moves the border region
 * by region: a region's weights to both sides change the cut. `first`: how many regions come before
 * it. */
static double best_split(const struct ncut *n, uint32_t count, uint32_t *first)
{
    double all = 0, before = 0, cut = 0, best = HUGE_VAL;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t a = n->order[i].region;
        n->order[i].value = n->vector[a] / sqrt(n->degree[a]);
        all += n->degree[a];
        n->after[a] = 0; /* 1: before the border */
    }
    qsort(n->order, count, sizeof *n->order, by_value);
    for (uint32_t i = 0; i + 1 < count; i++) {
        uint32_t a = n->order[i].region;
        before += n->degree[a];
        for (uint32_t arc = n->r->first[a]; arc < n->r->first[a + 1]; arc++)
            cut += in_part(n, a, arc) * (n->after[n->r->to[arc]] > 0 ? -1 : 1);
        n->after[a] = 1;
        double value = cut / before + cut / (all - before);
        if (value < best && n->order[i].value < n->order[i + 1].value) {
            best = value;
            *first = i + 1;
        }
    }
    return best;
}

/* Splits parts until none is worth it. Returns their number in *parts. */
static int split_all(struct ncut *n, const struct params *params, uint32_t *parts)
{
    *parts = 1;
    for (uint32_t part = 0; part < *parts && *parts < (uint32_t)params->most;) {
        uint32_t count = 0, first = 0;
        for (uint32_t r = 0; r < n->r->count; r++)
            if (n->part[r] == part && n->r->area[r])
                n->order[count++].region = r;
        if (count < 2 || !second_vector(n, count) ||
            best_split(n, count, &first) > params->threshold || !first) {
            part++; /* it stays whole */
            continue;
        }
        for (uint32_t i = first; i < count; i++)
            n->part[n->order[i].region] = *parts;
        ++*parts;
        int status = n->env->host->progress(n->env->call, -1);
        if (status)
            return status;
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, out, labels = SEG_VIEW;
    struct common_regions regions;
    struct ncut n = {.env = &env, .r = &regions};
    uint32_t parts;
    float **planes;
    int status = common_open(&env, &image, &out);
    if (!status)
        status = host->input(call, SUPERPIXELS, &labels);
    if (!status)
        status = contrast_planes(&env, &image, &planes);
    if (!status)
        status = common_regions(&env, &labels, "superpixels", planes, image.planes, &regions);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, n.weight, regions.arcs + 1) ||
        !COMMON_SCRATCH(&env, n.part, regions.count) ||
        !COMMON_SCRATCH(&env, n.degree, regions.count) ||
        !COMMON_SCRATCH(&env, n.vector, regions.count) ||
        !COMMON_SCRATCH(&env, n.after, regions.count) ||
        !COMMON_SCRATCH(&env, n.order, regions.count))
        return common_nomem(&env);
    memset(n.part, 0, regions.count * sizeof *n.part);
    for (uint32_t a = 0; a < regions.count; a++)
        for (uint32_t arc = regions.first[a]; arc < regions.first[a + 1]; arc++)
            n.weight[arc] = exp(-regions_difference(&regions, image.planes, a, regions.to[arc]) /
                                (params->sigma * params->sigma));
    status = split_all(&n, params, &parts);
    for (int32_t y = 0; y < out.height && !status; y++) {
        const int32_t *row = seg_row(&labels, 0, y);
        int32_t *to = seg_row(&out, 0, y);
        for (int32_t x = 0; x < out.width; x++)
            to[x] = row[x] > 0 ? (int32_t)n.part[row[x] - 1] + 1 : row[x];
    }
    return status ? status : host->value(call, "segments", parts);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, threshold, 0.1, 0, 2, NULL,
                 "the normalised cut up to which a part is split")},
    {SEG_P_FLOAT(struct params, sigma, 30, 1e-3, 1e6, NULL,
                 "the difference of the means of two regions that counts as large")},
    {SEG_P_INT(struct params, most, 1000, 1, 1000000, NULL, "how many segments at most")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "what to segment, of any number of channels",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
    {.name = "superpixels",
     .summary = "the regions, such as superpixels or basins of a watershed",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

static const struct seg_port outputs[] = {
    {.name = "labels",
     .summary = "segments, each of whole regions, from 1 on; what is no region stays",
     .kinds = SEG_KIND_BIT(SEG_LABELS),
     .planes_min = 1},
};

const struct seg_stage graphcut_ncut = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "graphcut.ncut",
    .summary = "join superpixels to segments by normalised cuts",
    .detail =
        "Splits the graph of adjacent regions in two where the weights between the parts are least "
        "in relation to those within, then the parts again, as long as that normalised cut is at "
        "most 'threshold'. A weight is exp(-d^2 / sigma^2) for a difference d of the means, in "
        "8-bit "
        "steps (16 bits are divided by 257, floating point is stretched to 0..255). The order of "
        "regions comes from the second eigenvector, found by power iteration. Reports 'segments'.",
    .reference = "J. Shi, J. Malik, Normalized cuts and image segmentation, IEEE Transactions on "
                 "Pattern Analysis and Machine Intelligence 22 (8), 2000",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
