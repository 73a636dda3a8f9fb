/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bilinear sampling of maps at the image's pixels. */
#include "mapping.h"

#include <stdlib.h>
#include <string.h>

int cnn_axis_make(const struct cnn_canvas *canvas, int axis, int32_t map, struct cnn_axis *out,
                  struct cnn_error *err)
{
    const int32_t count = canvas->image[axis];
    const double scale = (double)canvas->content[axis] / count;
    const double reduce = (double)map / canvas->size[axis];
    *out = (struct cnn_axis){.count = count, .map = map, .identity = true};
    out->low = malloc((size_t)count * (2 * sizeof *out->low + sizeof *out->weight));
    if (!out->low)
        return cnn_nomem(err);
    out->high = out->low + count;
    out->weight = (float *)(out->high + count);
    for (int32_t i = 0; i < count; i++) {
        double at = ((i + 0.5) * scale + canvas->offset[axis]) * reduce - 0.5;
        at = at < 0 ? 0 : at > map - 1 ? map - 1 : at;
        out->low[i] = (int32_t)at;
        out->high[i] = out->low[i] + 1 < map ? out->low[i] + 1 : out->low[i];
        out->weight[i] = (float)(at - out->low[i]);
        out->identity &= out->low[i] == i && out->weight[i] == 0;
    }
    return SEG_OK;
}

void cnn_axis_free(struct cnn_axis *axis)
{
    free(axis->low);
    axis->low = NULL;
}

void cnn_map_row(const struct cnn_window *window, const struct cnn_axis *x,
                 const struct cnn_axis *y, int32_t row, int32_t begin, int32_t end, float *blend,
                 float *out)
{
    const int32_t skip = window->skip_x, first = x->low[begin], last = x->high[end - 1];
    const float *top = window->map + (size_t)(y->low[row] - window->skip_y) * window->stride;
    const float *bottom = window->map + (size_t)(y->high[row] - window->skip_y) * window->stride;
    const float weight = y->weight[row];
    if (weight != 0)
        for (int32_t i = first - skip; i <= last - skip; i++)
            blend[i] = top[i] + (bottom[i] - top[i]) * weight;
    const float *source = weight != 0 ? blend : top;
    if (x->identity) {
        memcpy(out, source + (begin - skip), (size_t)(end - begin) * sizeof *out);
        return;
    }
    for (int32_t i = begin; i < end; i++) {
        float a = source[x->low[i] - skip], b = source[x->high[i] - skip];
        out[i - begin] = a + (b - a) * x->weight[i];
    }
}
