/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes that a param file computes from the shapes of a layer's inputs. */
#ifndef CNN_EXPRESSION_H
#define CNN_EXPRESSION_H

#include "kernel/kernel.h"
#include "model/error.h"

/* Evaluates a list such as "/(0w,2),*(0h,2),0c" into at most `room` integers. Returns SEG_OK. */
int cnn_expression(const char *text, const struct cnn_blob *blobs, int32_t blob_count,
                   int64_t *values, int32_t room, int32_t *count, struct cnn_error *err);

#endif
