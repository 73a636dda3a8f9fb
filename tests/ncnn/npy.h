/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays of floats in .npy files, as blobs. */
#ifndef TEST_NPY_H
#define TEST_NPY_H

#include "kernel/kernel.h"

/* False, with a reason on stderr, where the file is none of version 1, <f4, C order, rank 1 to 4.
 * The data is malloc'ed. */
bool npy_read(const char *path, struct cnn_blob *blob);
bool npy_write(const char *path, const struct cnn_blob *blob);

#endif
