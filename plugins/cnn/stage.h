/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the three stages share: their parameters, the model that they hold, and one pass of a part
 * of the image through it. */
#ifndef CNN_STAGE_H
#define CNN_STAGE_H

#include <threads.h>

#include "decode/dense.h"
#include "decode/heads.h"
#include "graph/model.h"

/* The stages' parameters; each stage has those rows that it knows. */
struct cnn_options {
    const char *model, *classes;
    double confidence, nms, mask_threshold;
    int32_t max_instances, tile, overlap, flips;
};

enum cnn_flips { CNN_FLIP_NONE = 0, CNN_FLIP_X, CNN_FLIP_Y, CNN_FLIP_BOTH };

struct cnn_segmenter {
    const struct cnn_options *options;
    struct cnn_sidecar *sidecar;
    struct cnn_model *network;
    const struct cnn_net *net; /* of it */
    struct cnn_rules rules;
    bool *wanted;
    int32_t input;    /* blob */
    int32_t fixed[2]; /* the size that the network states; 0: none */
    /* The outputs: those of the sidecar, or all that nothing consumes, whose roles their shapes
     * tell at the first run; role -1: none. */
    int32_t *outputs, *roles, *levels;
    size_t output_count;
    int32_t task, decoder; /* CNN_DECODER_AUTO until the first run */
    char why[512];         /* what made it so */
    mtx_t lock;            /* while that is found out */
};

/* Loads what options->model names, which must live as long. NULL on failure. */
struct cnn_segmenter *cnn_segmenter_open(const struct cnn_options *options, struct cnn_error *err);
void cnn_segmenter_free(struct cnn_segmenter *model);
/* The size that the network states for an input; 0, 0: none. */
void cnn_input_size(const struct cnn_net *net, int32_t blob, int32_t size[2]);
/* Whether its outputs are maps, not boxes. */
bool cnn_segmenter_is_dense(const struct cnn_segmenter *model);

/* The callbacks of a stage; `self` is a struct cnn_segmenter. */
int cnn_stage_create(const struct seg_host *host, struct seg_call *call, const void *params,
                     void **self);
void cnn_stage_destroy(void *self, const struct seg_host *host, struct seg_call *call);

/* A call: the host's services as the runtime and the decoders want them. */
struct cnn_scene {
    struct cnn_segmenter *model;
    const struct seg_host *host;
    struct seg_call *call;
    struct cnn_env env;
    struct cnn_levels levels;
    struct seg_view image;
    struct cnn_error err;
};
/* Opens the input port; the image is that of port 0. */
int cnn_scene_open(struct cnn_scene *scene, struct cnn_segmenter *model,
                   const struct seg_host *host, struct seg_call *call);
/* Hands the first error to the host and returns its status. */
int cnn_scene_end(struct cnn_scene *scene);

/* A part of the image. */
struct cnn_rect {
    int32_t x, y, width, height;
};
/* One pass; the blobs' data are the session's. */
struct cnn_pass {
    struct cnn_lease lease;
    struct cnn_canvas canvas;
    struct cnn_heads heads;
    struct cnn_blob *blobs;
    struct cnn_blob mean_map; /* of mirrored passes, with its data */
    float *mean;
};
int cnn_pass_run(struct cnn_scene *scene, const struct cnn_rect *rect, struct cnn_pass *pass);
/* The same for the part mirrored left to right (x), top to bottom (y); so are the outputs, and
 * the canvas is that of the part as it is. */
int cnn_pass_run_mirrored(struct cnn_scene *scene, const struct cnn_rect *rect, bool x, bool y,
                          struct cnn_pass *pass);
/* The same for a map, mirrored as `flips` asks for, mirrored back, and the mean of all. Outputs
 * that are no map are those of the part as it is. */
int cnn_pass_run_flipped(struct cnn_scene *scene, const struct cnn_rect *rect,
                         struct cnn_pass *pass);
void cnn_pass_end(struct cnn_scene *scene, struct cnn_pass *pass);

/* The tiles of an axis of `length` pixels: how many, and where one begins. */
int32_t cnn_tile_count(const struct cnn_options *options, int32_t length);
int32_t cnn_tile_begin(const struct cnn_options *options, int32_t length, int32_t index,
                       int32_t *extent);

/* Where the scores of the whole image are collected. `open` is called once the number of planes is
 * known, and sets data and its steps. */
struct cnn_sink {
    int (*open)(struct cnn_scene *scene, struct cnn_sink *sink);
    bool single; /* the foreground alone is wanted */
    int32_t planes;
    float *data;
    size_t row, plane; /* floats from one to the next */
    double threshold;
};
int cnn_dense_run(struct cnn_scene *scene, struct cnn_sink *sink);

extern const struct seg_stage cnn_semantic_stage, cnn_matting_stage, cnn_instance_stage;

/* Rows that the stages' tables share. */
extern const struct seg_choice cnn_flip_choices[4];
#define CNN_PARAM_MODEL                                                                            \
    {                                                                                              \
        SEG_P_PATH(struct cnn_options, model, NULL,                                                \
                   "model.yaml, the folder that holds it, or a .param file"),                      \
            .flags = SEG_PARAM_REQUIRED                                                            \
    }
#define CNN_PARAM_CLASSES                                                                          \
    {                                                                                              \
        SEG_P_STRING(struct cnn_options, classes, NULL,                                            \
                     "names or numbers of the classes to keep, with commas between them; empty: "  \
                     "all")                                                                        \
    }
#define CNN_PARAM_THRESHOLD                                                                        \
    {                                                                                              \
        SEG_P_FLOAT(struct cnn_options, mask_threshold, -1, -1, 1, NULL,                           \
                    "a pixel is object above this probability; -1: as the model's file says")      \
    }
#define CNN_PARAM_TILE                                                                             \
    {                                                                                              \
        SEG_P_INT(struct cnn_options, tile, 0, 0, 32768, "px",                                     \
                  "side of the tiles that the image is cut into; 0: the image as a whole")         \
    }
#define CNN_PARAM_OVERLAP                                                                          \
    {                                                                                              \
        SEG_P_INT(struct cnn_options, overlap, 64, 0, 16384, "px",                                 \
                  "how far neighbouring tiles reach into each other, half a tile at most")         \
    }
#define CNN_PARAM_FLIPS                                                                            \
    {                                                                                              \
        SEG_P_CHOICE(                                                                              \
            struct cnn_options, flips, 0, cnn_flip_choices,                                        \
            "runs mirrored images too: maps become their mean, of objects the best stays")         \
    }
#define CNN_INPUT                                                                                  \
    {                                                                                              \
        .name = "image", .summary = "a grey or colour image", .kinds = SEG_KIND_BIT(SEG_IMAGE),    \
        .dtypes = SEG_ANY_SAMPLE, .planes_min = 1, .planes_max = 4                                 \
    }

#endif
