/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding a type of layer, and what the rows of all families share. */
#include "layer/op.h"

#include <string.h>

static const struct cnn_family *const families[] = {
    &cnn_unary_ops,     &cnn_channel_ops, &cnn_binary_ops,   &cnn_shape_ops,  &cnn_slice_ops,
    &cnn_pad_ops,       &cnn_shuffle_ops, &cnn_conv_ops,     &cnn_deform_ops, &cnn_quantize_ops,
    &cnn_matrix_ops,    &cnn_inner_ops,   &cnn_pool_ops,     &cnn_roi_ops,    &cnn_norm_ops,
    &cnn_softmax_ops,   &cnn_reduce_ops,  &cnn_resample_ops, &cnn_grid_ops,   &cnn_attention_ops,
    &cnn_recurrent_ops, &cnn_detect_ops,  &cnn_prior_ops,    &cnn_data_ops,   &cnn_fold_ops,
};

/* In the order of the indices in binary files. */
static const char *const names[] = {
    "AbsVal",
    "ArgMax",
    "BatchNorm",
    "Bias",
    "BNLL",
    "Concat",
    "Convolution",
    "Crop",
    "Deconvolution",
    "Dropout",
    "Eltwise",
    "ELU",
    "Embed",
    "Exp",
    "Flatten",
    "InnerProduct",
    "Input",
    "Log",
    "LRN",
    "MemoryData",
    "MVN",
    "Pooling",
    "Power",
    "PReLU",
    "Proposal",
    "Reduction",
    "ReLU",
    "Reshape",
    "ROIPooling",
    "Scale",
    "Sigmoid",
    "Slice",
    "Softmax",
    "Split",
    "SPP",
    "TanH",
    "Threshold",
    "Tile",
    "RNN",
    "LSTM",
    "BinaryOp",
    "UnaryOp",
    "ConvolutionDepthWise",
    "Padding",
    "Squeeze",
    "ExpandDims",
    "Normalize",
    "Permute",
    "PriorBox",
    "DetectionOutput",
    "Interp",
    "DeconvolutionDepthWise",
    "ShuffleChannel",
    "InstanceNorm",
    "Clip",
    "Reorg",
    "YoloDetectionOutput",
    "Quantize",
    "Dequantize",
    "Yolov3DetectionOutput",
    "PSROIPooling",
    "ROIAlign",
    "Packing",
    "Requantize",
    "Cast",
    "HardSigmoid",
    "SELU",
    "HardSwish",
    "Noop",
    "PixelShuffle",
    "DeepCopy",
    "Mish",
    "StatisticsPooling",
    "Swish",
    "Gemm",
    "GroupNorm",
    "LayerNorm",
    "Softplus",
    "GRU",
    "MultiHeadAttention",
    "GELU",
    "Convolution1D",
    "Pooling1D",
    "ConvolutionDepthWise1D",
    "Convolution3D",
    "ConvolutionDepthWise3D",
    "Pooling3D",
    "MatMul",
    "Deconvolution1D",
    "DeconvolutionDepthWise1D",
    "Deconvolution3D",
    "DeconvolutionDepthWise3D",
    "Einsum",
    "DeformableConv2D",
    "GLU",
    "Fold",
    "Unfold",
    "GridSample",
    "CumulativeSum",
    "CopyTo",
    "Erf",
    "Diag",
    "CELU",
    "Shrink",
    "RMSNorm",
    "Spectrogram",
    "InverseSpectrogram",
    "Flip",
    "SDPA",
    "RotaryEmbed",
};

const char *cnn_op_name(int32_t index)
{
    return index >= 0 && (size_t)index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

const struct cnn_op *cnn_op_find(const char *type)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        for (size_t k = 0; k < families[i]->count; k++)
            if (strcmp(families[i]->ops[k].type, type) == 0)
                return &families[i]->ops[k];
    return NULL;
}

int32_t cnn_axes(const struct cnn_blob *blob, int32_t axes[4])
{
    const int32_t all[5][4] = {{0, 1, 1, 1},
                               {blob->w, 1, 1, 1},
                               {blob->h, blob->w, 1, 1},
                               {blob->c, blob->h, blob->w, 1},
                               {blob->c, blob->d, blob->h, blob->w}};
    memcpy(axes, all[blob->rank], sizeof all[0]);
    return blob->rank;
}

size_t cnn_count(const struct cnn_blob *blob)
{
    if (blob->rank == 0)
        return 0;
    return (size_t)blob->w * (size_t)blob->h * (size_t)blob->d * (size_t)blob->c;
}

size_t cnn_dtype_bytes(int32_t dtype)
{
    return dtype == CNN_I8 ? 1 : 4;
}

size_t cnn_storage(const struct cnn_blob *blob)
{
    if (blob->rank == 0)
        return 0;
    size_t channels = ((size_t)blob->c + (size_t)blob->pack - 1) / (size_t)blob->pack;
    return channels * (size_t)blob->pack * (size_t)blob->w * (size_t)blob->h * (size_t)blob->d *
           cnn_dtype_bytes(blob->dtype);
}

bool cnn_same_shape(const struct cnn_blob *a, const struct cnn_blob *b)
{
    return a->rank == b->rank && a->w == b->w && a->h == b->h && a->d == b->d && a->c == b->c;
}

int cnn_shape(struct cnn_blob *out, int32_t rank, const int64_t *axes, int32_t dtype,
              struct cnn_error *err)
{
    int64_t count = 1;
    for (int32_t i = 0; i < rank; i++) {
        if (axes[i] < 1)
            return cnn_fail(err, SEG_STAGE, "axis %d of its output would be %lld long", i,
                            (long long)axes[i]);
        if (axes[i] > CNN_ELEMENTS_MAX / count)
            return cnn_fail(err, SEG_LIMIT, "its output would have more than %lld elements",
                            (long long)CNN_ELEMENTS_MAX);
        count *= axes[i];
    }
    int32_t a[4] = {1, 1, 1, 1};
    for (int32_t i = 0; i < rank; i++)
        a[i] = (int32_t)axes[i];
    *out =
        (struct cnn_blob){.rank = rank, .w = 1, .h = 1, .d = 1, .c = 1, .pack = 1, .dtype = dtype};
    out->w = a[rank - 1];
    if (rank >= 2)
        out->h = a[rank - 2];
    if (rank >= 3)
        out->c = a[0];
    if (rank == 4)
        out->d = a[1];
    return SEG_OK;
}

int cnn_shape_1d(struct cnn_blob *out, int64_t w, struct cnn_error *err)
{
    return cnn_shape(out, 1, &w, CNN_F32, err);
}

int cnn_shape_2d(struct cnn_blob *out, int64_t h, int64_t w, struct cnn_error *err)
{
    return cnn_shape(out, 2, (const int64_t[]){h, w}, CNN_F32, err);
}

int cnn_shape_3d(struct cnn_blob *out, int64_t c, int64_t h, int64_t w, struct cnn_error *err)
{
    return cnn_shape(out, 3, (const int64_t[]){c, h, w}, CNN_F32, err);
}

int cnn_shape_4d(struct cnn_blob *out, int64_t c, int64_t d, int64_t h, int64_t w,
                 struct cnn_error *err)
{
    return cnn_shape(out, 4, (const int64_t[]){c, d, h, w}, CNN_F32, err);
}

/* A piece should be worth more than waking a thread. */
#define PIECE_WORK 16384

int cnn_parallel(const struct cnn_job *job, size_t count, size_t work, cnn_body body, void *arg)
{
    const struct cnn_env *env = job->env;
    size_t grain = work >= PIECE_WORK ? 1 : PIECE_WORK / (work ? work : 1);
    if (count == 0)
        return SEG_OK;
    if (env->workers < 2 || grain >= count)
        return body(arg, 0, count, 0);
    return env->parallel(env->ctx, count, grain, body, arg);
}

bool cnn_packs_whole(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                     const struct cnn_blob *out)
{
    (void)layer;
    (void)out;
    for (int32_t i = 0; i < in_count; i++)
        if (in[i].rank >= 3 && in[i].c % 8 != 0)
            return false;
    return true;
}

int cnn_read_floats(struct cnn_reader *reader, int64_t count, bool tagged, float low, float high,
                    struct cnn_weights *weights, const float **floats, struct cnn_error *err)
{
    if (cnn_read(reader, count, tagged, low, high, weights, err) != SEG_OK)
        return err->status;
    *floats = cnn_weights_load(weights);
    return *floats ? SEG_OK : cnn_nomem(err);
}
