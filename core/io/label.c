/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The smallest integers that hold all labels, so that no count ever wraps. */
#include "label.h"

#include "../base/error.h"

#include <segkit/plugin-util.h>
#include <string.h>

struct segi_label_range segi_label_range(const struct seg_view *labels)
{
    int32_t least = INT32_MAX, most = INT32_MIN;
    for (int32_t y = 0; y < labels->height; y++) {
        const int32_t *row = seg_row(labels, 0, y);
        for (int32_t x = 0; x < labels->width; x++) {
            least = row[x] < least ? row[x] : least;
            most = row[x] > most ? row[x] : most;
        }
    }
    return (struct segi_label_range){least, most};
}

unsigned segi_label_size(struct segi_label_range range)
{
    if (range.least < 0 || range.most > UINT16_MAX)
        return 4;
    return range.most > UINT8_MAX ? 2 : 1;
}

void segi_label_pack(void *to, const int32_t *from, int32_t n, unsigned size)
{
    if (size == 1) {
        uint8_t *bytes = to;
        for (int32_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)from[i];
    } else {
        for (int32_t i = 0; i < n; i++) {
            const uint16_t v = (uint16_t)from[i];
            memcpy((uint8_t *)to + 2 * (size_t)i, &v, sizeof v);
        }
    }
}

static int paint(const struct seg_instance *one, const struct seg_view *labels,
                 struct seg_error *err)
{
    for (size_t i = 0; i < one->run_count; i++) {
        const struct seg_run run = one->runs[i];
        int32_t *row = seg_row(labels, 0, run.y);
        for (int32_t x = run.x; x < run.x + run.length; x++) {
            if (row[x])
                return segi_error(err, SEG_USAGE,
                                  "instances %d and %d overlap at row %d, column %d: a label image "
                                  "cannot hold both; use .json",
                                  row[x], one->id, run.y, x);
            row[x] = one->id;
        }
    }
    return SEG_OK;
}

int segi_label_flatten(seg_context *context, const seg_layer *instances, seg_layer **out,
                       struct seg_error *err)
{
    const struct seg_shape shape = {
        sizeof shape, SEG_LABELS, SEG_I32, instances->view.width, instances->view.height, 1};
    seg_layer *labels = NULL;
    int status = seg_layer_new(context, &shape, &labels, err);
    if (!status)
        status = segi_layer_copy_props(labels, instances, err);
    if (!status)
        for (int32_t y = 0; y < shape.height; y++)
            memset(seg_row(&labels->view, 0, y), 0, (size_t)shape.width * sizeof(int32_t));
    for (size_t k = 0; !status && k < instances->instance_count; k++)
        status = paint(&instances->instances[k], &labels->view, err);
    if (status) {
        seg_layer_unref(labels);
        return status;
    }
    seg_layer_seal(labels);
    *out = labels;
    return SEG_OK;
}
