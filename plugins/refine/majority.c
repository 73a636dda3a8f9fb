/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* refine.majority: a vote in each superpixel. */
#include "common/ids.h"
#include "common/sample.h"
#include "label.h"
#include "stages.h"

#include <string.h>

struct params {
    double share;
};

enum { LABELS, SUPERPIXELS };

struct vote {
    const struct params *params;
    struct seg_view labels, superpixels, out;
    struct common_ids labels_ids, ids; /* which labels there are, and which superpixels */
    int32_t *ballots;                  /* the place of each pixel's label, by superpixel */
    uint64_t *first;  /* of superpixel k: ballots[first[k]] .. [first[k + 1] - 1] */
    int32_t *winner;  /* of each superpixel: a label, or -1 where none wins */
    uint32_t *counts; /* of each worker, by place of the label; all 0 between */
};

/* Gathers the pixels of each superpixel. */
static void gather(struct vote *vote)
{
    int32_t width = vote->labels.width;
    uint64_t *next = vote->first; /* the end of superpixel k while it fills, its first after */
    next[0] = 0;
    for (int32_t k = 1; k <= vote->ids.count; k++)
        next[k] = next[k - 1] + (k > 1 ? vote->ids.area[k - 1] : 0);
    for (int32_t y = 0; y < vote->labels.height; y++) {
        const int32_t *label = seg_row(&vote->labels, 0, y);
        const int32_t *superpixel = seg_row(&vote->superpixels, 0, y);
        for (int32_t x = 0; x < width; x++) {
            int32_t k = common_ids_place(&vote->ids, superpixel[x]);
            if (k)
                vote->ballots[next[k]++] = common_ids_place(&vote->labels_ids, label[x]);
        }
    }
}

/* The most frequent label, the smaller one of two, if it has its share. */
static int count_votes(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct vote *vote = arg;
    uint32_t *counts = vote->counts + worker * ((size_t)vote->labels_ids.count + 1);
    for (size_t k = begin + 1; k <= end; k++) {
        uint64_t last = vote->first[k], first = last - vote->ids.area[k];
        int32_t best = 0;
        for (uint64_t i = first; i < last; i++)
            counts[vote->ballots[i]]++;
        for (uint64_t i = first; i < last; i++) {
            int32_t one = vote->ballots[i];
            if (counts[one] > counts[best] || (counts[one] == counts[best] && one < best))
                best = one;
        }
        bool wins = counts[best] >= vote->params->share * (double)(last - first);
        vote->winner[k] = !wins ? -1 : best ? vote->labels_ids.sorted[best] : 0;
        for (uint64_t i = first; i < last; i++)
            counts[vote->ballots[i]] = 0;
    }
    return SEG_OK;
}

static int write_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct vote *vote = arg;
    for (size_t y = begin; y < end; y++) {
        const int32_t *label = seg_row(&vote->labels, 0, (int32_t)y);
        const int32_t *superpixel = seg_row(&vote->superpixels, 0, (int32_t)y);
        int32_t *to = seg_row(&vote->out, 0, (int32_t)y);
        for (int32_t x = 0; x < vote->labels.width; x++) {
            int32_t k = common_ids_place(&vote->ids, superpixel[x]);
            to[x] = k && vote->winner[k] >= 0 && label[x] >= 0 ? vote->winner[k] : label[x];
        }
    }
    return SEG_OK;
}

static int read_labels(const struct common_env *env, const struct seg_view *in,
                       struct seg_view *labels)
{
    *labels = *in;
    if (in->kind == SEG_LABELS)
        return SEG_OK;
    int status = common_scratch_view(env, in, SEG_I32, labels);
    for (int32_t y = 0; y < in->height && !status; y++) {
        int32_t *row = seg_row(labels, 0, y);
        for (int32_t x = 0; x < in->width; x++)
            row[x] = refine_label(in, x, y);
    }
    return status;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct vote vote = {.params = self, .superpixels = SEG_VIEW};
    struct seg_view in;
    unsigned workers = host->workers(call);
    int status = common_open(&env, &in, &vote.out);
    if (!status)
        status = host->input(call, SUPERPIXELS, &vote.superpixels);
    if (status)
        return status;
    status = read_labels(&env, &in, &vote.labels);
    if (!status)
        status = common_ids_find(&env, &vote.labels, &vote.labels_ids);
    if (!status)
        status = common_ids_find(&env, &vote.superpixels, &vote.ids);
    if (status)
        return status;
    size_t places = (size_t)vote.labels_ids.count + 1, superpixels = (size_t)vote.ids.count + 1;
    if (!COMMON_SCRATCH(&env, vote.ballots, common_pixels(&in)) ||
        !COMMON_SCRATCH(&env, vote.first, superpixels) ||
        !COMMON_SCRATCH(&env, vote.winner, superpixels) ||
        !COMMON_SCRATCH(&env, vote.counts, workers * places))
        return common_nomem(&env);
    memset(vote.counts, 0, workers * places * sizeof *vote.counts);
    gather(&vote);
    status = common_parallel(&env, superpixels - 1, 64, count_votes, &vote);
    return status ? status
                  : common_parallel(&env, (size_t)in.height, common_grain(in.width), write_rows,
                                    &vote);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(
        struct params, share, 0, 0, 1, NULL,
        "the part of a superpixel that the winner must have, else its pixels keep theirs")},
};

static const struct seg_port inputs[] = {
    {.name = "labels",
     .summary = "what votes: labels, or a mask",
     .kinds = SEG_KIND_BIT(SEG_LABELS) | SEG_KIND_BIT(SEG_MASK)},
    {.name = "superpixels",
     .summary = "small regions that follow the edges of an image",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

static const struct seg_port outputs[] = {
    {.name = "refined",
     .summary = "one label in each superpixel; 0 and 1 for a mask",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage refine_majority = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "refine.majority",
    .summary = "give each superpixel the label that most of its pixels have",
    .detail = "Counts the labels of the pixels of each superpixel, 0 included, and gives all of "
              "them the most frequent one; of two equally frequent ones it is the smaller. So a "
              "rough segmentation takes over the outlines of superpixels, which lie on edges of "
              "the image, and loses specks. Void pixels (-1) vote for 0 and stay void. Pixels "
              "outside of all superpixels keep their label.",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
