/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SVG: a path a region along pixel edges, in the colours of overlays. */
#include "feature.h"
#include "palette.h"

#include "../base/error.h"

#include <string.h>

static void write_xml(struct segi_sink *sink, const char *text)
{
    for (const char *p = text; *p; p++) {
        const char *name = *p == '<'                 ? "&lt;"
                           : *p == '>'               ? "&gt;"
                           : *p == '&'               ? "&amp;"
                           : (unsigned char)*p < ' ' ? " "
                                                     : NULL;
        segi_sink_write(sink, name ? name : p, name ? strlen(name) : 1);
    }
}

/* Lines along an axis need one number only, and without simplification all are. */
static void write_ring(struct segi_sink *sink, const struct segi_corner *c, size_t count)
{
    segi_sink_printf(sink, "M%d %d", c[0].x, c[0].y);
    for (size_t i = 1; i < count; i++)
        if (c[i].y == c[i - 1].y)
            segi_sink_printf(sink, "H%d", c[i].x);
        else if (c[i].x == c[i - 1].x)
            segi_sink_printf(sink, "V%d", c[i].y);
        else
            segi_sink_printf(sink, "L%d %d", c[i].x, c[i].y);
    segi_sink_write(sink, "z", 1);
}

static int write_feature(struct segi_writing *w, size_t index, const struct segi_feature *f,
                         void *user)
{
    struct segi_outline *outline = user;
    struct segi_sink *sink = w->sink;
    uint8_t rgb[3];
    (void)index;
    int status = segi_feature_outline(w, f, outline);
    if (status)
        return status;
    segi_palette_color(f->id, rgb);
    segi_sink_printf(sink, "<path id=\"region-%d\" fill=\"#%02x%02x%02x\" d=\"", f->id, rgb[0],
                     rgb[1], rgb[2]);
    for (size_t i = 0; i < outline->ring_count; i++)
        write_ring(sink, outline->corners + outline->rings[i].first, outline->rings[i].count);
    segi_sink_printf(sink, "\">");
    if (f->class_name) {
        segi_sink_printf(sink, "<title>");
        write_xml(sink, f->class_name);
        segi_sink_printf(sink, "</title>");
    }
    segi_sink_printf(sink, "</path>\n");
    return SEG_OK;
}

static int save(struct segi_writing *w)
{
    const struct seg_view *v = &w->layer->view;
    struct segi_outline outline = {.mem = &w->context->mem};
    segi_sink_printf(w->sink,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                     "viewBox=\"0 0 %d %d\">\n<g fill-rule=\"evenodd\" fill-opacity=\"0.5\">\n",
                     v->width, v->height, v->width, v->height);
    int status = segi_features_write(w, "SVG", true, write_feature, &outline);
    segi_sink_printf(w->sink, "</g>\n</svg>\n");
    segi_outline_end(&outline);
    return status;
}

const struct segi_format segi_format_svg = {
    .name = "SVG", .endings = ".svg", .save = save, .vector = true};
