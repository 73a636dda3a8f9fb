/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run of a stage gave, kept after its layers are gone. */
#ifndef VERIFY_RESULT_H
#define VERIFY_RESULT_H

#include "../plug/call.h"

struct verify_plane { /* an output's samples row by row, or its instances */
    struct seg_shape shape;
    uint8_t *bytes;
    size_t size;
};

struct verify_result {
    int status;
    struct seg_error error;
    long allocations, progress; /* how many there were while the stage ran */
    struct verify_plane *outputs;
    struct segi_value *values;
    size_t value_count;
};

/* Copies the outputs and values of a call that went well. */
void verify_result_take(struct verify_result *result, const struct seg_call *call);

/* Whether two are the same to the last bit; else says where they differ first. */
bool verify_result_same(const struct seg_stage *stage, const struct verify_result *a,
                        const struct verify_result *b, char *text, size_t size);

/* The sample at byte `at` of an output, "mask at 3, 4: 7". */
void verify_result_place(const struct seg_stage *stage, const struct verify_result *result,
                         uint32_t output, size_t at, char *text, size_t size);

/* A sample as a number. */
double verify_result_sample(const struct verify_plane *output, size_t index);

#endif
