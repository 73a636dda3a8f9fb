/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares the threshold stages with SEGKIT_SHARED/golden/thresholds: the thresholds of images and
 * the masks of windows. Prints what differs and "N passed, N failed". */
#include "base/json.h"
#include "picture.h"

#include <math.h>
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct runner {
    seg_context *context;
    const char *folder;
    long passed, failed;
};

static const char *text_of(const struct segi_json *test, const char *name)
{
    return segi_json_text(segi_json_get(test, name), "");
}

/* Runs one stage; NULL with a message where it fails. */
static seg_result *run(struct runner *r, struct seg_input *inputs, size_t count,
                       const char *const *words, int word_count)
{
    struct seg_faults faults = {0};
    struct seg_error err = {0};
    seg_pipeline *pipeline = NULL;
    seg_plan *plan = NULL;
    seg_result *result = NULL;
    int status = seg_pipeline_parse_words(r->context, word_count, words, &pipeline, &faults);
    if (!status)
        status = seg_pipeline_check(pipeline, inputs, count, NULL, &plan, &faults);
    if (status)
        printf("# %s\n", faults.list[0].error.text);
    else if (seg_plan_run(plan, inputs, count, NULL, &result, &err))
        printf("# %s\n", err.text);
    seg_plan_free(plan);
    seg_pipeline_free(pipeline);
    return result;
}

static double value(const seg_result *result, const char *name)
{
    const char *found;
    double number;
    for (size_t i = 0; !seg_result_value(result, 0, i, &found, &number); i++)
        if (strcmp(found, name) == 0)
            return number;
    return (double)NAN;
}

static void expect(struct runner *r, const struct segi_json *test, const char *what, bool good,
                   double want, double have)
{
    r->passed += good;
    r->failed += !good;
    if (!good)
        printf("not ok %s %s: want %.17g, have %.17g\n", text_of(test, "name"), what, want, have);
}

/* The words of a stage by the name of an expectation; 0 where no stage answers it. */
static int global_words(const char *metric, char words[5][64])
{
    int classes;
    if (sscanf(metric, "skimage.multiotsu%d", &classes) == 1) {
        snprintf(words[0], 64, "threshold.multiotsu");
        snprintf(words[1], 64, "classes=%d", classes);
        return 2;
    }
    static const char *const names[] = {"otsu",     "yen", "isodata", "minimum",
                                        "triangle", "li",  "mean"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strncmp(metric, "skimage.", 8) == 0 && strcmp(metric + 8, names[i]) == 0) {
            snprintf(words[0], 64, "threshold.%s", names[i]);
            return 1;
        }
    }
    return 0;
}

/* Fills one word after the other. */
#define WORD(...) snprintf(words[n++], 64, __VA_ARGS__)

static int opencv_words(const char *metric, char words[5][64])
{
    char name[16];
    int window, n = 0;
    double k;
    if (sscanf(metric, "cv_adaptive_%15[a-z]_b%d_c%lf", name, &window, &k) == 3) {
        WORD("threshold.local_%s", name);
        WORD("offset=%g", k);
    } else if (sscanf(metric, "cv_%15[a-z]_w%d_k%lf", name, &window, &k) == 3) {
        WORD("threshold.%s", name);
        WORD("k=%g", strcmp(name, "niblack") == 0 ? -k : k);
        if (strcmp(name, "sauvola") == 0)
            WORD("r=128");
    } else {
        return 0;
    }
    WORD("window=%d", window);
    WORD("convention=opencv");
    return n;
}

/* By ImageJ's default parameters. */
static int imagej_words(const char *metric, char words[5][64])
{
    char name[16];
    int radius, n = 0;
    if (sscanf(metric, "ij_%15[a-z]_r%d", name, &radius) != 2)
        return 0;
    const bool local =
        strcmp(name, "mean") == 0 || strcmp(name, "median") == 0 || strcmp(name, "otsu") == 0;
    WORD("threshold.%s%s", local ? "local_" : "", name);
    WORD("window=%d", 2 * radius + 1);
    if (strcmp(name, "niblack") == 0)
        WORD("k=-0.2");
    if (strcmp(name, "sauvola") == 0) {
        WORD("k=0.5");
        WORD("r=128");
    }
    if ((local && strcmp(name, "otsu") != 0) || n > 2)
        WORD("convention=imagej");
    return n;
}

static int local_words(const char *metric, char words[5][64])
{
    char name[16];
    int window, n = 0;
    double k, r;
    if (strncmp(metric, "cv_", 3) == 0)
        return opencv_words(metric, words);
    if (strncmp(metric, "ij_", 3) == 0)
        return imagej_words(metric, words);
    if (sscanf(metric, "local_%15[a-z]_w%d_o%lf", name, &window, &k) == 3) {
        WORD("threshold.local_%s", name);
        WORD("offset=%g", k);
    } else if (sscanf(metric, "niblack_w%d_k%lf", &window, &k) == 2) {
        WORD("threshold.niblack");
        WORD("k=%g", k);
    } else if (sscanf(metric, "sauvola_w%d_k%lf_r%lf", &window, &k, &r) == 3) {
        WORD("threshold.sauvola");
        WORD("k=%g", k);
        WORD("r=%g", r == 128 ? 127.5 : r); /* half the range */
    } else {
        return 0;
    }
    WORD("window=%d", window);
    return n;
}

static void check_numbers(struct runner *r, const struct segi_json *test, const struct segi_json *e,
                          const seg_result *result)
{
    const struct segi_json *want = segi_json_get(e, "value");
    const double tolerance = segi_json_number(segi_json_get(e, "tol"), 0);
    const char *metric = text_of(e, "metric");
    const double single = segi_json_number(want, (double)NAN);
    if (strcmp(text_of(e, "compare"), "error") == 0) {
        expect(r, test, metric, !result, (double)NAN, result ? 0 : (double)NAN);
    } else if (!isnan(single)) {
        const double have = result ? value(result, "threshold") : (double)NAN;
        expect(r, test, metric, fabs(have - single) <= tolerance, single, have);
    } else {
        int i = 0;
        SEGI_JSON_EACH(number, want)
        {
            char name[32];
            snprintf(name, sizeof name, "threshold_%d", ++i);
            const double have = result ? value(result, name) : (double)NAN;
            const double one = segi_json_number(number, (double)NAN);
            expect(r, test, metric, fabs(have - one) <= tolerance, one, have);
        }
    }
}

/* The share of pixels that differ from the stored mask may be the tolerance. */
static void check_mask(struct runner *r, const struct segi_json *test, const struct segi_json *e,
                       const seg_result *result)
{
    char path[4096];
    struct picture want = {0};
    struct seg_view view = {.struct_size = sizeof view};
    const double tolerance = segi_json_number(segi_json_get(e, "tol"), 0);
    double differ = 0;
    snprintf(path, sizeof path, "%s/%s", r->folder, text_of(e, "value"));
    if (!result || picture_load(path, &want)) {
        expect(r, test, text_of(e, "metric"), false, tolerance, 1);
        return;
    }
    seg_layer_view(seg_result_layer(result, NULL), &view, NULL);
    const double pixels = (double)want.width * want.height;
    for (int32_t y = 0; y < view.height; y++) {
        const uint8_t *row = (const uint8_t *)view.data + y * view.row_stride;
        for (int32_t x = 0; x < view.width; x++)
            differ +=
                (row[x] != 0) != (want.samples[(size_t)y * (size_t)want.width + (size_t)x] != 0);
    }
    expect(r, test, text_of(e, "metric"), differ <= tolerance * pixels + 1e-6, tolerance * pixels,
           differ);
    picture_free(&want);
}

static void run_case(struct runner *r, const struct segi_json *test)
{
    struct seg_input image = {.struct_size = sizeof image, .name = "input"};
    struct seg_error err = {0};
    char path[4096];
    const char *file = text_of(segi_json_get(test, "inputs"), "image");
    const bool local = strcmp(text_of(test, "kind"), "local") == 0;
    if (!*file) /* a histogram alone */
        return;
    snprintf(path, sizeof path, "%s/%s", r->folder, file);
    if (seg_layer_load(r->context, path, 0, SEG_IMAGE, &image.layer, &err)) {
        expect(r, test, err.text, false, 1, 0);
        return;
    }
    seg_layer_shape(image.layer, &image.shape);
    SEGI_JSON_EACH(e, segi_json_get(test, "expect"))
    {
        char words[5][64];
        const char *list[5];
        const int count = (local ? local_words : global_words)(text_of(e, "metric"), words);
        if (!count)
            continue;
        for (int i = 0; i < count; i++)
            list[i] = words[i];
        seg_result *result = run(r, &image, 1, list, count);
        (local ? check_mask : check_numbers)(r, test, e, result);
        seg_result_free(result);
    }
    seg_layer_unref(image.layer);
}

static int read_json(const char *path, struct segi_json_doc *doc)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0, got;
    int status = -1;
    if (!file)
        return -1;
    do {
        char *more = realloc(text, size + 65536);
        if (!more)
            goto out;
        text = more;
        got = fread(text + size, 1, 65536, file);
        size += got;
    } while (got);
    status = segi_json_read(text, size, doc);
out:
    free(text);
    fclose(file);
    return status;
}

int main(void)
{
    const char *shared = getenv("SEGKIT_SHARED");
    char folder[4000], path[4096];
    struct runner r = {.folder = folder};
    struct segi_json_doc doc = {0};
    struct seg_options options = {.struct_size = sizeof options};
    snprintf(folder, sizeof folder, "%s/golden/thresholds", shared ? shared : "../shared");
    snprintf(path, sizeof path, "%s/cases.json", folder);
    if (read_json(path, &doc) || seg_context_new(&options, &r.context, NULL))
        return 1;
    SEGI_JSON_EACH(test, segi_json_get(doc.root, "cases"))
    {
        run_case(&r, test);
    }
    printf("%ld passed, %ld failed\n", r.passed, r.failed);
    segi_json_free(&doc);
    seg_context_free(r.context);
    return r.failed > 0;
}
