/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing layers to files: what form a name asks for. */
#include "format.h"
#include "label.h"
#include "overlay.h"

#include "../base/error.h"

#include <segkit/layer.h>
#include <segkit/plugin-util.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct segi_format *const forms[] = {
    &segi_format_png,  &segi_format_tiff,    &segi_format_pnm, &segi_format_npy,  &segi_format_csv,
    &segi_format_json, &segi_format_geojson, &segi_format_svg, &segi_format_yolo,
};
#define FORMS (sizeof forms / sizeof *forms)

void segi_writing_interleave(const struct seg_view *view, int32_t first, int32_t count, int32_t y,
                             void *to)
{
    const void *rows[4] = {seg_row(view, first, y)};
    const size_t size = seg_dtype_size(view->dtype);
    if (count == 1) {
        memcpy(to, rows[0], (size_t)view->width * size);
        return;
    }
    for (int32_t p = 1; p < count; p++)
        rows[p] = seg_row(view, first + p, y);
    segi_interleave(to, rows, count, (size_t)view->width, size);
}

/* Whether `ending` is one of the words of `endings`. */
static bool has_word(const char *endings, const char *ending)
{
    const size_t length = strlen(ending);
    for (const char *p = endings; *p; p += strcspn(p, " ")) {
        p += strspn(p, " ");
        if (strcspn(p, " ") == length && !strncasecmp(p, ending, length))
            return true;
    }
    return false;
}

/* ".png" of "a/b.c/cells.png"; "" where there is none. */
static const char *ending_of(const char *path)
{
    const char *base = strrchr(path, '/');
    const char *dot = strrchr(base ? base : path, '.');
    return dot ? dot : "";
}

static int unknown_form(const char *ending, struct seg_error *err)
{
    char all[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < FORMS && used < sizeof all; i++) {
        const int n =
            snprintf(all + used, sizeof all - used, "%s%s", i ? " " : "", forms[i]->endings);
        used += n < 0 ? 0 : (size_t)n;
    }
    if (!*ending)
        return segi_error(err, SEG_USAGE, "the name has no ending that tells the form: %s", all);
    return segi_error(err, SEG_USAGE, "'%s' is not a form that is written: %s", ending, all);
}

static const struct segi_format *find_form(const char *path, const char **ending)
{
    *ending = strcmp(path, "-") ? ending_of(path) : ".png";
    for (size_t i = 0; i < FORMS; i++)
        if (has_word(forms[i]->endings, *ending))
            return forms[i];
    return NULL;
}

/* "overlay.png" and "cells-overlay.tif" ask for a picture of the result on the image. The ending of
 * "-" is longer than that. */
static bool is_overlay(const char *path, const char *ending)
{
    static const char word[] = "overlay";
    const size_t length = strlen(path), end = strlen(ending), n = sizeof word - 1;
    return length >= end + n && !strncasecmp(path + length - end - n, word, n);
}

static int write_form(struct segi_writing *w, const struct segi_format *form, const char *path)
{
    struct segi_sink sink;
    int status = segi_sink_open(&sink, w->context, path, w->err);
    if (status)
        return status;
    w->sink = &sink;
    status = form->save(w);
    return segi_sink_close(&sink, status);
}

static int save(struct segi_writing *w, const char *path)
{
    const struct segi_format *form = find_form(path, &w->ending);
    if (!form)
        return unknown_form(w->ending, w->err);
    seg_layer *made = NULL;
    int status = SEG_OK;
    if (is_overlay(path, w->ending))
        status = segi_overlay(w->context, w->layer, w->image, &made, w->err);
    else if (w->layer->view.kind == SEG_INSTANCES && !form->vector)
        status = segi_label_flatten(w->context, w->layer, &made, w->err);
    if (made)
        w->layer = made;
    if (!status)
        status = write_form(w, form, path);
    seg_layer_unref(made);
    return status;
}

bool segi_save_tells(const char *path)
{
    const char *ending;
    const struct segi_format *form = find_form(path, &ending);
    return form && form->tells;
}

int segi_save(seg_context *context, const seg_layer *layer, const seg_layer *image,
              const char *path, const struct segi_save_options *options, struct seg_error *err)
{
    struct segi_writing writing = {.context = context,
                                   .layer = layer,
                                   .image = image,
                                   .path = path,
                                   .options = *options,
                                   .err = err};
    int status = save(&writing, path);
    if (status)
        segi_error_in(err, "%s", strcmp(path, "-") ? path : "standard output");
    return status;
}

int seg_layer_save(seg_context *context, const seg_layer *layer, const seg_layer *image,
                   const char *path, struct seg_error *err)
{
    const struct segi_save_options none = {0};
    return segi_save(context, layer, image, path, &none, err);
}
