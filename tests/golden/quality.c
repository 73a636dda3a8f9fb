/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares superpixels with those of the field's own tools: SEGKIT_SHARED/golden/classical, cases
 * of the kind `quality`, whose values are measures of how well regions keep to what people drew.
 * Each stage is asked for as many regions as the tool made, may make a twentieth more, and must
 * measure at least as well as the tool less the stated tolerance. */
#include "base/json.h"
#include "eval/superpixel.h"
#include "picture.h"

#include <math.h>
#include <segkit/plugin-util.h>
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const char *metric;
    const char *words; /* %g: what is changed, if anything */
    double power;      /* its first value is the number of regions to this, times `factor`; */
    double factor;     /* it goes with the number of regions to this power */
};

static const struct row rows[] = {
    {"slic100", "superpixel.slic segments=%g", 1, 1},
    {"slic300", "superpixel.slic segments=%g", 1, 1},
    {"slico200", "superpixel.slic_zero segments=%g", 1, 1},
    {"cv_slic", "superpixel.slic sigma=0.8 compactness=6 min_size=0.25 segments=%g", 1, 1},
    {"cv_slico", "superpixel.slic_zero segments=%g", 1, 1},
    {"cv_seeds", "superpixel.seeds segments=%g", 1, 1},
    {"cv_graph", "superpixel.felzenszwalb sigma=0.5 scale=300 min_size=100 connectivity=4", 0, 0},
    {"felzenszwalb_s100_m50", "superpixel.felzenszwalb scale=100 min_size=50", 0, 0},
    {"felzenszwalb_s300_m100", "superpixel.felzenszwalb scale=300 min_size=100", 0, 0},
    {"quickshift", "superpixel.quickshift kernel_size=3 max_dist=6 ratio=0.5", 0, 0},
};

/* What is compared, and whether more is better. */
static const struct {
    const char *name;
    bool more;
} measures[] = {
    {"boundary_recall", true},     {"ue_np", false}, {"ue_min", false}, {"asa", true},
    {"explained_variation", true},
};

static seg_context *context;
static struct seg_error err;
static char folder[1024];
static long passed, failed;

/* The stage's regions in rows without gaps; NULL: it failed. */
static int32_t *segment(const char *path, const char *text)
{
    char copy[256];
    const char *words[16];
    int n = 0;
    struct seg_faults faults = {0};
    seg_pipeline *pipeline = NULL;
    seg_plan *plan = NULL;
    seg_result *result = NULL;
    struct seg_input input = {.struct_size = sizeof input, .name = "input", .shape = SEG_SHAPE};
    struct seg_view view = SEG_VIEW;
    int32_t *labels = NULL;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok(copy, " "); word && n < 16; word = strtok(NULL, " "))
        words[n++] = word;
    err.text[0] = 0;
    if (!seg_layer_load(context, path, 0, SEG_IMAGE, &input.layer, &err)) {
        seg_layer_shape(input.layer, &input.shape);
        if (!seg_pipeline_parse_words(context, n, words, &pipeline, &faults) &&
            !seg_pipeline_check(pipeline, &input, 1, NULL, &plan, &faults) &&
            !seg_plan_run(plan, &input, 1, NULL, &result, &err) &&
            !seg_layer_view(seg_result_layer(result, NULL), &view, &err))
            labels = malloc((size_t)view.width * (size_t)view.height * sizeof *labels);
    }
    for (int32_t y = 0; labels && y < view.height; y++)
        memcpy(labels + (size_t)y * (size_t)view.width, seg_row(&view, 0, y),
               (size_t)view.width * sizeof *labels);
    if (!labels)
        printf("%s: %s\n", text, faults.count ? faults.list[0].error.text : err.text);
    seg_result_free(result);
    seg_plan_free(plan);
    seg_pipeline_free(pipeline);
    seg_layer_unref(input.layer);
    return labels;
}

/* In the order of `measures`; then the number of regions. */
static bool measure(const int32_t *labels, const struct picture *truth, const struct picture *image,
                    double *values)
{
    int32_t w = truth->width, h = truth->height;
    size_t n = (size_t)w * (size_t)h;
    struct segi_table t;
    struct segi_superpixel s;
    struct segi_superpixel_boundary b;
    struct segi_variation v;
    uint8_t *bytes = malloc(n * (size_t)image->planes);
    const uint8_t *planes[3];
    bool ok = bytes && image->planes <= 3 && image->width == w && image->height == h;
    for (int32_t k = 0; ok && k < image->planes; k++) {
        planes[k] = bytes + (size_t)k * n;
        for (size_t i = (size_t)k * n; i < (size_t)(k + 1) * n; i++)
            bytes[i] = (uint8_t)image->samples[i];
    }
    ok = ok && !segi_table_init(&t, truth->samples, labels, n, 0);
    if (ok) {
        ok = !segi_superpixel_overlap(&t, &s) &&
             !segi_superpixel_boundary(truth->samples, labels, w, h,
                                       (int32_t)round(0.0025 * hypot(w, h)), &b) &&
             !segi_explained_variation(labels, n, planes, image->planes, false, &v);
        const double all[] = {b.recall, s.ue_np, s.ue_min, s.asa, v.explained, t.pred.count};
        memcpy(values, all, sizeof all);
        segi_table_free(&t);
    }
    free(bytes);
    return ok;
}

/* As `text` with %g replaced. */
static void put_number(const char *text, double number, char *out, size_t size)
{
    const char *place = strstr(text, "%g");
    int before = place ? (int)(place - text) : (int)strlen(text);
    int n = snprintf(out, size, "%.*s", before, text);
    if (place)
        snprintf(out + n, size - (size_t)n, "%.0f%s", number, place + 2);
}

/* Measures the regions whose number is nearest to `count` but not above; their values are in the
 * order of `measures`, then comes the number. */
static bool measure_best(const struct row *row, const char *path, const struct picture *truth,
                         const struct picture *image, double count, double *best)
{
    char text[256];
    double number = row->factor * pow(count, row->power), values[SEG_COUNT(measures) + 1];
    int tries = row->factor > 0 ? 8 : 1;
    best[SEG_COUNT(measures)] = 0;
    for (int i = 0; i < tries; i++) {
        put_number(row->words, number, text, sizeof text);
        int32_t *labels = segment(path, text);
        bool ok = labels && measure(labels, truth, image, values);
        free(labels);
        if (!ok)
            return false;
        double made = values[SEG_COUNT(measures)];
        if (made <= count && made > best[SEG_COUNT(measures)])
            memcpy(best, values, sizeof values);
        number *= pow(count / made, row->power);
    }
    return best[SEG_COUNT(measures)] > 0;
}

static void check(const struct row *row, const struct segi_json *test,
                  const struct segi_json *expect)
{
    char path[2048], label[128];
    const struct segi_json *inputs = segi_json_get(test, "inputs");
    const struct segi_json *value = segi_json_get(expect, "value");
    double count = segi_json_get(value, "superpixels")->u.number, ours[SEG_COUNT(measures) + 1];
    double tol = segi_json_get(expect, "tol")->u.number;
    struct picture truth = {0}, image = {0};
    snprintf(label, sizeof label, "%s: %s", segi_json_get(test, "name")->u.text, row->metric);
    snprintf(path, sizeof path, "%s/%s", folder, segi_json_get(inputs, "truth")->u.text);
    bool ok = !picture_load(path, &truth);
    snprintf(path, sizeof path, "%s/%s", folder, segi_json_get(inputs, "image")->u.text);
    ok = ok && !picture_load(path, &image) && measure_best(row, path, &truth, &image, count, ours);
    if (!ok) {
        failed++;
        printf("%s: nothing to compare\n", label);
    }
    for (size_t i = 0; ok && i < SEG_COUNT(measures); i++) {
        double theirs = segi_json_get(value, measures[i].name)->u.number;
        bool more = measures[i].more;
        bool good = more ? ours[i] >= theirs - tol : ours[i] <= theirs + tol;
        passed += good;
        failed += !good;
        printf("%s%s: %.0f/%.0f regions: %s %.3f/%.3f\n", good ? "" : "WORSE ", label,
               ours[SEG_COUNT(measures)], count, measures[i].name, ours[i], theirs);
    }
    picture_free(&truth);
    picture_free(&image);
}

static void run_case(const struct segi_json *test)
{
    const struct segi_json *list = segi_json_get(test, "expect");
    const struct segi_json *expect = segi_json_first(list);
    for (size_t i = 0; i < list->count; i++, expect = segi_json_next(expect))
        for (size_t k = 0; k < SEG_COUNT(rows); k++)
            if (!strcmp(rows[k].metric, segi_json_get(expect, "metric")->u.text))
                check(&rows[k], test, expect);
}

static bool run_cases(void)
{
    char path[1100];
    struct segi_json_doc doc = {0};
    snprintf(path, sizeof path, "%s/cases.json", folder);
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return false;
    }
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size);
    bool ok = text && fread(text, 1, size, file) == size && !segi_json_read(text, size, &doc);
    fclose(file);
    const struct segi_json *list = ok ? segi_json_get(doc.root, "cases") : NULL;
    const struct segi_json *test = list ? segi_json_first(list) : NULL;
    for (size_t i = 0; list && i < list->count; i++, test = segi_json_next(test))
        if (!strcmp(segi_json_get(test, "kind")->u.text, "quality"))
            run_case(test);
    segi_json_free(&doc);
    free(text);
    return ok;
}

int main(void)
{
    const char *shared = getenv("SEGKIT_SHARED");
    if (!shared || seg_context_new(NULL, &context, &err)) {
        fprintf(stderr, "quality: %s\n", shared ? err.text : "set SEGKIT_SHARED");
        return 2;
    }
    snprintf(folder, sizeof folder, "%s/golden/classical", shared);
    bool ok = run_cases();
    seg_context_free(context);
    printf("%ld passed, %ld failed\n", passed, failed);
    return ok && passed && !failed ? 0 : 1;
}
