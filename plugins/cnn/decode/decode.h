/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the network's outputs to objects on the image. Every decoder is a function of planar float
 * blobs, the canvas and the rules; none knows the network or the host. */
#ifndef CNN_DECODE_H
#define CNN_DECODE_H

#include "mapping.h"

enum { CNN_LEVELS = 5 };

/* The outputs by what they are; `level` counts those of one role. */
struct cnn_heads {
    const struct cnn_blob *blob[CNN_ROLE_COUNT][CNN_LEVELS];
    int32_t count[CNN_ROLE_COUNT];
};

struct cnn_rules {
    double confidence, nms; /* below 0: what the decoder is made for */
    double mask_threshold;
    int32_t max_instances;
    int32_t class_count; /* that have names; 0: unknown */
    const bool *wanted;  /* of class_count classes; NULL: all */
    int32_t channel;     /* as in the sidecar */
    int32_t map_decoder; /* what the numbers of a map are, and with what they are computed */
    const struct cnn_env *env;
};

/* A thing on the image: x, y, width, height in its pixels. */
struct cnn_object {
    int32_t class_id;
    float score, box[4];
    struct seg_run *runs;
    size_t run_count, area;
    int32_t view; /* the pass that saw it */
};
struct cnn_objects {
    struct cnn_object *items;
    size_t count, room;
};

/* Takes `object` and its runs, also on failure. */
int cnn_objects_add(struct cnn_objects *objects, struct cnn_object *object, struct cnn_error *err);
void cnn_objects_free(struct cnn_objects *objects);
/* Best first; equal ones stay in their order. */
void cnn_objects_sort(struct cnn_objects *objects);
/* Drops what overlaps a better one of its class by more than `limit` of their union of pixels. */
void cnn_objects_suppress(struct cnn_objects *objects, double limit, int32_t keep);
/* Mirrors an object that lies on an image of that size: left to right (x), top to bottom (y). */
void cnn_object_mirror(struct cnn_object *object, int32_t width, int32_t height, bool x, bool y);
/* Drops what lies to more than half in a better one of its class that another view saw: the same
 * object, or a part of it, in tiles and mirrored images. What one view tells apart stays apart. */
void cnn_objects_merge(struct cnn_objects *objects, int32_t keep);

typedef int (*cnn_decode)(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                          const struct cnn_rules *rules, struct cnn_objects *out,
                          struct cnn_error *err);

int cnn_decode_yolov5(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                      const struct cnn_rules *rules, struct cnn_objects *out,
                      struct cnn_error *err);
int cnn_decode_yolov8(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                      const struct cnn_rules *rules, struct cnn_objects *out,
                      struct cnn_error *err);
int cnn_decode_yolact(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                      const struct cnn_rules *rules, struct cnn_objects *out,
                      struct cnn_error *err);
int cnn_decode_solov2(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                      const struct cnn_rules *rules, struct cnn_objects *out,
                      struct cnn_error *err);
int cnn_decode_detection(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                         const struct cnn_rules *rules, struct cnn_objects *out,
                         struct cnn_error *err);
/* A map of classes or of one probability: each 8-connected part of a class is an object. */
int cnn_decode_parts(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                     const struct cnn_rules *rules, struct cnn_objects *out, struct cnn_error *err);

/* -- shared by the decoders -------------------------------------------------------------------- */

static inline bool cnn_rules_want(const struct cnn_rules *rules, int32_t class_id)
{
    return !rules->wanted ||
           (class_id >= 0 && class_id < rules->class_count && rules->wanted[class_id]);
}

static inline double cnn_or(double given, double usual)
{
    return given >= 0 ? given : usual;
}

/* The channel of a map that is the foreground; -1: `rules` names one that does not exist. */
int32_t cnn_foreground(const struct cnn_rules *rules, int32_t channels);

float cnn_sigmoid(float x);
/* The x whose sigmoid is p; infinite at 0 and 1. */
double cnn_logit(double p);

/* Runs of one object, row by row. */
struct cnn_runs {
    struct seg_run *runs;
    size_t count, room, area;
};
/* The stretches of row y where value > threshold; value[0] is pixel `begin`. */
int cnn_runs_add(struct cnn_runs *list, const float *value, int32_t y, int32_t begin, int32_t end,
                 float threshold, struct cnn_error *err);

/* Boxes before suppression. */
struct cnn_candidate {
    float box[4]; /* x0, y0, x1, y1 on the canvas */
    float score;
    int32_t class_id;
    size_t index; /* where its coefficients are, as the decoder counts */
};
struct cnn_candidates {
    struct cnn_candidate *items;
    size_t count, room;
};
int cnn_candidates_add(struct cnn_candidates *list, const struct cnn_candidate *one,
                       struct cnn_error *err);
void cnn_candidates_free(struct cnn_candidates *list);
/* Sorts, best first, and keeps the first of those of a class that overlap by more than `limit`. */
void cnn_candidates_suppress(struct cnn_candidates *list, double limit, int32_t keep);

/* Masks as sums of prototypes, seen through a box. */
struct cnn_prototypes {
    const float *data; /* [count][height][width] */
    int32_t count, width, height;
    bool sigmoid;
    struct cnn_axis x, y;
    float *owned, *sum, *rows;
};
/* The blob is width x height x count, count x height x width, or (width * height) x count. */
int cnn_prototypes_open(const struct cnn_blob *blob, int32_t count, const struct cnn_canvas *canvas,
                        bool sigmoid, struct cnn_prototypes *out, struct cnn_error *err);
void cnn_prototypes_close(struct cnn_prototypes *prototypes);
/* Puts the candidate's box on the image, and its mask there; nothing is added when it is empty.
 * `step` is the distance of its coefficients. */
int cnn_prototypes_cut(struct cnn_prototypes *prototypes, const struct cnn_canvas *canvas,
                       const struct cnn_candidate *candidate, const float *coefficients,
                       size_t step, double threshold, struct cnn_objects *out,
                       struct cnn_error *err);

#endif
