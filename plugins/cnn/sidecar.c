/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding a model's sidecar, its defaults, and its end. */
#include "sidecar.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const task_names[] = {"unknown", "semantic", "matting", "instance"};
static const char *const decoder_names[CNN_DECODER_COUNT] = {
    "auto",       "argmax",     "sigmoid", "softmax", "none-threshold",
    "yolov5-seg", "yolov8-seg", "solov2",  "yolact",  "detection"};
static const char *const resize_names[] = {"stretch", "letterbox", "pad"};

const char *cnn_task_name(int32_t task)
{
    return task_names[task];
}

const char *cnn_decoder_name(int32_t decoder)
{
    return decoder_names[decoder];
}

const char *cnn_resize_name(int32_t resize)
{
    return resize_names[resize];
}

/* `name` in the folder of `path` (in `path` itself where that is a folder). */
static char *beside(const char *path, bool folder, const char *name)
{
    size_t length = strlen(path);
    if (!folder) {
        const char *slash = strrchr(path, '/');
        length = slash ? (size_t)(slash - path) : 0;
    }
    size_t size = strlen(name);
    char *joined = malloc(length + size + 2);
    if (!joined)
        return NULL;
    memcpy(joined, path, length);
    size_t at = length;
    if (at && joined[at - 1] != '/')
        joined[at++] = '/';
    else if (!folder && path[0] == '/' && !length)
        joined[at++] = '/';
    memcpy(joined + at, name, size + 1);
    return joined;
}

static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* The sidecar in the folder of `path`; NULL with err untouched where there is none. */
static char *find(const char *path, bool folder, struct cnn_error *err)
{
    static const char *const names[] = {"model.yaml", "metadata.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *candidate = beside(path, folder, names[i]);
        if (!candidate) {
            cnn_nomem(err);
            return NULL;
        }
        if (is_file(candidate))
            return candidate;
        free(candidate);
    }
    return NULL;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), size = strlen(end);
    return length >= size && strcmp(text + length - size, end) == 0;
}

/* x.param has x.bin beside it; x.param.bin has x.bin too. */
static char *weights_of(const char *param)
{
    size_t length = strlen(param);
    if (ends_with(param, ".param.bin"))
        length -= strlen(".param.bin");
    else if (ends_with(param, ".param"))
        length -= strlen(".param");
    char *bin = malloc(length + sizeof ".bin");
    if (!bin)
        return NULL;
    memcpy(bin, param, length);
    memcpy(bin + length, ".bin", sizeof ".bin");
    return bin;
}

static struct cnn_sidecar *with_defaults(void)
{
    struct cnn_sidecar *sidecar = calloc(1, sizeof *sidecar);
    if (!sidecar)
        return NULL;
    sidecar->multiple[0] = sidecar->multiple[1] = 1;
    sidecar->channel = -1;
    sidecar->threshold = 0.5;
    for (int i = 0; i < 3; i++)
        sidecar->norm[i] = 1.0 / 255;
    return sidecar;
}

/* Names in the sidecar are relative to its folder. */
static int resolve(struct cnn_sidecar *sidecar, char **name, const char *fallback,
                   struct cnn_error *err)
{
    const char *given = *name ? *name : fallback;
    char *full = given[0] == '/' ? strdup(given) : beside(sidecar->path, false, given);
    if (!full)
        return cnn_nomem(err);
    free(*name);
    *name = full;
    return SEG_OK;
}

/* Sets path, and param where `path` names the network itself. */
static int locate(struct cnn_sidecar *sidecar, const char *path, struct cnn_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return cnn_fail(err, SEG_IO, "cannot open model '%s': no such file", path);
    bool folder = S_ISDIR(info.st_mode);
    bool named = ends_with(path, ".yaml") || ends_with(path, ".yml");
    sidecar->path = named && !folder ? strdup(path) : find(path, folder, err);
    if (err->status)
        return err->status;
    if (named && !folder)
        return sidecar->path ? SEG_OK : cnn_nomem(err);
    if (folder && !sidecar->path)
        return cnn_fail(err, SEG_IO, "no model.yaml or metadata.yaml in folder '%s'", path);
    if (!folder) {
        sidecar->param = strdup(path);
        sidecar->bin = weights_of(path);
        if (!sidecar->param || !sidecar->bin)
            return cnn_nomem(err);
    }
    return SEG_OK;
}

struct cnn_sidecar *cnn_sidecar_open(const char *path, struct cnn_error *err)
{
    struct cnn_sidecar *sidecar = with_defaults();
    char *param = NULL, *bin = NULL;
    if (!sidecar) {
        cnn_nomem(err);
        return NULL;
    }
    if (locate(sidecar, path, err))
        goto out;
    if (!sidecar->path)
        return sidecar;
    /* A network that was named outright stays, whatever the sidecar says. */
    param = sidecar->param;
    bin = sidecar->bin;
    sidecar->param = sidecar->bin = NULL;
    if (cnn_sidecar_read(sidecar, err) ||
        resolve(sidecar, &sidecar->param, "model.ncnn.param", err) ||
        resolve(sidecar, &sidecar->bin, "model.ncnn.bin", err))
        goto out;
    if (param) {
        free(sidecar->param);
        free(sidecar->bin);
        sidecar->param = param;
        sidecar->bin = bin;
    }
    return sidecar;
out:
    free(param);
    free(bin);
    cnn_sidecar_free(sidecar);
    return NULL;
}

void cnn_sidecar_free(struct cnn_sidecar *sidecar)
{
    if (!sidecar)
        return;
    for (size_t i = 0; i < sidecar->extra_count; i++)
        free(sidecar->extras[i].blob);
    for (size_t i = 0; i < sidecar->output_count; i++)
        free(sidecar->outputs[i].blob);
    for (size_t i = 0; i < sidecar->class_count; i++)
        free(sidecar->classes[i]);
    free(sidecar->extras);
    free(sidecar->outputs);
    free(sidecar->classes);
    free(sidecar->path);
    free(sidecar->name);
    free(sidecar->license);
    free(sidecar->source);
    free(sidecar->param);
    free(sidecar->bin);
    free(sidecar->input);
    free(sidecar);
}
