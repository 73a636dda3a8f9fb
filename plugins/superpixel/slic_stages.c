/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* superpixel.slic and superpixel.slic_zero. */
#include "slic.h"
#include "stages.h"

static int process(const struct superpixel_slic *params, bool zero, const struct seg_host *host,
                   struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct seg_view image, labels, mask = SEG_VIEW;
    int32_t count = 0;
    int status = common_open(&env, &image, &labels);
    if (status)
        return status;
    status = host->input(call, 1, &mask);
    if (status && status != SEG_ABSENT)
        return status;
    status =
        superpixel_slic_run(&env, params, zero, &image, status ? NULL : &mask, &labels, &count);
    return status ? status : host->value(call, "superpixels", count);
}

static int process_slic(void *self, const struct seg_host *host, struct seg_call *call)
{
    return process(self, false, host, call);
}

static int process_zero(void *self, const struct seg_host *host, struct seg_call *call)
{
    return process(self, true, host, call);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct superpixel_slic, segments, 100, 1, 1 << 24, NULL,
               "about how many regions; less where a mask leaves few pixels"),
     .alias = "n_segments"},
    {SEG_P_INT(struct superpixel_slic, size, 0, 0, 1 << 20, "px",
               "about how wide a region is, instead of 'segments'; 0: not given"),
     .alias = "region_size"},
    {SEG_P_FLOAT(struct superpixel_slic, compactness, 10, 1e-6, 1e6, NULL,
                 "how much place counts against colour")},
    {SEG_P_INT(struct superpixel_slic, iterations, 10, 1, 1000, NULL, "rounds of clustering")},
    {SEG_P_FLOAT(struct superpixel_slic, sigma, 0, 0, 100, "px",
                 "smoothing of the colours before")},
    {SEG_P_FLOAT(struct superpixel_slic, min_size, 0.5, 0, 10, NULL,
                 "pieces below this part of the mean area join a neighbour")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "gray, colour, or up to eight planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
    {.name = "mask",
     .summary = "where superpixels are wanted; everywhere when it is not connected",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "the superpixels", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

#define STAGE(name, process_, summary_, middle)                                                    \
    const struct seg_stage superpixel_##name = {                                                   \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "superpixel." #name,                                                                 \
        .summary = summary_,                                                                       \
        .detail = "Clusters pixels by place and colour, starting from a grid, and makes the "      \
                  "clusters connected: pieces that are too small join the neighbour of the "       \
                  "nearest colour. RGB images are compared in L*a*b*; of other images each plane " \
                  "is scaled to 0..100.\n\n" middle                                                \
                  " 'segments' says about how many there are to be, or 'size' about how wide "     \
                  "each is. Where 'mask' is connected, clusters start evenly spread over it, its " \
                  "area counts for 'segments', and pixels outside are 0. Rounds but the last one " \
                  "look at every third row of regions that are not tiny. Connecting is serial by " \
                  "nature. Reports 'superpixels', how many came out.",                             \
        .reference = "R. Achanta, A. Shaji, K. Smith, A. Lucchi, P. Fua, S. Suesstrunk, SLIC "     \
                     "superpixels compared to state-of-the-art superpixel methods, IEEE "          \
                     "Transactions on Pattern Analysis and Machine Intelligence 34 (11), 2012; "   \
                     "B. Irving, maskSLIC: regional superpixel generation with application to "    \
                     "local pathology characterisation in medical images, arXiv 1606.09518, 2016", \
        .version = 2,                                                                              \
        SEG_TABLES(struct superpixel_slic, params, inputs, outputs),                               \
        .process = process_,                                                                       \
    }

STAGE(slic, process_slic, "superpixels by clustering place and colour",
      "The larger 'compactness' is, the more regular they are.");

STAGE(slic_zero, process_zero, "superpixels that are compact everywhere",
      "Colour is weighed in each cluster by the largest difference that it has met there, so that "
      "smooth and textured places give equally regular regions; 'compactness' is only where that "
      "begins.");
