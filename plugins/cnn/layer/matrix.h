/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Products of matrices. */
#ifndef CNN_MATRIX_H
#define CNN_MATRIX_H

#include "layer/op.h"

struct cnn_product { /* c[m][n] = a[m][k] b[k][n] */
    size_t m, n, k, lda, ldb, ldc;
    bool trans_a, trans_b; /* a is [k][m], b is [n][k] */
    const float *a, *b;
    float *c;
};
int cnn_product(const struct cnn_job *job, const struct cnn_product *product);

#endif
