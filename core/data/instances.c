/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers of instances. */
#include "layer.h"

#include "../base/error.h"

#include <math.h>
#include <segkit/plugin-util.h>
#include <string.h>

const struct seg_instance *seg_layer_instances(const seg_layer *layer, size_t *count)
{
    *count = layer->instance_count;
    return layer->instances;
}

static int check_runs(const seg_layer *layer, const struct seg_instance *one, struct seg_error *err)
{
    const struct seg_view *canvas = &layer->view;
    for (size_t i = 0; i < one->run_count; i++) {
        const struct seg_run r = one->runs[i];
        if (r.y < 0 || r.y >= canvas->height || r.x < 0 || r.length < 1 ||
            r.length > canvas->width - r.x)
            return segi_error(err, SEG_USAGE,
                              "instance %d: run %zu (row %d, column %d, length %d) is outside "
                              "%d x %d pixels",
                              one->id, i, r.y, r.x, r.length, canvas->width, canvas->height);
        const struct seg_run *last = i ? &one->runs[i - 1] : NULL;
        if (last && (r.y < last->y || (r.y == last->y && r.x < last->x + last->length)))
            return segi_error(err, SEG_USAGE, "instance %d: run %zu is out of order", one->id, i);
    }
    return SEG_OK;
}

int seg_layer_add_instance(seg_layer *layer, const struct seg_instance *one, struct seg_error *err)
{
    const struct segi_mem *mem = &layer->context->mem;
    if (layer->sealed || layer->view.kind != SEG_INSTANCES)
        return segi_error(err, SEG_USAGE, "not an open layer of instances");
    if (one->id < 1 || one->class_id < -1 || !isfinite(one->score))
        return segi_error(err, SEG_USAGE, "instance %d: class %d, score %g", one->id, one->class_id,
                          (double)one->score);
    int status = check_runs(layer, one, err);
    if (status)
        return status;
    struct seg_run *runs = segi_alloc(mem, one->run_count, sizeof *runs);
    void *list = layer->instances;
    if (!runs || !segi_reserve(mem, &list, &layer->instance_capacity, layer->instance_count + 1,
                               sizeof *layer->instances)) {
        segi_free(mem, runs);
        return segi_error_nomem(err);
    }
    layer->instances = list;
    if (one->run_count)
        memcpy(runs, one->runs, one->run_count * sizeof *runs);
    struct seg_instance *copy = &layer->instances[layer->instance_count++];
    *copy = *one;
    copy->struct_size = sizeof *copy;
    copy->runs = runs;
    return SEG_OK;
}

void segi_instances_paint(const seg_layer *layer, const struct seg_view *labels)
{
    for (int32_t y = 0; y < labels->height; y++)
        memset(seg_row(labels, 0, y), 0, (size_t)labels->width * sizeof(int32_t));
    for (size_t k = 0; k < layer->instance_count; k++)
        for (size_t i = 0; i < layer->instances[k].run_count; i++) {
            const struct seg_run r = layer->instances[k].runs[i];
            int32_t *row = seg_row(labels, 0, r.y);
            for (int32_t x = r.x; x < r.x + r.length; x++)
                row[x] = (int32_t)k + 1;
        }
}
