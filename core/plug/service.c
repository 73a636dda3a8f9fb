/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "service.h"

#include "../data/measure.h"
#include "call.h"
#include "scratch.h"

#include <segkit/plugin-util.h>

static const char *name(uint32_t index)
{
    return index < segi_property_count ? segi_properties[index].name : NULL;
}

static int of_image(uint32_t index)
{
    return index < segi_property_count &&
           (segi_properties[index].measures & SEGI_MEASURE_INTENSITY) != 0;
}

static int copy_table(struct seg_call *call, const struct segi_regions *regions,
                      const uint32_t *properties, uint32_t count, struct seg_region_table *table)
{
    int32_t *labels = segi_scratch_alloc(call, regions->count, sizeof *labels);
    double *values = segi_scratch_alloc(call, regions->count, count * sizeof *values);
    if (!labels || !values)
        return segi_host.fail(call, SEG_NOMEM, NULL);
    table->count = regions->count;
    table->labels = labels;
    table->values = values;
    for (size_t i = 0; i < regions->count; i++) {
        *labels++ = regions->list[i].label;
        for (uint32_t k = 0; k < count; k++)
            *values++ = segi_region_value(&regions->list[i], &segi_properties[properties[k]], 0);
    }
    return SEG_OK;
}

static int measure(struct seg_call *call, const struct seg_view *labels,
                   const struct seg_view *image, int32_t plane, const uint32_t *properties,
                   uint32_t count, struct seg_region_table *table)
{
    const seg_layer layer = {.view = *labels};
    seg_layer samples = {0};
    struct segi_regions regions;
    struct seg_error err = {0};
    unsigned measures = 0;
    if (image) {
        samples.view = *image;
        samples.view.planes = 1;
        samples.view.data = seg_row(image, plane, 0);
    }
    for (uint32_t k = 0; k < count; k++)
        measures |= segi_properties[properties[k]].measures;
    int status = segi_regions_measure(call->context, &layer, image ? &samples : NULL, measures,
                                      &regions, &err);
    if (status)
        return segi_host.fail(call, (enum seg_status)status, "%s", err.text);
    status = copy_table(call, &regions, properties, count, table);
    segi_regions_end(&regions);
    return status;
}

static int hull(struct seg_call *call, const struct seg_run *runs, size_t count,
                struct seg_run *spans)
{
    const size_t rows = (size_t)(runs[count - 1].y - runs[0].y) + 1;
    struct segi_point *points = segi_scratch_alloc(call, segi_hull_points(rows), sizeof *points);
    if (!points)
        return segi_host.fail(call, SEG_NOMEM, NULL);
    segi_hull_spans(runs, count, points, spans);
    return SEG_OK;
}

const struct seg_regions_api segi_regions_service = {
    .struct_size = sizeof segi_regions_service,
    .name = name,
    .of_image = of_image,
    .measure = measure,
    .hull = hull,
};
