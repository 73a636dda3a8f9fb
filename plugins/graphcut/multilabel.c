/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graphcut.multilabel: a smooth labelling out of scores. */
#include "contrast.h"
#include "expansion.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    double smoothness, contrast, truncation, confidence;
    int32_t model, moves, iterations, connectivity, slices;
};

enum { SCORES, IMAGE };
enum { POTTS, LINEAR };
enum { EXPANSION, SWAP };
enum { MOST_LABELS = 1024 };

static const struct seg_choice models[] = {
    {"potts", "two neighbours cost the same whatever their labels are, if they differ"},
    {"linear", "they cost what their labels differ by, up to 'truncation'"},
};

static const struct seg_choice moves[] = {
    {"expansion", "any pixels take one label at a time"},
    {"swap", "pixels of two labels are shared out anew at a time"},
};

/* The negative logarithm of a score; what is not a number, or 0, counts as 1e-6. */
static int read_scores(const struct common_env *env, const struct seg_view *scores,
                       struct cut_labelling *l)
{
    for (int32_t i = 0; i < scores->planes; i++) {
        int status = cut_plane(env, scores, i, &l->unary[i]);
        if (status)
            return status;
        for (size_t p = 0; p < l->grid.count; p++) {
            float score = l->unary[i][p];
            l->unary[i][p] = -logf(score > 1e-6f ? (score < 1 ? score : 1) : 1e-6f);
        }
    }
    return SEG_OK;
}

/* Each pixel's label as it is, and -1 where it is void. */
static int32_t read_labels(const struct seg_view *labels, int32_t *label)
{
    int32_t most = 1;
    for (int32_t y = 0; y < labels->height; y++) {
        const void *row = seg_row(labels, 0, y);
        for (int32_t x = 0; x < labels->width; x++, label++) {
            *label =
                labels->kind == SEG_MASK ? ((const uint8_t *)row)[x] : ((const int32_t *)row)[x];
            most = *label > most ? *label : most;
        }
    }
    return most;
}

/* Labels are taken for scores of `confidence`, and the others share the rest. */
static int read_costs(const struct common_env *env, const struct params *params,
                      const struct seg_view *input, struct cut_labelling *l)
{
    bool scores = input->kind == SEG_SCORES || input->kind == SEG_IMAGE;
    int32_t planes = scores ? input->planes : read_labels(input, l->label) + 1;
    if (scores && (planes < 2 || input->dtype != SEG_F32))
        return env->host->fail(env->call, SEG_STAGE,
                               "input 'scores': an image counts as scores if it is f32 and has at "
                               "least 2 planes");
    if (planes > MOST_LABELS)
        return env->host->fail(env->call, SEG_STAGE, "input 'scores': %d labels are more than %d",
                               planes, MOST_LABELS);
    l->labels = (uint32_t)planes;
    if (!COMMON_SCRATCH(env, l->unary, planes))
        return common_nomem(env);
    if (scores)
        return read_scores(env, input, l);
    float same = -logf((float)params->confidence);
    float other = -logf((float)(1 - params->confidence) / (float)(planes - 1));
    for (int32_t i = 0; i < planes; i++) {
        if (!COMMON_SCRATCH(env, l->unary[i], l->grid.count))
            return common_nomem(env);
        for (size_t p = 0; p < l->grid.count; p++)
            l->unary[i][p] = l->label[p] < 0 ? 0 : l->label[p] == i ? same : other;
    }
    return SEG_OK;
}

/* Weights that fall at the edges of an image, where one is connected. */
static int read_image(const struct common_env *env, const struct params *params,
                      const struct seg_view *scores, struct cut_labelling *l)
{
    struct seg_view image = SEG_VIEW;
    float **planes = NULL;
    int status = env->host->input(env->call, IMAGE, &image);
    if (status && status != SEG_ABSENT)
        return status;
    if (!status && (image.width != scores->width || image.height != scores->height))
        return env->host->fail(env->call, SEG_STAGE,
                               "input 'image': it is %d x %d, not %d x %d as 'scores'", image.width,
                               image.height, scores->width, scores->height);
    if (status) /* no plane has a difference anywhere */
        image.planes = 0;
    else if ((status = contrast_planes(env, &image, &planes)))
        return status;
    return contrast_weights(env, &l->grid, planes, image.planes, params->smoothness,
                            params->contrast, &l->pair);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct cut_labelling l = {.truncation = params->model == POTTS ? 1 : params->truncation};
    struct seg_view scores, labels;
    double flow;
    int status = common_open(&env, &scores, &labels);
    if (!status)
        status = cut_open(&env, &l.grid, &scores, params->connectivity, params->slices);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, l.label, l.grid.count))
        return common_nomem(&env);
    status = read_costs(&env, params, &scores, &l);
    if (!status)
        status = read_image(&env, params, &scores, &l);
    if (!status)
        status = cut_scale(&env, &l);
    if (status)
        return status;
    cut_least(&l);
    if (l.labels == 2)
        status = cut_two(&env, &l, &flow);
    else if (params->moves == SWAP)
        status = cut_swap(&env, &l, params->iterations);
    else
        status = cut_expand(&env, &l, params->iterations);
    if (status)
        return status;
    for (int32_t y = 0; y < labels.height; y++)
        memcpy(seg_row(&labels, 0, y), l.label + (size_t)y * (size_t)labels.width,
               (size_t)labels.width * sizeof *l.label);
    return host->value(call, "energy", cut_energy(&l));
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, smoothness, 1, 0, 1e6, NULL,
                 "what two neighbours of different labels cost")},
    {SEG_P_FLOAT(struct params, contrast, 1, 0, 1e3, NULL,
                 "how much cheaper edges of 'image' make it; 0: not at all")},
    {SEG_P_CHOICE(struct params, model, POTTS, models, "how the cost depends on the labels")},
    {SEG_P_FLOAT(struct params, truncation, 2, 1, 65536, NULL,
                 "the difference of labels from which on the linear cost stays the same")},
    {SEG_P_FLOAT(struct params, confidence, 0.9, 0.01, 0.9999, NULL,
                 "the score that a label or mask counts as, where there are no scores")},
    {SEG_P_CHOICE(struct params, moves, EXPANSION, moves, "what changes in a step")},
    {SEG_P_INT(struct params, iterations, 10, 1, 1000, NULL,
               "how many rounds over all labels at most; it ends when nothing improves")},
    CUT_CONNECTIVITY_ROW(struct params, CUT_8),
    CUT_SLICES_ROW(struct params),
};

static const struct seg_port inputs[] = {
    {.name = "scores",
     .summary = "how likely each class is at each pixel, or the classes to smooth",
     .kinds = SEG_ANY_RASTER},
    {.name = "image",
     .summary = "the image whose edges boundaries follow",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "each pixel's class, from 0", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage graphcut_multilabel = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "graphcut.multilabel",
    .summary = "turn scores of classes into a smooth labelling that follows edges",
    .detail =
        "A label costs the negative logarithm of its score, and neighbours of different labels "
        "cost "
        "'smoothness', less over an edge of 'image' where that is connected, and less by their "
        "distance along diagonals. Begins with the likeliest class of each pixel and improves it "
        "by "
        "minimum cuts until no move lowers the energy; with two classes the result is the best "
        "there is. So it refines the output of a network or of any stage that gives scores. "
        "Reports "
        "'energy'.\n\n"
        "An f32 image of a plane a class counts as scores; below 1e-6 a score counts as 1e-6. In "
        "place "
        "of scores there may be a mask or labels, such as a threshold's: each pixel's class then "
        "has "
        "the score 'confidence', and void pixels have none. With "
        "'linear' the order of the classes matters, as for depths or grey levels. " CUT_SLICES_TEXT,
    .reference = "Y. Boykov, O. Veksler, R. Zabih, Fast approximate energy minimization via graph "
                 "cuts, IEEE Transactions on Pattern Analysis and Machine Intelligence 23 (11), "
                 "2001",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
