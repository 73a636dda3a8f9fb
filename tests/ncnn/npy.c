/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of the .npy format that test data uses. */
#include "npy.h"
#include "layer/op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool npy_read(const char *path, struct cnn_blob *blob)
{
    char head[65536 + 1] = "";
    unsigned char begin[10];
    long axes[4] = {0};
    int64_t shape[4];
    int rank = 0;
    bool good = false, empty = false;
    struct cnn_error err = {0};
    FILE *file = fopen(path, "rb");
    *blob = (struct cnn_blob){.pack = 1};
    if (!file || fread(begin, 1, 10, file) != 10 || memcmp(begin, "\x93NUMPY\x01", 7) != 0)
        goto out;
    size_t length = begin[8] | (size_t)begin[9] << 8;
    if (fread(head, 1, length, file) != length || !strstr(head, "'<f4'") ||
        !strstr(head, "'fortran_order': False"))
        goto out;
    const char *p = strstr(head, "'shape': (");
    for (p = p ? p + 10 : ""; *p && *p != ')' && rank < 4;) {
        axes[rank++] = strtol(p, (char **)(uintptr_t)&p, 10);
        empty = empty || axes[rank - 1] == 0;
        while (*p == ',' || *p == ' ')
            p++;
    }
    for (int i = 0; i < rank; i++)
        shape[i] = axes[i];
    good = empty;
    if (empty || rank == 0 || cnn_shape(blob, rank, shape, CNN_F32, &err) != SEG_OK)
        goto out;
    blob->data = malloc(cnn_storage(blob));
    good = blob->data && fread(blob->data, 1, cnn_storage(blob), file) == cnn_storage(blob);
out:
    if (file)
        fclose(file);
    if (!good)
        fprintf(stderr, "%s: no array that can be read\n", path);
    return good;
}

bool npy_write(const char *path, const struct cnn_blob *blob)
{
    int32_t axes[4], rank = cnn_axes(blob, axes);
    char head[128];
    size_t n =
        (size_t)snprintf(head, sizeof head, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int32_t i = 0; i < rank; i++)
        n += (size_t)snprintf(head + n, sizeof head - n, "%d, ", axes[i]);
    n += (size_t)snprintf(head + n, sizeof head - n, "%s), }", rank ? "" : "0,");
    memset(head + n, ' ', sizeof head - n);
    head[117] = '\n';
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite("\x93NUMPY\x01\0\x76\0", 1, 10, file) == 10 &&
                fwrite(head, 1, 118, file) == 118;
    for (size_t i = 0; good && i < cnn_count(blob); i++) {
        float v = blob->dtype == CNN_I8 ? (float)((const int8_t *)blob->data)[i] : 0;
        good = fwrite(blob->dtype == CNN_I8 ? (const void *)&v
                                            : (const void *)((const float *)blob->data + i),
                      4, 1, file) == 1;
    }
    good = file && fclose(file) == 0 && good;
    return good;
}
