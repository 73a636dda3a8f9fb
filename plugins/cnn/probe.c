/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The service "cnn.probe/1": what the stages would do with a model, found by doing it once. A host
 * of our own lends the pass what it needs. */
#include <segkit/plugin-util.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service.h"
#include "stage.h"

struct seg_call {
    const struct seg_model_pool *pool;
    struct seg_view image;
    void (*line)(void *user, const char *text);
    void *user;
};

static void *probe_alloc(struct seg_call *call, size_t count, size_t size)
{
    (void)call;
    if (size && count > (SIZE_MAX - 64) / size)
        return NULL;
    return aligned_alloc(64, (count * size + 63) / 64 * 64);
}

static void probe_free(struct seg_call *call, void *memory)
{
    (void)call;
    free(memory);
}

static int probe_parallel(struct seg_call *call, size_t count, size_t grain, seg_body body,
                          void *arg)
{
    return call->pool->parallel(call->pool->ctx, count, grain, body, arg);
}

static unsigned probe_workers(struct seg_call *call)
{
    return call->pool->workers;
}

static int probe_input(struct seg_call *call, uint32_t port, struct seg_view *view)
{
    (void)port;
    *view = call->image;
    return SEG_OK;
}

static const struct seg_host probe_host = {.struct_size = sizeof(struct seg_host),
                                           .abi_major = SEG_ABI_MAJOR,
                                           .abi_minor = SEG_ABI_MINOR,
                                           .alloc = probe_alloc,
                                           .free = probe_free,
                                           .parallel = probe_parallel,
                                           .workers = probe_workers,
                                           .input = probe_input};

static void SEG_PRINTF(2, 3) say(const struct seg_call *call, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    call->line(call->user, text);
}

/* -- what is said ------------------------------------------------------------------------------ */

static const char *const role_names[CNN_ROLE_COUNT] = {"map",        "predictions",  "boxes",
                                                       "scores",     "coefficients", "prototypes",
                                                       "categories", "kernels",      "features"};

static void say_origin(const struct seg_call *call, const struct cnn_segmenter *model)
{
    const struct cnn_sidecar *s = model->sidecar;
    say(call, "network   %s", s->param);
    say(call, "sidecar   %s", s->path ? s->path : "none");
    if (cnn_net_spare(model->net))
        say(call, "weights   %zu bytes are left over in %s: are they another network's?",
            cnn_net_spare(model->net), s->bin);
    if (s->name)
        say(call, "name      %s", s->name);
    if (s->license)
        say(call, "license   %s", s->license);
}

static void say_input(const struct seg_call *call, const struct cnn_segmenter *model,
                      const struct cnn_canvas *canvas)
{
    static const char *const orders[] = {"rgb", "bgr", "gray"};
    const struct cnn_sidecar *s = model->sidecar;
    say(call, "input     %s: %s; an image of %d x %d becomes %d x %d at %d, %d on %d x %d",
        model->net->blobs[model->input].name, cnn_resize_name(s->resize), (int)canvas->image[0],
        (int)canvas->image[1], (int)canvas->content[0], (int)canvas->content[1],
        (int)canvas->offset[0], (int)canvas->offset[1], (int)canvas->size[0], (int)canvas->size[1]);
    say(call, "samples   %s, mean %g %g %g, norm %g %g %g", orders[s->order], s->mean[0],
        s->mean[1], s->mean[2], s->norm[0], s->norm[1], s->norm[2]);
    if (s->contrast[1] > 0)
        say(call, "contrast  percentiles %g and %g become 0 and 255", s->contrast[0],
            s->contrast[1]);
}

static void say_outputs(const struct seg_call *call, const struct cnn_segmenter *model,
                        const struct cnn_pass *pass)
{
    struct cnn_finding finding;
    for (size_t i = 0; i < model->output_count; i++) {
        const struct cnn_blob *blob = pass->blobs + i;
        const int32_t role = model->roles[i];
        say(call, "output    %s: rank %d, w %d, h %d, c %d%s%s",
            model->net->blobs[model->outputs[i]].name, (int)blob->rank, (int)blob->w, (int)blob->h,
            (int)blob->c, role >= 0 ? ", " : "", role >= 0 ? role_names[role] : "");
    }
    cnn_heads_find(pass->blobs, model->output_count, &pass->canvas, model->rules.class_count,
                   &finding);
    say(call, "task      %s, as %s", cnn_task_name(model->task),
        model->sidecar->task ? "the sidecar says" : "the shapes say");
    say(call, "decoder   %s, as %s", cnn_decoder_name(model->decoder),
        model->sidecar->decoder ? "the sidecar says" : "the shapes say");
    say(call, "shapes    %s: %s", finding.task ? cnn_decoder_name(finding.decoder) : "nothing",
        finding.why);
    say(call, "classes   %zu", model->sidecar->class_count);
}

/* -- the probe --------------------------------------------------------------------------------- */

/* Noise, so that a map is not all the same. */
static void fill(uint8_t *samples, size_t count)
{
    uint32_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525 + 1013904223;
        samples[i] = (uint8_t)(state >> 24);
    }
}

static int run(struct seg_call *call, struct cnn_segmenter *model, struct cnn_error *err)
{
    const struct seg_view *image = &call->image;
    const struct cnn_rect all = {0, 0, image->width, image->height};
    struct cnn_scene scene;
    struct cnn_pass pass = {0};
    say_origin(call, model);
    cnn_scene_open(&scene, model, &probe_host, call);
    if (!scene.err.status && cnn_pass_run(&scene, &all, &pass) == SEG_OK) {
        say_input(call, model, &pass.canvas);
        say_outputs(call, model, &pass);
    }
    cnn_pass_end(&scene, &pass);
    *err = scene.err;
    return err->status;
}

static int probe(const char *path, int32_t width, int32_t height, const struct seg_model_pool *pool,
                 void (*line)(void *user, const char *text), void *user, struct seg_error *to)
{
    const struct cnn_options options = {
        .model = path, .confidence = -1, .nms = -1, .mask_threshold = -1, .max_instances = 1};
    struct cnn_error err = {0};
    struct seg_call call = {.pool = pool, .image = SEG_VIEW, .line = line, .user = user};
    struct cnn_segmenter *model = cnn_segmenter_open(&options, &err);
    const size_t area = (size_t)width * (size_t)height;
    uint8_t *samples = malloc(area);
    if (!samples) {
        cnn_nomem(&err);
    } else if (model) {
        fill(samples, area);
        call.image.kind = SEG_IMAGE;
        call.image.dtype = SEG_U8;
        call.image.width = width;
        call.image.height = height;
        call.image.planes = 1;
        call.image.row_stride = width;
        call.image.plane_stride = (ptrdiff_t)area;
        call.image.data = samples;
        run(&call, model, &err);
    }
    free(samples);
    cnn_segmenter_free(model);
    if (err.status) {
        to->status = err.status;
        memcpy(to->text, err.text, sizeof to->text);
        to->text[sizeof to->text - 1] = '\0';
    }
    return err.status;
}

const struct seg_probe_api cnn_probe_api = {.struct_size = sizeof cnn_probe_api, .probe = probe};
