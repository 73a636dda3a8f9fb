/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.all: what each global method makes of an image, in one picture to look at. */
#include "font.h"
#include "method.h"

#include "common/sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TITLE = FONT_HEIGHT + 4, GAP = 2, PAPER = 255, INK = 0, FRAME = 128 };

struct params {
    int32_t tile;
    int32_t bins;
    int32_t convention;
};

static const struct {
    const char *name;
    threshold_method *method;
    bool imagej; /* defined by ImageJ alone */
} methods[] = {
    {"default", threshold_find_default, true},
    {"huang", threshold_find_huang, true},
    {"huang2", threshold_find_huang2, true},
    {"intermodes", threshold_find_intermodes, true},
    {"isodata", threshold_find_isodata, false},
    {"li", threshold_find_li, false},
    {"maxentropy", threshold_find_maxentropy, true},
    {"mean", threshold_find_mean, false},
    {"minerror", threshold_find_minerror, true},
    {"minimum", threshold_find_minimum, false},
    {"moments", threshold_find_moments, true},
    {"otsu", threshold_find_otsu, false},
    {"percentile", threshold_find_percentile, true},
    {"renyi", threshold_find_renyi, true},
    {"shanbhag", threshold_find_shanbhag, true},
    {"triangle", threshold_find_triangle, false},
    {"yen", threshold_find_yen, false},
};

/* Of the montage. The image itself comes first. */
struct layout {
    int32_t step, width, height; /* of a tile: every step-th pixel is shown */
    int32_t columns, rows;
};

static struct layout layout_of(const struct params *params, int32_t width, int32_t height)
{
    struct layout l = {.columns = 6, .rows = (int32_t)(SEG_COUNT(methods) + 6) / 6};
    const int32_t longer = width > height ? width : height;
    l.step = (longer + params->tile - 1) / params->tile;
    l.width = (width + l.step - 1) / l.step;
    l.height = (height + l.step - 1) / l.step;
    return l;
}

static int shape(const struct seg_host *host, struct seg_call *call, const void *params,
                 const struct seg_shape *in, struct seg_shape *out)
{
    (void)host, (void)call;
    if (in->width > 0 && in->height > 0) {
        const struct layout l = layout_of(params, in->width, in->height);
        out->width = l.columns * (l.width + GAP);
        out->height = l.rows * (l.height + TITLE + GAP);
    }
    return SEG_OK;
}

/* Paints one tile: the samples between `low` and `high` as grey, or what is above both where they
 * are the same. NaN shows as black. */
static void paint(const struct seg_view *image, const struct seg_view *out, const struct layout *l,
                  int32_t index, double low, double high, float *row)
{
    const int32_t left = index % l->columns * (l->width + GAP);
    const int32_t top = index / l->columns * (l->height + TITLE + GAP) + TITLE;
    for (int32_t y = 0; y < l->height; y++) {
        uint8_t *to = (uint8_t *)seg_row(out, 0, top + y) + left;
        common_floats(image, 0, y * l->step, 0, (size_t)image->width, row);
        for (int32_t x = 0; x < l->width; x++) {
            const double sample = (double)row[x * l->step];
            const double gray = high > low ? (sample - low) / (high - low) * 255 : 0;
            to[x] = !(high > low) ? (sample > low ? 255 : 0)
                    : gray >= 255 ? 255
                    : gray > 0    ? (uint8_t)gray
                                  : 0;
        }
    }
}

static void title(const struct seg_view *out, const struct layout *l, int32_t index,
                  const char *text)
{
    char cut[64];
    const int32_t letters = l->width / FONT_WIDTH;
    snprintf(cut, sizeof cut, "%.*s", letters < 63 ? letters : 63, text);
    threshold_font_draw(out, index % l->columns * (l->width + GAP) + 1,
                        index / l->columns * (l->height + TITLE + GAP) + 2, cut, INK);
}

/* One method's tile; nothing but its title where it finds no threshold. */
static int show(struct threshold_counts *counts, const struct params *params,
                const struct seg_view *out, const struct layout *l, uint32_t which, float *row)
{
    const struct common_env *env = counts->env;
    double threshold;
    char text[64];
    counts->imagej = methods[which].imagej || params->convention == THRESHOLD_IMAGEJ;
    const char *why = threshold_find(counts, methods[which].method, &threshold);
    if (why == threshold_no_memory)
        return common_nomem(env);
    const bool found = !why && isfinite(threshold);
    snprintf(text, sizeof text, found ? "%s %.5g" : "%s -", methods[which].name, threshold);
    title(out, l, (int32_t)which + 1, text);
    if (!found)
        return SEG_OK;
    paint(counts->image, out, l, (int32_t)which + 1, threshold, threshold, row);
    return env->host->value(env->call, methods[which].name, threshold);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, out, inside = SEG_VIEW;
    struct threshold_counts counts;
    float *row;
    int status = common_open(&env, &image, &out);
    const int masked = status ? SEG_ABSENT : host->input(call, 1, &inside);
    if (status || (masked != SEG_OK && masked != SEG_ABSENT))
        return status ? status : masked;
    status =
        threshold_count(&env, &image, masked == SEG_OK ? &inside : NULL, params->bins, &counts);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, row, image.width))
        return common_nomem(&env);
    const struct layout l = layout_of(params, image.width, image.height);
    for (int32_t y = 0; y < out.height; y++)
        memset(seg_row(&out, 0, y), y % (l.height + TITLE + GAP) < TITLE ? PAPER : FRAME,
               (size_t)out.width);
    title(&out, &l, 0, "image");
    paint(&image, &out, &l, 0, threshold_value(&counts, 0), threshold_value(&counts, counts.bins),
          row);
    for (uint32_t i = 0; i < SEG_COUNT(methods) && !status; i++) {
        status = show(&counts, params, &out, &l, i, row);
        if (!status)
            status = host->progress(call, (i + 1.0) / SEG_COUNT(methods));
    }
    return status;
}

static const struct seg_param rows[] = {
    {SEG_P_INT(struct params, tile, 256, 16, 4096, "px",
               "longer side of a tile; of larger images every n-th pixel is shown")},
    {SEG_P_INT(struct params, bins, 0, 0, 65536, NULL,
               "bins of the histogram; 0: one a value for integers, 256 for floating point")},
    {SEG_P_CHOICE(struct params, convention, THRESHOLD_SKIMAGE, threshold_conventions,
                  "whose definition to follow")},
};

static const struct seg_port outputs[] = {
    {.name = "montage",
     .summary = "the image, then a tile a method",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_U8),
     .flags = SEG_PORT_SIZED,
     .planes_min = 1},
};

const struct seg_stage threshold_all = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "threshold.all",
    .summary = "show what each global threshold makes of an image",
    .detail = "A montage to look at: the image and, for each global method, its name, the "
              "threshold it finds, and white where the image is above. A method that finds none "
              "leaves its tile empty. Reports each threshold under the method's name.",
    .version = 1,
    SEG_TABLES(struct params, rows, threshold_inputs, outputs),
    .process = process,
    .shape = shape,
};
