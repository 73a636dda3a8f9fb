/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every kernel needs to know of the call that it works for. */
#ifndef COMMON_ENV_H
#define COMMON_ENV_H

#include <segkit/plugin-util.h>

struct common_env {
    const struct seg_host *host;
    struct seg_call *call;
};

/* Scratch memory of `count` elements of the pointer's type; NULL: there is none. */
#define COMMON_SCRATCH(env, pointer, count)                                                        \
    ((pointer) = (env)->host->scratch((env)->call, (size_t)(count), sizeof *(pointer)))

static inline int common_nomem(const struct common_env *env)
{
    return env->host->fail(env->call, SEG_NOMEM, NULL);
}

static inline int common_parallel(const struct common_env *env, size_t count, size_t grain,
                                  seg_body body, void *arg)
{
    return env->host->parallel(env->call, count, grain, body, arg);
}

/* So many rows of `width` samples that a piece of work outweighs handing it out. */
static inline size_t common_grain(int32_t width)
{
    return 16384 / (size_t)width + 1;
}

static inline size_t common_pixels(const struct seg_view *view)
{
    return (size_t)view->width * (size_t)view->height;
}

/* The input and output of a stage that has one of each, at port 0. */
int common_open(const struct common_env *env, struct seg_view *in, struct seg_view *out);

#endif
