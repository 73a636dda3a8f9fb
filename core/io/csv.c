/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing region properties as CSV, a region a line, with the column names of scikit-image's
 * regionprops_table and a few of our own. */
#include "format.h"

#include "../data/regions.h"

#include <string.h>

/* Text with what CSV would take for its own in quotes. */
static void write_text(struct segi_sink *sink, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        segi_sink_write(sink, text, strlen(text));
        return;
    }
    segi_sink_write(sink, "\"", 1);
    for (const char *p = text; *p; p++)
        segi_sink_write(sink, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
    segi_sink_write(sink, "\"", 1);
}

/* Intensities have a column for each plane. */
static int32_t columns(const struct segi_property *property, int32_t planes)
{
    return property->measures & SEGI_MEASURE_INTENSITY ? planes : 1;
}

static void write_header(struct segi_sink *sink, int32_t planes, bool instances)
{
    for (size_t i = 0; i < segi_property_count; i++) {
        const int32_t count = columns(&segi_properties[i], planes);
        for (int32_t p = 0; p < count; p++) {
            segi_sink_printf(sink, "%s%s", i ? "," : "", segi_properties[i].name);
            if (count > 1)
                segi_sink_printf(sink, "-%d", p);
        }
    }
    segi_sink_printf(sink, instances ? ",class,score\n" : "\n");
}

static void write_region(struct segi_sink *sink, const struct segi_region *r, int32_t planes)
{
    for (size_t i = 0; i < segi_property_count; i++)
        for (int32_t p = 0; p < columns(&segi_properties[i], planes); p++)
            segi_sink_printf(sink, "%s%.10g", i ? "," : "",
                             segi_region_value(r, &segi_properties[i], p));
}

/* Class and score of the instance that a region is of; *next is where to look from. Those without
 * pixels are not in the table. */
static void write_instance(struct segi_writing *w, const struct segi_region *r, size_t *next)
{
    const seg_layer *layer = w->layer;
    while (layer->instances[*next].runs != r->runs)
        ++*next;
    const struct seg_instance *one = &layer->instances[*next];
    segi_sink_write(w->sink, ",", 1);
    if (one->class_id >= 0 && (size_t)one->class_id < layer->class_count)
        write_text(w->sink, layer->classes[one->class_id]);
    else
        segi_sink_printf(w->sink, "%d", one->class_id);
    segi_sink_printf(w->sink, ",%.6g", (double)one->score);
}

static int save(struct segi_writing *w)
{
    struct segi_regions regions;
    const bool instances = w->layer->view.kind == SEG_INSTANCES;
    int status =
        segi_regions_measure(w->context, w->layer, w->image, SEGI_MEASURE_ALL, &regions, w->err);
    if (status)
        return status;
    size_t next = 0;
    write_header(w->sink, regions.planes, instances);
    for (size_t i = 0; i < regions.count; i++) {
        write_region(w->sink, &regions.list[i], regions.planes);
        if (instances)
            write_instance(w, &regions.list[i], &next);
        segi_sink_write(w->sink, "\n", 1);
    }
    segi_regions_end(&regions);
    return SEG_OK;
}

const struct segi_format segi_format_csv = {
    .name = "CSV", .endings = ".csv", .save = save, .vector = true};
