/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How functions of libsegkit say that they failed.
 *
 * A function that can fail returns an enum seg_status (see plugin.h), SEG_OK being 0, and takes a
 * `struct seg_error *err` last. On failure it is filled once, where it went wrong; callers put
 * context in front. On success it is left alone. NULL is allowed where only the status matters. */
#ifndef SEGKIT_STATUS_H
#define SEGKIT_STATUS_H

#include <segkit/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEG_ERROR_TEXT 1024

struct seg_error {
    int status;                /* enum seg_status */
    char text[SEG_ERROR_TEXT]; /* one line, no full stop; cut when it is longer */
};

/* The name of a status, such as "no memory". Never NULL. */
SEG_API const char *seg_status_name(int status);

/* One fault found in a pipeline, with its place. */
struct seg_fault {
    int line, column; /* from 1; 0 where there is none; without a line, the number of a word */
    struct seg_error error;
    char file[256]; /* as it was given; "" for none */
};

#define SEG_FAULTS_MAX 20

/* All faults of one check, in the order of the text; `more` counts those beyond the list. */
struct seg_faults {
    int count, more;
    struct seg_fault list[SEG_FAULTS_MAX];
};

#ifdef __cplusplus
}
#endif
#endif
