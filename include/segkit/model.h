/* SPDX-License-Identifier: MIT */
/* Running a network by itself: the service "cnn.model/1" of the plugin `cnn`, which
 * host->extension() gives to stages. It reads no sidecar, prepares no image and decodes no output.
 * The service "cnn.probe/1" tells what the stages of the plugin would do with a model. */
#ifndef SEGKIT_MODEL_H
#define SEGKIT_MODEL_H

#include <segkit/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEG_MODEL_SERVICE "cnn.model/1"

struct seg_model;         /* a network and its weights; may be used from several threads */
struct seg_model_session; /* it, planned for the shapes of its inputs; one thread at a time */

/* A dense array of floats; axes outermost first (c, d, h, w), the last one contiguous. */
struct seg_model_blob {
    const char *name; /* or its index in decimal */
    int32_t rank;     /* 1 to 4; 0: empty */
    int32_t shape[4];
    const float *data;
};

/* Threads to compute with; `parallel` as in seg_host. */
struct seg_model_pool {
    void *ctx;
    int (*parallel)(void *ctx, size_t count, size_t grain, seg_body body, void *arg);
    unsigned workers;
};

struct seg_model_info {
    uint32_t struct_size; /* set by the caller */
    uint32_t layers, blobs;
    uint64_t weights;      /* numbers */
    uint64_t weight_bytes; /* of the file */
    uint32_t inputs, outputs;
    uint64_t spare_bytes; /* at the file's end, that no layer reads: of another network? */
};

/* One step of a session, which may be several layers in one. */
struct seg_model_step {
    uint32_t struct_size;   /* set by the caller */
    const char *layer;      /* name */
    const char *type;       /* of ncnn, or "layout" */
    const char *kernel;     /* what computes it; "" for plain code */
    int32_t rank, shape[4]; /* of its first output */
    double operations;      /* multiplications and additions, about */
    double seconds;         /* of all runs since timing was switched on */
};

struct seg_model_api {
    uint32_t struct_size;
    /* `weights`: a file, or "random:SEED" for numbers that are no model's. */
    int (*open)(const char *param, const char *weights, struct seg_model **model,
                struct seg_error *err);
    void (*close)(struct seg_model *model);
    void (*info)(const struct seg_model *model, struct seg_model_info *info);
    /* Input or output `index` with its name; of inputs the shape, where the file states one. */
    void (*input)(const struct seg_model *model, uint32_t index, struct seg_model_blob *blob);
    void (*output)(const struct seg_model *model, uint32_t index, struct seg_model_blob *blob);

    /* Plans for inputs of these names and shapes (data is not looked at), to compute the named
     * outputs. The strings of `outputs` are copied. */
    int (*plan)(struct seg_model *model, const struct seg_model_blob *inputs, size_t input_count,
                const char *const *outputs, size_t output_count, unsigned workers,
                struct seg_model_session **session, struct seg_error *err);
    void (*end)(struct seg_model_session *session);
    /* Computes; `outputs` point into the session until its next run. */
    int (*run)(struct seg_model_session *session, const struct seg_model_pool *pool,
               const struct seg_model_blob *inputs, struct seg_model_blob *outputs,
               struct seg_error *err);
    /* Bytes of working memory, and of weights prepared for the kernels. */
    void (*memory)(const struct seg_model_session *session, uint64_t *working, uint64_t *prepared);
    uint32_t (*steps)(const struct seg_model_session *session);
    void (*step)(const struct seg_model_session *session, uint32_t index,
                 struct seg_model_step *step);
    void (*timing)(struct seg_model_session *session, int on); /* on: from zero */
};

#define SEG_PROBE_SERVICE "cnn.probe/1"

struct seg_probe_api {
    uint32_t struct_size;
    /* Opens a model as the stages do, runs it once on an image of noise and calls `line` with each
     * line of what was found. */
    int (*probe)(const char *path, int32_t width, int32_t height, const struct seg_model_pool *pool,
                 void (*line)(void *user, const char *text), void *user, struct seg_error *err);
};

#ifdef __cplusplus
}
#endif
#endif
