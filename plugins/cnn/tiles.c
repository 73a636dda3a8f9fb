/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maps of whole images: tiles that overlap, each row weighted with its distance from the tile's
 * edge so that seams do not show. Weights are products of one along x and one along y, and so is
 * their sum, because the tiles form a grid. */
#include <stdlib.h>
#include <string.h>

#include "stage.h"

int32_t cnn_tile_count(const struct cnn_options *options, int32_t length)
{
    const int32_t tile = options->tile;
    if (!tile || length <= tile)
        return 1;
    const int32_t overlap = options->overlap < tile / 2 ? options->overlap : tile / 2;
    return (length - tile + tile - overlap - 1) / (tile - overlap) + 1;
}

int32_t cnn_tile_begin(const struct cnn_options *options, int32_t length, int32_t index,
                       int32_t *extent)
{
    const int32_t count = cnn_tile_count(options, length);
    *extent = count == 1 ? length : options->tile;
    return count == 1 ? 0 : (int32_t)((int64_t)(length - *extent) * index / (count - 1));
}

/* The weight of pixel `i` of a tile: less towards an edge that is not the image's. */
static float fade(const struct cnn_options *options, int32_t length, int32_t begin, int32_t extent,
                  int32_t i)
{
    const int32_t overlap = options->overlap < extent / 2 ? options->overlap : extent / 2;
    const float ramp = (float)(overlap ? overlap : 1);
    float weight = 1, left = ((float)i + 0.5f) / ramp, right = ((float)(extent - i) - 0.5f) / ramp;
    if (begin > 0 && left < weight)
        weight = left;
    if (begin + extent < length && right < weight)
        weight = right;
    return weight;
}

struct job {
    struct cnn_scene *scene;
    const struct cnn_dense *dense;
    const struct cnn_sink *sink;
    struct cnn_rect rect;
    bool tiled;
    const float *fade_x, *fade_y; /* of the whole image's axes, for this tile; normalised */
    float *workspace;
    size_t room; /* floats of workspace a worker */
};

/* Adds one row of scores, plane by plane, to the sink. */
static void put_row(const struct job *j, int32_t y, const float *scores)
{
    const struct cnn_sink *sink = j->sink;
    const size_t width = (size_t)j->rect.width;
    for (int32_t k = 0; k < sink->planes; k++) {
        const int32_t plane = sink->single ? j->dense->foreground : k;
        const float *from = scores + (size_t)plane * width;
        float *to = sink->data + (size_t)k * sink->plane + (size_t)(j->rect.y + y) * sink->row +
                    (size_t)j->rect.x;
        if (!j->tiled) {
            memcpy(to, from, width * sizeof *to);
            continue;
        }
        for (size_t x = 0; x < width; x++)
            to[x] += from[x] * (j->fade_x[x] * j->fade_y[y]);
    }
}

static int rows_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct job *j = arg;
    float *workspace = j->workspace + worker * j->room;
    float *scores = workspace + cnn_dense_workspace(j->dense);
    for (size_t y = begin; y < end; y++) {
        cnn_dense_row(j->dense, (int32_t)y, workspace, scores);
        put_row(j, (int32_t)y, scores);
    }
    return 0;
}

/* How much each pixel of an axis gets from all tiles; the fades are divided by it. */
static void sum_fades(const struct cnn_options *options, int32_t length, float *sum)
{
    memset(sum, 0, (size_t)length * sizeof *sum);
    for (int32_t t = 0; t < cnn_tile_count(options, length); t++) {
        int32_t extent, begin = cnn_tile_begin(options, length, t, &extent);
        for (int32_t i = 0; i < extent; i++)
            sum[begin + i] += fade(options, length, begin, extent, i);
    }
}

static void set_fades(const struct cnn_options *options, int32_t length, int32_t begin,
                      int32_t extent, const float *sum, float *out)
{
    for (int32_t i = 0; i < extent; i++)
        out[i] = fade(options, length, begin, extent, i) / sum[begin + i];
}

static int open_sink(struct cnn_scene *scene, struct cnn_sink *sink, const struct cnn_dense *dense,
                     bool tiled)
{
    const int32_t planes = sink->single ? 1 : dense->planes;
    if (sink->data)
        return planes == sink->planes ? SEG_OK
                                      : cnn_fail(&scene->err, SEG_STAGE,
                                                 "the number of channels changes between tiles");
    sink->planes = planes;
    sink->threshold = dense->threshold;
    if (sink->open(scene, sink))
        return scene->err.status;
    for (int32_t k = 0; tiled && k < planes; k++)
        for (size_t y = 0; y < (size_t)scene->image.height; y++)
            memset(sink->data + (size_t)k * sink->plane + y * sink->row, 0,
                   (size_t)scene->image.width * sizeof *sink->data);
    return SEG_OK;
}

static int run_tile(struct job *j, struct cnn_sink *sink)
{
    struct cnn_scene *scene = j->scene;
    const struct cnn_segmenter *model = scene->model;
    struct cnn_pass pass = {0};
    struct cnn_dense dense = {0};
    const unsigned workers = scene->env.workers;
    if (cnn_pass_run_flipped(scene, &j->rect, &pass))
        goto out;
    if (!cnn_segmenter_is_dense(model) || !pass.heads.count[CNN_ROLE_MAP]) {
        cnn_fail(&scene->err, SEG_STAGE, "%s: its outputs are objects (%s); use cnn.instance",
                 model->net->path, cnn_decoder_name(model->decoder));
        goto out;
    }
    if (cnn_dense_open(pass.heads.blob[CNN_ROLE_MAP][0], model->decoder, sink->single, &pass.canvas,
                       &model->rules, &scene->env, &dense, &scene->err) ||
        open_sink(scene, sink, &dense, j->tiled))
        goto out;
    j->dense = &dense;
    j->sink = sink;
    j->room = cnn_dense_workspace(&dense) + (size_t)dense.planes * (size_t)j->rect.width;
    j->workspace = scene->host->alloc(scene->call, j->room * workers, sizeof *j->workspace);
    if (!j->workspace) {
        cnn_nomem(&scene->err);
        goto out;
    }
    int status = scene->host->parallel(scene->call, (size_t)j->rect.height, 8, rows_body, j);
    if (status)
        scene->err.status = status;
    scene->host->free(scene->call, j->workspace);
out:
    cnn_dense_close(&dense);
    cnn_pass_end(scene, &pass);
    return scene->err.status;
}

int cnn_dense_run(struct cnn_scene *scene, struct cnn_sink *sink)
{
    const struct cnn_options *options = scene->model->options;
    const int32_t width = scene->image.width, height = scene->image.height;
    const int32_t across = cnn_tile_count(options, width), down = cnn_tile_count(options, height);
    const size_t w = (size_t)width, h = (size_t)height;
    struct job j = {.scene = scene, .tiled = across > 1 || down > 1};
    float *fades = malloc(2 * (w + h) * sizeof *fades);
    if (!fades)
        return cnn_nomem(&scene->err);
    float *sum_x = fades, *sum_y = sum_x + w, *fade_x = sum_y + h, *fade_y = fade_x + w;
    sum_fades(options, width, sum_x);
    sum_fades(options, height, sum_y);
    j.fade_x = fade_x;
    j.fade_y = fade_y;
    for (int32_t i = 0; i < down * across && !scene->err.status; i++) {
        j.rect.x = cnn_tile_begin(options, width, i % across, &j.rect.width);
        j.rect.y = cnn_tile_begin(options, height, i / across, &j.rect.height);
        set_fades(options, width, j.rect.x, j.rect.width, sum_x, fade_x);
        set_fades(options, height, j.rect.y, j.rect.height, sum_y, fade_y);
        if (run_tile(&j, sink))
            break;
        int status = scene->host->progress(scene->call, (i + 1.0) / (down * across));
        if (status)
            scene->err.status = status;
    }
    free(fades);
    return scene->err.status;
}
