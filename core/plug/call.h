/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of a stage: its layers, and the services that the host lends it for that long. */
#ifndef SEGI_CALL_H
#define SEGI_CALL_H

#include "../data/layer.h"

struct segi_share; /* core/plug/share.h */

struct segi_output {
    struct seg_shape shape;   /* as planned; 0 in a field: known when the stage runs */
    seg_layer *inherit;       /* a layer that dies with this call: its storage may be taken */
    struct segi_share *share; /* where it must lie; NULL: anywhere */
    seg_layer *layer;         /* the result; the caller's after a call that went well */
};

struct segi_value {
    char name[48];
    double value;
};

struct segi_scratch;

/* Opaque to stages as struct seg_call. Zeroed, then the first block is filled in by the caller;
 * one call may be used for create, process and destroy in turn. */
struct seg_call {
    seg_context *context;
    const struct seg_stage *stage;
    const struct seg_host *host; /* what the stage is given; NULL: segi_host */
    seg_layer **inputs;          /* input_count; NULL: not connected */
    struct segi_output *outputs; /* output_count */
    struct seg_error *err;
    bool foreign; /* the module is not trusted with this process: shapes come from another one */
    int (*progress)(void *user, double fraction); /* may be called from any thread; NULL: none */
    void *user;

    struct segi_value *values; /* what was reported */
    size_t value_count, value_capacity;

    pthread_mutex_t lock; /* of all below */
    struct segi_scratch *scratch;
    struct seg_view *views; /* of the inputs, taken before outputs inherit their storage */
    bool failed;
};

void segi_call_begin(struct seg_call *call); /* after filling in */
void segi_call_end(struct seg_call *call);   /* frees values and scratch */

/* The callbacks of plugin.h. Without a create function *self is `params`. */
int segi_call_create(struct seg_call *call, const void *params, void **self);
void segi_call_destroy(struct seg_call *call, void *self);

/* Runs the stage; on success every output has a sealed layer. Scratch is given back. */
int segi_call_process(struct seg_call *call, void *self);

/* The shapes of the outputs by the ports' rules and the stage's own word; 0 in a field: not known.
 * kind 0 in an input: not connected. */
int segi_call_shapes(struct seg_call *call, const void *params, const struct seg_shape *in,
                     struct seg_shape *out);

/* The host's table. */
extern const struct seg_host segi_host;

#endif
