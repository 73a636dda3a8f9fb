/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model as the stages hold it: sidecar, network, and what of it is which. */
#include <stdlib.h>
#include <string.h>

#include "stage.h"

/* -- classes to keep --------------------------------------------------------------------------- */

static int32_t class_of(const struct cnn_sidecar *sidecar, const char *name, size_t length)
{
    char *end = NULL;
    for (size_t i = 0; i < sidecar->class_count; i++)
        if (strlen(sidecar->classes[i]) == length && !memcmp(sidecar->classes[i], name, length))
            return (int32_t)i;
    long number = strtol(name, &end, 10);
    bool whole = length && end == name + length;
    return whole && number >= 0 && (size_t)number < sidecar->class_count ? (int32_t)number : -1;
}

static int want_classes(struct cnn_segmenter *model, const char *list, struct cnn_error *err)
{
    const size_t count = model->sidecar->class_count;
    if (!list || !list[strspn(list, " ,")]) /* NULL: the stage has no such parameter */
        return SEG_OK;
    model->wanted = calloc(count ? count : 1, sizeof *model->wanted);
    if (!model->wanted)
        return cnn_nomem(err);
    for (const char *at = list; *at;) {
        at += strspn(at, " ,");
        size_t length = strcspn(at, ",");
        size_t word = length;
        while (word && at[word - 1] == ' ')
            word--;
        int32_t id = word ? class_of(model->sidecar, at, word) : -1;
        if (word && id < 0)
            return cnn_fail(err, SEG_USAGE,
                            "parameter 'classes': '%.*s' is none of the model's %zu classes",
                            (int)word, at, count);
        if (word)
            model->wanted[id] = true;
        at += length;
    }
    return SEG_OK;
}

/* -- inputs and outputs ------------------------------------------------------------------------ */

void cnn_input_size(const struct cnn_net *net, int32_t blob, int32_t size[2])
{
    const int32_t producer = net->blobs[blob].producer;
    size[0] = size[1] = 0;
    if (producer < 0)
        return;
    const struct cnn_params *params = &net->layers[producer].params;
    const int32_t width = cnn_int(params, 0, 0), height = cnn_int(params, 1, 0);
    if (width > 0 && height > 0 && width <= INT16_MAX && height <= INT16_MAX) {
        size[0] = width;
        size[1] = height;
    }
}

static int find_input(struct cnn_segmenter *model, struct cnn_error *err)
{
    const struct cnn_net *net = model->net;
    const char *name = model->sidecar->input;
    model->input = name ? cnn_net_find(net, name) : -1;
    for (size_t i = 0; !name && i < net->layer_count && model->input < 0; i++)
        if (strcmp(net->layers[i].type, "Input") == 0 && net->layers[i].out_count)
            model->input = net->layers[i].out[0];
    if (model->input < 0)
        return cnn_fail(err, SEG_IO, "%s: the network has no input '%s'", net->path,
                        name ? name : "");
    cnn_input_size(net, model->input, model->fixed);
    if (!model->sidecar->path && !model->fixed[0]) {
        /* It takes any size, and most such networks halve it up to five times. */
        model->sidecar->resize = CNN_PAD;
        model->sidecar->multiple[0] = model->sidecar->multiple[1] = 32;
    }
    return SEG_OK;
}

static void add_output(struct cnn_segmenter *model, int32_t blob, int32_t role, int32_t level)
{
    const size_t i = model->output_count++;
    model->outputs[i] = blob;
    model->roles[i] = role;
    model->levels[i] = level;
}

static int find_outputs(struct cnn_segmenter *model, struct cnn_error *err)
{
    const struct cnn_net *net = model->net;
    const struct cnn_sidecar *sidecar = model->sidecar;
    const size_t room = sidecar->output_count + net->blob_count;
    model->outputs = calloc(3 * room, sizeof *model->outputs);
    if (!model->outputs)
        return cnn_nomem(err);
    model->roles = model->outputs + room;
    model->levels = model->roles + room;
    for (size_t i = 0; i < sidecar->output_count; i++) {
        const struct cnn_output *output = sidecar->outputs + i;
        int32_t blob = cnn_net_find(net, output->blob);
        if (blob < 0)
            return cnn_fail(err, SEG_IO,
                            "%s: the network has no blob '%s', which %s names as output", net->path,
                            output->blob, sidecar->path);
        if (output->level >= CNN_LEVELS)
            return cnn_fail(err, SEG_IO, "%s: more than %d outputs of one role", sidecar->path,
                            CNN_LEVELS);
        add_output(model, blob, output->role, output->level);
    }
    for (size_t i = 0; !sidecar->output_count && i < net->blob_count; i++)
        if (!net->blobs[i].consumers && net->blobs[i].producer >= 0)
            add_output(model, (int32_t)i, -1, 0);
    if (!model->output_count)
        return cnn_fail(err, SEG_IO, "%s: the network has no output", net->path);
    return SEG_OK;
}

bool cnn_segmenter_is_dense(const struct cnn_segmenter *model)
{
    return model->decoder >= CNN_ARGMAX && model->decoder <= CNN_PROBABILITY;
}

struct cnn_segmenter *cnn_segmenter_open(const struct cnn_options *options, struct cnn_error *err)
{
    struct cnn_segmenter *model = calloc(1, sizeof *model);
    if (!model || mtx_init(&model->lock, mtx_plain) != thrd_success) {
        free(model);
        cnn_nomem(err);
        return NULL;
    }
    model->options = options;
    model->sidecar = cnn_sidecar_open(options->model, err);
    if (!model->sidecar)
        goto out;
    model->network =
        cnn_model_open(model->sidecar->param, model->sidecar->bin, cnn_isa_here(), err);
    if (!model->network)
        goto out;
    model->net = cnn_model_net(model->network);
    if (find_input(model, err) || find_outputs(model, err) ||
        want_classes(model, options->classes, err))
        goto out;
    model->task = model->sidecar->task;
    model->decoder = model->sidecar->output_count ? model->sidecar->decoder : CNN_DECODER_AUTO;
    const double given = options->mask_threshold;
    model->rules = (struct cnn_rules){
        .confidence = options->confidence,
        .nms = options->nms,
        .mask_threshold = given >= 0 ? given : model->sidecar->threshold,
        .max_instances = options->max_instances,
        .class_count = (int32_t)model->sidecar->class_count,
        .wanted = model->wanted,
        .channel = model->sidecar->channel,
    };
    return model;
out:
    cnn_segmenter_free(model);
    return NULL;
}

void cnn_segmenter_free(struct cnn_segmenter *model)
{
    if (!model)
        return;
    cnn_model_close(model->network);
    cnn_sidecar_free(model->sidecar);
    free(model->outputs);
    free(model->wanted);
    mtx_destroy(&model->lock);
    free(model);
}
