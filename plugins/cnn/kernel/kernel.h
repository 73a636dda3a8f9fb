/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The border between the runtime, which decides what is computed where, and the kernels, which
 * compute it fast: the blob, the surroundings of a run, and the table row of a convolution kernel.
 */
#ifndef CNN_KERNEL_H
#define CNN_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* -- blobs ------------------------------------------------------------------------------------ */

enum cnn_dtype { CNN_F32 = 0, CNN_I8 = 1, CNN_I32 = 2 };

/* A dense array of rank 1 to 4, fastest axis first: w; w h; w h c; w h d c. Axes that the rank does
 * not have are 1. Nothing is padded: with pack 1 element (x, y, z, k) lies at
 * ((k * d + z) * h + y) * w + x.
 *
 * With pack 8 (rank 3 and 4, F32 only; "NCHW8c") channels come in blocks of eight that are the
 * fastest axis: element (x, y, z, k) lies at ((((k / 8) * d + z) * h + y) * w + x) * 8 + k % 8.
 * When c is no multiple of 8 the lanes above it in the last block exist, hold finite numbers
 * without meaning, and may be overwritten with such; so weights for them must be zero.
 *
 * A blob may be a run of whole channels (or blocks) of a larger one, which is how concatenation and
 * slicing cost nothing. `data` is aligned to 64 bytes for a blob of its own, to 32 for a packed
 * run, to the element for others. */
struct cnn_blob {
    void *data;
    int32_t rank; /* 0: no blob, or one without elements */
    int32_t w, h, d, c;
    int32_t pack;  /* 1 or 8 */
    int32_t dtype; /* enum cnn_dtype */
};

/* -- the surroundings of a run ---------------------------------------------------------------- */

/* As seg_body of segkit/plugin.h: works on the elements begin..end-1, `worker` is below
 * env->workers, 0 is success. */
typedef int (*cnn_body)(void *arg, size_t begin, size_t end, unsigned worker);

enum cnn_isa { CNN_PORTABLE = 0, CNN_AVX2 = 1 /* with FMA */ };

struct cnn_env {
    void *ctx;
    void *(*alloc)(void *ctx, size_t bytes); /* 64-byte aligned; NULL: none to be had */
    void (*free)(void *ctx, void *memory);
    /* Runs body over 0..count-1 in pieces of at least `grain`; the result must not depend on the
     * split. Bodies do not nest. Returns the first status that is not 0. */
    int (*parallel)(void *ctx, size_t count, size_t grain, cnn_body body, void *arg);
    unsigned workers;
    enum cnn_isa isa; /* the best that may be used */
};

/* -- convolution ------------------------------------------------------------------------------ */

enum cnn_activation { /* a, b: the parameters in struct cnn_act */
                      CNN_ACT_NONE = 0,
                      CNN_ACT_RELU = 1,
                      CNN_ACT_LEAKY = 2, /* a: slope below 0 */
                      CNN_ACT_CLIP = 3,  /* a: least, b: most */
                      CNN_ACT_SIGMOID = 4,
                      CNN_ACT_MISH = 5,
                      CNN_ACT_HARDSWISH = 6,   /* x * clip(a * x + b, 0, 1) */
                      CNN_ACT_SWISH = 7,       /* x * sigmoid(x) */
                      CNN_ACT_PRELU = 8,       /* slope[channel] below 0 */
                      CNN_ACT_HARDSIGMOID = 9, /* clip(a * x + b, 0, 1) */
                      CNN_ACT_TANH = 10,
                      CNN_ACT_GELU = 11, /* erf form */
                      CNN_ACT_ELU = 12   /* a */
};

struct cnn_act {
    int32_t kind; /* enum cnn_activation */
    float a, b;
    const float *slope; /* PReLU: one a channel, readable up to a multiple of 8; NULL else */
};

enum cnn_conv_kind {
    CNN_CONV = 0,      /* weights [out][in][kh][kw] */
    CNN_DEPTHWISE = 1, /* in = out = groups; weights [out][kh][kw] */
    CNN_DECONV = 2,    /* transposed; weights [out][in][kh][kw] */
    CNN_DECONV_DEPTHWISE = 3,
    CNN_INNER = 4 /* fully connected: weights [out][in], 1-D blobs, pack 1 */
};

/* What does not depend on the size of the input. Grouped convolution that is not depth-wise comes
 * as one of these a group, on runs of channels, where the groups' channels are multiples of 8. */
struct cnn_conv {
    int32_t kind; /* enum cnn_conv_kind */
    int32_t in, out;
    int32_t kernel_w, kernel_h, stride_w, stride_h, dilation_w, dilation_h;
    const float *weights; /* as in the file; only for prepare */
    const float *bias;    /* `out` of them; NULL: none; only for prepare */
    /* result = post(act(sum + bias) + added blob) */
    struct cnn_act act, post;
    bool adds; /* a blob like the output is added: `add` of the call */
};

/* Where the window of output (0, 0) begins, which is outside the input by the padding: input x =
 * out_x * stride - pad_left + kx * dilation; what is outside counts as 0. Right and bottom padding
 * follow from the output size. Transposed: output x = in_x * stride - pad_left + kx * dilation. */
struct cnn_geometry {
    int32_t in_w, in_h, out_w, out_h, pad_left, pad_top;
    int32_t in_pack; /* 1: the input is planar (images); 8 */
    unsigned workers;
};

struct cnn_conv_call {
    const struct cnn_conv *conv;
    const struct cnn_geometry *geometry;
    const void *packed; /* what prepare wrote */
    const float *in;    /* pack geometry->in_pack */
    float *out;         /* pack 8 (CNN_INNER: 1); never overlaps `in` */
    const float *add;   /* like `out`, which it may be; NULL unless conv->adds */
    void *workspace;    /* `workspace` bytes, 64-byte aligned, undefined */
    const struct cnn_env *env;
};

struct cnn_conv_kernel {
    const char *name; /* "winograd43", "direct1x1", ... with the instruction set: "….avx2" */
    enum cnn_isa isa;
    /* Whether it can do this at all. */
    bool (*fits)(const struct cnn_conv *conv, const struct cnn_geometry *geometry);
    /* Bytes of the prepared weights and bias; 0: overflow. They depend on `conv` alone. */
    size_t (*packed_size)(const struct cnn_conv *conv);
    void (*prepare)(const struct cnn_conv *conv, void *packed);
    /* Bytes of workspace for a whole run, for all workers; may be 0. NULL: none. */
    size_t (*workspace)(const struct cnn_conv *conv, const struct cnn_geometry *geometry);
    /* 0, or the status that env->parallel gave. */
    int (*run)(const struct cnn_conv_call *call);
    bool planar_out; /* `out` is planes (pack 1), not blocks */
};

/* The kernel that measured fastest among those that fit, up to `isa`; NULL: none fits, and the
 * runtime uses its plain code. Defined in kernel/choose.c. */
const struct cnn_conv_kernel *
cnn_conv_choose(const struct cnn_conv *conv, const struct cnn_geometry *geometry, enum cnn_isa isa);

/* c[m][n] = a[m][k] * b[k][n] (b is [n][k] with trans_b), row-major with leading dimensions, for
 * MatMul, Gemm, attention. `workspace`: cnn_gemm_workspace bytes. */
struct cnn_gemm {
    size_t m, n, k, lda, ldb, ldc;
    bool trans_a, trans_b;
    const float *a, *b;
    float *c;
};
size_t cnn_gemm_workspace(const struct cnn_gemm *gemm, unsigned workers);
int cnn_gemm_run(const struct cnn_gemm *gemm, void *workspace, const struct cnn_env *env);

#endif
