/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "form.h"

#include "../base/names.h"

#include <math.h>
#include <stdio.h>

/* The `index`-th kind and dtype that a port takes, counted around; returns how many there are. */
static unsigned pick(const struct seg_port *port, unsigned index, uint32_t *kind, uint32_t *dtype)
{
    unsigned count = 0;
    for (int round = 0; round < 2; round++) {
        const unsigned wanted = count ? index % count : 0;
        count = 0;
        for (uint32_t k = SEG_IMAGE; k <= SEG_INSTANCES; k++) {
            if (!(port->kinds & SEG_KIND_BIT(k)))
                continue;
            const uint32_t held = k == SEG_INSTANCES ? SEG_DTYPE_BIT(0) : segi_kind_dtypes(k);
            for (uint32_t d = 0; d <= SEG_I32; d++) {
                const uint32_t bit = SEG_DTYPE_BIT(d);
                if (!(held & bit) || (d && port->dtypes && !(port->dtypes & bit)))
                    continue;
                if (count++ == wanted) {
                    *kind = k;
                    *dtype = d;
                }
            }
        }
    }
    return count;
}

unsigned verify_form_choices(const struct seg_stage *stage)
{
    unsigned most = 1;
    for (uint32_t i = 0; i < stage->input_count; i++) {
        uint32_t kind, dtype;
        const unsigned count = pick(&stage->inputs[i], 0, &kind, &dtype);
        most = count > most ? count : most;
    }
    return most;
}

static int32_t planes_of(const struct seg_port *port, uint32_t kind, bool colour)
{
    if (kind == SEG_MASK || kind == SEG_LABELS || kind == SEG_INSTANCES)
        return kind != SEG_INSTANCES;
    int32_t planes = kind == SEG_SCORES ? (colour ? 3 : 2) : colour ? 3 : 1;
    if (planes < (int32_t)port->planes_min)
        planes = (int32_t)port->planes_min;
    if (port->planes_max && planes > (int32_t)port->planes_max)
        planes = (int32_t)port->planes_max;
    return planes;
}

bool verify_form_has_colour(const struct seg_stage *stage)
{
    for (uint32_t i = 0; i < stage->input_count; i++)
        for (uint32_t kind = SEG_IMAGE; kind <= SEG_SCORES; kind++)
            if ((stage->inputs[i].kinds & SEG_KIND_BIT(kind)) &&
                planes_of(&stage->inputs[i], kind, false) !=
                    planes_of(&stage->inputs[i], kind, true))
                return true;
    return false;
}

bool verify_form_has_optional(const struct seg_stage *stage)
{
    for (uint32_t i = 0; i < stage->input_count; i++)
        if (stage->inputs[i].flags & SEG_PORT_OPTIONAL)
            return true;
    return false;
}

bool verify_form_has_floats(const struct seg_stage *stage, const struct verify_form *form)
{
    for (uint32_t i = 0; i < stage->input_count; i++) {
        struct seg_shape shape;
        verify_form_shape(stage, form, i, &shape);
        if (shape.kind == SEG_IMAGE && shape.dtype == SEG_F32)
            return true;
    }
    return false;
}

void verify_form_shape(const struct seg_stage *stage, const struct verify_form *form, uint32_t port,
                       struct seg_shape *shape)
{
    const struct seg_port *p = &stage->inputs[port];
    *shape = SEG_SHAPE;
    if ((p->flags & SEG_PORT_OPTIONAL) && !form->connected)
        return;
    pick(p, form->choice, &shape->kind, &shape->dtype);
    shape->width = form->width;
    shape->height = form->height;
    shape->planes = planes_of(p, shape->kind, form->colour);
}

/* -- samples ---------------------------------------------------------------------------------- */

static double noise(int32_t x, int32_t y, int32_t plane)
{
    uint32_t n = (uint32_t)x * 2654435761u ^ ((uint32_t)y + 77u * (uint32_t)plane) * 2246822519u;
    n = (n ^ (n >> 15)) * 2246822519u;
    n = (n ^ (n >> 13)) * 3266489917u;
    return (n >> 8) / 16777216.0;
}

static bool in_blot(int32_t x, int32_t y)
{
    const int dx = x % 13 - 6, dy = y % 11 - 5;
    return dx * dx + dy * dy < 17;
}

/* 0..1; a part of the picture shows the same pixels as the whole. */
static double level(const struct verify_form *form, int32_t x, int32_t y, int32_t plane)
{
    if (form->content == VERIFY_FLAT)
        return 0.5;
    if (form->content == VERIFY_EXTREMES)
        return (x / 2 + y / 3) % 2;
    return (in_blot(x, y) ? 0.6 : 0.1) + 0.002 * ((x + 2 * y + 9 * plane) % 60) +
           0.15 * noise(x, y, plane);
}

static void paint_image(const struct verify_form *form, const struct seg_view *view, int32_t plane,
                        int32_t row)
{
    void *samples = seg_row(view, plane, row);
    for (int32_t i = 0; i < view->width; i++) {
        const int32_t x = form->x + i, y = form->y + row;
        const double value = level(form, x, y, plane);
        if (view->dtype == SEG_U8)
            ((uint8_t *)samples)[i] = (uint8_t)(255 * value);
        else if (view->dtype == SEG_U16)
            ((uint16_t *)samples)[i] = (uint16_t)(65535 * value);
        else if (view->dtype == SEG_I32)
            ((int32_t *)samples)[i] = (int32_t)(1000 * value);
        else if (form->content != VERIFY_NOT_FINITE || noise(x, y, 31) < 0.9)
            ((float *)samples)[i] = (float)(255 * value);
        else
            ((float *)samples)[i] = noise(y, x, 7) < 0.5 ? NAN : plane % 2 ? -INFINITY : INFINITY;
    }
}

static void paint_labels(const struct verify_form *form, const struct seg_view *view, int32_t row)
{
    int32_t *labels = seg_row(view, 0, row);
    for (int32_t i = 0; i < view->width; i++) {
        const int32_t x = form->x + i, y = form->y + row;
        labels[i] = form->content == VERIFY_FLAT ? 1
                    : !in_blot(x, y)             ? 0
                    : form->content == VERIFY_EXTREMES && x % 5 == 0
                        ? -1
                        : 1 + x / 13 % 50 + y / 11 % 50 * 50;
    }
}

static void paint_scores(const struct verify_form *form, const struct seg_view *view, int32_t row)
{
    for (int32_t i = 0; i < view->width; i++) {
        double left = 1;
        for (int32_t p = 0; p < view->planes; p++) {
            const double share = form->content == VERIFY_EXTREMES
                                     ? (form->x + i + p) % view->planes == 0
                                     : level(form, form->x + i, form->y + row, p);
            const double part = p + 1 == view->planes ? left : left * share;
            ((float *)seg_row(view, p, row))[i] = (float)part;
            left -= part;
        }
    }
}

static void paint_mask(const struct verify_form *form, const struct seg_view *view, int32_t row)
{
    uint8_t *mask = seg_row(view, 0, row);
    for (int32_t i = 0; i < view->width; i++)
        mask[i] = form->content == VERIFY_FLAT || in_blot(form->x + i, form->y + row);
}

void verify_form_paint(const struct verify_form *form, const struct seg_view *view)
{
    for (int32_t y = 0; y < view->height; y++) {
        if (view->kind == SEG_MASK)
            paint_mask(form, view, y);
        else if (view->kind == SEG_LABELS)
            paint_labels(form, view, y);
        else if (view->kind == SEG_SCORES)
            paint_scores(form, view, y);
        else
            for (int32_t p = 0; p < view->planes; p++)
                paint_image(form, view, p, y);
    }
}

void verify_form_text(const struct seg_stage *stage, const struct verify_form *form, char *text,
                      size_t size)
{
    static const char *const contents[] = {"", ", flat", ", extremes", ", not finite"};
    FILE *out = fmemopen(text, size, "w");
    if (!out)
        return;
    for (uint32_t i = 0; i < stage->input_count; i++) {
        struct seg_shape shape;
        verify_form_shape(stage, form, i, &shape);
        if (!shape.kind)
            continue;
        fprintf(out, "%s %s", stage->inputs[i].name, segi_kind_name(shape.kind));
        if (shape.dtype)
            fprintf(out, " %s", segi_dtype_name(shape.dtype));
        if (shape.planes > 1)
            fprintf(out, " of %d planes", shape.planes);
        fputs(", ", out);
    }
    fprintf(out, "%d x %d%s", form->width, form->height, contents[form->content]);
    fclose(out);
}
