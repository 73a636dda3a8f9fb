/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolutions of all ranks, transposed or not, as they are loaded; index 0 of an axis array is w,
 * 1 h, 2 d. */
#ifndef CNN_CONV_H
#define CNN_CONV_H

#include "layer/op.h"

struct cnn_conv_int8 {
    int32_t term;
    const float *weight_scales; /* one an output; owned */
    float in_scale, out_scale;
    const int8_t *weights;
    int8_t *owned; /* weights that were floats in the file */
};

struct cnn_conv_layer {
    int32_t dims; /* 1 to 3 */
    bool transposed, dynamic, has_bias;
    int32_t num_output, groups;
    int32_t kernel[3], dilation[3], stride[3], before[3], after[3];
    int32_t out_pad[3], out_size[3]; /* transposed */
    float pad_value;
    int64_t weight_count;
    struct cnn_weights weights, bias_weights;
    const float *bias;
    struct cnn_act act;
    struct cnn_conv_int8 int8;
};

struct cnn_conv_shape {
    int32_t in_channels, in_per_group, out_channels, out_per_group;
    int32_t kernel[3], in[3], out[3], before[3];
    bool flat; /* 1x1 of a vector: an inner product */
};

/* What a layer makes of an input (and dynamic weights). */
int cnn_conv_plan(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                  struct cnn_conv_shape *shape, struct cnn_error *err);

/* Positions of a kernel; 0 where there are too many. */
int64_t cnn_conv_area(const int32_t kernel[3]);

/* conv_run.c: computes any of them. */
int cnn_conv_run(struct cnn_job *job);

int cnn_conv_int8_load(struct cnn_conv_layer *conv, bool depthwise, struct cnn_reader *reader,
                       struct cnn_error *err);
int cnn_conv_int8_run(struct cnn_job *job, const struct cnn_conv_shape *shape);
void cnn_conv_int8_unload(struct cnn_conv_layer *conv);

/* Whether a layer's data is a struct cnn_conv_layer. */
bool cnn_op_is_conv(const struct cnn_op *op);

/* Activation of a layer with parameters 9 and 10. */
int cnn_conv_act(const struct cnn_params *params, int32_t type_id, int32_t params_id,
                 struct cnn_act *act, struct cnn_error *err);

#endif
