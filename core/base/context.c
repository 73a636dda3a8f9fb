/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and freeing contexts. */
#include "context.h"

#include "error.h"

#include <segkit/segkit.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STAGE_SECONDS 600

const char *seg_version(void)
{
    return SEG_VERSION_STRING;
}

static unsigned all_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > SEGI_MAX_THREADS ? SEGI_MAX_THREADS : (unsigned)cores;
}

static int copy_plugins(seg_context *context, const char *const *plugins)
{
    size_t count = 0;
    while (plugins && plugins[count])
        count++;
    context->plugins = segi_calloc(&context->mem, count + 1, sizeof *context->plugins);
    if (!context->plugins)
        return SEG_NOMEM;
    for (size_t i = 0; i < count; i++) {
        context->plugins[i] = segi_strdup(&context->mem, plugins[i]);
        if (!context->plugins[i])
            return SEG_NOMEM;
    }
    return SEG_OK;
}

/* Under AddressSanitizer every block has to come and go, or it would miss uses after free. */
static bool make_cache(struct segi_mem *mem)
{
#if !defined(__SANITIZE_ADDRESS__)
    mem->cache = segi_cache_new(&mem->from);
    return mem->cache;
#else
    (void)mem;
    return true;
#endif
}

int seg_context_new(const struct seg_options *given, seg_context **out, struct seg_error *err)
{
    struct seg_options options = {0};
    if (given)
        memcpy(&options, given,
               given->struct_size < sizeof options ? given->struct_size : sizeof options);
    if (options.threads > SEGI_MAX_THREADS)
        return segi_error(err, SEG_USAGE, "%u threads: not in 1..%d", options.threads,
                          SEGI_MAX_THREADS);
    if (options.isolate > SEG_ISOLATE_ALWAYS)
        return segi_error(err, SEG_USAGE, "isolate: %u is no way to", options.isolate);
    const struct segi_mem mem = {options.allocator ? *options.allocator : segi_libc_allocator,
                                 NULL};
    seg_context *context = segi_calloc(&mem, 1, sizeof *context);
    if (!context)
        return segi_error_nomem(err);
    context->mem = mem;
    context->max_pixels = options.max_pixels ? options.max_pixels : SEGI_MAX_PIXELS;
    context->isolate = options.isolate;
    context->stage_seconds = options.stage_seconds ? options.stage_seconds : STAGE_SECONDS;
    context->stage_memory = options.stage_memory;
    context->log = options.log;
    context->log_user = options.log_user;
    pthread_mutex_init(&context->registry_lock, NULL);
    context->pool = segi_pool_new(&context->mem, options.threads ? options.threads : all_cores());
    if (!make_cache(&context->mem) || !context->pool || copy_plugins(context, options.plugins))
        goto nomem;
    if (options.plugin_path) {
        context->plugin_path = segi_strdup(&context->mem, options.plugin_path);
        if (!context->plugin_path)
            goto nomem;
    }
    *out = context;
    return SEG_OK;
nomem:
    seg_context_free(context);
    return segi_error_nomem(err);
}

void seg_context_free(seg_context *context)
{
    if (!context)
        return;
    segi_pool_free(context->pool);
    if (context->registry_free)
        context->registry_free(context);
    for (char **name = context->plugins; name && *name; name++)
        segi_free(&context->mem, *name);
    segi_free(&context->mem, context->plugins);
    segi_free(&context->mem, context->plugin_path);
    pthread_mutex_destroy(&context->registry_lock);
    segi_cache_free(context->mem.cache);
    const struct segi_mem mem = {context->mem.from, NULL};
    segi_free(&mem, context);
}

int segi_context_forked(seg_context *context)
{
    const unsigned threads = segi_pool_threads(context->pool);
    /* the lock of the old one may be held by a thread that is not here */
    context->mem.cache = NULL;
    if (!make_cache(&context->mem))
        return SEG_NOMEM;
    pthread_mutex_init(&context->registry_lock, NULL);
    context->pool = segi_pool_new(&context->mem, threads);
    return context->pool ? SEG_OK : SEG_NOMEM;
}

void seg_context_cancel(seg_context *context)
{
    atomic_store(&context->cancel, 1);
}

void seg_context_resume(seg_context *context)
{
    atomic_store(&context->cancel, 0);
}

unsigned seg_context_threads(const seg_context *context)
{
    return segi_pool_threads(context->pool);
}

void segi_log(const seg_context *context, enum seg_log_level level, const char *format, ...)
{
    if (!context->log)
        return;
    char text[SEG_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    context->log(context->log_user, level, text);
}
