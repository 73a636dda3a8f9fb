/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A context: threads, limits, allocator, log and the plugins that were opened.
 *
 * A process may have several; nothing is shared between them but loaded modules. Functions that
 * take one may be called from any thread, several at a time. It must outlive what was made with it.
 */
#ifndef SEGKIT_CONTEXT_H
#define SEGKIT_CONTEXT_H

#include <segkit/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seg_context seg_context;

/* Where memory comes from. `alloc` returns at least `size` bytes aligned to `align` (a power of
 * two), or NULL. */
struct seg_allocator {
    void *(*alloc)(void *user, size_t size, size_t align);
    void (*free)(void *user, void *memory);
    void *user;
};

/* Where stages of plugins run. */
enum seg_isolate {
    SEG_ISOLATE_NEVER = 0,  /* in this process */
    SEG_ISOLATE_AUTO = 1,   /* those outside the installed folder: in a process of their own */
    SEG_ISOLATE_ALWAYS = 2, /* all of them in a process of their own */
};

typedef void (*seg_log_fn)(void *user, enum seg_log_level level, const char *text);

/* Zero in a field means its default. */
struct seg_options {
    uint32_t struct_size;
    unsigned threads;    /* default: all cores */
    uint64_t max_pixels; /* of one plane of a file that is read or a layer that is made; 2^28 */
    const struct seg_allocator *allocator; /* copied; default: the C library's */
    seg_log_fn log;                        /* default: nothing is logged */
    void *log_user;
    const char *const *plugins; /* files to open first (--plugin), NULL-terminated */
    const char *plugin_path;    /* folders to search, ':' between; default: SEGKIT_PLUGIN_PATH, the
                                   user's data folder and the installed folder */

    /* A stage in a process of its own can neither write files, open connections nor start programs
     * (where the kernel knows how to forbid it), and when it crashes, hangs or takes too much, only
     * it fails. Stages that follow each other share a process, which is a fork of the caller's: an
     * allocator that is given here must work in it. The limits hold only there. */
    uint32_t isolate;       /* enum seg_isolate; default: never */
    uint32_t stage_seconds; /* of one stage; default: 600 */
    uint64_t stage_memory;  /* bytes on top of what the caller has; default: no limit */
};

/* `options` may be NULL. The caller frees the context. SEG_NOMEM; SEG_USAGE: a value out of range.
 * Nothing is opened before it is needed. */
SEG_API int seg_context_new(const struct seg_options *options, seg_context **context,
                            struct seg_error *err);
SEG_API void seg_context_free(seg_context *context); /* NULL is fine */

/* Asks everything that runs in this context to stop soon, with SEG_CANCELLED. May be called from a
 * signal handler. Stays in force until seg_context_resume(). */
SEG_API void seg_context_cancel(seg_context *context);
SEG_API void seg_context_resume(seg_context *context);

SEG_API unsigned seg_context_threads(const seg_context *context);

#ifdef __cplusplus
}
#endif
#endif
