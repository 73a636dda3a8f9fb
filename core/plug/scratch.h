/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory lent to a stage for one callback. */
#ifndef SEGI_SCRATCH_H
#define SEGI_SCRATCH_H

#include "call.h"

void *segi_scratch_alloc(struct seg_call *call, size_t count, size_t size);
void segi_scratch_free(struct seg_call *call); /* all of it */

#endif
