/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A checked pipeline.
 *
 * Every layer has a slot: first the inputs, then the outputs of each step. Steps run in the order
 * in which they were written, and a slot is written once, so that wires, lifetimes and storage are
 * numbers of slots and steps. */
#ifndef SEGI_PLAN_H
#define SEGI_PLAN_H

#include "ast.h"

#include "../plug/call.h"

#include <segkit/registry.h>

#define SEGI_NONE SIZE_MAX

struct segi_slot {
    const char *name;
    uint32_t kind; /* 0: made by a stage that is not known, which has had its fault */
    size_t step;   /* that makes it; SEGI_NONE: it is an input */
    uint32_t port;
    size_t last; /* step that reads it last; the one that makes it when none does */
    bool kept;   /* outlives the run */
};

struct segi_step {
    const struct segi_node *node;
    const struct seg_stage *stage; /* NULL: unknown */
    void *params;
    size_t *wires; /* slot at each input port; SEGI_NONE: not connected */
    size_t first;  /* slot of the first output; the others follow */
    bool foreign;  /* its code runs in other processes only */
    bool isolated; /* it is run in one */
    bool whole;    /* all required ports are connected */
    pthread_mutex_t lock;
    bool created;
    void *self;
};

/* Shapes and storage of all layers, for inputs of certain shapes. */
struct segi_layout {
    struct seg_shape *shapes; /* by slot; 0 in a field: not known yet */
    struct seg_shape **takes; /* by step and input port: after conversion; kind 0: not connected */
    size_t *reuse;            /* by slot: whose storage it takes; SEGI_NONE: new */
    size_t *until;            /* by slot: the step after which it may go; SEGI_NONE: never */
    bool *taken;              /* by slot: another takes its storage */
    uint64_t peak;            /* bytes, as far as they are known */
};

struct seg_plan {
    seg_context *context;
    seg_pipeline *pipeline;
    struct segi_arena arena; /* holds all that follows */
    struct segi_step *steps;
    struct segi_slot *slots;
    size_t step_count, slot_count, input_count;
    size_t locks; /* steps whose lock was made */
    struct segi_layout layout;
};

/* -- one step of a check, in this order; SEG_NOMEM, else faults are added ---------------------- */

/* resolve.c: finds the stage. */
int segi_resolve_stage(seg_plan *plan, struct segi_step *step, struct seg_faults *faults);

/* How many results a step has, for the slots. */
size_t segi_output_count(const struct segi_step *step);

/* Sets the parameters and notes the key that names the layer of each input port in `named`
 * (input_count). */
int segi_resolve_keys(seg_plan *plan, struct segi_step *step, const struct segi_entry **named,
                      struct seg_faults *faults);

/* outputs.c: names the results. */
bool segi_name_valid(const char *name);
#define SEGI_NAME_RULE "letters, digits, '_' and '-', no digit first, 63 at most"
int segi_name_outputs(seg_plan *plan, size_t step, struct seg_faults *faults);

/* wire.c: connects the input ports. */
void segi_wire(seg_plan *plan, size_t step, const struct segi_entry *const *named,
               struct seg_faults *faults);

/* The slot of a name among the first `count`; SEGI_NONE: there is none. */
size_t segi_slot_find(const seg_plan *plan, size_t count, const char *name);

/* check.c: what each port takes and what comes out, from the shapes of earlier slots. */
int segi_check_step(const seg_plan *plan, size_t step, struct segi_layout *layout,
                    struct seg_faults *faults);

/* -- parts ------------------------------------------------------------------------------------- */

/* hint.c: a stage that makes one of `kinds` from `kind`; NULL: none comes to mind. */
const char *segi_hint_kind(seg_context *context, uint32_t kind, uint32_t kinds);

/* layout.c */
int segi_layout_new(const seg_plan *plan, struct segi_arena *arena, struct segi_layout *layout);
/* Who takes whose storage, once all shapes are there. */
void segi_layout_storage(const seg_plan *plan, struct segi_layout *layout);
char *segi_shape_text(const struct seg_shape *shape, char *text, size_t size);

/* convert.c: a sealed copy in another kind or dtype; only conversions that lose nothing. */
bool segi_convert_kind(uint32_t from, uint32_t to);
uint32_t segi_convert_dtype(uint32_t from,
                            uint32_t dtypes); /* the one to take; 0: none is wide enough */
int segi_convert(const seg_layer *from, const struct seg_shape *to, seg_layer **layer,
                 struct seg_error *err);

/* A copy of an element of an array of inputs, whose struct may have another size by now; false: it
 * states too small a size. The first is called "input" where it has no name. */
bool segi_input_at(const struct seg_input *inputs, size_t index, struct seg_input *input);

#endif
