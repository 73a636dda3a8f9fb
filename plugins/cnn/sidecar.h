/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands beside a network's two files and says what they are for: segkit's `model.yaml`, or
 * the `metadata.yaml` that Ultralytics' exporter writes. */
#ifndef CNN_SIDECAR_H
#define CNN_SIDECAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/error.h"

enum cnn_task { CNN_TASK_UNKNOWN = 0, CNN_TASK_SEMANTIC, CNN_TASK_MATTING, CNN_TASK_INSTANCE };

enum cnn_decoder {
    CNN_DECODER_AUTO = 0, /* from the shapes of the outputs */
    CNN_ARGMAX,
    CNN_SIGMOID,
    CNN_SOFTMAX,
    CNN_PROBABILITY, /* "none-threshold": the map is a probability already */
    CNN_YOLOV5,
    CNN_YOLOV8,
    CNN_SOLOV2,
    CNN_YOLACT,
    CNN_DETECTION, /* rows of DetectionOutput, and a map */
    CNN_DECODER_COUNT
};

enum cnn_resize { CNN_STRETCH = 0, CNN_LETTERBOX, CNN_PAD };

enum cnn_order { CNN_RGB = 0, CNN_BGR, CNN_GRAY };

/* An input besides the image. */
enum cnn_extra_kind { CNN_COORDS, CNN_SAME, CNN_ZEROS };
struct cnn_extra {
    char *blob;
    int32_t kind; /* enum cnn_extra_kind */
    int32_t size[3], size_count;
};

enum cnn_role {
    CNN_ROLE_MAP = 0, /* the one blob of the dense decoders */
    CNN_ROLE_PREDICTIONS,
    CNN_ROLE_BOXES,
    CNN_ROLE_SCORES,
    CNN_ROLE_COEFFICIENTS,
    CNN_ROLE_PROTOTYPES,
    CNN_ROLE_CATEGORIES,
    CNN_ROLE_KERNELS,
    CNN_ROLE_FEATURES,
    CNN_ROLE_COUNT
};
struct cnn_output {
    char *blob;
    int32_t role;  /* enum cnn_role */
    int32_t level; /* its place among those of one role */
};

struct cnn_sidecar {
    char *path; /* NULL: there is none */
    char *name, *license, *source;
    char *param, *bin; /* with the sidecar's folder in front */
    int32_t task, decoder;

    char *input;             /* blob; NULL: the network's first one */
    int32_t size[2];         /* width, height; 0: of the network or the image */
    int32_t multiple[2];     /* the canvas is rounded up to it */
    int32_t resize, order;   /* enum cnn_resize, cnn_order */
    double mean[3], norm[3]; /* in the order that `order` names */
    double pad_value;
    double contrast[2]; /* percentiles that become 0 and 255; both 0: samples stay as they are */
    struct cnn_extra *extras;
    size_t extra_count;

    struct cnn_output *outputs; /* none: from the shapes */
    size_t output_count;
    int32_t channel; /* which one is the foreground; -1: the last of two, else the first */
    double threshold;
    char **classes;
    size_t class_count;
};

/* Opens a model by its sidecar, the folder that holds it, or its .param file, beside which the
 * sidecar may stand; a .param without one gets the defaults. NULL on failure. */
struct cnn_sidecar *cnn_sidecar_open(const char *path, struct cnn_error *err);
void cnn_sidecar_free(struct cnn_sidecar *sidecar);

/* The words of the sidecar. */
const char *cnn_task_name(int32_t task);
const char *cnn_decoder_name(int32_t decoder);
const char *cnn_resize_name(int32_t resize);

/* Reads sidecar->path into the fields below it; sidecar_read.c. */
int cnn_sidecar_read(struct cnn_sidecar *sidecar, struct cnn_error *err);

#endif
