/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walking over the regions of a layer for formats that write one after another. */
#include "feature.h"

#include "label.h"

#include "../data/simplify.h"

#include "../base/error.h"
#include "../base/names.h"

#include <string.h>

static const char *class_name(const seg_layer *layer, int32_t class_id)
{
    return class_id >= 0 && (size_t)class_id < layer->class_count ? layer->classes[class_id] : NULL;
}

static struct segi_feature of_instance(const seg_layer *layer, size_t i,
                                       const struct segi_regions *regions, size_t *next)
{
    const struct seg_instance *one = &layer->instances[i];
    return (struct segi_feature){.region = one->run_count ? &regions->list[(*next)++] : NULL,
                                 .id = one->id,
                                 .class_id = one->class_id,
                                 .score = one->score,
                                 .box = one->box,
                                 .class_name = class_name(layer, one->class_id)};
}

static int refuse(const struct segi_writing *w, const char *form)
{
    const seg_layer *layer = w->layer;
    const uint32_t kind = layer->view.kind;
    if (kind == SEG_IMAGE || kind == SEG_SCORES)
        return segi_error(w->err, SEG_USAGE,
                          "%s holds regions of a mask, labels or instances, not %s", form,
                          kind == SEG_IMAGE ? "an image" : segi_kind_name(kind));
    if (kind == SEG_LABELS && segi_label_range(&layer->view).least < 0)
        return segi_error(w->err, SEG_USAGE,
                          "%s cannot hold void pixels (label -1); use .tif or .npy", form);
    return SEG_OK;
}

int segi_features_write(struct segi_writing *w, const char *form, bool pixels,
                        int (*write)(struct segi_writing *writing, size_t index,
                                     const struct segi_feature *feature, void *user),
                        void *user)
{
    const seg_layer *layer = w->layer;
    const bool instances = layer->view.kind == SEG_INSTANCES;
    struct segi_regions regions = {0};
    int status = refuse(w, form);
    if (!status)
        status = segi_regions_find(w->context, layer, &regions, w->err);
    const size_t count = instances ? layer->instance_count : regions.count;
    size_t next = 0;
    for (size_t i = 0; i < count && !status; i++) {
        struct segi_feature feature = {
            .region = &regions.list[i], .class_id = -1, .score = 1, .class_name = NULL};
        if (instances)
            feature = of_instance(layer, i, &regions, &next);
        else
            feature.id = regions.list[i].label;
        if (pixels && !feature.region)
            status = segi_error(w->err, SEG_USAGE,
                                "instance %d has no pixels, which %s cannot hold; use .json",
                                feature.id, form);
        else
            status = write(w, i, &feature, user);
    }
    segi_regions_end(&regions);
    return status;
}

int segi_feature_outline(const struct segi_writing *w, const struct segi_feature *feature,
                         struct segi_outline *outline)
{
    const struct seg_view *v = &w->layer->view;
    const struct seg_view *labels = v->kind == SEG_LABELS ? v : NULL;
    if (!segi_outline_trace(outline, feature->region) ||
        (w->options.simplify > 0 && !segi_outline_simplify(outline, labels, w->options.simplify)))
        return segi_error_nomem(w->err);
    return SEG_OK;
}

void segi_sink_json_text(struct segi_sink *sink, const char *text)
{
    segi_sink_write(sink, "\"", 1);
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            segi_sink_printf(sink, "\\%c", *p);
        else if ((unsigned char)*p < ' ')
            segi_sink_printf(sink, "\\u%04x", *p);
        else
            segi_sink_write(sink, p, 1);
    }
    segi_sink_write(sink, "\"", 1);
}
