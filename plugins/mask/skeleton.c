/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.skeleton and mask.thin. */
#include "common/stage.h"
#include "stages.h"
#include "thinning.h"

struct params {
    int32_t method, iterations;
};

enum { ZHANG, LEE };

static int thin_mask(const struct common_env *env, enum mask_thinning method, int32_t rounds)
{
    struct seg_view in, out;
    struct mask_padded mask;
    int status = common_open(env, &in, &out);
    if (!status)
        status = mask_padded_read(env, &in, &mask);
    if (!status)
        status = mask_thin_all(env, &mask, method, rounds);
    if (!status)
        mask_padded_write(&mask, &out);
    return status;
}

static int process_skeleton(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    return thin_mask(&env, params->method == ZHANG ? MASK_ZHANG : MASK_LEE, 0);
}

static int process_thin(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    return thin_mask(&env, MASK_GUO_HALL, params->iterations);
}

static const struct seg_choice methods[] = {
    [ZHANG] = {"zhang", "Zhang and Suen's, as scikit-image has it"},
    [LEE] = {"lee", "Lee, Kashyap and Chu's"},
};

static const struct seg_param skeleton_params[] = {
    {SEG_P_CHOICE(struct params, method, ZHANG, methods, "which pixels go")},
};

static const struct seg_param thin_params[] = {
    {SEG_P_INT(struct params, iterations, 0, 0, INT32_MAX, NULL,
               "how often pixels go from all around; 0: until nothing changes")},
};

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "thinned",
     .summary = "lines that have the objects' connections",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_IN_PLACE},
};

#define SKELETON_TEXT                                                                              \
    "\n\nWhat lies outside the image is background. A pixel is looked at again only after a "      \
    "neighbour went, so that the cost does not rise with the thickness of the objects."

COMMON_STAGE(
    mask, skeleton, .summary = "thin objects to lines",
    .detail = "Removes pixels from the border of objects inwards as long as their eight neighbours "
              "stay connected without them and they are no end of a line.\n\n"
              "The default gives scikit-image's skeletonize to the pixel; its table differs from "
              "the paper's for some ends and corners. 'lee' looks from each side in turn and "
              "keeps connections strictly." SKELETON_TEXT,
    .reference = "T. Y. Zhang, C. Y. Suen, A fast parallel algorithm for thinning digital "
                 "patterns, Communications of the ACM 27 (3), 1984; T.-C. Lee, R. L. Kashyap, "
                 "C.-N. Chu, Building skeleton models via 3-D medial surface/axis thinning "
                 "algorithms, CVGIP 56 (6), 1994");

COMMON_STAGE(
    mask, thin, .summary = "thin objects, as often as wanted",
    .detail = "Guo and Hall's thinning, as scikit-image's thin and MATLAB's bwmorph have it: each "
              "iteration takes a layer of pixels off the objects where that breaks no "
              "connection. With 'iterations' 0 lines are left." SKELETON_TEXT,
    .reference = "Z. Guo, R. W. Hall, Parallel thinning with two-subiteration algorithms, "
                 "Communications of the ACM 32 (3), 1989; L. Lam, S.-W. Lee, C. Y. Suen, Thinning "
                 "methodologies, IEEE PAMI 14 (9), 1992");
