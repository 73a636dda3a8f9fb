/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calling a stage. Whatever it does short of breaking memory, the caller gets a status, a text and
 * whole outputs, or none. */
#include "call.h"

#include "../base/error.h"
#include "isolate.h"
#include "scratch.h"

#include <segkit/plugin-util.h>
#include <string.h>

void segi_call_begin(struct seg_call *call)
{
    if (!call->host)
        call->host = &segi_host;
    pthread_mutex_init(&call->lock, NULL);
}

static void drop_outputs(struct seg_call *call)
{
    for (uint32_t i = 0; call->outputs && i < call->stage->output_count; i++) {
        seg_layer_unref(call->outputs[i].layer);
        call->outputs[i].layer = NULL;
    }
}

void segi_call_end(struct seg_call *call)
{
    segi_scratch_free(call);
    segi_free(&call->context->mem, call->values);
    call->values = NULL;
    call->value_count = call->value_capacity = 0;
    pthread_mutex_destroy(&call->lock);
}

/* A stage may return anything; what is not a status becomes one. */
static int settle(struct seg_call *call, int status)
{
    struct seg_error *err = call->err;
    if (status == SEG_OK && !call->failed)
        return SEG_OK;
    if (status == SEG_OK)
        return err ? err->status : SEG_STAGE;
    if (status < SEG_OK || status > SEG_LIMIT)
        return segi_error(err, SEG_PLUGIN, "it returned %d, which is no status", status);
    if (call->failed)
        return err ? err->status : status;
    if (status == SEG_NOMEM)
        return segi_error_nomem(err);
    return segi_error(err, status, "%s",
                      status == SEG_CANCELLED ? "cancelled" : "it failed without saying why");
}

int segi_call_create(struct seg_call *call, const void *params, void **self)
{
    *self = (void *)(uintptr_t)params;
    if (!call->stage->create)
        return SEG_OK;
    call->failed = false;
    int status = settle(call, call->stage->create(call->host, call, params, self));
    segi_scratch_free(call);
    return status;
}

void segi_call_destroy(struct seg_call *call, void *self)
{
    if (call->stage->destroy)
        call->stage->destroy(self, call->host, call);
    segi_scratch_free(call);
}

static int take_views(struct seg_call *call)
{
    const uint32_t count = call->stage->input_count;
    call->views = segi_host.scratch(call, count, sizeof *call->views);
    if (!call->views)
        return segi_error_nomem(call->err);
    for (uint32_t i = 0; i < count; i++) {
        memset(&call->views[i], 0, sizeof *call->views);
        if (call->inputs[i] && call->inputs[i]->view.kind != SEG_INSTANCES)
            seg_layer_view(call->inputs[i], &call->views[i], NULL);
    }
    return SEG_OK;
}

/* An output of instances may stay without any: nothing was found. */
static int complete_outputs(struct seg_call *call)
{
    for (uint32_t i = 0; i < call->stage->output_count; i++) {
        struct segi_output *output = &call->outputs[i];
        struct seg_view view = SEG_VIEW;
        if (!output->layer && output->shape.kind == SEG_INSTANCES)
            segi_host.output(call, i, NULL, &view);
        if (!output->layer)
            return call->failed && call->err
                       ? call->err->status
                       : segi_error(call->err, SEG_PLUGIN, "it did not make its output '%s'",
                                    call->stage->outputs[i].name);
        seg_layer_seal(output->layer);
    }
    return SEG_OK;
}

int segi_call_process(struct seg_call *call, void *self)
{
    call->failed = false;
    call->value_count = 0;
    int status = take_views(call);
    if (!status)
        status = settle(call, call->stage->process(self, call->host, call));
    if (!status)
        status = complete_outputs(call);
    segi_scratch_free(call);
    call->views = NULL;
    if (status)
        drop_outputs(call);
    return status;
}

/* -- shapes ----------------------------------------------------------------------------------- */

static const struct seg_shape *like_shape(const struct seg_stage *stage,
                                          const struct seg_port *port, const struct seg_shape *in)
{
    for (uint32_t i = 0; i < stage->input_count; i++)
        if (port->like ? !strcmp(stage->inputs[i].name, port->like) : i == 0)
            return in[i].kind ? &in[i] : NULL;
    return NULL;
}

static bool one_bit(uint32_t set)
{
    return set && !(set & (set - 1));
}

static uint32_t bit_index(uint32_t set)
{
    return (uint32_t)__builtin_ctz(set);
}

static struct seg_shape port_shape(const struct seg_stage *stage, const struct seg_port *port,
                                   const struct seg_shape *in)
{
    const struct seg_shape *like = like_shape(stage, port, in);
    struct seg_shape shape = {.struct_size = sizeof shape, .kind = bit_index(port->kinds)};
    if (like && !(port->flags & SEG_PORT_SIZED)) {
        shape.width = like->width;
        shape.height = like->height;
    }
    switch (shape.kind) {
    case SEG_MASK:
        shape.dtype = SEG_U8;
        shape.planes = 1;
        break;
    case SEG_LABELS:
        shape.dtype = SEG_I32;
        shape.planes = 1;
        break;
    case SEG_SCORES:
        shape.dtype = SEG_F32;
        shape.planes = (int32_t)port->planes_min;
        if (!shape.planes && like && like->kind == SEG_SCORES)
            shape.planes = like->planes;
        break;
    case SEG_IMAGE:
        shape.dtype = one_bit(port->dtypes) ? bit_index(port->dtypes) : like ? like->dtype : 0;
        shape.planes = port->planes_min ? (int32_t)port->planes_min : like ? like->planes : 0;
        break;
    default:
        break;
    }
    return shape;
}

/* A stage is asked for shapes only when those of all its inputs are known. */
static bool inputs_known(const struct seg_stage *stage, const struct seg_shape *in)
{
    for (uint32_t i = 0; i < stage->input_count; i++)
        if (in[i].kind && !segi_shape_known(&in[i]))
            return false;
    return true;
}

int segi_call_shapes(struct seg_call *call, const void *params, const struct seg_shape *in,
                     struct seg_shape *out)
{
    const struct seg_stage *stage = call->stage;
    for (uint32_t i = 0; i < stage->output_count; i++)
        out[i] = port_shape(stage, &stage->outputs[i], in);
    if (!stage->shape || !inputs_known(stage, in))
        return SEG_OK;
    call->failed = false;
    int status = settle(call, call->foreign ? segi_isolate_shape(call, params, in, out)
                                            : stage->shape(call->host, call, params, in, out));
    segi_scratch_free(call);
    for (uint32_t i = 0; !status && i < stage->output_count; i++)
        if (out[i].kind != bit_index(stage->outputs[i].kinds) || out[i].width < 0 ||
            out[i].height < 0 || out[i].planes < 0)
            status = segi_error(call->err, SEG_PLUGIN, "its shape for output '%s' is %d x %d x %d",
                                stage->outputs[i].name, out[i].width, out[i].height, out[i].planes);
    return status;
}
