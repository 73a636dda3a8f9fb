/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A good plugin with several elements in each array, compiled against a frozen copy of the header
 * and against a longer one: a host that gets a stride wrong reads garbage. */
#include <segkit/plugin-util.h>

struct params {
    double sigma;
    int32_t connectivity, size;
};

static const struct seg_choice connectivities[] = {
    {.name = "four", .summary = "edges"}, {.name = "eight", .summary = "edges and corners"}};

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, sigma, 1.5, 0, 10, "px", "width")},
    {SEG_P_CHOICE(struct params, connectivity, 1, connectivities, "neighbours"), .alias = "conn"},
    {SEG_P_INT(struct params, size, 3, 1, 9, "px", "size")},
};

static const struct seg_port inputs[] = {
    {.name = "image", .summary = "the image", .kinds = SEG_KIND_BIT(SEG_IMAGE)},
    {.name = "mask",
     .summary = "where",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_OPTIONAL},
};
static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "size at every pixel", .kinds = SEG_KIND_BIT(SEG_LABELS)},
    {.name = "mask", .summary = "all ones", .kinds = SEG_KIND_BIT(SEG_MASK), .like = "image"},
};

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *p = self;
    struct seg_view labels = {.struct_size = sizeof labels}, mask = {.struct_size = sizeof mask};
    int status = host->output(call, 0, NULL, &labels);
    if (!status)
        status = host->output(call, 1, NULL, &mask);
    for (int32_t y = 0; !status && y < labels.height; y++)
        for (int32_t x = 0; x < labels.width; x++) {
            ((int32_t *)seg_row(&labels, 0, y))[x] = p->size;
            ((uint8_t *)seg_row(&mask, 0, y))[x] = 1;
        }
    return status;
}

static const struct seg_stage one = {
    .struct_size = sizeof one,
    .id = FAMILY ".one",
    .summary = "Labels every pixel with its parameter",
    .version = 1,
    .params_size = sizeof(struct params),
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .param_count = SEG_COUNT(params),
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
};
static const struct seg_stage *const stages[] = {&one};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .name = FAMILY,   .version = "1.0",
    .license = "MIT", .stages = stages, .stage_count = SEG_COUNT(stages),
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);
const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
