/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays that go in and out of networks: .npy files of rank 1 to 4, or random numbers. */
#ifndef SEGI_TENSOR_H
#define SEGI_TENSOR_H

#include <segkit/model.h>
#include <segkit/segkit.h>

struct cli_tensor {
    struct seg_model_blob blob; /* data and name point into what follows */
    char *name;                 /* owned */
    float *data;                /* owned, aligned to 64 bytes */
    const char *file;           /* of the word it was made of */
};

/* Splits "BLOB=FILE" at its last '='. */
int cli_tensor_parse(struct cli_tensor *tensor, const char *word, struct seg_error *err);
/* Fills in what the file holds, or, for "random:SEED:W,H,C" (or W; W,H; W,H,D,C) numbers in 0..1.
 */
int cli_tensor_load(struct cli_tensor *tensor, struct seg_error *err);
int cli_tensor_save(seg_context *context, const struct seg_model_blob *blob, const char *file,
                    struct seg_error *err);
void cli_tensor_free(struct cli_tensor *tensor);

#endif
