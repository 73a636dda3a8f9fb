/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of a stage: make it, process, destroy it. What breaks a rule whatever the result should
 * have been is noted right here. */
#ifndef VERIFY_RUN_H
#define VERIFY_RUN_H

#include "form.h"
#include "frame.h"
#include "result.h"
#include "verify.h"

/* What is run. */
struct verify_trial {
    const struct verify_options *options;
    const struct seg_stage *stage;
    struct verify_report *report;
    struct verify_form form;
    const void *values;     /* of the parameters */
    char text[VERIFY_TEXT]; /* of those that are not the default */
};

/* How: none of it may make a difference to the result. */
struct verify_setting {
    const char *name;
    enum verify_kind kind; /* what it is when it does */
    enum verify_layout layout;
    unsigned threads;               /* 0: 1 */
    uint8_t memory, output, around; /* bytes of fresh memory and outputs, and around samples */
    bool backwards;                 /* work is split into the smallest pieces, the last one first */
    bool in_place;
    bool twice;     /* after a call for another picture on the same instance */
    long fail_at;   /* the allocation that fails; 0: none */
    long cancel_at; /* the progress call that is answered with cancel; 0: none */
};

/* The first run, which others are compared with. */
extern const struct verify_setting verify_plain;

/* Never freed: it goes with the child. */
const struct verify_result *verify_run(const struct verify_trial *trial,
                                       const struct verify_setting *setting);

/* Seconds of processor time that this child has used. */
double verify_time(void);

#endif
