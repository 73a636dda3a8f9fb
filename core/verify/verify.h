/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The torture test of `segkit plugin verify`: runs a stage in every way that its tables allow and
 * reports what breaks a rule of plugin.h. */
#ifndef VERIFY_H
#define VERIFY_H

#include "../plug/module.h"

/* What can be found. The order is that of verify_kinds. */
enum verify_kind {
    VERIFY_CRASH,
    VERIFY_HANG,
    VERIFY_EXIT,
    VERIFY_PRINTS,
    VERIFY_STATUS,
    VERIFY_REFUSES,
    VERIFY_OVERRUN,
    VERIFY_INPUT,
    VERIFY_UNWRITTEN,
    VERIFY_UNINITIALISED,
    VERIFY_OUTSIDE,
    VERIFY_STRIDES,
    VERIFY_IN_PLACE,
    VERIFY_THREADS,
    VERIFY_UNSTEADY,
    VERIFY_STATE,
    VERIFY_VALUES,
    VERIFY_NAN,
    VERIFY_LEAK,
    VERIFY_MEMORY,
    VERIFY_CANCEL,
    VERIFY_LIMIT,
    VERIFY_REACH,
    VERIFY_KINDS
};

struct verify_kind_info {
    const char *name, *summary;
};
extern const struct verify_kind_info verify_kinds[VERIFY_KINDS];

#define VERIFY_TEXT 240

struct verify_finding {
    unsigned count;                             /* how often; 0: not at all */
    char where[VERIFY_TEXT], what[VERIFY_TEXT]; /* of the first time */
};

/* What is known of one stage. Lives in memory that is shared with the child that runs it. */
struct verify_report {
    unsigned runs, good;      /* calls of process, and those that ended well */
    unsigned cases, left_out; /* those that there are, and those that there was no time for */
    double time;              /* seconds of processor time of all children so far */
    bool ended;               /* the child's own word */
    char where[VERIFY_TEXT];
    char refusal[VERIFY_TEXT];
    struct verify_finding found[VERIFY_KINDS];
};

struct verify_options {
    const char *path; /* of the plugin */
    unsigned seconds; /* what one case may take */
    unsigned budget;  /* after so many seconds of a stage most cases are left out; 0: none */
    const seg_context *context; /* cancelled: stop */
};

/* Fills `report` with what was found of the stage. SEG_OK also when there are findings. */
int verify_stage(const struct verify_options *options, const struct seg_stage *stage,
                 struct verify_report *report, struct seg_error *err);

/* Why a stage is left out, such as a file that it requires; NULL: it is not. */
const char *verify_skipped(const struct seg_stage *stage);

/* -- between the files of this folder --------------------------------------------------------- */

/* Notes a finding at report->where. */
void verify_found(struct verify_report *report, enum verify_kind kind, const char *format, ...)
    SEG_PRINTF(3, 4);

/* Zeroed memory that is never freed: it goes with the child. Ends the child where there is none. */
void *verify_need(size_t count, size_t size);

/* Runs `body` in a child process with limits on time and memory. What ends the child, and what it
 * prints, is a finding. SEG_IO: there can be no child. */
int verify_child(const struct verify_options *options, struct verify_report *report,
                 void (*body)(void *arg), void *arg, struct seg_error *err);

#endif
