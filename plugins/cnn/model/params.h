/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbered parameters of one layer, as both forms of param file hold them. */
#ifndef CNN_PARAMS_H
#define CNN_PARAMS_H

#include "model/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CNN_PARAM_IDS 32

/* A value of four bytes. Files do not convert between int and float: whoever reads a parameter
 * decides what its bits mean. */
union cnn_word {
    int32_t i;
    float f;
};

enum cnn_param_kind { CNN_PARAM_SCALAR, CNN_PARAM_ARRAY, CNN_PARAM_STRING };

struct cnn_param {
    int32_t id;
    int32_t kind; /* enum cnn_param_kind */
    union cnn_word word;
    union cnn_word *array; /* owned */
    char *string;          /* owned */
    size_t count;          /* of the array */
};

struct cnn_params {
    struct cnn_param *list;
    size_t count;
};

/* Adds a parameter and takes over what it owns, also on failure; the last of equal ids counts. */
int cnn_params_add(struct cnn_params *params, struct cnn_param *param, struct cnn_error *err);
void cnn_params_clear(struct cnn_params *params);

int32_t cnn_int(const struct cnn_params *params, int32_t id, int32_t fallback);
float cnn_float(const struct cnn_params *params, int32_t id, float fallback);
const char *cnn_string(const struct cnn_params *params, int32_t id); /* "" where it is missing */

struct cnn_array {
    const union cnn_word *words;
    size_t count;
};
struct cnn_array cnn_array(const struct cnn_params *params, int32_t id);

#endif
