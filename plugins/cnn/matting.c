/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cnn.matting: how much of each pixel is foreground. */
#include <segkit/plugin-util.h>

#include "stage.h"

enum { ALPHA, MASK };

static int open_plane(struct cnn_scene *scene, struct cnn_sink *sink)
{
    sink->row = (size_t)scene->image.width;
    sink->data = scene->host->scratch(scene->call, sink->row * (size_t)scene->image.height,
                                      sizeof *sink->data);
    return sink->data ? SEG_OK : cnn_nomem(&scene->err);
}

struct rounding {
    const struct cnn_sink *sink;
    struct seg_view alpha, mask;
};

static int round_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct rounding *r = arg;
    const float threshold = (float)r->sink->threshold;
    for (size_t y = begin; y < end; y++) {
        const float *p = r->sink->data + y * r->sink->row;
        uint8_t *alpha = seg_row(&r->alpha, 0, (int32_t)y),
                *mask = seg_row(&r->mask, 0, (int32_t)y);
        for (int32_t x = 0; x < r->alpha.width; x++) {
            float v = p[x] > 0 ? (p[x] < 1 ? p[x] : 1) : 0;
            alpha[x] = (uint8_t)(255 * v + 0.5f);
            mask[x] = v > threshold;
        }
    }
    return 0;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct cnn_scene scene;
    struct cnn_sink sink = {.open = open_plane, .single = true};
    int status = cnn_scene_open(&scene, self, host, call);
    if (status || cnn_dense_run(&scene, &sink))
        return status && !scene.err.status ? status : cnn_scene_end(&scene);
    struct rounding r = {&sink, SEG_VIEW, SEG_VIEW};
    status = host->output(call, ALPHA, NULL, &r.alpha);
    if (!status)
        status = host->output(call, MASK, NULL, &r.mask);
    return status ? status : host->parallel(call, (size_t)r.alpha.height, 16, round_rows, &r);
}

static int set_gray(void *self, const struct seg_host *host, struct seg_call *call)
{
    const double gray = SEG_COLOR_GRAY;
    int status = process(self, host, call);
    return status ? status : host->set(call, ALPHA, SEG_PROP_COLOR, &gray, 1);
}

static const struct seg_param params[] = {
    CNN_PARAM_MODEL, CNN_PARAM_THRESHOLD, CNN_PARAM_TILE, CNN_PARAM_OVERLAP, CNN_PARAM_FLIPS,
};

static const struct seg_port inputs[] = {CNN_INPUT};
static const struct seg_port outputs[] = {
    {.name = "alpha",
     .summary = "the share of the foreground in each pixel, 0 to 255",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_U8),
     .like = "image",
     .planes_min = 1,
     .planes_max = 1},
    {.name = "mask",
     .summary = "where the share is above the threshold",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .like = "image"},
};

const struct seg_stage cnn_matting_stage = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "cnn.matting",
    .summary = "separate the foreground from the background with soft edges by a neural network",
    .detail =
        "Runs a model in ncnn's format on the image and gives the share of the foreground in each "
        "pixel, for cutting out or blending, and the mask of where it is above the threshold.\n\n"
        "What the model expects and what its outputs mean stands in 'model.yaml' beside it; where "
        "there is none, the shapes of the outputs tell. Of several channels the one that "
        "'output.channel' names is the foreground; of two it is the second.",
    .version = 1,
    SEG_TABLES(struct cnn_options, params, inputs, outputs),
    .create = cnn_stage_create,
    .process = set_gray,
    .destroy = cnn_stage_destroy,
};
