/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan: what a net does for given shapes of its inputs. Nodes in the order they run, the values
 * between them with their layout, and where each value lies in one block of memory. A plan is
 * constant once it is made; any number of sessions run it. */
#ifndef CNN_PLAN_H
#define CNN_PLAN_H

#include "layer/op.h"
#include "model/net.h"

/* What is computed along with a convolution, and by which kernel. */
struct cnn_conv_node {
    struct cnn_conv conv; /* of one group; weights NULL */
    struct cnn_geometry geometry;
    const struct cnn_conv_kernel *kernel;
    int32_t groups;     /* convolutions side by side, each with the channels of `conv` */
    const void *packed; /* the groups' prepared weights, owned by the model */
    size_t packed_each, workspace;
    int32_t fused[4], fused_count; /* layers that became part of it */
    int32_t add;                   /* index in the node's inputs of the blob that is added; -1 */
};

enum cnn_node_kind { CNN_NODE_OP, CNN_NODE_CONV, CNN_NODE_PACK, CNN_NODE_UNPACK };

struct cnn_node {
    int32_t kind;      /* enum cnn_node_kind */
    int32_t layer;     /* -1: a change of layout */
    int32_t *in, *out; /* values; one allocation */
    int32_t in_count, out_count;
    size_t scratch;
    int32_t scratch_storage; /* -1: none */
    bool late;               /* shapes are known only when it runs */
    struct cnn_conv_node *conv;
};

struct cnn_value {
    struct cnn_blob blob; /* shape and layout; data: of constants */
    int32_t net_blob;     /* -1: a copy in another layout */
    int32_t twin;         /* the same numbers in the other layout; -1: none yet */
    int32_t storage;      /* -1: constant, late, or from outside */
    size_t offset;        /* bytes in the storage */
    int32_t input;        /* which input of the plan it is; -1: none */
    bool constant, late;
};

struct cnn_storage_slot {
    size_t size, offset;      /* bytes; in the parent, or in the memory of the session */
    int32_t parent;           /* -1: none */
    int32_t first, last;      /* nodes between which it is in use */
    int32_t made, last_write; /* the node that made it, and the last that writes into it */
};

struct cnn_plan {
    const struct cnn_net *net;
    struct cnn_node *nodes;
    struct cnn_value *values;
    struct cnn_storage_slot *storage;
    size_t node_count, value_count, storage_count;
    size_t node_room, value_room, storage_room;
    struct cnn_blob *inputs;             /* what the plan was made for */
    int32_t *input_blobs, *output_blobs; /* of the net */
    int32_t *outputs;                    /* values */
    size_t input_count, output_count;
    size_t arena; /* bytes of memory a session needs */
    size_t ports; /* most blobs of one node */
    unsigned workers;
    enum cnn_isa isa;
};

/* How a plan gets prepared weights: from a cache that all plans of a model share. */
struct cnn_prepared;
struct cnn_prepare {
    void *ctx;
    /* Sets node->packed, or fails. */
    int (*weights)(void *ctx, const struct cnn_net *net, int32_t layer, struct cnn_conv_node *node,
                   struct cnn_error *err);
};

struct cnn_plan *cnn_plan_make(const struct cnn_net *net, const struct cnn_blob *inputs,
                               const int32_t *input_blobs, size_t input_count,
                               const int32_t *output_blobs, size_t output_count, unsigned workers,
                               enum cnn_isa isa, const struct cnn_prepare *prepare,
                               struct cnn_error *err);
void cnn_plan_free(struct cnn_plan *plan);

/* -- the steps, a file each ------------------------------------------------------------------- */

/* order.c: the layers that are needed, producers first. Returns a list of `count` layers. */
int32_t *cnn_plan_order(const struct cnn_plan *plan, size_t *count, struct cnn_error *err);

/* fuse.c: what can be computed along with the convolution `layer`, given how often each blob is
 * used (views resolved by `canon`), and shapes. Fills node->fused and conv; returns the blob that
 * the whole makes. */
struct cnn_fuse {
    const struct cnn_net *net;
    const int32_t *canon;          /* net blob to the blob that it equals */
    const int32_t *uses;           /* of canonical blobs */
    const int32_t *user;           /* the only layer that uses a canonical blob */
    const int32_t *rank_of;        /* position of the producing layer in the order, -1: given */
    const struct cnn_blob *shapes; /* of canonical blobs; rank 0: not known */
};
bool cnn_fuse_conv(const struct cnn_fuse *fuse, int32_t layer, unsigned workers, enum cnn_isa isa,
                   struct cnn_conv_node *node, int32_t *result, int32_t *added);

/* weights.c: the fused weights and bias of a node, prepared for its kernel, for all groups. */
void *cnn_fused_weights(const struct cnn_net *net, int32_t layer, const struct cnn_conv_node *node,
                        struct cnn_error *err);

/* memory.c: storage of all values, then offsets. */
int cnn_plan_memory(struct cnn_plan *plan, struct cnn_error *err);

/* -- building --------------------------------------------------------------------------------- */

int32_t cnn_plan_value(struct cnn_plan *plan, const struct cnn_blob *blob, int32_t net_blob,
                       struct cnn_error *err);
struct cnn_node *cnn_plan_node(struct cnn_plan *plan, int32_t kind, int32_t layer, int32_t in_count,
                               int32_t out_count, struct cnn_error *err);
int32_t cnn_plan_slot(struct cnn_plan *plan, size_t size, struct cnn_error *err);

#endif
