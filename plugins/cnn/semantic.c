/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cnn.semantic: a class for each pixel. */
#include <segkit/plugin-util.h>

#include "stage.h"

enum { LABELS, SCORES };

static int open_scores(struct cnn_scene *scene, struct cnn_sink *sink)
{
    struct seg_shape shape = SEG_SHAPE;
    struct seg_view view = SEG_VIEW;
    shape.planes = sink->planes;
    int status = scene->host->output(scene->call, SCORES, &shape, &view);
    if (status)
        return scene->err.status = status;
    sink->data = view.data;
    sink->row = (size_t)view.row_stride / sizeof *sink->data;
    sink->plane = (size_t)view.plane_stride / sizeof *sink->data;
    return SEG_OK;
}

struct labelling {
    const struct cnn_sink *sink;
    const struct cnn_rules *rules;
    struct seg_view labels;
};

static int label_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct labelling *l = arg;
    for (size_t y = begin; y < end; y++) {
        int32_t *row = seg_row(&l->labels, 0, (int32_t)y);
        cnn_dense_labels(l->sink->data + y * l->sink->row, l->sink->plane, l->sink->planes,
                         l->sink->threshold, (size_t)l->labels.width, row);
        for (int32_t x = 0; l->rules->wanted && x < l->labels.width; x++)
            row[x] = cnn_rules_want(l->rules, row[x]) ? row[x] : 0;
    }
    return 0;
}

/* The names of the classes go to both outputs where there is one for each plane. */
static int name_classes(const struct cnn_scene *scene, int32_t planes)
{
    const struct cnn_sidecar *sidecar = scene->model->sidecar;
    const char *const *names = (const char *const *)sidecar->classes;
    if (sidecar->class_count != (size_t)planes)
        return SEG_OK;
    int status = scene->host->classes(scene->call, LABELS, names, (uint32_t)planes);
    return status ? status : scene->host->classes(scene->call, SCORES, names, (uint32_t)planes);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct cnn_scene scene;
    struct cnn_sink sink = {.open = open_scores};
    int status = cnn_scene_open(&scene, self, host, call);
    if (status || cnn_dense_run(&scene, &sink))
        return status && !scene.err.status ? status : cnn_scene_end(&scene);
    struct labelling l = {&sink, &scene.model->rules, SEG_VIEW};
    status = host->output(call, LABELS, NULL, &l.labels);
    if (!status)
        status = host->parallel(call, (size_t)l.labels.height, 16, label_rows, &l);
    return status ? status : name_classes(&scene, sink.planes);
}

static const struct seg_param params[] = {
    CNN_PARAM_MODEL, CNN_PARAM_CLASSES, CNN_PARAM_THRESHOLD,
    CNN_PARAM_TILE,  CNN_PARAM_OVERLAP, CNN_PARAM_FLIPS,
};

static const struct seg_port inputs[] = {CNN_INPUT};
static const struct seg_port outputs[] = {
    {.name = "labels",
     .summary = "the number of each pixel's class",
     .kinds = SEG_KIND_BIT(SEG_LABELS),
     .like = "image"},
    {.name = "scores",
     .summary = "the probability of each class, a plane a class",
     .kinds = SEG_KIND_BIT(SEG_SCORES),
     .flags = SEG_PORT_SIZED,
     .like = "image"},
};

const struct seg_stage cnn_semantic_stage = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "cnn.semantic",
    .summary = "give each pixel the class that a neural network finds most likely",
    .detail =
        "Runs a model in ncnn's format on the image and gives the class of each pixel, by the "
        "numbers of the model's own list, and the probability of every class.\n\n"
        "What the model expects and what its outputs mean stands in 'model.yaml' beside it; where "
        "there is none, the shapes of the outputs tell. A network that answers with a single "
        "probability has two classes, background and object.\n\n"
        "With 'tile' a large image is cut into tiles that overlap and fade into each other.",
    .version = 1,
    SEG_TABLES(struct cnn_options, params, inputs, outputs),
    .create = cnn_stage_create,
    .process = process,
    .destroy = cnn_stage_destroy,
};
