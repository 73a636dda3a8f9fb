/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* .npy files of floats as they are, unlike those of core/io, which are images. */
#include "tensor.h"

#include "../base/error.h"
#include "../io/sink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_MAX   65535
#define ELEMENTS_MAX ((int64_t)1 << 29)

int cli_tensor_parse(struct cli_tensor *tensor, const char *word, struct seg_error *err)
{
    const char *equals = strrchr(word, '=');
    *tensor = (struct cli_tensor){0};
    if (!equals || equals == word || !equals[1])
        return segi_error(err, SEG_USAGE, "'%s' is not BLOB=FILE", word);
    tensor->file = equals + 1;
    tensor->name = strndup(word, (size_t)(equals - word));
    tensor->blob.name = tensor->name;
    return tensor->name ? SEG_OK : segi_error_nomem(err);
}

/* Room for the elements of blob.shape. */
static int allocate(struct cli_tensor *tensor, size_t *count, struct seg_error *err)
{
    int64_t n = 1;
    for (int32_t i = 0; i < tensor->blob.rank; i++) {
        if (tensor->blob.shape[i] < 1 || tensor->blob.shape[i] > ELEMENTS_MAX / n)
            return segi_error(err, SEG_LIMIT, "'%s': an axis of %d", tensor->file,
                              tensor->blob.shape[i]);
        n *= tensor->blob.shape[i];
    }
    *count = (size_t)n;
    tensor->data = aligned_alloc(64, (*count * sizeof(float) + 127) / 64 * 64);
    tensor->blob.data = tensor->data;
    return tensor->data ? SEG_OK : segi_error_nomem(err);
}

/* The integers of a list that ends at `end` or at the end of the text; how many, -1: too many, or
 * something else in between. */
static int32_t list_of(const char *text, char end, int32_t shape[4])
{
    int32_t count = 0;
    while (*text && *text != end) {
        char *rest;
        errno = 0;
        const long value = strtol(text, &rest, 10);
        if (rest == text || errno || value < 0 || value > INT32_MAX || count == 4)
            return -1;
        shape[count++] = (int32_t)value;
        text = rest + strspn(rest, ", ");
    }
    return count;
}

static int load_random(struct cli_tensor *tensor, struct seg_error *err)
{
    char *rest;
    int32_t sizes[4] = {0};
    size_t count = 0;
    uint64_t state = strtoull(tensor->file + 7, &rest, 10);
    tensor->blob.rank = *rest == ':' ? list_of(rest + 1, '\0', sizes) : -1;
    if (tensor->blob.rank < 1)
        return segi_error(err, SEG_USAGE, "'%s' is not random:SEED:W,H,C", tensor->file);
    for (int32_t i = 0; i < tensor->blob.rank; i++)
        tensor->blob.shape[i] = sizes[tensor->blob.rank - 1 - i];
    if (allocate(tensor, &count, err))
        return err->status;
    for (size_t i = 0; i < count; i++) { /* Knuth's linear congruences, the upper bits */
        state = state * 6364136223846793005u + 1442695040888963407u;
        tensor->data[i] = (float)(state >> 40) * 0x1p-24f;
    }
    return SEG_OK;
}

/* The header's dictionary; sets the shape. NULL, or what is wrong. */
static const char *parse_header(struct cli_tensor *tensor, const char *header)
{
    const char *shape = strstr(header, "'shape':");
    shape = shape ? strchr(shape, '(') : NULL;
    if (!strstr(header, "'<f4'"))
        return "only little-endian 32-bit floats are read";
    if (!strstr(header, "'fortran_order': False"))
        return "only C order is read";
    tensor->blob.rank = shape ? list_of(shape + 1, ')', tensor->blob.shape) : -1;
    return tensor->blob.rank < 1 ? "the shape is not of 1 to 4 axes" : NULL;
}

static int load_file(struct cli_tensor *tensor, FILE *file, char *header, struct seg_error *err)
{
    unsigned char begin[12] = {0};
    size_t count = 0, length;
    if (fread(begin, 1, 10, file) != 10 || memcmp(begin, "\x93NUMPY", 6) != 0)
        return segi_error(err, SEG_IO, "'%s' is no .npy file", tensor->file);
    length = begin[8] | (size_t)begin[9] << 8;
    if (begin[6] != 1 && fread(begin + 10, 1, 2, file) == 2)
        length |= (size_t)begin[10] << 16 | (size_t)begin[11] << 24;
    if (length > HEADER_MAX || fread(header, 1, length, file) != length)
        return segi_error(err, SEG_IO, "'%s': the header is cut or too long", tensor->file);
    header[length] = '\0';
    const char *problem = parse_header(tensor, header);
    if (problem)
        return segi_error(err, SEG_IO, "'%s': %s", tensor->file, problem);
    /* A file that cannot hold so many is told before memory is asked for. */
    const long here = ftell(file);
    const bool seeks = here >= 0 && fseek(file, 0, SEEK_END) == 0;
    const long size = seeks ? ftell(file) : -1;
    int64_t bytes = (int64_t)sizeof(float);
    for (int32_t i = 0; i < tensor->blob.rank && bytes <= ELEMENTS_MAX * 4; i++)
        bytes *= tensor->blob.shape[i];
    if (seeks && (size - here < bytes || fseek(file, here, SEEK_SET) != 0))
        return segi_error(err, SEG_IO, "'%s' ends before its last element", tensor->file);
    if (allocate(tensor, &count, err))
        return err->status;
    if (fread(tensor->data, sizeof(float), count, file) != count)
        return segi_error(err, SEG_IO, "'%s' ends before its last element", tensor->file);
    return SEG_OK;
}

int cli_tensor_load(struct cli_tensor *tensor, struct seg_error *err)
{
    if (strncmp(tensor->file, "random:", 7) == 0)
        return load_random(tensor, err);
    FILE *file = fopen(tensor->file, "rbe");
    if (!file)
        return segi_error(err, SEG_IO, "'%s' cannot be opened: %s", tensor->file, strerror(errno));
    char *header = malloc(HEADER_MAX + 1);
    const int status = header ? load_file(tensor, file, header, err) : segi_error_nomem(err);
    free(header);
    fclose(file);
    return status;
}

int cli_tensor_save(seg_context *context, const struct seg_model_blob *blob, const char *file,
                    struct seg_error *err)
{
    char header[118];
    size_t used, count = blob->rank ? 1 : 0;
    struct segi_sink sink;
    used = (size_t)snprintf(header, sizeof header,
                            "{'descr': '<f4', 'fortran_order': False, 'shape': (%s",
                            blob->rank ? "" : "0,");
    for (int32_t i = 0; i < blob->rank; i++) {
        used += (size_t)snprintf(header + used, sizeof header - used, "%d, ", blob->shape[i]);
        count *= (size_t)blob->shape[i];
    }
    used += (size_t)snprintf(header + used, sizeof header - used, "), }");
    memset(header + used, ' ', sizeof header - used);
    header[sizeof header - 1] = '\n';
    int status = segi_sink_open(&sink, context, file, err);
    if (status)
        return status;
    segi_sink_write(&sink, "\x93NUMPY\x01\0v\0", 10); /* 'v' is 118, the header's length */
    segi_sink_write(&sink, header, sizeof header);
    if (count)
        segi_sink_write(&sink, blob->data, count * sizeof(float));
    return segi_sink_close(&sink, SEG_OK);
}

void cli_tensor_free(struct cli_tensor *tensor)
{
    free(tensor->name);
    free(tensor->data);
}
