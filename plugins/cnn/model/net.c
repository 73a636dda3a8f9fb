/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building a network from what the parsers read, and loading it from files. */
#include "model/net.h"
#include "layer/op.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- blobs by name ---------------------------------------------------------------------------- */

static size_t hash(const char *name, size_t length)
{
    uint64_t h = 0xCBF29CE484222325u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)name[i]) * 0x100000001B3u;
    return (size_t)(h ^ h >> 32);
}

/* The slot that holds the name or is free for it. */
static size_t slot_of(const struct cnn_net *net, const char *name, size_t length)
{
    size_t slot = hash(name, length) & (net->name_slots - 1);
    for (;; slot = (slot + 1) & (net->name_slots - 1)) {
        if (net->names[slot] < 0)
            return slot;
        const char *other = net->blobs[net->names[slot]].name;
        if (strncmp(other, name, length) == 0 && other[length] == '\0')
            return slot;
    }
}

static int grow_names(struct cnn_net *net, struct cnn_error *err)
{
    size_t slots = net->name_slots ? net->name_slots * 2 : 64;
    struct cnn_net_blob *blobs = realloc(net->blobs, slots / 2 * sizeof *blobs);
    if (blobs)
        net->blobs = blobs;
    int32_t *names = malloc(slots * sizeof *names);
    if (!blobs || !names) {
        free(names);
        return cnn_nomem(err);
    }
    free(net->names);
    net->names = names;
    net->name_slots = slots;
    for (size_t i = 0; i < slots; i++)
        names[i] = -1;
    for (size_t i = 0; i < net->blob_count; i++)
        names[slot_of(net, blobs[i].name, strlen(blobs[i].name))] = (int32_t)i;
    return SEG_OK;
}

int32_t cnn_net_blob(struct cnn_net *net, const char *name, size_t length, struct cnn_error *err)
{
    if (net->blob_count >= net->name_slots / 2 && grow_names(net, err) != SEG_OK)
        return -1;
    size_t slot = slot_of(net, name, length);
    if (net->names[slot] >= 0)
        return net->names[slot];
    char *copy = strndup(name, length);
    if (!copy) {
        cnn_nomem(err);
        return -1;
    }
    net->blobs[net->blob_count] = (struct cnn_net_blob){.name = copy, .producer = -1};
    net->names[slot] = (int32_t)net->blob_count;
    return (int32_t)net->blob_count++;
}

int32_t cnn_net_find(const struct cnn_net *net, const char *name)
{
    if (net->name_slots == 0)
        return -1;
    int32_t blob = net->names[slot_of(net, name, strlen(name))];
    if (blob >= 0)
        return blob;
    char *end;
    errno = 0;
    long index = strtol(name, &end, 10);
    if (errno || end == name || *end || index < 0 || (size_t)index >= net->blob_count)
        return -1;
    return (int32_t)index;
}

/* -- layers ----------------------------------------------------------------------------------- */

int cnn_net_reserve(struct cnn_net *net, int64_t count, size_t bytes_each, size_t size,
                    struct cnn_error *err)
{
    int64_t most = (int64_t)(size / bytes_each) + 1;
    if (count <= 0 || count > most)
        return cnn_fail(err, SEG_IO, "%s: %lld layers in a file of %zu bytes", net->path,
                        (long long)count, size);
    net->layers = calloc((size_t)count, sizeof *net->layers);
    return net->layers ? SEG_OK : cnn_nomem(err);
}

struct cnn_layer *cnn_net_add_layer(struct cnn_net *net, const char *type, size_t type_length,
                                    const char *name, size_t name_length, int32_t in_count,
                                    int32_t out_count, struct cnn_error *err)
{
    struct cnn_layer *layer = &net->layers[net->layer_count++];
    layer->type = strndup(type, type_length);
    layer->name = strndup(name, name_length);
    layer->in = malloc(((size_t)in_count + (size_t)out_count + 1) * sizeof *layer->in);
    if (!layer->type || !layer->name || !layer->in) {
        cnn_nomem(err);
        return NULL;
    }
    layer->out = layer->in + in_count;
    layer->in_count = in_count;
    layer->out_count = out_count;
    layer->op = cnn_op_find(layer->type);
    return layer;
}

int cnn_net_connect(struct cnn_net *net, struct cnn_layer *layer, bool output, int32_t port,
                    int32_t blob, struct cnn_error *err)
{
    struct cnn_net_blob *b = &net->blobs[blob];
    if (!output) {
        layer->in[port] = blob;
        b->consumers++;
        return SEG_OK;
    }
    if (b->producer >= 0)
        return cnn_fail(err, SEG_IO, "output '%s' is made by layer '%s' already", b->name,
                        net->layers[b->producer].name);
    layer->out[port] = blob;
    b->producer = (int32_t)(layer - net->layers);
    b->port = port;
    return SEG_OK;
}

void cnn_layer_blame(const struct cnn_net *net, const struct cnn_layer *layer,
                     struct cnn_error *err)
{
    if (layer->line)
        cnn_error_prefix(err, "%s:%d: layer '%s' (%s)", net->path, layer->line, layer->name,
                         layer->type);
    else
        cnn_error_prefix(err, "%s: layer %s (%s)", net->path, layer->name, layer->type);
}

/* One message for all layers that cannot be computed. */
static int check_types(const struct cnn_net *net, struct cnn_error *err)
{
    char list[800] = "";
    size_t used = 0, missing = 0;
    for (size_t i = 0; i < net->layer_count; i++) {
        const struct cnn_layer *layer = &net->layers[i];
        if (layer->op)
            continue;
        missing++;
        int n = snprintf(list + used, sizeof list - used, "%s%s '%s'", missing > 1 ? ", " : "",
                         layer->type, layer->name);
        if (n > 0 && used + (size_t)n < sizeof list)
            used += (size_t)n;
        else
            list[used] = '\0';
    }
    if (!missing)
        return SEG_OK;
    return cnn_fail(err, SEG_IO, "%s: %zu of %zu layers are not supported: %s", net->path, missing,
                    net->layer_count, list);
}

static int check_counts(const struct cnn_layer *layer, struct cnn_error *err)
{
    const struct cnn_op *op = layer->op;
    if (layer->in_count < op->in_min || (op->in_max && layer->in_count > op->in_max))
        return cnn_fail(err, SEG_IO, "it has %d inputs (%d to %d)", layer->in_count, op->in_min,
                        op->in_max ? op->in_max : INT32_MAX);
    if (layer->out_count < op->out_min || (op->out_max && layer->out_count > op->out_max))
        return cnn_fail(err, SEG_IO, "it has %d outputs (%d to %d)", layer->out_count, op->out_min,
                        op->out_max ? op->out_max : INT32_MAX);
    return SEG_OK;
}

static int load_layers(struct cnn_net *net, struct cnn_reader *reader, struct cnn_error *err)
{
    if (check_types(net, err) != SEG_OK)
        return err->status;
    for (size_t i = 0; i < net->layer_count; i++) {
        struct cnn_layer *layer = &net->layers[i];
        int status = check_counts(layer, err);
        if (status == SEG_OK && layer->op->data_size) {
            layer->data = calloc(1, layer->op->data_size);
            status = layer->data ? SEG_OK : cnn_nomem(err);
        }
        if (status == SEG_OK && layer->op->load)
            status = layer->op->load(layer, reader, err);
        if (status != SEG_OK) {
            cnn_layer_blame(net, layer, err);
            return status;
        }
    }
    net->weight_count = reader->total;
    net->weight_bytes = reader->at;
    return SEG_OK;
}

/* -- files ------------------------------------------------------------------------------------ */

/* Maps a whole file; an empty one gives size 0 and no map. */
static int map_file(const char *path, void **map, size_t *size, struct cnn_error *err)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *map = NULL;
    *size = 0;
    if (fd < 0 || fstat(fd, &info) != 0) {
        cnn_fail(err, SEG_IO, "'%s' cannot be opened: %s", path, strerror(errno));
        goto out;
    }
    if (!S_ISREG(info.st_mode) || info.st_size < 0) {
        cnn_fail(err, SEG_IO, "'%s' is no regular file", path);
        goto out;
    }
    if (info.st_size == 0)
        goto out;
    *map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (*map == MAP_FAILED) {
        *map = NULL;
        cnn_fail(err, SEG_IO, "'%s' cannot be mapped: %s", path, strerror(errno));
        goto out;
    }
    *size = (size_t)info.st_size;
out:
    if (fd >= 0)
        close(fd);
    return err->status;
}

static int parse(struct cnn_net *net, const void *param, size_t size, struct cnn_error *err)
{
    static const unsigned char binary[4] = {0xDD, 0x85, 0x76, 0x00};
    if (size >= sizeof binary && memcmp(param, binary, sizeof binary) == 0)
        return cnn_binary_parse(net, param, size, err);
    return cnn_text_parse(net, param ? param : "", size, err);
}

static struct cnn_net *new_net(const char *path, struct cnn_error *err)
{
    struct cnn_net *net = calloc(1, sizeof *net);
    if (net)
        net->path = strdup(path);
    if (net && net->path)
        return net;
    free(net);
    cnn_nomem(err);
    return NULL;
}

struct cnn_net *cnn_net_parse(const char *path, const void *param, size_t param_size,
                              const void *weights, size_t weights_size, struct cnn_error *err)
{
    struct cnn_reader reader = {.data = weights, .size = weights ? weights_size : 0};
    struct cnn_net *net = new_net(path, err);
    if (!net)
        return NULL;
    if (parse(net, param, param_size, err) == SEG_OK && load_layers(net, &reader, err) == SEG_OK)
        return net;
    cnn_net_free(net);
    return NULL;
}

static bool is_random(const char *path, uint64_t *seed)
{
    if (strncmp(path, "random:", 7) != 0)
        return false;
    *seed = strtoull(path + 7, NULL, 10);
    return true;
}

struct cnn_net *cnn_net_load(const char *path, const char *weights_path, struct cnn_error *err)
{
    void *param = NULL;
    size_t size = 0;
    struct cnn_reader reader = {0};
    struct cnn_net *net = new_net(path, err);
    if (!net)
        return NULL;
    if (map_file(path, &param, &size, err) != SEG_OK || parse(net, param, size, err) != SEG_OK)
        goto out;
    net->weights_path = strdup(weights_path);
    if (!net->weights_path) {
        cnn_nomem(err);
        goto out;
    }
    reader.random = is_random(weights_path, &reader.seed);
    if (!reader.random && map_file(weights_path, &net->map, &net->map_size, err) != SEG_OK)
        goto out;
    reader.data = net->map;
    reader.size = net->map_size;
    load_layers(net, &reader, err);
out:
    if (param)
        munmap(param, size);
    if (err->status == SEG_OK)
        return net;
    cnn_net_free(net);
    return NULL;
}

size_t cnn_net_spare(const struct cnn_net *net)
{
    return net->map_size > net->weight_bytes ? net->map_size - net->weight_bytes : 0;
}

void cnn_net_forget(const struct cnn_net *net, const struct cnn_weights *weights)
{
    if (!net->map || !weights->at)
        return;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)weights->at;
    const uintptr_t first = (from + page - 1) / page * page;
    const uintptr_t end = (from + cnn_weights_bytes(weights)) / page * page;
    if (first < end) /* a failure leaves the pages where they are */
        madvise((char *)net->map + (first - (uintptr_t)net->map), end - first, MADV_DONTNEED);
}

void cnn_net_free(struct cnn_net *net)
{
    if (!net)
        return;
    for (size_t i = 0; i < net->layer_count; i++) {
        struct cnn_layer *layer = &net->layers[i];
        if (layer->data && layer->op->unload)
            layer->op->unload(layer);
        cnn_params_clear(&layer->params);
        free(layer->data);
        free(layer->in);
        free(layer->type);
        free(layer->name);
    }
    for (size_t i = 0; i < net->blob_count; i++)
        free(net->blobs[i].name);
    if (net->map)
        munmap(net->map, net->map_size);
    free(net->layers);
    free(net->blobs);
    free(net->names);
    free(net->weights_path);
    free(net->path);
    free(net);
}
