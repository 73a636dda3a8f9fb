/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A map of class scores or of one probability, at the image's pixels. */
#ifndef CNN_DENSE_H
#define CNN_DENSE_H

#include "decode.h"
#include "simd/simd.h"

struct cnn_dense {
    const struct cnn_simd *simd;
    int32_t planes;     /* of scores: one a class, the first of them background where classes are
                           not exclusive; they sum to 1 */
    int32_t foreground; /* the plane of the one class that matting asks for */
    int32_t form;       /* enum form in dense.c */
    double threshold;
    int32_t depth; /* channels of the map that are sampled */
    const float *map;
    float *owned;
    struct cnn_axis x, y;
};

/* `blob` must live as long. A negative channel takes all of them, unless `single` asks for one
 * foreground: then the one of `rules`. */
int cnn_dense_open(const struct cnn_blob *blob, int32_t decoder, bool single,
                   const struct cnn_canvas *canvas, const struct cnn_rules *rules,
                   const struct cnn_env *env, struct cnn_dense *out, struct cnn_error *err);
void cnn_dense_close(struct cnn_dense *dense);

/* Floats of workspace for a row. */
size_t cnn_dense_workspace(const struct cnn_dense *dense);
/* Scores of one image row: planes * width floats, plane after plane. */
void cnn_dense_row(const struct cnn_dense *dense, int32_t y, float *workspace, float *out);

/* The label of each pixel: the first class with the best score; with two planes the second where it
 * is above the threshold. */
void cnn_dense_labels(const float *scores, size_t stride, int32_t planes, double threshold,
                      size_t count, int32_t *labels);

#endif
