/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.color: from one colour space to another. */
#include "common/color.h"
#include "stages.h"
#include "table.h"

struct params {
    int32_t to;
};

struct convert {
    struct seg_view in, out;
    struct common_color color;
    float *room; /* two rows for each worker, for planes that the result does not have */
};

static int convert_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct convert *convert = arg;
    const size_t width = (size_t)convert->in.width;
    float *room = convert->room + 2 * (size_t)worker * width;
    for (size_t y = begin; y < end; y++) {
        float *rows[3];
        for (int32_t k = 0; k < 3; k++)
            rows[k] = k < convert->out.planes ? seg_row(&convert->out, k, (int32_t)y)
                                              : room + (size_t)(k - 1) * width;
        common_color_row(&convert->color, &convert->in, (int32_t)y, rows);
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    const enum common_space to = (enum common_space)((const struct params *)self)->to;
    struct convert convert = {0};
    int status = common_open(&env, &convert.in, &convert.out);
    if (!status)
        status = common_color_start(&env, &convert.in, to, &convert.color);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, convert.room, 2 * (size_t)convert.in.width * host->workers(call)))
        return common_nomem(&env);
    status = common_parallel(&env, (size_t)convert.in.height, common_grain(convert.in.width),
                             convert_rows, &convert);
    const double color = common_color_id(to);
    return status ? status : host->set(call, 0, SEG_PROP_COLOR, &color, 1);
}

static int shape(const struct seg_host *host, struct seg_call *call, const void *params,
                 const struct seg_shape *in, struct seg_shape *out)
{
    (void)host, (void)call, (void)in;
    out->planes = ((const struct params *)params)->to == COMMON_GRAY ? 1 : 3;
    return SEG_OK;
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_choice spaces[] = {COMMON_SPACE_CHOICES};

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, to, COMMON_LAB, spaces, "the colour space wanted")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "a colour image; the fourth plane is left out",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 3,
     .planes_max = 4},
};

static const struct seg_port outputs[] = {
    {.name = "result",
     .summary = "three planes, or one of gray",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32),
     .planes_min = 1,
     .planes_max = 3},
};

const struct seg_stage filter_color = {
    FILTER_TABLES,
    .id = "filter.color",
    .summary = "change the colour space",
    .detail =
        "What the image is in, the image says; without a statement it is taken for RGB. 8 and 16 "
        "bits are scaled to 0..1 first, and floating point is taken to be so already. HSV, Lab "
        "(D65) and Luv are scaled as in scikit-image, YCrCb as OpenCV's for floating point; "
        "OpenCV's 8 bits are scaled otherwise. filter.gray makes gray of the image's own type, "
        "filter.channel takes one of the planes.",
    .reference = "CIE 15, Colorimetry; IEC 61966-2-1, sRGB; A. R. Smith, Color gamut transform "
                 "pairs, SIGGRAPH 1978",
    .version = 1,
    .process = process,
    .reach = reach,
    .shape = shape,
};
