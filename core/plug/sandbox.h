/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process that runs a plugin's code gives up. */
#ifndef SEGI_SANDBOX_H
#define SEGI_SANDBOX_H

#include "../base/context.h"

/* Called in the child, for good: standard input and output go nowhere, it dies with its parent,
 * keeps the context's limits, writes no file, opens no connection, starts no program and signals
 * nobody. What the kernel does not know how to forbid stays allowed. Of the open files only `keep`
 * (ascending) stay open besides standard error. */
void segi_sandbox_enter(const seg_context *context, pid_t parent, const int *keep, size_t count);

#endif
