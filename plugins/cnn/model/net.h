/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A loaded network: layers with their parameters and weights, and the blobs between them. It is
 * constant once it is loaded. */
#ifndef CNN_NET_H
#define CNN_NET_H

#include "kernel/kernel.h"
#include "model/params.h"
#include "model/weights.h"

struct cnn_op;

struct cnn_layer {
    const struct cnn_op *op;
    char *type, *name; /* binary files have no names: the index stands for it */
    int32_t line;      /* of the text file; 0: binary */
    int32_t *in, *out; /* blobs; one allocation */
    int32_t in_count, out_count;
    struct cnn_params params;
    void *data; /* op->data_size bytes, filled by op->load, zeroed before */
};

struct cnn_net_blob {
    char *name;
    int32_t producer, port; /* the layer and which of its outputs; -1: none */
    int32_t consumers;
};

struct cnn_net {
    char *path, *weights_path;
    struct cnn_layer *layers;
    struct cnn_net_blob *blobs;
    size_t layer_count, blob_count;
    int32_t *names; /* hash table of blob indices, -1: free */
    size_t name_slots;
    void *map; /* the .bin */
    size_t map_size;
    size_t weight_count, weight_bytes;
};

/* Loads `path`, text or binary by its content, and the weights of `weights_path`, which may be
 * "random:SEED". NULL on failure. */
struct cnn_net *cnn_net_load(const char *path, const char *weights_path, struct cnn_error *err);
/* The same from memory, which must outlive the net; `weights` NULL: none are needed, else it must
 * be aligned to four bytes. */
struct cnn_net *cnn_net_parse(const char *path, const void *param, size_t param_size,
                              const void *weights, size_t weights_size, struct cnn_error *err);
void cnn_net_free(struct cnn_net *net);

/* Bytes at the end of the .bin that no layer read, which a file of this very network has not. */
size_t cnn_net_spare(const struct cnn_net *net);

/* Says that a tensor will hardly be read again: its part of the mapped file gives its memory back.
 */
void cnn_net_forget(const struct cnn_net *net, const struct cnn_weights *weights);

/* The index of a blob, by name, or by index in decimal where no blob has that name; -1: none. */
int32_t cnn_net_find(const struct cnn_net *net, const char *name);

/* Puts "file:line: layer 'name' (Type)" in front of the message. */
void cnn_layer_blame(const struct cnn_net *net, const struct cnn_layer *layer,
                     struct cnn_error *err);

/* -- for the two parsers ---------------------------------------------------------------------- */

int cnn_text_parse(struct cnn_net *net, const char *data, size_t size, struct cnn_error *err);
int cnn_binary_parse(struct cnn_net *net, const unsigned char *data, size_t size,
                     struct cnn_error *err);

/* Room for `count` more layers, of which each takes `bytes_each` bytes of a file of `size`. */
int cnn_net_reserve(struct cnn_net *net, int64_t count, size_t bytes_each, size_t size,
                    struct cnn_error *err);
/* The next layer; type and name are copied. */
struct cnn_layer *cnn_net_add_layer(struct cnn_net *net, const char *type, size_t type_length,
                                    const char *name, size_t name_length, int32_t in_count,
                                    int32_t out_count, struct cnn_error *err);
/* The blob of that name, made if there is none; -1 on failure. */
int32_t cnn_net_blob(struct cnn_net *net, const char *name, size_t length, struct cnn_error *err);
/* Notes `blob` as input or output `port` of a layer. */
int cnn_net_connect(struct cnn_net *net, struct cnn_layer *layer, bool output, int32_t port,
                    int32_t blob, struct cnn_error *err);

#endif
