/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.filter: keeps regions by what they are like. */
#include "condition.h"
#include "keep.h"

enum { LABELS, IMAGE };

struct params {
    const char *where;
    int32_t plane;
    bool invert;
};

static int parse(const struct common_env *env, const char *where,
                 const struct seg_regions_api **api, struct labels_condition *condition)
{
    *api = env->host->extension(env->call, SEG_REGIONS_SERVICE);
    if (!*api)
        return env->host->fail(env->call, SEG_STAGE, "the host does not offer '%s'",
                               SEG_REGIONS_SERVICE);
    return labels_condition_parse(env, *api, where, condition);
}

/* So that a condition that cannot be read is told before anything runs. */
static int shape(const struct seg_host *host, struct seg_call *call, const void *self,
                 const struct seg_shape *in, struct seg_shape *out)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    const struct seg_regions_api *api;
    struct labels_condition condition;
    (void)out;
    int status = parse(&env, params->where, &api, &condition);
    if (status)
        return status;
    if (condition.of_image && !in[IMAGE].kind)
        return host->fail(call, SEG_USAGE,
                          "parameter 'where' asks for samples: connect 'image', as image=input");
    if (condition.of_image && in[IMAGE].planes && params->plane >= in[IMAGE].planes)
        return host->fail(call, SEG_USAGE, "parameter 'plane': %d; the image has 0 to %d",
                          params->plane, in[IMAGE].planes - 1);
    return SEG_OK;
}

static int process_filter(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    const struct seg_regions_api *api;
    struct labels_condition condition;
    struct labels_keep keep;
    struct seg_view image = SEG_VIEW;
    struct seg_region_table table = {.struct_size = sizeof table};
    int status = parse(&env, params->where, &api, &condition);
    if (!status)
        status = labels_keep_find(&env, &keep);
    if (!status && condition.of_image)
        status = host->input(call, IMAGE, &image);
    if (status)
        return status;
    status = api->measure(call, &keep.labels, condition.of_image ? &image : NULL, params->plane,
                          condition.property, condition.count, &table);
    for (size_t i = 0; i < table.count && !status; i++)
        if (labels_condition_holds(&condition, table.values + i * condition.count) ==
            params->invert)
            keep.lut[i + 1] = 0; /* both are by rising label */
    return status ? status : labels_keep_write(&env, &keep);
}

static const struct seg_param filter_params[] = {
    {SEG_P_STRING(struct params, where, NULL, "conditions, such as 'area>30 and circularity>=0.7'"),
     .flags = SEG_PARAM_REQUIRED},
    {SEG_P_INT(struct params, plane, 0, 0, 65535, NULL, "of the image whose samples are measured")},
    {SEG_P_BOOL(struct params, invert, false, "keep the regions for which they do not hold")},
};

static const struct seg_port inputs[] = {
    LABELS_INPUT,
    {.name = "image",
     .summary = "what intensities are measured in",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {LABELS_OUTPUT("kept", "the regions that stay")};

COMMON_STAGE(
    labels, filter, .summary = "keep regions by their properties",
    .detail =
        "'where' is one or more conditions, all of which must hold: a property, one of < <= > >= "
        "== !=, and a number, joined by 'and' or commas. A shell needs quotes around it.\n\n"
        "The properties are the columns of the table that '-o x.csv' writes, those of "
        "scikit-image's regionprops and a few more: label, area, bbox-0 to bbox-3 (least row and "
        "column, and one past the largest), centroid-0, centroid-1, perimeter, eccentricity, "
        "solidity, extent, euler_number, orientation, equivalent_diameter, major_axis_length, "
        "minor_axis_length, convex_area, filled_area, bbox_area, perimeter_crofton, "
        "feret_diameter_max, circularity (4 pi area / perimeter^2), perimeter_8, "
        "perimeter_crofton_2 and euler_number_4; and of 'image', if connected, mean_intensity, "
        "min_intensity, max_intensity, weighted_centroid-0 and weighted_centroid-1. Lengths are in "
        "pixels. A region is all pixels of one label, connected or not." LABELS_KEEP_TEXT,
    .shape = shape);
