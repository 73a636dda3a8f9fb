/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tensors of a .bin file: where they lie in the mapped file and how they become floats. */
#ifndef CNN_WEIGHTS_H
#define CNN_WEIGHTS_H

#include "model/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cnn_form { CNN_FORM_RAW, CNN_FORM_HALF, CNN_FORM_INT8, CNN_FORM_TABLE, CNN_FORM_RANDOM };

struct cnn_weights {
    const unsigned char *at; /* in the file, after the tag; a table's indices follow the table */
    size_t count;
    int32_t form;    /* enum cnn_form */
    uint64_t seed;   /* of random ones */
    float low, high; /* of random ones */
    float *floats;   /* owned; what cnn_weights_load made */
};

/* A source of tensors in the order of the layers. */
struct cnn_reader {
    const unsigned char *data;
    size_t size, at;
    bool random; /* no file: every tensor is there, with random numbers */
    uint64_t seed;
    size_t total; /* elements handed out */
};

/* Takes the next tensor; `tagged`: its first four bytes tell how it is stored. Fails when the file
 * ends before the tensor does or `count` is no count. Random numbers lie in low..high. */
int cnn_read(struct cnn_reader *reader, int64_t count, bool tagged, float low, float high,
             struct cnn_weights *weights, struct cnn_error *err);

/* The numbers as floats: of the file itself where it holds them so, else made once and kept.
 * int8 gives the integers. NULL: no memory. */
const float *cnn_weights_load(struct cnn_weights *weights);
/* Writes `count` floats. */
void cnn_weights_copy(const struct cnn_weights *weights, float *out);
void cnn_weights_drop(struct cnn_weights *weights); /* what load made */
/* What the tensor takes in the file, from `at` on; 0 for random ones. */
size_t cnn_weights_bytes(const struct cnn_weights *weights);
/* The integers of a tensor of CNN_FORM_INT8. */
const int8_t *cnn_weights_int8(const struct cnn_weights *weights);

float cnn_half_to_float(uint16_t half);
uint16_t cnn_float_to_half(float value);

#endif
