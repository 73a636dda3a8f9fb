/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cnn.instance: objects with class, score, box and mask. */
#include <segkit/plugin-util.h>
#include <string.h>

#include "stage.h"

enum { INSTANCES, LABELS };

/* The decoder of what the outputs are; NULL: a map, whose parts are the objects. */
static cnn_decode decoder_of(int32_t decoder)
{
    static const cnn_decode decoders[CNN_DECODER_COUNT] = {[CNN_YOLOV5] = cnn_decode_yolov5,
                                                           [CNN_YOLOV8] = cnn_decode_yolov8,
                                                           [CNN_SOLOV2] = cnn_decode_solov2,
                                                           [CNN_YOLACT] = cnn_decode_yolact,
                                                           [CNN_DETECTION] = cnn_decode_detection};
    return decoders[decoder] ? decoders[decoder] : cnn_decode_parts;
}

static void shift(struct cnn_object *one, const struct cnn_rect *rect)
{
    one->box[0] += (float)rect->x;
    one->box[1] += (float)rect->y;
    for (size_t k = 0; k < one->run_count; k++) {
        one->runs[k].x += rect->x;
        one->runs[k].y += rect->y;
    }
}

/* What a run sees of a part: its place, whether it is mirrored, and the number of the run. */
struct view {
    struct cnn_rect rect;
    bool x, y;
    int32_t number;
};

/* Decodes, and hands the objects as they lie on the image to `all`. */
static int add_objects(struct cnn_scene *scene, const struct view *view, struct cnn_pass *pass,
                       struct cnn_objects *all)
{
    const struct cnn_segmenter *model = scene->model;
    struct cnn_objects found = {0};
    struct cnn_rules rules = model->rules;
    rules.map_decoder = model->decoder;
    rules.env = &scene->env;
    cnn_canvas_mirror(&pass->canvas, view->x, view->y);
    if (decoder_of(model->decoder)(&pass->heads, &pass->canvas, &rules, &found, &scene->err))
        goto out;
    for (size_t i = 0; i < found.count; i++) {
        struct cnn_object one = found.items[i];
        found.items[i].runs = NULL;
        cnn_object_mirror(&one, view->rect.width, view->rect.height, view->x, view->y);
        shift(&one, &view->rect);
        one.view = view->number;
        if (cnn_objects_add(all, &one, &scene->err))
            goto out;
    }
out:
    cnn_objects_free(&found);
    return scene->err.status;
}

/* Mirrored runs add objects of their own; of maps the mean is taken before their parts are. */
static int run_tile(struct cnn_scene *scene, const struct cnn_rect *rect, int32_t tile,
                    struct cnn_objects *all)
{
    const struct cnn_segmenter *model = scene->model;
    for (int32_t way = 0; way < 4 && !scene->err.status; way++) { /* bit 0: x, bit 1: y */
        const struct view view = {*rect, way & 1, way & 2, 4 * tile + way};
        struct cnn_pass pass = {0};
        if (way & ~model->options->flips)
            continue;
        int status = way ? cnn_pass_run_mirrored(scene, rect, view.x, view.y, &pass)
                         : cnn_pass_run_flipped(scene, rect, &pass);
        if (!status)
            add_objects(scene, &view, &pass, all);
        cnn_pass_end(scene, &pass);
        if (cnn_segmenter_is_dense(model))
            break;
    }
    return scene->err.status;
}

static int find_objects(struct cnn_scene *scene, struct cnn_objects *objects)
{
    const struct cnn_options *options = scene->model->options;
    const int32_t width = scene->image.width, height = scene->image.height;
    const int32_t across = cnn_tile_count(options, width), down = cnn_tile_count(options, height);
    for (int32_t i = 0; i < down * across; i++) {
        struct cnn_rect rect;
        rect.x = cnn_tile_begin(options, width, i % across, &rect.width);
        rect.y = cnn_tile_begin(options, height, i / across, &rect.height);
        if (run_tile(scene, &rect, i, objects))
            return scene->err.status;
        int status = scene->host->progress(scene->call, (i + 1.0) / (down * across));
        if (status)
            return scene->err.status = status;
    }
    if (down * across > 1 || options->flips)
        cnn_objects_merge(objects, options->max_instances);
    return SEG_OK;
}

/* The better object is in front. */
static void draw(const struct cnn_objects *objects, const struct seg_view *labels)
{
    for (int32_t y = 0; y < labels->height; y++)
        memset(seg_row(labels, 0, y), 0, (size_t)labels->width * sizeof(int32_t));
    for (size_t i = objects->count; i-- > 0;)
        for (size_t k = 0; k < objects->items[i].run_count; k++) {
            const struct seg_run *run = objects->items[i].runs + k;
            int32_t *row = seg_row(labels, 0, run->y);
            for (int32_t x = run->x; x < run->x + run->length; x++)
                row[x] = (int32_t)i + 1;
        }
}

static int hand_over(const struct cnn_scene *scene, const struct cnn_objects *objects)
{
    const struct seg_host *host = scene->host;
    const struct cnn_sidecar *sidecar = scene->model->sidecar;
    struct seg_view labels = SEG_VIEW;
    int status = host->output(scene->call, LABELS, NULL, &labels);
    if (status)
        return status;
    draw(objects, &labels);
    for (size_t i = 0; i < objects->count && !status; i++) {
        const struct cnn_object *from = objects->items + i;
        struct seg_instance one = {.struct_size = sizeof one,
                                   .id = (int32_t)i + 1,
                                   .class_id = from->class_id,
                                   .score = from->score,
                                   .runs = from->runs,
                                   .run_count = from->run_count};
        memcpy(one.box, from->box, sizeof one.box);
        status = host->instance(scene->call, INSTANCES, &one);
    }
    if (!status && sidecar->class_count)
        status = host->classes(scene->call, INSTANCES, (const char *const *)sidecar->classes,
                               (uint32_t)sidecar->class_count);
    return status ? status : host->value(scene->call, "instances", (double)objects->count);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct cnn_scene scene;
    struct cnn_objects objects = {0};
    int status = cnn_scene_open(&scene, self, host, call);
    if (status)
        return scene.err.status ? cnn_scene_end(&scene) : status;
    status = find_objects(&scene, &objects) ? cnn_scene_end(&scene) : hand_over(&scene, &objects);
    cnn_objects_free(&objects);
    return status;
}

static const struct seg_param params[] = {
    CNN_PARAM_MODEL,
    CNN_PARAM_CLASSES,
    {SEG_P_FLOAT(struct cnn_options, confidence, -1, -1, 1, NULL,
                 "least score of an object; -1: what the kind of network is made for")},
    {SEG_P_FLOAT(struct cnn_options, nms, -1, -1, 1, NULL,
                 "of two objects of a class that share more than this part of their union the "
                 "better one stays; -1: what the kind of network is made for")},
    CNN_PARAM_THRESHOLD,
    {SEG_P_INT(struct cnn_options, max_instances, 300, 1, 65535, NULL,
               "how many objects are kept, the best ones")},
    CNN_PARAM_TILE,
    CNN_PARAM_OVERLAP,
    CNN_PARAM_FLIPS,
};

static const struct seg_port inputs[] = {CNN_INPUT};
static const struct seg_port outputs[] = {
    {.name = "instances",
     .summary = "the objects, best first",
     .kinds = SEG_KIND_BIT(SEG_INSTANCES),
     .like = "image"},
    {.name = "labels",
     .summary = "the objects' numbers, the better one in front",
     .kinds = SEG_KIND_BIT(SEG_LABELS),
     .like = "image"},
};

const struct seg_stage cnn_instance_stage = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "cnn.instance",
    .summary = "find objects with class, score, box and mask by a neural network",
    .detail =
        "Runs a model in ncnn's format on the image and decodes its outputs: YOLOv5-seg, "
        "YOLOv8-seg and YOLO11-seg as Ultralytics, pnnx and onnx2ncnn write them, YOLACT, SOLOv2, "
        "DetectionOutput with a map, or a map of classes or of one probability: then the connected "
        "parts of each class but the background are the objects.\n\n"
        "What the model expects and what its outputs mean stands in 'model.yaml' beside it, or in "
        "the 'metadata.yaml' of Ultralytics' exporter; where there is neither, the shapes of the "
        "outputs tell, never the names of its blobs.\n\n"
        "Objects may overlap; among the labels, which a label image can hold, the one with the "
        "better score is in front: name the results, as in 'out=found', and write "
        "'found.labels:labels.png'. With 'tile' or 'flips' an object that several runs see stays "
        "once, as the best of them sees it. Reports 'instances'.",
    .version = 1,
    SEG_TABLES(struct cnn_options, params, inputs, outputs),
    .create = cnn_stage_create,
    .process = process,
    .destroy = cnn_stage_destroy,
};
