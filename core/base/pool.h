/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The threads of a context. */
#ifndef SEGI_POOL_H
#define SEGI_POOL_H

#include "memory.h"

#include <stdatomic.h>

struct segi_pool;

/* `threads` counts the caller of segi_pool_run too. No thread is started before the first run that
 * needs it. NULL: out of memory. */
struct segi_pool *segi_pool_new(const struct segi_mem *mem, unsigned threads);
void segi_pool_free(struct segi_pool *pool); /* NULL is fine */

unsigned segi_pool_threads(const struct segi_pool *pool);

/* Runs `body` over 0..count-1 in pieces of at least `grain` and returns when all is done, with
 * SEG_OK or the first other status. Ends early, with SEG_CANCELLED, when *cancel becomes non-zero
 * (NULL: never). Where the pool is busy, as in a body of its own, the caller does it all alone. */
int segi_pool_run(struct segi_pool *pool, size_t count, size_t grain, seg_body body, void *arg,
                  const atomic_int *cancel);

#endif
