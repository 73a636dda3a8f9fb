/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the models of SEGKIT_SHARED/models on their photos, through the stages as a user would, and
 * compares with what the same networks give elsewhere (its README says how). Prints what differs
 * and "N passed, N failed". An argument is the beginning of the models' names. */
#include "base/json.h"
#include "picture.h"

#include <dirent.h>
#include <math.h>
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long passed, failed;

struct trial {
    seg_context *context;
    char folder[2048]; /* MODEL/cases */
    char sidecar[4096];
    const char *task, *photo;
    const struct segi_json *cases, *one; /* the file, and the case */
};

static void verdict(const struct trial *t, bool ok, const char *what)
{
    const char *sidecar = strrchr(t->sidecar, '/');
    passed += ok;
    failed += !ok;
    if (!ok)
        printf("not ok %s %s %s: %s\n", segi_json_text(segi_json_get(t->cases, "model"), "?"),
               sidecar ? sidecar + 1 : "", t->photo, what);
}

static bool read_json(const char *path, struct segi_json_doc *doc)
{
    bool ok = false;
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    if (file && fseek(file, 0, SEEK_END) == 0) {
        const long size = ftell(file);
        rewind(file);
        text = malloc((size_t)size + 1);
        ok = text && fread(text, 1, (size_t)size, file) == (size_t)size &&
             segi_json_read(text, (size_t)size, doc) == 0;
    }
    if (file)
        fclose(file);
    free(text);
    return ok;
}

static const struct segi_json *agreement(const struct trial *t, const char *name)
{
    const struct segi_json *own = segi_json_get(t->one, name);
    return own ? own : segi_json_get(segi_json_get(t->cases, "agreement"), name);
}

/* -- running ----------------------------------------------------------------------------------- */

struct run {
    seg_layer *image;
    seg_plan *plan;
    seg_result *result;
};

/* Runs the stage on a photo. */
static int run_stage(const struct trial *t, const char *photo, struct run *run,
                     struct seg_error *err)
{
    char stage[64], model[4200];
    const char *const words[] = {stage, model};
    seg_pipeline *pipeline = NULL;
    static struct seg_faults faults;
    struct seg_input input = {.struct_size = sizeof input, .name = "input"};
    snprintf(stage, sizeof stage, "cnn.%s", t->task);
    snprintf(model, sizeof model, "model=%s", t->sidecar);
    memset(&faults, 0, sizeof faults);
    int status = seg_layer_load(t->context, photo, 0, SEG_IMAGE, &run->image, err);
    if (status)
        return status;
    input.layer = run->image;
    input.shape.struct_size = sizeof input.shape;
    seg_layer_shape(run->image, &input.shape);
    status = seg_pipeline_parse_words(t->context, 2, words, &pipeline, &faults);
    if (!status)
        status = seg_pipeline_check(pipeline, &input, 1, NULL, &run->plan, &faults);
    if (status)
        *err = faults.list[0].error;
    else
        status = seg_plan_run(run->plan, &input, 1, NULL, &run->result, err);
    seg_pipeline_free(pipeline);
    return status;
}

static void run_end(struct run *run)
{
    seg_result_free(run->result);
    seg_plan_free(run->plan);
    seg_layer_unref(run->image);
}

/* A sample of the result's first plane. */
static int32_t at(const struct seg_view *view, int32_t x, int32_t y)
{
    const char *row = (const char *)view->data + y * view->row_stride;
    return view->dtype == SEG_U8 ? ((const uint8_t *)row)[x]
                                 : ((const int32_t *)(const void *)row)[x];
}

static bool expected_picture(const struct trial *t, const seg_layer *layer, struct seg_view *view,
                             struct picture *want)
{
    char path[4200];
    struct seg_error err;
    const char *name = segi_json_text(segi_json_get(t->one, "expected"), "");
    snprintf(path, sizeof path, "%s/%s", t->folder, name);
    view->struct_size = sizeof *view;
    if (seg_layer_view(layer, view, &err) || picture_load(path, want))
        return false;
    return want->width == view->width && want->height == view->height;
}

/* -- maps -------------------------------------------------------------------------------------- */

enum { CLASSES = 256 };

/* The mean over the classes that cover enough of what is expected. */
static void compare_labels(const struct trial *t, const struct seg_view *have,
                           const struct picture *want)
{
    static long both[CLASSES], mine[CLASSES], theirs[CLASSES];
    memset(both, 0, sizeof both);
    memset(mine, 0, sizeof mine);
    memset(theirs, 0, sizeof theirs);
    for (int32_t y = 0; y < have->height; y++)
        for (int32_t x = 0; x < have->width; x++) {
            const int32_t a = at(have, x, y) & 255, b = want->samples[y * want->width + x] & 255;
            mine[a]++;
            theirs[b]++;
            both[a] += a == b;
        }
    double sum = 0, count = 0, least = segi_json_number(agreement(t, "mean_iou_min"), 0.98);
    for (int i = 0; i < CLASSES; i++)
        if ((double)theirs[i] >= 0.001 * want->width * want->height) {
            sum += (double)both[i] / (double)(mine[i] + theirs[i] - both[i]);
            count++;
        }
    char text[64];
    snprintf(text, sizeof text, "mean IoU %.5f", sum / count);
    verdict(t, sum / count >= least, text);
}

static void compare_alpha(const struct trial *t, const struct seg_view *have,
                          const struct picture *want)
{
    const double limit = 255 * segi_json_number(agreement(t, "at"), 0.5);
    double difference = 0, both = 0, either = 0;
    for (int32_t y = 0; y < have->height; y++)
        for (int32_t x = 0; x < have->width; x++) {
            const int32_t a = at(have, x, y), b = want->samples[y * want->width + x];
            difference += abs(a - b);
            both += a > limit && b > limit;
            either += a > limit || b > limit;
        }
    difference /= (double)have->width * have->height;
    const double iou = either > 0 ? both / either : 1;
    char text[64];
    snprintf(text, sizeof text, "IoU %.5f, mean difference %.3f", iou, difference);
    verdict(t,
            iou >= segi_json_number(agreement(t, "iou_min"), 0.98) &&
                difference <= segi_json_number(agreement(t, "mean_abs_diff_max"), 2),
            text);
}

/* -- instances --------------------------------------------------------------------------------- */

/* Pixels of an expected mask, column by column as COCO counts them. */
static uint8_t *expected_mask(const struct segi_json *one, int32_t width, int32_t height)
{
    uint8_t *mask = calloc((size_t)width * (size_t)height, 1);
    size_t position = 0, total = (size_t)width * (size_t)height;
    uint8_t value = 0;
    SEGI_JSON_EACH(run, segi_json_get(segi_json_get(one, "mask"), "counts"))
    {
        for (double n = segi_json_number(run, 0); mask && n >= 1 && position < total;
             n--, position++)
            mask[position % (size_t)height * (size_t)width + position / (size_t)height] = value;
        value = !value;
    }
    return mask;
}

static double mask_iou(const uint8_t *mask, double area, int32_t width,
                       const struct seg_instance *one)
{
    double own = 0, both = 0;
    for (size_t i = 0; i < one->run_count; i++) {
        const struct seg_run *run = one->runs + i;
        own += run->length;
        for (int32_t x = run->x; x < run->x + run->length; x++)
            both += mask[(size_t)run->y * (size_t)width + (size_t)x];
    }
    return both / fmax(area + own - both, 1);
}

static void compare_one(const struct trial *t, const struct segi_json *want,
                        const struct seg_instance *list, size_t count, int32_t width,
                        int32_t height, bool *used)
{
    uint8_t *mask = expected_mask(want, width, height);
    double area = 0, best = 0;
    const struct seg_instance *match = NULL;
    for (size_t i = 0; mask && i < (size_t)width * (size_t)height; i++)
        area += mask[i];
    for (size_t i = 0; mask && i < count; i++) {
        if (list[i].class_id != (int32_t)segi_json_number(segi_json_get(want, "class_id"), -1))
            continue;
        const double iou = mask_iou(mask, area, width, list + i);
        used[i] |= iou >= 0.5; /* near enough not to be one too many */
        if (iou > best) {
            best = iou;
            match = list + i;
        }
    }
    free(mask);
    if (!segi_json_bool(segi_json_get(want, "required"), true))
        return;
    const double score = segi_json_number(segi_json_get(want, "score"), 0);
    const double apart = match ? fabs((double)match->score - score) : 1;
    char text[160];
    snprintf(text, sizeof text, "%s: IoU %.4f, score %.4f apart",
             segi_json_text(segi_json_get(want, "class"), "?"), best, apart);
    verdict(t,
            best >= segi_json_number(agreement(t, "iou_min"), 0.9) &&
                apart <= segi_json_number(agreement(t, "score_diff_max"), 0.02),
            text);
}

static void compare_instances(const struct trial *t, const seg_layer *layer)
{
    char path[4200];
    struct seg_shape shape = {.struct_size = sizeof shape};
    struct segi_json_doc doc = {0};
    size_t count = 0;
    const struct seg_instance *list = seg_layer_instances(layer, &count);
    bool *used = calloc(count + 1, sizeof *used);
    seg_layer_shape(layer, &shape);
    snprintf(path, sizeof path, "%s/%s", t->folder,
             segi_json_text(segi_json_get(t->one, "expected"), ""));
    if (!used || !read_json(path, &doc)) {
        verdict(t, false, "the expected instances cannot be read");
        free(used);
        return;
    }
    SEGI_JSON_EACH(want, doc.root)
    compare_one(t, want, list, count, shape.width, shape.height, used);
    const double confidence =
        segi_json_number(segi_json_get(segi_json_get(t->cases, "decoder"), "conf"), 0.25);
    size_t extra = 0;
    for (size_t i = 0; i < count; i++)
        extra += !used[i] && (double)list[i].score >= confidence + 0.05;
    verdict(t, !extra, "there are instances that should not be");
    segi_json_free(&doc);
    free(used);
}

/* -- the whole --------------------------------------------------------------------------------- */

static void run_case(struct trial *t)
{
    char path[4200];
    struct run run = {0};
    struct seg_error err = {0};
    struct seg_view view = {0};
    struct picture want = {0};
    t->photo = segi_json_text(segi_json_get(t->one, "photo"), "");
    snprintf(path, sizeof path, "%s/%s", t->folder, t->photo);
    if (run_stage(t, path, &run, &err)) {
        verdict(t, false, err.text);
        run_end(&run);
        return;
    }
    const seg_layer *layer = seg_result_layer(run.result, NULL);
    if (strcmp(t->task, "instance") == 0)
        compare_instances(t, layer);
    else if (!expected_picture(t, layer, &view, &want))
        verdict(t, false, "the expected picture cannot be read or has another size");
    else if (strcmp(t->task, "semantic") == 0)
        compare_labels(t, &view, &want);
    else
        compare_alpha(t, &view, &want);
    picture_free(&want);
    run_end(&run);
}

static void run_sidecar(struct trial *t, const char *sidecar)
{
    if (snprintf(t->sidecar, sizeof t->sidecar, "%s/%s", t->folder, sidecar) >=
        (int)sizeof t->sidecar)
        return;
    SEGI_JSON_EACH(one, segi_json_get(t->cases, "cases"))
    {
        t->one = one;
        run_case(t);
    }
}

static void run_model(seg_context *context, const char *shared, const char *name)
{
    struct trial t = {.context = context};
    struct segi_json_doc doc = {0};
    char path[4200];
    snprintf(t.folder, sizeof t.folder, "%s/models/%s/cases", shared, name);
    snprintf(path, sizeof path, "%s/cases.json", t.folder);
    if (read_json(path, &doc)) {
        t.cases = doc.root;
        t.task = segi_json_text(segi_json_get(doc.root, "task"), "");
        run_sidecar(&t, segi_json_text(segi_json_get(doc.root, "sidecar"), ""));
        SEGI_JSON_EACH(variant, segi_json_get(doc.root, "variants"))
        run_sidecar(&t, segi_json_text(segi_json_get(variant, "sidecar"), ""));
    }
    segi_json_free(&doc);
}

int main(int argc, char **argv)
{
    char folder[2048];
    const char *shared = getenv("SEGKIT_SHARED");
    shared = shared ? shared : "../shared";
    snprintf(folder, sizeof folder, "%s/models", shared);
    DIR *models = opendir(folder);
    seg_context *context = NULL;
    struct seg_error err = {0};
    if (!models) {
        printf("skipped: no %s; set SEGKIT_SHARED\n", folder);
        return 77;
    }
    if (seg_context_new(NULL, &context, &err)) {
        printf("%s\n", err.text);
        closedir(models);
        return 1;
    }
    for (struct dirent *entry; (entry = readdir(models));)
        if (entry->d_name[0] != '.' &&
            (argc < 2 || strncmp(entry->d_name, argv[1], strlen(argv[1])) == 0))
            run_model(context, shared, entry->d_name);
    closedir(models);
    seg_context_free(context);
    printf("%ld passed, %ld failed\n", passed, failed);
    return failed || !passed;
}
