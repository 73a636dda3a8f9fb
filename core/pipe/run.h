/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of a plan. */
#ifndef SEGI_RUN_H
#define SEGI_RUN_H

#include "plan.h"

#include "../plug/share.h"

struct segi_reported {
    const char *name;
    double value;
};

struct segi_timing {
    double wall, cpu;
    struct segi_reported *values;
    size_t value_count;
};

struct segi_kept {
    const char *name;
    seg_layer *layer;
};

struct seg_result {
    seg_context *context;
    struct segi_arena arena; /* holds all that follows */
    struct segi_kept *kept;
    size_t kept_count, last; /* last: the one that the pipeline is for */
    struct segi_timing *steps;
    size_t step_count;
};

struct segi_run {
    seg_plan *plan;
    const struct seg_run_options *options;
    struct segi_arena arena; /* of the layout and the layers */
    struct segi_layout layout;
    seg_layer **layers;        /* by slot; NULL: not made yet, or gone */
    bool *open;                /* by slot: its shape was not known when the run began */
    struct segi_share *shares; /* by slot: where it must lie, file -1: anywhere; NULL: all so */
    struct seg_result *result;
    struct seg_error *err;
    size_t step;
    pthread_t thread;
};

/* Runs the step that the run is at, or fails and says which it was. */
int segi_run_step(struct segi_run *run);

/* isolate.c: runs this step, and those that follow and are isolated too, in a process of their own;
 * the run is then at the last of them. */
int segi_run_isolated(struct segi_run *run);

/* Puts the step and its place in front of the error. Returns the status. */
int segi_run_blame(struct segi_run *run, int status);

/* Adds values that the step reported to the result. */
int segi_run_note(struct segi_run *run, const struct segi_value *values, size_t count);

/* A step's seg_call.progress, for the run as user. */
int segi_run_tell(void *user, double fraction);

/* Drops the layers that nobody reads after this step. */
void segi_run_release(struct segi_run *run);

/* Whether a layer's shape is as planned, as far as that was known. */
bool segi_shape_agrees(const struct seg_shape *planned, const struct seg_shape *given);

#endif
