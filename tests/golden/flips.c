/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mirrored runs of cnn.instance, on SEGKIT_SHARED/models/yolov8n-seg and its photos: no object that
 * the plain run is sure of is lost, the mirrored image gives the mirrored objects, and so does an
 * image that is its own mirror image. Prints "N passed, N failed". */
#include <math.h>
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SURE_OF = 60 }; /* score, percent */

static seg_context *context;
static char model[4096];
static long passed, failed;

static void verdict(bool ok, const char *photo, const char *what, const struct seg_instance *one)
{
    passed += ok;
    failed += !ok;
    if (!ok)
        printf("not ok %s: %s: class %d, score %.3f, box %.0f %.0f %.0f %.0f\n", photo, what,
               one->class_id, (double)one->score, (double)one->box[0], (double)one->box[1],
               (double)one->box[2], (double)one->box[3]);
}

struct run {
    seg_plan *plan;
    seg_result *result;
    const struct seg_instance *list;
    size_t count;
};

static bool run_stage(seg_layer *image, const char *flips, struct run *run)
{
    const char *const words[] = {"cnn.instance", model, flips};
    static struct seg_faults faults;
    seg_pipeline *pipeline = NULL;
    struct seg_error err = {0};
    struct seg_input input = {.struct_size = sizeof input, .name = "input", .layer = image};
    memset(&faults, 0, sizeof faults);
    *run = (struct run){0};
    input.shape.struct_size = sizeof input.shape;
    seg_layer_shape(image, &input.shape);
    int status = seg_pipeline_parse_words(context, 3, words, &pipeline, &faults);
    if (!status)
        status = seg_pipeline_check(pipeline, &input, 1, NULL, &run->plan, &faults);
    if (status)
        err = faults.list[0].error;
    else
        status = seg_plan_run(run->plan, &input, 1, NULL, &run->result, &err);
    if (status)
        printf("not ok %s %s: %s\n", model, flips, err.text);
    else
        run->list = seg_layer_instances(seg_result_layer(run->result, NULL), &run->count);
    seg_pipeline_free(pipeline);
    return !status;
}

static void run_end(struct run *run)
{
    seg_result_free(run->result);
    seg_plan_free(run->plan);
}

/* The image mirrored left to right; `twice`: the image, and behind it its mirror image. */
static seg_layer *mirrored(const seg_layer *image, bool twice)
{
    struct seg_shape shape = {.struct_size = sizeof shape};
    struct seg_view from = {.struct_size = sizeof from}, to = {.struct_size = sizeof to};
    struct seg_error err;
    seg_layer *layer = NULL;
    seg_layer_shape(image, &shape);
    const int32_t width = shape.width;
    shape.width *= twice ? 2 : 1;
    if (seg_layer_new(context, &shape, &layer, &err) || seg_layer_view(image, &from, &err) ||
        seg_layer_view(layer, &to, &err)) {
        seg_layer_unref(layer);
        return NULL;
    }
    for (int32_t p = 0; p < shape.planes; p++)
        for (int32_t y = 0; y < shape.height; y++) {
            const uint8_t *in =
                (const uint8_t *)from.data + p * from.plane_stride + y * from.row_stride;
            uint8_t *out = (uint8_t *)to.data + p * to.plane_stride + y * to.row_stride;
            for (int32_t x = 0; x < width; x++) {
                out[shape.width - 1 - x] = in[x];
                if (twice)
                    out[x] = in[x];
            }
        }
    seg_layer_seal(layer);
    return layer;
}

/* Where `a`, mirrored in an image of that width, and `b` overlap; width 0: `a` as it is. */
static double overlap(const struct seg_instance *a, const struct seg_instance *b, int32_t width)
{
    double area_a = 0, area_b = 0, both = 0;
    for (size_t i = 0; i < a->run_count; i++) {
        const struct seg_run *p = a->runs + i;
        const int32_t begin = width ? width - p->x - p->length : p->x;
        area_a += p->length;
        for (size_t k = 0; k < b->run_count; k++) {
            const struct seg_run *q = b->runs + k;
            if (q->y == p->y)
                both += fmax(0, fmin(begin + p->length, q->x + q->length) - fmax(begin, q->x));
        }
    }
    for (size_t k = 0; k < b->run_count; k++)
        area_b += b->runs[k].length;
    return both / fmax(area_a + area_b - both, 1);
}

/* Each sure object of `a` is in `b`, mirrored, with a score that is not more than `apart` less. */
static void contained(const char *photo, const char *what, const struct run *a, const struct run *b,
                      int32_t width, double iou, double apart)
{
    for (size_t i = 0; i < a->count; i++) {
        bool found = false;
        for (size_t k = 0; k < b->count && !found; k++)
            found = a->list[i].class_id == b->list[k].class_id &&
                    (double)b->list[k].score >= (double)a->list[i].score - apart &&
                    overlap(a->list + i, b->list + k, width) >= iou;
        if (100 * a->list[i].score >= SURE_OF)
            verdict(found, photo, what, a->list + i);
    }
}

static void check_photo(const char *folder, const char *photo)
{
    char path[4200];
    struct seg_error err;
    struct seg_shape shape = {.struct_size = sizeof shape};
    struct run plain = {0}, both = {0}, other = {0}, own = {0};
    seg_layer *image = NULL, *mirror = NULL, *twice = NULL;
    snprintf(path, sizeof path, "%s/cases/%s", folder, photo);
    if (seg_layer_load(context, path, 0, SEG_IMAGE, &image, &err) == 0) {
        seg_layer_shape(image, &shape);
        mirror = mirrored(image, false);
        twice = mirrored(image, true);
    }
    if (mirror && twice && run_stage(image, "flips=none", &plain) &&
        run_stage(image, "flips=both", &both) && run_stage(mirror, "flips=both", &other) &&
        run_stage(twice, "flips=horizontal", &own)) {
        contained(photo, "lost by mirrored runs", &plain, &both, 0, 0.75, 1e-6);
        contained(photo, "not in the mirrored image", &both, &other, shape.width, 0.98, 2e-3);
        contained(photo, "on one side only", &own, &own, 2 * shape.width, 0.98, 2e-3);
    } else {
        failed++;
    }
    run_end(&plain);
    run_end(&both);
    run_end(&other);
    run_end(&own);
    seg_layer_unref(image);
    seg_layer_unref(mirror);
    seg_layer_unref(twice);
}

int main(void)
{
    /* wide, tall: the letterbox has its margins below and above, and at the sides */
    static const char *const photos[] = {"coco-418281.jpg", "coco-042102.png"};
    char folder[2048];
    struct seg_error err = {0};
    const char *shared = getenv("SEGKIT_SHARED");
    snprintf(folder, sizeof folder, "%s/models/yolov8n-seg", shared ? shared : "../shared");
    snprintf(model, sizeof model, "model=%s", folder);
    if (seg_context_new(NULL, &context, &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    for (size_t i = 0; i < sizeof photos / sizeof *photos; i++)
        check_photo(folder, photos[i]);
    seg_context_free(context);
    printf("%ld passed, %ld failed\n", passed, failed);
    return failed || !passed;
}
