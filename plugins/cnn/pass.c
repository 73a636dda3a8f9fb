/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of a stage: the host's services for the runtime, and passes of parts of the image
 * through the network. */
#include <stdlib.h>
#include <string.h>

#include "stage.h"

/* -- the call ---------------------------------------------------------------------------------- */

static void *scene_alloc(void *ctx, size_t bytes)
{
    const struct cnn_scene *scene = ctx;
    return scene->host->alloc(scene->call, bytes, 1);
}

static void scene_free(void *ctx, void *memory)
{
    const struct cnn_scene *scene = ctx;
    scene->host->free(scene->call, memory);
}

static int scene_parallel(void *ctx, size_t count, size_t grain, cnn_body body, void *arg)
{
    const struct cnn_scene *scene = ctx;
    return scene->host->parallel(scene->call, count, grain, body, arg);
}

int cnn_scene_open(struct cnn_scene *scene, struct cnn_segmenter *model,
                   const struct seg_host *host, struct seg_call *call)
{
    *scene = (struct cnn_scene){.model = model, .host = host, .call = call};
    scene->env = (struct cnn_env){.ctx = scene,
                                  .alloc = scene_alloc,
                                  .free = scene_free,
                                  .parallel = scene_parallel,
                                  .workers = host->workers(call),
                                  .isa = cnn_isa_here()};
    scene->image.struct_size = sizeof scene->image;
    int status = host->input(call, 0, &scene->image);
    if (status)
        return status;
    return cnn_levels_find(model->sidecar, &scene->image, &scene->levels, &scene->err);
}

int cnn_scene_end(struct cnn_scene *scene)
{
    const int status = scene->err.status;
    if (status == SEG_OK || status == SEG_CANCELLED)
        return status;
    return scene->host->fail(scene->call, (enum seg_status)status, "%s", scene->err.text);
}

int cnn_stage_create(const struct seg_host *host, struct seg_call *call, const void *params,
                     void **self)
{
    struct cnn_error err = {0};
    struct cnn_segmenter *model = *self = cnn_segmenter_open(params, &err);
    if (!model)
        return host->fail(call, (enum seg_status)err.status, "%s", err.text);
    if (cnn_net_spare(model->net))
        host->log(call, SEG_LOG_WARN,
                  "%s: the network leaves %zu bytes: are the weights another's?",
                  model->net->weights_path, cnn_net_spare(model->net));
    return SEG_OK;
}

void cnn_stage_destroy(void *self, const struct seg_host *host, struct seg_call *call)
{
    (void)host;
    (void)call;
    cnn_segmenter_free(self);
}

/* -- further inputs ---------------------------------------------------------------------------- */

/* Channel 0 is x, channel 1 is y, both from -1 to 1. */
static void fill_coordinates(const struct cnn_blob *blob)
{
    float *out = blob->data;
    for (int32_t c = 0; c < blob->c; c++)
        for (int32_t y = 0; y < blob->h; y++)
            for (int32_t x = 0; x < blob->w; x++) {
                int32_t at = c ? y : x, last = (c ? blob->h : blob->w) - 1;
                *out++ = last ? -1 + 2 * (float)at / (float)last : -1;
            }
}

/* What the network is given: the image, and what the sidecar lists besides. */
struct feed {
    struct cnn_blob *blobs;
    int32_t *ids;
    size_t count;
};

static void *new_blob(const struct cnn_scene *scene, struct cnn_blob *blob)
{
    const size_t count = (size_t)blob->w * (size_t)blob->h * (size_t)blob->c;
    blob->data = scene->host->alloc(scene->call, count, sizeof(float));
    if (blob->data)
        memset(blob->data, 0, count * sizeof(float));
    return blob->data;
}

static int add_extra(struct cnn_scene *scene, const struct cnn_extra *extra, struct feed *feed)
{
    const struct cnn_net *net = scene->model->net;
    struct cnn_blob *blob = feed->blobs + feed->count;
    int32_t fixed[2], index = cnn_net_find(net, extra->blob);
    if (index < 0)
        return cnn_fail(&scene->err, SEG_IO, "%s: the network has no input '%s'", net->path,
                        extra->blob);
    *blob = feed->blobs[0];
    feed->ids[feed->count] = index;
    if (extra->kind == CNN_SAME) {
        feed->count++;
        return SEG_OK;
    }
    cnn_input_size(net, index, fixed);
    blob->w = extra->size_count ? extra->size[0] : fixed[0];
    blob->h = extra->size_count > 1 ? extra->size[1] : fixed[1];
    blob->c = extra->kind == CNN_COORDS ? 2 : extra->size_count > 2 ? extra->size[2] : 1;
    if (blob->w < 1 || blob->h < 1)
        return cnn_fail(&scene->err, SEG_IO, "%s: input '%s' has no size", net->path, extra->blob);
    if ((int64_t)blob->w * blob->h > CNN_ELEMENTS_MAX / blob->c)
        return cnn_fail(&scene->err, SEG_LIMIT, "%s: input '%s' of %d x %d x %d is too large",
                        net->path, extra->blob, (int)blob->w, (int)blob->h, (int)blob->c);
    if (!new_blob(scene, blob))
        return cnn_nomem(&scene->err);
    feed->count++;
    if (extra->kind == CNN_COORDS)
        fill_coordinates(blob);
    return SEG_OK;
}

static void feed_close(const struct cnn_scene *scene, struct feed *feed)
{
    for (size_t i = 0; i < feed->count; i++)
        if (!i || feed->blobs[i].data != feed->blobs[0].data)
            scene->host->free(scene->call, feed->blobs[i].data);
    free(feed->blobs);
    free(feed->ids);
}

static int feed_open(struct cnn_scene *scene, const struct cnn_canvas *canvas, struct feed *feed)
{
    const struct cnn_sidecar *sidecar = scene->model->sidecar;
    const size_t room = 1 + sidecar->extra_count;
    *feed = (struct feed){calloc(room, sizeof *feed->blobs), calloc(room, sizeof *feed->ids), 0};
    if (!feed->blobs || !feed->ids)
        return cnn_nomem(&scene->err);
    feed->blobs[0] = (struct cnn_blob){.rank = 3,
                                       .w = canvas->size[0],
                                       .h = canvas->size[1],
                                       .d = 1,
                                       .c = cnn_channels(sidecar),
                                       .pack = 1};
    feed->ids[0] = scene->model->input;
    if (!new_blob(scene, feed->blobs))
        return cnn_nomem(&scene->err);
    feed->count = 1;
    for (size_t i = 0; i < sidecar->extra_count; i++)
        if (add_extra(scene, sidecar->extras + i, feed))
            break;
    return scene->err.status;
}

/* -- one pass ---------------------------------------------------------------------------------- */

const struct seg_choice cnn_flip_choices[4] = {
    {"none", "the image as it is"},
    {"horizontal", "and mirrored left to right"},
    {"vertical", "and mirrored top to bottom"},
    {"both", "all four"},
};

/* Reverses rows (x) or their order (y) in every plane. */
static void mirror(const struct cnn_blob *blob, bool x, bool y)
{
    const size_t w = (size_t)blob->w, h = (size_t)blob->h;
    for (size_t c = 0; c < (size_t)blob->c; c++) {
        float *plane = (float *)blob->data + c * w * h;
        for (size_t i = 0; x && i < h; i++)
            for (size_t a = i * w, b = a + w; a + 1 < b; a++) {
                float swap = plane[a];
                plane[a] = plane[--b];
                plane[b] = swap;
            }
        for (size_t i = 0; y && i < h / 2; i++)
            for (size_t k = 0; k < w; k++) {
                float swap = plane[i * w + k];
                plane[i * w + k] = plane[(h - 1 - i) * w + k];
                plane[(h - 1 - i) * w + k] = swap;
            }
    }
}

static struct seg_view part_of(const struct seg_view *image, const struct cnn_rect *rect)
{
    struct seg_view part = *image;
    const ptrdiff_t sample = image->dtype == SEG_U8 ? 1 : image->dtype == SEG_U16 ? 2 : 4;
    part.data = (char *)image->data + rect->y * image->row_stride + rect->x * sample;
    part.width = rect->width;
    part.height = rect->height;
    return part;
}

/* Decides by shapes what the sidecar does not say. */
static int settle(struct cnn_scene *scene, const struct cnn_pass *pass)
{
    struct cnn_segmenter *model = scene->model;
    struct cnn_finding finding;
    cnn_heads_find(pass->blobs, model->output_count, &pass->canvas, model->rules.class_count,
                   &finding);
    if (finding.task == CNN_TASK_UNKNOWN)
        return cnn_fail(&scene->err, SEG_STAGE, "%s: %s; name them in a model.yaml beside it",
                        model->net->path, finding.why);
    for (size_t i = 0; i < model->output_count && i < sizeof finding.role / sizeof *finding.role;
         i++) {
        model->roles[i] = finding.role[i];
        model->levels[i] = finding.level[i];
    }
    model->decoder = model->sidecar->decoder ? model->sidecar->decoder : finding.decoder;
    model->task = model->task ? model->task : finding.task;
    memcpy(model->why, finding.why, sizeof model->why);
    return SEG_OK;
}

static int sort_outputs(struct cnn_scene *scene, struct cnn_pass *pass)
{
    struct cnn_segmenter *model = scene->model;
    for (size_t i = 0; i < model->output_count; i++)
        if (pass->blobs[i].dtype != CNN_F32)
            return cnn_fail(&scene->err, SEG_STAGE, "%s: output '%s' is of integers, not floats",
                            model->net->path, model->net->blobs[model->outputs[i]].name);
    mtx_lock(&model->lock);
    if (!model->decoder)
        settle(scene, pass);
    mtx_unlock(&model->lock);
    if (scene->err.status)
        return scene->err.status;
    for (size_t i = 0; i < model->output_count; i++) {
        const int32_t role = model->roles[i], level = model->levels[i];
        if (role < 0)
            continue;
        pass->heads.blob[role][level] = pass->blobs + i;
        pass->heads.count[role]++;
    }
    return SEG_OK;
}

int cnn_pass_run_mirrored(struct cnn_scene *scene, const struct cnn_rect *rect, bool x, bool y,
                          struct cnn_pass *pass)
{
    struct cnn_segmenter *model = scene->model;
    const struct seg_view part = part_of(&scene->image, rect);
    struct feed feed = {0};
    *pass = (struct cnn_pass){0};
    if (cnn_canvas_plan(model->sidecar, model->fixed, rect->width, rect->height, &pass->canvas,
                        &scene->err) ||
        feed_open(scene, &pass->canvas, &feed) ||
        cnn_prepare(model->sidecar, &pass->canvas, &scene->levels, &part, feed.blobs[0].data,
                    &scene->err))
        goto out;
    mirror(feed.blobs, x, y);
    pass->blobs = calloc(model->output_count, sizeof *pass->blobs);
    if (!pass->blobs) {
        cnn_nomem(&scene->err);
        goto out;
    }
    if (cnn_model_lease(model->network, feed.blobs, feed.ids, feed.count, model->outputs,
                        model->output_count, scene->env.workers, &pass->lease, &scene->err) ||
        cnn_session_run(pass->lease.session, &scene->env, feed.blobs, pass->blobs, NULL,
                        &scene->err))
        goto out;
    sort_outputs(scene, pass);
out:
    feed_close(scene, &feed);
    return scene->err.status;
}

int cnn_pass_run(struct cnn_scene *scene, const struct cnn_rect *rect, struct cnn_pass *pass)
{
    return cnn_pass_run_mirrored(scene, rect, false, false, pass);
}

/* Adds the map of another pass, or begins with it. */
static int add_map(struct cnn_scene *scene, const struct cnn_blob *map, struct cnn_pass *sum)
{
    const size_t count = (size_t)map->w * (size_t)map->h * (size_t)map->c;
    const float *from = map->data;
    if (!sum->mean) {
        sum->mean_map = *map;
        sum->mean_map.data = sum->mean = malloc(count * sizeof *sum->mean);
        if (!sum->mean)
            return cnn_nomem(&scene->err);
        memcpy(sum->mean, from, count * sizeof *sum->mean);
        return SEG_OK;
    }
    if (map->w != sum->mean_map.w || map->h != sum->mean_map.h || map->c != sum->mean_map.c)
        return cnn_fail(&scene->err, SEG_STAGE, "the map of a mirrored image has another size");
    for (size_t i = 0; i < count; i++)
        sum->mean[i] += from[i];
    return SEG_OK;
}

int cnn_pass_run_flipped(struct cnn_scene *scene, const struct cnn_rect *rect,
                         struct cnn_pass *pass)
{
    const int32_t flips = scene->model->options->flips;
    struct cnn_pass sum = {0};
    int32_t passes = 0;
    if (!flips)
        return cnn_pass_run(scene, rect, pass);
    for (int32_t way = 0; way < 4; way++) { /* bit 0: x, bit 1: y */
        if (way & ~flips)
            continue;
        if (cnn_pass_run_mirrored(scene, rect, way & 1, way & 2, pass))
            goto out;
        if (!cnn_segmenter_is_dense(scene->model) || !pass->heads.count[CNN_ROLE_MAP])
            return SEG_OK;
        const struct cnn_blob *map = pass->heads.blob[CNN_ROLE_MAP][0];
        mirror(map, way & 1, way & 2);
        if (add_map(scene, map, &sum))
            goto out;
        passes++;
        sum.canvas = pass->canvas;
        cnn_pass_end(scene, pass);
    }
    const size_t count = (size_t)sum.mean_map.w * (size_t)sum.mean_map.h * (size_t)sum.mean_map.c;
    for (size_t i = 0; i < count; i++)
        sum.mean[i] /= (float)passes;
    *pass = sum;
    pass->heads.blob[CNN_ROLE_MAP][0] = &pass->mean_map;
    pass->heads.count[CNN_ROLE_MAP] = 1;
    return SEG_OK;
out:
    cnn_pass_end(scene, pass);
    free(sum.mean);
    return scene->err.status;
}

void cnn_pass_end(struct cnn_scene *scene, struct cnn_pass *pass)
{
    if (pass->lease.session)
        cnn_model_return(scene->model->network, &pass->lease);
    free(pass->blobs);
    free(pass->mean);
    *pass = (struct cnn_pass){0};
}
