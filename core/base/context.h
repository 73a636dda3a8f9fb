/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a context holds. */
#ifndef SEGI_CONTEXT_H
#define SEGI_CONTEXT_H

#include "memory.h"
#include "pool.h"

#include <pthread.h>

#define SEGI_MAX_PIXELS  ((uint64_t)1 << 28)
#define SEGI_MAX_THREADS 1024

struct segi_registry; /* core/plug */

struct seg_context {
    struct segi_mem mem;
    struct segi_pool *pool;
    uint64_t max_pixels;
    atomic_int cancel;
    seg_log_fn log;
    void *log_user;
    char **plugins;    /* NULL-terminated copies */
    char *plugin_path; /* NULL: the default */
    uint32_t isolate;  /* enum seg_isolate */
    uint32_t stage_seconds;
    uint64_t stage_memory; /* 0: no limit */
    /* Made by core/plug when it is first asked for; it also says how to free it, because this
     * folder knows nothing of that one. */
    struct segi_registry *registry;
    void (*registry_free)(struct seg_context *context);
    pthread_mutex_t registry_lock;
};

/* In a forked child: threads and locks of the context as if it had just been made. SEG_NOMEM. */
int segi_context_forked(seg_context *context);

/* A line for the log, when there is one. */
void segi_log(const seg_context *context, enum seg_log_level level, const char *format, ...)
    SEG_PRINTF(3, 4);

#endif
