/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frequency.spectrum: how strong each frequency is, to look at. */
#include "grid.h"
#include "stages.h"

#include <math.h>

struct params {
    const char *wisdom;
};

/* log(1 + magnitude) of coefficient (x, y) of a whole spectrum. */
static float value(const struct frequency_grid *grid, int32_t x, int32_t y)
{
    if (x >= grid->columns) { /* the mirror image of what is stored */
        x = grid->width - x;
        y = y ? grid->height - y : 0;
    }
    const float *c = grid->data[(size_t)y * grid->stride + (size_t)x];
    return log1pf(hypotf(c[0], c[1]));
}

struct picture {
    const struct frequency_grid *grid;
    struct seg_view out;
    int32_t plane;
    float scale;
};

static int draw_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct picture *p = arg;
    const int32_t width = p->grid->width, height = p->grid->height;
    (void)worker;
    for (size_t y = begin; y < end; y++) {
        uint8_t *row = seg_row(&p->out, p->plane, (int32_t)y);
        const int32_t down = ((int32_t)y + height - height / 2) % height;
        for (int32_t x = 0; x < width; x++) {
            const float gray = value(p->grid, (x + width - width / 2) % width, down) * p->scale;
            row[x] = (uint8_t)(gray < 255 ? gray + 0.5F : 255);
        }
    }
    return SEG_OK;
}

/* White is the strongest frequency but 0, which is nearly always far stronger. */
static float find_scale(const struct frequency_grid *grid)
{
    float most = 0;
    for (int32_t y = 0; y < grid->height; y++)
        for (int32_t x = !y; x < grid->columns; x++)
            most = fmaxf(most, value(grid, x, y));
    return most > 0 ? 255 / most : 0;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct frequency_grid grid;
    struct seg_view in, out;
    int status = common_open(&env, &in, &out);
    if (status)
        return status;
    status = frequency_open(&grid, &env, &in, 0, FREQUENCY_WRAP, params->wisdom);
    for (int32_t p = 0; p < in.planes && !status; p++) {
        struct frequency_plane from = {&grid, in, p, 0};
        struct picture picture = {&grid, out, p, 0};
        status = frequency_rows_forward(&grid, frequency_give_plane, &from);
        if (!status)
            status = frequency_columns(&grid, NULL, NULL, false);
        if (status)
            break;
        picture.scale = find_scale(&grid);
        status =
            common_parallel(&env, (size_t)out.height, common_grain(out.width), draw_rows, &picture);
    }
    frequency_close(&grid);
    return status;
}

static const struct seg_param rows[] = {FREQUENCY_WISDOM(struct params)};

static const struct seg_port inputs[] = {FREQUENCY_PORT};
static const struct seg_port outputs[] = {
    {.name = "spectrum",
     .summary = "the magnitudes, brighter where they are larger",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_U8)},
};

const struct seg_stage frequency_spectrum = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "frequency.spectrum",
    .summary = "show how strong each frequency of an image is",
    .detail = "The logarithm of 1 + the magnitude of each frequency, from black for 0 to white for "
              "the strongest one but frequency 0, which stands at half the width and height. A "
              "pattern that repeats every n pixels across an image of w columns shows w / n "
              "columns from there. The image is taken as it is, without a border: edges that do "
              "not match draw a cross. Sizes with large prime factors take longer. Samples that "
              "are not finite are refused.",
    .reference = "J. W. Cooley and J. W. Tukey, An algorithm for the machine calculation of "
                 "complex Fourier series, Mathematics of Computation 19, 1965",
    .version = 1,
    SEG_TABLES(struct params, rows, inputs, outputs),
    .process = process,
};
