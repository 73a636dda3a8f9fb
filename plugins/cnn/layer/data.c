/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Constants in the weights: MemoryData. */
#include "layer/op.h"

#include <string.h>

struct data {
    struct cnn_blob shape;
    struct cnn_weights weights;
};

static int load(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct data *data = layer->data;
    int32_t w = cnn_int(p, 0, 0), h = cnn_int(p, 1, 0), d = cnn_int(p, 11, 0), c = cnn_int(p, 2, 0);
    bool empty = w == 0 && h == 0 && d == 0 && c == 0;
    int status = d   ? cnn_shape_4d(&data->shape, c, d, h, w, err)
                 : c ? cnn_shape_3d(&data->shape, c, h, w, err)
                 : h ? cnn_shape_2d(&data->shape, h, w, err)
                     : cnn_shape_1d(&data->shape, empty ? 1 : w, err);
    if (status != SEG_OK || empty)
        return status;
    return cnn_read(reader, (int64_t)cnn_count(&data->shape), cnn_int(p, 21, 1) != 1, -1, 1,
                    &data->weights, err);
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    (void)in, (void)in_count, (void)err;
    for (int32_t i = 0; i < layer->out_count; i++)
        out[i] = ((const struct data *)layer->data)->shape;
    return SEG_OK;
}

static int run(struct cnn_job *job)
{
    const struct data *data = job->layer->data;
    for (int32_t i = 0; i < job->out_count; i++) {
        memset(job->out[i].data, 0, cnn_storage(&job->out[i]));
        if (data->weights.count)
            cnn_weights_copy(&data->weights, cnn_out(job, i));
    }
    return SEG_OK;
}

static const struct cnn_op ops[] = {
    {.type = "MemoryData",
     .index = 19,
     .flags = CNN_OP_FOLDS,
     .out_min = 1,
     .data_size = sizeof(struct data),
     .load = load,
     .shape = shape,
     .run = run},
};
CNN_FAMILY(cnn_data_ops, ops);
