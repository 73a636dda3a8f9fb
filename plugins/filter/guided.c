/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.guided: the guided filter. */
#include "common/guided.h"
#include "stages.h"
#include "table.h"

struct params {
    int32_t radius;
    double epsilon;
};

static struct seg_view plane_of(const struct seg_view *view, int32_t plane)
{
    struct seg_view one = *view;
    one.data = seg_row(view, plane, 0);
    one.planes = 1;
    return one;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, out, guide = SEG_VIEW;
    int status = common_open(&env, &image, &out);
    if (status)
        return status;
    status = host->input(call, 1, &guide);
    if (status == SEG_ABSENT)
        guide = image;
    else if (status)
        return status;
    const bool each = guide.planes > COMMON_GUIDES; /* plane is its own guide */
    status = SEG_OK;
    for (int32_t plane = 0; plane < image.planes && !status; plane++) {
        const struct seg_view in = plane_of(&image, plane), to = plane_of(&out, plane);
        status =
            common_guided(&env, each ? &in : &guide, &in, params->radius, params->epsilon, &to);
    }
    return status;
}

static int32_t reach(const void *params)
{
    return 2 * ((const struct params *)params)->radius;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, radius, 8, 1, 1000, "px", "half the width of the windows")},
    {SEG_P_FLOAT(struct params, epsilon, 0.01, 1e-8, 10, NULL,
                 "the variance, of samples in 0..1, below which an edge is none"),
     .alias = "eps"},
};

static const struct seg_port inputs[] = {
    FILTER_INPUT(SEG_ANY_SAMPLE),
    {.name = "guide",
     .summary = "the image whose edges are kept; the image itself else",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .flags = SEG_PORT_OPTIONAL,
     .planes_min = 1,
     .planes_max = COMMON_GUIDES},
};
static const struct seg_port outputs[] = {FILTER_OUTPUT("smooth", SEG_ANY_SAMPLE)};

const struct seg_stage filter_guided = {
    FILTER_TABLES,
    .id = "filter.guided",
    .summary = "smooth but keep the edges of a guide",
    .detail =
        "In each window the result is a linear function of the guide, fitted to the image by least "
        "squares; windows that overlap are averaged. Where the guide varies by much more than "
        "'epsilon' its edges stay, elsewhere the image is averaged.\n\n"
        "Up to four planes of a guide are taken together as a colour, and so are those of an image "
        "that has no guide; of more, each is its own guide. Windows end at the border. OpenCV's "
        "eps "
        "is 65025 times 'epsilon' for 8 bits. The time hardly depends on 'radius'. NaN and "
        "infinities count as 0.",
    .reference = "K. He, J. Sun, X. Tang, Guided image filtering, IEEE Transactions on Pattern "
                 "Analysis and Machine Intelligence 35 (6), 2013",
    .version = 1,
    .process = process,
    .reach = reach,
};
