/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is asked of a module that is not trusted with this process: forked ones open it first, and
 * work out its shapes. Its stages are run by core/pipe/isolate.c. */
#ifndef SEGI_ISOLATE_H
#define SEGI_ISOLATE_H

#include "call.h"

/* Whether a module lies outside the installed folder, in a context that isolates such. */
bool segi_foreign(const seg_context *context, const char *path);

/* Opens a module in a process of its own. SEG_PLUGIN: that crashed, or hung. */
int segi_isolate_open(seg_context *context, const char *path, struct seg_error *err);

/* stage->shape. */
int segi_isolate_shape(struct seg_call *call, const void *params, const struct seg_shape *in,
                       struct seg_shape *out);

#endif
