/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* refine.snap: moves the borders of regions to edges of an image nearby. */
#include "common/region_distance.h"
#include "common/sample.h"
#include "common/steepness.h"
#include "label.h"
#include "stages.h"
#include "watershed/flood.h"

struct params {
    double radius;
};

enum { LABELS, IMAGE };

struct snap {
    const struct params *params;
    struct seg_view in, image;
    struct seg_view labels, distance; /* background is a region too: all numbers are one up */
    struct seg_view relief, markers, out;
    struct common_ids ids; /* of `labels` */
    float *depth;
    int32_t background; /* its number among the markers */
};

static int over_rows(const struct common_env *env, struct snap *snap, seg_body body)
{
    return common_parallel(env, (size_t)snap->in.height, common_grain(snap->in.width), body, snap);
}

static int read_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct snap *snap = arg;
    for (size_t y = begin; y < end; y++) {
        int32_t *row = seg_row(&snap->labels, 0, (int32_t)y);
        for (int32_t x = 0; x < snap->in.width; x++) {
            int32_t label = refine_label(&snap->in, x, (int32_t)y);
            row[x] = label ? label : snap->background;
        }
    }
    return SEG_OK;
}

/* What is deep enough inside its region stays; of a thin one at least the inner half does. */
static int mark_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct snap *snap = arg;
    for (size_t y = begin; y < end; y++) {
        const int32_t *label = seg_row(&snap->labels, 0, (int32_t)y);
        const float *distance = seg_row(&snap->distance, 0, (int32_t)y);
        int32_t *to = seg_row(&snap->markers, 0, (int32_t)y);
        for (int32_t x = 0; x < snap->in.width; x++) {
            double half = (double)snap->depth[common_ids_place(&snap->ids, label[x])] / 2;
            double gap = half < snap->params->radius ? half : snap->params->radius;
            to[x] = label[x] < 0 || (double)distance[x] > gap ? label[x] : 0;
        }
    }
    return SEG_OK;
}

static int write_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct snap *snap = arg;
    for (size_t y = begin; y < end; y++) {
        int32_t *row = seg_row(&snap->out, 0, (int32_t)y);
        for (int32_t x = 0; x < snap->in.width; x++)
            row[x] = row[x] == snap->background ? 0 : row[x];
    }
    return SEG_OK;
}

/* The background's number: one more than the largest label. */
static int number_background(const struct common_env *env, struct snap *snap)
{
    for (int32_t y = 0; y < snap->in.height; y++)
        for (int32_t x = 0; x < snap->in.width; x++) {
            int32_t label = refine_label(&snap->in, x, y);
            snap->background = label > snap->background ? label : snap->background;
        }
    if (snap->background == INT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT,
                               "no number is left for the background after label %d", INT32_MAX);
    snap->background++;
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    const struct watershed_flood flood = {.connectivity = 4};
    struct snap snap = {.params = self, .image = SEG_VIEW};
    int status = common_open(&env, &snap.in, &snap.out);
    if (!status)
        status = host->input(call, IMAGE, &snap.image);
    if (status)
        return status;
    status = number_background(&env, &snap);
    if (!status)
        status = common_scratch_view(&env, &snap.in, SEG_I32, &snap.labels);
    if (!status)
        status = common_scratch_view(&env, &snap.in, SEG_F32, &snap.distance);
    if (!status)
        status = common_scratch_view(&env, &snap.in, SEG_F32, &snap.relief);
    if (!status)
        status = common_scratch_view(&env, &snap.in, SEG_I32, &snap.markers);
    if (!status)
        status = over_rows(&env, &snap, read_rows);
    if (!status)
        status = common_ids_find(&env, &snap.labels, &snap.ids);
    if (!status)
        status = common_region_distance(&env, &snap.labels, &snap.distance);
    if (!status &&
        !(snap.depth = common_region_depth(&env, &snap.labels, &snap.ids, &snap.distance)))
        status = common_nomem(&env);
    if (!status)
        status = over_rows(&env, &snap, mark_rows);
    if (!status)
        status = common_steepness(&env, &snap.image, &snap.relief);
    if (!status)
        status = watershed_flood(&env, &flood, &snap.relief, &snap.markers, NULL, &snap.out);
    return status ? status : over_rows(&env, &snap, write_rows);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, radius, 5, 0, 1e6, "px", "how far a border may move")},
};

static const struct seg_port inputs[] = {
    {.name = "labels",
     .summary = "regions, or a mask",
     .kinds = SEG_KIND_BIT(SEG_LABELS) | SEG_KIND_BIT(SEG_MASK)},
    {.name = "image",
     .summary = "any number of planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

static const struct seg_port outputs[] = {
    {.name = "snapped",
     .summary = "the same regions, with other borders; 0 and 1 for a mask",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage refine_snap = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "refine.snap",
    .summary = "move the borders of regions to edges of the image nearby",
    .detail =
        "Keeps of every region, the background included, what is farther than 'radius' from "
        "its border, or the inner half of one that is thinner; then floods the steepness of the "
        "image (the length of its differences in all planes) from there, so that regions "
        "meet on the steepest ridge between them. Where the image is even they meet halfway. "
        "Void (-1) stays.\n\n"
        "Smooth a noisy image before. The flooding runs on one thread, the rest on all.",
    .reference = "F. Meyer, S. Beucher, Morphological segmentation, Journal of Visual "
                 "Communication and Image Representation 1 (1), 1990",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
