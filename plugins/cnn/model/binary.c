/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The binary form of a param file: little-endian words without names. */
#include "layer/op.h"
#include "model/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END_OF_PARAMS (-233)

struct words {
    const unsigned char *data;
    size_t size, at;
};

static int get(struct words *words, int32_t *value, struct cnn_error *err)
{
    if (words->size - words->at < 4)
        return cnn_fail(err, SEG_IO, "the file ends at byte %zu, inside a layer", words->size);
    const unsigned char *p = words->data + words->at;
    uint32_t v = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    memcpy(value, &v, sizeof v);
    words->at += 4;
    return SEG_OK;
}

static int array_value(struct words *words, struct cnn_param *param, struct cnn_error *err)
{
    int32_t length = 0;
    if (get(words, &length, err) != SEG_OK)
        return err->status;
    size_t left = (words->size - words->at) / 4;
    if (length < 0 || (size_t)length > left)
        return cnn_fail(err, SEG_IO, "parameter %d: an array of %d elements (0 to %zu)", param->id,
                        length, left);
    param->kind = CNN_PARAM_ARRAY;
    param->array = malloc(((size_t)length + 1) * sizeof *param->array);
    if (!param->array)
        return cnn_nomem(err);
    while (param->count < (size_t)length)
        if (get(words, &param->array[param->count++].i, err) != SEG_OK)
            return err->status;
    return SEG_OK;
}

static int string_value(struct words *words, struct cnn_param *param, struct cnn_error *err)
{
    int32_t length = 0;
    if (get(words, &length, err) != SEG_OK)
        return err->status;
    if (length < 0 || length > 255 || (size_t)(length + 3) / 4 * 4 > words->size - words->at)
        return cnn_fail(err, SEG_IO, "parameter %d: a string of length %d (0 to 255)", param->id,
                        length);
    param->kind = CNN_PARAM_STRING;
    param->string = strndup((const char *)words->data + words->at, (size_t)length);
    words->at += (size_t)(length + 3) / 4 * 4;
    return param->string ? SEG_OK : cnn_nomem(err);
}

static int parameters(struct words *words, struct cnn_params *params, struct cnn_error *err)
{
    for (;;) {
        int32_t id = 0;
        if (get(words, &id, err) != SEG_OK)
            return err->status;
        if (id == END_OF_PARAMS)
            return SEG_OK;
        int32_t base = id <= -23400 ? 23400 : id <= -23300 ? 23300 : 0;
        struct cnn_param param = {.id = base ? -(id + base) : id};
        if (param.id < 0 || param.id >= CNN_PARAM_IDS)
            return cnn_fail(err, SEG_IO, "parameter id %d is outside 0..%d", id, CNN_PARAM_IDS - 1);
        int status = base == 23400   ? string_value(words, &param, err)
                     : base == 23300 ? array_value(words, &param, err)
                                     : get(words, &param.word.i, err);
        if (status != SEG_OK) {
            free(param.array);
            free(param.string);
            return status;
        }
        if (cnn_params_add(params, &param, err) != SEG_OK)
            return err->status;
    }
}

static int connect(struct cnn_net *net, struct words *words, struct cnn_layer *layer, bool output,
                   struct cnn_error *err)
{
    int32_t count = output ? layer->out_count : layer->in_count;
    for (int32_t i = 0; i < count; i++) {
        int32_t blob = 0;
        if (get(words, &blob, err) != SEG_OK)
            return err->status;
        if (blob < 0 || (size_t)blob >= net->blob_count)
            return cnn_fail(err, SEG_IO, "blob %d is outside 0..%zu", blob, net->blob_count - 1);
        if (cnn_net_connect(net, layer, output, i, blob, err) != SEG_OK)
            return err->status;
    }
    return SEG_OK;
}

static int layer(struct cnn_net *net, struct words *words, struct cnn_error *err)
{
    int32_t type = 0, in_count = 0, out_count = 0;
    if (get(words, &type, err) != SEG_OK || get(words, &in_count, err) != SEG_OK ||
        get(words, &out_count, err) != SEG_OK)
        return err->status;
    size_t left = (words->size - words->at) / 4;
    if (in_count < 0 || (size_t)in_count > left || out_count < 0 || (size_t)out_count > left)
        return cnn_fail(err, SEG_IO, "layer %zu: %d inputs and %d outputs (0 to %zu)",
                        net->layer_count, in_count, out_count, left);
    char unnamed[16], index[24];
    snprintf(unnamed, sizeof unnamed, "type-%d", type);
    const char *known = cnn_op_name(type);
    const char *text = known ? known : unnamed;
    int n = snprintf(index, sizeof index, "%zu", net->layer_count);
    struct cnn_layer *layer =
        cnn_net_add_layer(net, text, strlen(text), index, (size_t)n, in_count, out_count, err);
    if (!layer)
        return err->status;
    if (connect(net, words, layer, false, err) != SEG_OK ||
        connect(net, words, layer, true, err) != SEG_OK ||
        parameters(words, &layer->params, err) != SEG_OK)
        cnn_error_prefix(err, "layer %s (%s)", layer->name, layer->type);
    return err->status;
}

int cnn_binary_parse(struct cnn_net *net, const unsigned char *data, size_t size,
                     struct cnn_error *err)
{
    struct words words = {data, size, 4}; /* the caller has seen the magic number */
    int32_t layer_count = 0, blob_count = 0;
    if (get(&words, &layer_count, err) != SEG_OK || get(&words, &blob_count, err) != SEG_OK)
        goto out;
    /* The shortest layer has a type, two counts and the end mark; every blob is named once. */
    if (cnn_net_reserve(net, layer_count, 16, size, err) != SEG_OK)
        return err->status;
    if (blob_count <= 0 || (size_t)blob_count > size) {
        cnn_fail(err, SEG_IO, "%d blobs in a file of %zu bytes", blob_count, size);
        goto out;
    }
    for (int32_t i = 0; i < blob_count; i++) {
        char name[16];
        int n = snprintf(name, sizeof name, "%d", i);
        if (cnn_net_blob(net, name, (size_t)n, err) < 0)
            return err->status;
    }
    for (int32_t i = 0; i < layer_count; i++)
        if (layer(net, &words, err) != SEG_OK)
            goto out;
out:
    if (err->status != SEG_OK)
        cnn_error_prefix(err, "%s", net->path);
    return err->status;
}
