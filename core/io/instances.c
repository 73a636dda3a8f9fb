/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between labels and instances. */
#include "instances.h"

#include "../data/regions.h"

#include <segkit/plugin-util.h>
#include <string.h>

static int add_regions(seg_layer *layer, const struct segi_regions *regions, struct seg_error *err)
{
    int status = SEG_OK;
    for (size_t i = 0; i < regions->count && !status; i++) {
        const struct segi_region *r = &regions->list[i];
        const struct seg_instance one = {.struct_size = sizeof one,
                                         .id = r->label,
                                         .class_id = -1,
                                         .score = 1,
                                         .box = {(float)r->box[1], (float)r->box[0],
                                                 (float)(r->box[3] - r->box[1]),
                                                 (float)(r->box[2] - r->box[0])},
                                         .runs = r->runs,
                                         .run_count = r->run_count};
        status = seg_layer_add_instance(layer, &one, err);
    }
    return status;
}

int segi_instances_from_labels(seg_context *context, const seg_layer *labels, seg_layer **out,
                               struct seg_error *err)
{
    const struct seg_shape shape = {sizeof shape,       SEG_INSTANCES,       0,
                                    labels->view.width, labels->view.height, 0};
    struct segi_regions regions = {0};
    seg_layer *layer = NULL;
    int status = segi_regions_find(context, labels, &regions, err);
    if (!status)
        status = seg_layer_new(context, &shape, &layer, err);
    if (!status)
        status = segi_layer_copy_props(layer, labels, err);
    if (!status)
        status = add_regions(layer, &regions, err);
    segi_regions_end(&regions);
    if (status) {
        seg_layer_unref(layer);
        return status;
    }
    *out = layer;
    return SEG_OK;
}

int segi_instances_to_mask(seg_context *context, const seg_layer *instances, seg_layer **out,
                           struct seg_error *err)
{
    const struct seg_view *canvas = &instances->view;
    const struct seg_shape shape = {sizeof shape,  SEG_MASK,       SEG_U8,
                                    canvas->width, canvas->height, 1};
    seg_layer *mask = NULL;
    int status = seg_layer_new(context, &shape, &mask, err);
    if (!status)
        status = segi_layer_copy_props(mask, instances, err);
    if (status) {
        seg_layer_unref(mask);
        return status;
    }
    for (int32_t y = 0; y < canvas->height; y++)
        memset(seg_row(&mask->view, 0, y), 0, (size_t)canvas->width);
    for (size_t k = 0; k < instances->instance_count; k++)
        for (size_t i = 0; i < instances->instances[k].run_count; i++) {
            const struct seg_run run = instances->instances[k].runs[i];
            memset((uint8_t *)seg_row(&mask->view, 0, run.y) + run.x, 1, (size_t)run.length);
        }
    *out = mask;
    return SEG_OK;
}
