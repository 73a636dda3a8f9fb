/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The small pictures of a comparison. */
#include "compare.h"
#include "target.h"

#include "../io/palette.h"

#include <segkit/plugin-util.h>
#include <stdlib.h>

void cmp_picture_path(const struct compare *c, const char *key, const char *what, char *path)
{
    snprintf(path, CLI_PATH, "%s/cache/%.24s.%s.png", c->folder, key, what);
}

/* How many pixels become one. */
static int32_t shrink_of(const struct compare *c, int32_t width, int32_t height)
{
    const int32_t most = width > height ? width : height, side = (int32_t)c->preview;
    return most <= side ? 1 : (most + side - 1) / side;
}

static int make(struct compare *c, int32_t width, int32_t height, int32_t planes, seg_layer **layer,
                struct seg_view *view)
{
    struct seg_error err;
    const struct seg_shape shape = {.struct_size = sizeof shape,
                                    .kind = SEG_IMAGE,
                                    .dtype = SEG_U8,
                                    .width = width,
                                    .height = height,
                                    .planes = planes};
    const struct seg_props props = {.struct_size = sizeof props,
                                    .color = planes == 4   ? SEG_COLOR_RGBA
                                             : planes == 3 ? SEG_COLOR_RGB
                                                           : SEG_COLOR_GRAY};
    *view = SEG_VIEW;
    if (seg_layer_new(c->cli->context, &shape, layer, &err))
        return cli_fail(&err);
    if (seg_layer_set_props(*layer, &props, &err) || seg_layer_view(*layer, view, &err)) {
        seg_layer_unref(*layer);
        return cli_fail(&err);
    }
    return CLI_DONE;
}

static int finish(struct compare *c, seg_layer *layer, const char *path)
{
    struct seg_error err;
    seg_layer_seal(layer);
    const int status = seg_layer_save(c->cli->context, layer, NULL, path, &err);
    seg_layer_unref(layer);
    return status ? cli_fail(&err) : CLI_DONE;
}

/* What a sample is as a byte: 8 bits as they are, others from their least to their most. */
struct scale {
    double least, factor;
};

static double sample(const struct seg_view *v, int32_t plane, int32_t y, int32_t x)
{
    const void *row = seg_row(v, plane, y);
    return v->dtype == SEG_U8    ? ((const uint8_t *)row)[x]
           : v->dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                 : (double)((const float *)row)[x];
}

static struct scale scale_of(const struct seg_view *v)
{
    double least = 1e300, most = -1e300;
    if (v->dtype == SEG_U8)
        return (struct scale){0, 1};
    for (int32_t y = 0; y < v->height; y++)
        for (int32_t x = 0; x < v->width; x++) {
            const double s = sample(v, 0, y, x);
            least = s < least ? s : least;
            most = s > most ? s : most;
        }
    return (struct scale){least, most > least ? 255 / (most - least) : 0};
}

int cmp_picture_image(struct compare *c, const seg_layer *image, const char *path)
{
    struct seg_view from = SEG_VIEW, to;
    struct seg_error err;
    seg_layer *layer;
    if (seg_layer_view(image, &from, &err))
        return cli_fail(&err);
    const int32_t n = shrink_of(c, from.width, from.height), planes = from.planes >= 3 ? 3 : 1;
    int code = make(c, (from.width + n - 1) / n, (from.height + n - 1) / n, planes, &layer, &to);
    if (code)
        return code;
    const struct scale scale = scale_of(&from);
    for (int32_t k = 0; k < planes; k++)
        for (int32_t y = 0; y < to.height; y++)
            for (int32_t x = 0; x < to.width; x++) {
                double sum = 0, count = 0;
                for (int32_t v = y * n; v < (y + 1) * n && v < from.height; v++)
                    for (int32_t u = x * n; u < (x + 1) * n && u < from.width; u++, count++)
                        sum += sample(&from, k, v, u);
                const double byte = (sum / count - scale.least) * scale.factor;
                ((uint8_t *)seg_row(&to, k, y))[x] =
                    (uint8_t)(byte > 0 ? (byte < 255 ? byte + 0.5 : 255) : 0);
            }
    return finish(c, layer, path);
}

/* Regions tinted, their inner outline full; nothing where there is none. */
int cmp_picture_labels(struct compare *c, const struct cli_labels *labels, const char *path)
{
    seg_layer *layer;
    struct seg_view to;
    const int32_t w = labels->width, h = labels->height, n = shrink_of(c, w, h);
    int code = make(c, (w + n - 1) / n, (h + n - 1) / n, 4, &layer, &to);
    if (code)
        return code;
    for (int32_t y = 0; y < to.height; y++)
        for (int32_t x = 0; x < to.width; x++) {
            const int32_t *at = labels->values + (size_t)(y * n) * (size_t)w + x * n;
            const int32_t value = *at;
            uint8_t rgb[3] = {0, 0, 0};
            const bool edge = (x > 0 && at[-n] != value) ||
                              (y > 0 && at[-(ptrdiff_t)n * w] != value) ||
                              (x + 1 < to.width && at[n] != value) ||
                              (y + 1 < to.height && at[(ptrdiff_t)n * w] != value);
            if (value > 0)
                segi_palette_color(value, rgb);
            for (int32_t k = 0; k < 3; k++)
                ((uint8_t *)seg_row(&to, k, y))[x] = rgb[k];
            ((uint8_t *)seg_row(&to, 3, y))[x] = value <= 0 ? 0 : edge ? 255 : 90;
        }
    return finish(c, layer, path);
}

int cmp_picture_share(struct compare *c, const float *share, int32_t width, int32_t height,
                      const char *path)
{
    seg_layer *layer;
    struct seg_view to;
    const int32_t n = shrink_of(c, width, height);
    int code = make(c, (width + n - 1) / n, (height + n - 1) / n, 4, &layer, &to);
    if (code)
        return code;
    for (int32_t y = 0; y < to.height; y++)
        for (int32_t x = 0; x < to.width; x++) {
            const float s = share[(size_t)(y * n) * (size_t)width + (size_t)(x * n)];
            ((uint8_t *)seg_row(&to, 0, y))[x] = 255;
            ((uint8_t *)seg_row(&to, 1, y))[x] = (uint8_t)(200 * (1 - s));
            ((uint8_t *)seg_row(&to, 2, y))[x] = 0;
            ((uint8_t *)seg_row(&to, 3, y))[x] = (uint8_t)(s > 0 ? 80 + 170 * s : 0);
        }
    return finish(c, layer, path);
}
