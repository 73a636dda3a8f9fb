/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A type of layer: one row of a table for each, with how its parameters are read, what shape its
 * outputs have and how they are computed. The families are in layer/, a file each. */
#ifndef CNN_OP_H
#define CNN_OP_H

#include "model/net.h"

enum cnn_op_flags {
    CNN_OP_VIEW = 1 << 0,       /* outputs are the first input's elements in their order: no work */
    CNN_OP_IN_PLACE = 1 << 1,   /* the first output may lie where the first input lies */
    CNN_OP_PACKS = 1 << 2,      /* computes packed blobs too, where op->packs (if any) agrees */
    CNN_OP_PACKED_OUT = 1 << 3, /* a packed input gives packed outputs */
    CNN_OP_FOLDS = 1 << 4,      /* the outputs depend on the shapes of the inputs alone */
    CNN_OP_CONV = 1 << 5        /* the graph may run it by a kernel of kernel/ */
};

/* One computation of a layer. */
struct cnn_job {
    const struct cnn_layer *layer;
    const struct cnn_blob *in;
    struct cnn_blob *out; /* shape as op->shape said, data allocated */
    int32_t in_count, out_count;
    const struct cnn_env *env;
    void *scratch; /* op->scratch bytes, 64-byte aligned */
    struct cnn_error *err;
};

/* What shape() returns where the shape depends on the numbers in the inputs, which it does not have
 * (their data is NULL): it is asked again when they are there. */
#define CNN_LATE (-1)

struct cnn_op {
    const char *type;
    int32_t index; /* in binary files */
    uint32_t flags;
    int32_t in_min, in_max, out_min, out_max; /* max 0: any number */
    size_t data_size;
    /* Reads parameters and weights into layer->data. NULL: there are none. */
    int (*load)(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err);
    /* NULL: as the first input. Says by cnn_fail what does not fit. */
    int (*shape)(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err);
    /* Makes ready what run() needs and a kernel would not: floats of the weights. NULL: nothing. */
    int (*prepare)(struct cnn_layer *layer, struct cnn_error *err);
    int (*run)(struct cnn_job *job); /* NULL: CNN_OP_VIEW */
    /* Bytes; NULL: none. `in` and `out` are shapes. */
    size_t (*scratch)(const struct cnn_layer *layer, const struct cnn_blob *in,
                      const struct cnn_blob *out, unsigned workers);
    bool (*packs)(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                  const struct cnn_blob *out);
    void (*unload)(struct cnn_layer *layer); /* what load allocated; NULL: nothing */
};

/* The row of a type, by name; NULL: unknown. */
const struct cnn_op *cnn_op_find(const char *type);
/* The name of a type by its index in binary files, also of types that cannot be computed; NULL. */
const char *cnn_op_name(int32_t index);

/* -- the families ----------------------------------------------------------------------------- */

struct cnn_family {
    const struct cnn_op *ops;
    size_t count;
};
#define CNN_FAMILY(name, table)                                                                    \
    const struct cnn_family name = {table, sizeof(table) / sizeof((table)[0])}
extern const struct cnn_family cnn_unary_ops, cnn_channel_ops, cnn_binary_ops, cnn_shape_ops,
    cnn_slice_ops, cnn_pad_ops, cnn_shuffle_ops, cnn_conv_ops, cnn_deform_ops, cnn_quantize_ops,
    cnn_matrix_ops, cnn_inner_ops, cnn_pool_ops, cnn_roi_ops, cnn_norm_ops, cnn_softmax_ops,
    cnn_reduce_ops, cnn_resample_ops, cnn_grid_ops, cnn_attention_ops, cnn_recurrent_ops,
    cnn_detect_ops, cnn_prior_ops, cnn_data_ops, cnn_fold_ops;

/* -- for the rows ----------------------------------------------------------------------------- */

/* No blob has more elements; with it sizes fit size_t and products of two axes fit int64_t. */
#define CNN_ELEMENTS_MAX ((int64_t)1 << 29)

/* The axes, outermost first; returns the rank. Axes that do not exist are 1, behind. */
int32_t cnn_axes(const struct cnn_blob *blob, int32_t axes[4]);
size_t cnn_count(const struct cnn_blob *blob);   /* elements */
size_t cnn_storage(const struct cnn_blob *blob); /* bytes, with the lanes of pack 8 */
size_t cnn_dtype_bytes(int32_t dtype);
bool cnn_same_shape(const struct cnn_blob *a, const struct cnn_blob *b);
/* Fills `out` with a shape; fails where an axis is below 1 or there are too many elements. */
int cnn_shape(struct cnn_blob *out, int32_t rank, const int64_t *axes, int32_t dtype,
              struct cnn_error *err);
int cnn_shape_1d(struct cnn_blob *out, int64_t w, struct cnn_error *err);
int cnn_shape_2d(struct cnn_blob *out, int64_t h, int64_t w, struct cnn_error *err);
int cnn_shape_3d(struct cnn_blob *out, int64_t c, int64_t h, int64_t w, struct cnn_error *err);
int cnn_shape_4d(struct cnn_blob *out, int64_t c, int64_t d, int64_t h, int64_t w,
                 struct cnn_error *err);

static inline const float *cnn_in(const struct cnn_job *job, int32_t i)
{
    return job->in[i].data;
}
static inline float *cnn_out(const struct cnn_job *job, int32_t i)
{
    return job->out[i].data;
}

/* The product of axes first..last-1. */
static inline size_t cnn_span(const int32_t axes[4], int32_t first, int32_t last)
{
    size_t n = 1;
    for (int32_t i = first; i < last; i++)
        n *= (size_t)axes[i];
    return n;
}

/* Runs `body` over 0..count-1, each worth about `work` operations. */
int cnn_parallel(const struct cnn_job *job, size_t count, size_t work, cnn_body body, void *arg);

/* For CNN_OP_PACKS: whether c is a multiple of 8 in all, so that no lane is without meaning. */
bool cnn_packs_whole(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                     const struct cnn_blob *out);

/* Loads a tensor that is needed as floats as long as the layer lives. */
int cnn_read_floats(struct cnn_reader *reader, int64_t count, bool tagged, float low, float high,
                    struct cnn_weights *weights, const float **floats, struct cnn_error *err);

#endif
