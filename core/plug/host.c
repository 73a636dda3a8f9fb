/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's table: what a stage may ask for while it runs. */
#include "call.h"
#include "registry.h"
#include "scratch.h"
#include "service.h"
#include "share.h"

#include "../base/error.h"
#include "../base/names.h"

#include <math.h>
#include <segkit/plugin-util.h>
#include <stdio.h>
#include <string.h>

static void *host_alloc(struct seg_call *call, size_t count, size_t size)
{
    return segi_alloc(&call->context->mem, count, size);
}

static void host_free(struct seg_call *call, void *memory)
{
    segi_free(&call->context->mem, memory);
}

static void host_log(struct seg_call *call, enum seg_log_level level, const char *format, ...)
{
    char text[SEG_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    segi_log(call->context, level, "%s: %s", call->stage->id, text);
}

static int fail_list(struct seg_call *call, int status, const char *format, va_list args)
{
    if (status <= SEG_OK || status > SEG_LIMIT)
        status = SEG_STAGE;
    pthread_mutex_lock(&call->lock);
    if (!call->failed) {
        call->failed = true;
        if (format)
            segi_error_list(call->err, status, format, args);
        else
            segi_error(call->err, status, "%s", seg_status_name(status));
    }
    pthread_mutex_unlock(&call->lock);
    return status;
}

static int host_fail(struct seg_call *call, enum seg_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int result = fail_list(call, (int)status, format, args);
    va_end(args);
    return result;
}

static int host_progress(struct seg_call *call, double fraction)
{
    if (atomic_load_explicit(&call->context->cancel, memory_order_relaxed))
        return SEG_CANCELLED;
    if (call->progress && call->progress(call->user, fraction))
        return SEG_CANCELLED;
    return SEG_OK;
}

static int host_parallel(struct seg_call *call, size_t count, size_t grain, seg_body body,
                         void *arg)
{
    return segi_pool_run(call->context->pool, count, grain, body, arg, &call->context->cancel);
}

static unsigned host_workers(struct seg_call *call)
{
    return segi_pool_threads(call->context->pool);
}

/* Views cross the border by size: what the other side does not know of is not written. */
static void give_view(struct seg_view *to, const struct seg_view *from)
{
    const uint32_t size = to->struct_size < sizeof *from ? to->struct_size : sizeof *from;
    memcpy(to, from, size);
    to->struct_size = size;
}

static int no_port(struct seg_call *call, const char *what, uint32_t port)
{
    return host_fail(call, SEG_PLUGIN, "it asked for %s port %u, which it does not have", what,
                     port);
}

static int host_input(struct seg_call *call, uint32_t port, struct seg_view *view)
{
    if (port >= call->stage->input_count || !call->views)
        return no_port(call, "input", port);
    if (!call->inputs[port])
        return SEG_ABSENT;
    if (!call->views[port].data)
        return host_fail(call, SEG_PLUGIN, "input '%s' holds instances, not samples",
                         call->stage->inputs[port].name);
    give_view(view, &call->views[port]);
    return SEG_OK;
}

/* -- outputs ---------------------------------------------------------------------------------- */

static seg_layer *like_layer(const struct seg_call *call, uint32_t port)
{
    const char *like = call->stage->outputs[port].like;
    for (uint32_t i = 0; i < call->stage->input_count; i++)
        if (like ? !strcmp(call->stage->inputs[i].name, like) : i == 0)
            return call->inputs[i];
    return NULL;
}

static int32_t pick(int32_t planned, int32_t asked, int32_t like)
{
    return planned ? planned : asked ? asked : like;
}

/* The planned shape, filled up by what the stage asks for, then by the layer it is like. */
static int final_shape(struct seg_call *call, uint32_t port, const struct seg_shape *asked,
                       struct seg_shape *shape)
{
    const struct seg_shape none = {0};
    struct seg_shape like = {0};
    const seg_layer *layer = like_layer(call, port);
    if (layer)
        seg_layer_shape(layer, &like);
    if (!asked)
        asked = &none;
    *shape = call->outputs[port].shape;
    if ((asked->width && shape->width && asked->width != shape->width) ||
        (asked->height && shape->height && asked->height != shape->height) ||
        (asked->planes && shape->planes && asked->planes != shape->planes) ||
        (asked->dtype && shape->dtype && asked->dtype != shape->dtype))
        return host_fail(call, SEG_PLUGIN,
                         "it asked for output '%s' of %d x %d x %d; planned were %d x %d x %d",
                         call->stage->outputs[port].name, asked->width, asked->height,
                         asked->planes, shape->width, shape->height, shape->planes);
    shape->width = pick(shape->width, asked->width, like.width);
    shape->height = pick(shape->height, asked->height, like.height);
    if (shape->kind != SEG_INSTANCES) {
        shape->planes = pick(shape->planes, asked->planes, like.planes);
        shape->dtype =
            (uint32_t)pick((int32_t)shape->dtype, (int32_t)asked->dtype, (int32_t)like.dtype);
    }
    return SEG_OK;
}

static bool may_inherit(const seg_layer *from, const struct seg_shape *shape)
{
    return from && from->storage && atomic_load(&from->refs) == 1 &&
           seg_dtype_size(from->view.dtype) == seg_dtype_size(shape->dtype) &&
           from->view.width == shape->width && from->view.height == shape->height &&
           from->view.planes == shape->planes;
}

static int make_output(struct seg_call *call, uint32_t port, const struct seg_shape *asked)
{
    struct segi_output *output = &call->outputs[port];
    struct seg_shape shape;
    struct seg_error why = {0};
    int status = final_shape(call, port, asked, &shape);
    if (status)
        return status;
    const seg_layer *like = like_layer(call, port);
    if (output->share)
        status = segi_share_layer(call->context, output->share, &shape, &output->layer, &why);
    else if (may_inherit(output->inherit, &shape))
        status = segi_layer_inherit(output->inherit, &shape, &output->layer, &why);
    else
        status = seg_layer_new(call->context, &shape, &output->layer, &why);
    if (!status && like) {
        status = segi_layer_copy_props(output->layer, like, &why);
        if (output->layer->view.planes != like->view.planes)
            output->layer->props.color =
                output->layer->view.planes == 1 ? SEG_COLOR_GRAY : SEG_COLOR_UNKNOWN;
    }
    if (status)
        host_fail(call, (enum seg_status)status, "output '%s': %s", call->stage->outputs[port].name,
                  why.text);
    return status;
}

static int host_output(struct seg_call *call, uint32_t port, const struct seg_shape *shape,
                       struct seg_view *view)
{
    if (port >= call->stage->output_count || !call->views)
        return no_port(call, "output", port);
    struct segi_output *output = &call->outputs[port];
    int status = output->layer ? SEG_OK : make_output(call, port, shape);
    if (!status) {
        struct seg_view whole = output->layer->view;
        whole.color = output->layer->props.color;
        give_view(view, &whole);
    }
    return status;
}

/* The layer of an output port, made on first use. */
static int output_layer(struct seg_call *call, uint32_t port, seg_layer **layer)
{
    struct seg_view view = SEG_VIEW;
    int status = host_output(call, port, NULL, &view);
    *layer = status ? NULL : call->outputs[port].layer;
    return status;
}

static int host_instances(struct seg_call *call, uint32_t port, const struct seg_instance **list,
                          size_t *count, struct seg_shape *canvas)
{
    if (port >= call->stage->input_count)
        return no_port(call, "input", port);
    if (!call->inputs[port])
        return SEG_ABSENT;
    struct seg_shape shape;
    seg_layer_shape(call->inputs[port], &shape);
    if (canvas) {
        const uint32_t size =
            canvas->struct_size < sizeof shape ? canvas->struct_size : sizeof shape;
        memcpy(canvas, &shape, size);
        canvas->struct_size = size;
    }
    *list = seg_layer_instances(call->inputs[port], count);
    return SEG_OK;
}

static int host_instance(struct seg_call *call, uint32_t port, const struct seg_instance *one)
{
    seg_layer *layer;
    struct seg_error why;
    int status = output_layer(call, port, &layer);
    if (status)
        return status;
    struct seg_instance copy = {0};
    memcpy(&copy, one, one->struct_size < sizeof copy ? one->struct_size : sizeof copy);
    status = seg_layer_add_instance(layer, &copy, &why);
    if (!status)
        return SEG_OK;
    return host_fail(call, status == SEG_NOMEM ? SEG_NOMEM : SEG_PLUGIN, "output '%s': %s",
                     call->stage->outputs[port].name, why.text);
}

/* -- values and properties -------------------------------------------------------------------- */

static int host_value(struct seg_call *call, const char *name, double value)
{
    void *values = call->values;
    if (!segi_reserve(&call->context->mem, &values, &call->value_capacity, call->value_count + 1,
                      sizeof *call->values))
        return host_fail(call, SEG_NOMEM, NULL);
    call->values = values;
    struct segi_value *slot = &call->values[call->value_count++];
    snprintf(slot->name, sizeof slot->name, "%s", name);
    slot->value = value;
    return SEG_OK;
}

static int host_set(struct seg_call *call, uint32_t port, enum seg_prop prop, const double *values,
                    uint32_t count)
{
    static const uint32_t counts[] = {
        [SEG_PROP_COLOR] = 1, [SEG_PROP_PIXEL_SIZE] = 2, [SEG_PROP_ORIGIN] = 2};
    seg_layer *layer;
    int status = output_layer(call, port, &layer);
    if (status)
        return status;
    if (prop < SEG_PROP_COLOR || prop > SEG_PROP_ORIGIN || count != counts[prop])
        return host_fail(call, SEG_PLUGIN, "property %d of %u values", (int)prop, count);
    for (uint32_t i = 0; i < count; i++)
        if (!isfinite(values[i]) || (prop == SEG_PROP_COLOR && !(values[i] >= 0 && values[i] < 64)))
            return host_fail(call, SEG_PLUGIN, "property %d: %g", (int)prop, values[i]);
    const seg_layer *like = like_layer(call, port);
    struct seg_props *props = &layer->props;
    if (prop == SEG_PROP_COLOR)
        props->color = (uint32_t)values[0];
    else if (prop == SEG_PROP_PIXEL_SIZE)
        memcpy(props->pixel_size, values, sizeof props->pixel_size);
    else /* a layer's is counted from the file's image */
        for (uint32_t i = 0; i < count; i++)
            props->origin[i] = (like ? like->props.origin[i] : 0) + values[i];
    return SEG_OK;
}

static int host_classes(struct seg_call *call, uint32_t port, const char *const *names,
                        uint32_t count)
{
    seg_layer *layer;
    int status = output_layer(call, port, &layer);
    if (!status && seg_layer_set_classes(layer, names, count, NULL))
        status = host_fail(call, SEG_NOMEM, NULL);
    return status;
}

static const void *host_extension(struct seg_call *call, const char *id)
{
    if (!strcmp(id, SEG_REGIONS_SERVICE))
        return &segi_regions_service;
    return segi_registry_extension(call->context, id);
}

const struct seg_host segi_host = {
    .struct_size = sizeof segi_host,
    .abi_major = SEG_ABI_MAJOR,
    .abi_minor = SEG_ABI_MINOR,
    .alloc = host_alloc,
    .free = host_free,
    .scratch = segi_scratch_alloc,
    .log = host_log,
    .fail = host_fail,
    .progress = host_progress,
    .parallel = host_parallel,
    .workers = host_workers,
    .input = host_input,
    .output = host_output,
    .instances = host_instances,
    .instance = host_instance,
    .value = host_value,
    .set = host_set,
    .classes = host_classes,
    .extension = host_extension,
};
