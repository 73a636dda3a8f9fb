/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small questions to code that may crash, each asked in a process that is forked for it. */
#include "isolate.h"

#include "child.h"

#include "../base/error.h"

#include <dlfcn.h>
#include <string.h>

#define SECONDS 10

enum { FRAME_DONE = 1, FRAME_FAIL };

bool segi_foreign(const seg_context *context, const char *path)
{
    const size_t n = sizeof SEGI_PLUGIN_DIR - 1;
    const bool installed = !strncmp(path, SEGI_PLUGIN_DIR "/", n + 1) && !strchr(path + n + 1, '/');
    return context->isolate && !installed;
}

/* The answer of a job, which is one frame. */
static int ask(seg_context *context, void (*job)(struct segi_child *child, void *arg), void *arg,
               int (*take)(struct segi_reader *reader, void *arg), struct seg_error *err)
{
    struct segi_child child;
    struct segi_frame frame;
    int status = segi_child_start(&child, context, SECONDS, NULL, 0, job, arg, err);
    if (status)
        return status;
    status = segi_child_next(&child, &frame, err);
    if (!status) {
        struct segi_reader reader = {&frame, 0};
        status = frame.type == FRAME_FAIL ? segi_reader_error(&reader, err) : take(&reader, arg);
    }
    return segi_child_end(&child, status, err);
}

static void open_job(struct segi_child *child, void *arg)
{
    void *handle = dlopen(arg, RTLD_NOW | RTLD_LOCAL);
    seg_plugin_entry entry = NULL;
    if (handle)
        *(void **)&entry = dlsym(handle, SEG_PLUGIN_ENTRY);
    if (entry)
        entry();
    segi_child_send(child, FRAME_DONE, NULL, 0, NULL, 0);
}

/* What could not be opened tells its reason when it is opened here. */
static int take_open(struct segi_reader *reader, void *arg)
{
    (void)reader, (void)arg;
    return SEG_OK;
}

int segi_isolate_open(seg_context *context, const char *path, struct seg_error *err)
{
    struct seg_error why = {0};
    int status = ask(context, open_job, (void *)(uintptr_t)path, take_open, &why);
    return status ? segi_error(err, status == SEG_NOMEM ? SEG_NOMEM : SEG_PLUGIN,
                               "'%s': when it was opened: %s", path, why.text)
                  : SEG_OK;
}

struct shapes {
    struct seg_call *call;
    const void *params;
    const struct seg_shape *in;
    struct seg_shape *out;
};

static size_t shapes_size(const struct shapes *s)
{
    return s->call->stage->output_count * sizeof *s->out;
}

static void shape_job(struct segi_child *child, void *arg)
{
    struct shapes *s = arg;
    struct seg_error err = {0};
    struct seg_call call = {.context = child->context, .stage = s->call->stage, .err = &err};
    segi_call_begin(&call);
    int status = segi_call_shapes(&call, s->params, s->in, s->out);
    if (status)
        segi_child_send_error(child, FRAME_FAIL, status, &err);
    else
        segi_child_send(child, FRAME_DONE, s->out, shapes_size(s), NULL, 0);
}

static int take_shapes(struct segi_reader *reader, void *arg)
{
    struct shapes *s = arg;
    return segi_reader_take(reader, s->out, shapes_size(s)) ? SEG_OK : SEG_ABSENT;
}

int segi_isolate_shape(struct seg_call *call, const void *params, const struct seg_shape *in,
                       struct seg_shape *out)
{
    struct shapes shapes = {call, params, in, out};
    struct seg_error why = {0};
    int status = ask(call->context, shape_job, &shapes, take_shapes, &why);
    return status ? segi_host.fail(call, (enum seg_status)status, "%s", why.text) : SEG_OK;
}
