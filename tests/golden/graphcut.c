/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares the graphcut stages with SEGKIT_SHARED/golden/graphcut: least energies of given costs,
 * and objects out of boxes. Prints what differs and "N passed, N failed". */
#include "base/json.h"

#include <math.h>
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct runner {
    seg_context *context;
    const char *folder;
    long passed, failed;
    double ours, theirs; /* sums of the grabcut cases' overlaps */
    long overlaps;
};

static const char *text_of(const struct segi_json *test, const char *name)
{
    return segi_json_text(segi_json_get(test, name), "");
}

static bool load(struct runner *r, const struct segi_json *test, const char *role,
                 enum seg_kind kind, struct seg_input *input)
{
    char path[4096];
    struct seg_error err = {0};
    const char *name = text_of(segi_json_get(test, "inputs"), role);
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    if (!*name || seg_layer_load(r->context, path, 0, kind, &input->layer, &err))
        return false;
    input->struct_size = sizeof *input;
    seg_layer_shape(input->layer, &input->shape);
    return true;
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

static void check_energy(struct runner *r, const struct segi_json *test, double energy, double flow)
{
    SEGI_JSON_EACH(e, segi_json_get(test, "expect"))
    {
        const char *metric = text_of(e, "metric"), *how = text_of(e, "compare");
        double want = segi_json_number(segi_json_get(e, "value"), (double)NAN);
        double tolerance = segi_json_number(segi_json_get(e, "tol"), 0);
        if (strncmp(metric, "min_energy", 10) == 0) {
            expect(r, test, metric, fabs(energy - want) <= tolerance, want, energy);
            expect(r, test, "flow", fabs(flow - want) <= tolerance, want, flow);
        } else if (strcmp(how, "upper_bound") == 0) {
            expect(r, test, metric, energy <= want + tolerance, want, energy);
        }
    }
}

static void run_energy(struct runner *r, const struct segi_json *test)
{
    struct seg_input inputs[2] = {{.name = "input"}, {.name = "weights"}};
    const struct segi_json *params = segi_json_get(test, "params");
    char connectivity[64], weight[64];
    const char *words[] = {"graphcut.energy", "unary=input", connectivity, weight};
    bool binary = strcmp(text_of(test, "kind"), "binary_mrf") == 0;
    size_t count = binary ? 2 : 1;
    snprintf(connectivity, sizeof connectivity, "connectivity=%g",
             segi_json_number(segi_json_get(params, "connectivity"), 0));
    snprintf(weight, sizeof weight, "weight=%g", segi_json_number(segi_json_get(params, "lam"), 0));
    if (!load(r, test, "unary", SEG_SCORES, &inputs[0]) ||
        (binary && !load(r, test, "pairwise", SEG_IMAGE, &inputs[1]))) {
        expect(r, test, "inputs", false, 1, 0);
    } else {
        if (binary)
            words[3] = "pairwise=weights";
        seg_result *result = run(r, inputs, count, words, 4);
        check_energy(r, test, result ? value(result, "energy") : (double)NAN,
                     result ? value(result, "flow") : (double)NAN);
        seg_result_free(result);
    }
    for (size_t i = 0; i < 2; i++)
        seg_layer_unref(inputs[i].layer);
}

/* Overlap over union, without the pixels of `ignore` in the truth. */
static double overlap(seg_layer *have, seg_layer *want, int ignore)
{
    struct seg_view a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
    double both = 0, any = 0;
    int object = 1;
    seg_layer_view(have, &a, NULL);
    seg_layer_view(want, &b, NULL);
    for (int32_t y = 0; y < a.height; y++) {
        const uint8_t *x = (const uint8_t *)a.data + y * a.row_stride;
        const uint8_t *t = (const uint8_t *)b.data + y * b.row_stride;
        for (int32_t i = 0; i < a.width; i++) {
            bool truth = t[i] >= object;
            if (t[i] == ignore)
                continue;
            both += x[i] && truth;
            any += x[i] || truth;
        }
    }
    return both / any;
}

static void run_grabcut(struct runner *r, const struct segi_json *test)
{
    struct seg_input image = {.name = "input"}, truth = {.name = "truth"};
    const struct segi_json *params = segi_json_get(test, "params");
    int ignore = (int)segi_json_number(segi_json_get(params, "ignore"), -1);
    double box[4] = {0};
    size_t corner = 0;
    SEGI_JSON_EACH(number, segi_json_get(params, "rect_xywh"))
    {
        if (corner < 4)
            box[corner++] = segi_json_number(number, 0);
    }
    bool loaded =
        load(r, test, "image", SEG_IMAGE, &image) && load(r, test, "truth", SEG_IMAGE, &truth);
    if (!loaded)
        expect(r, test, "inputs", false, 1, 0);
    for (int iterations = 1; iterations <= 5 && loaded; iterations += 4) {
        char metric[32], where[96], often[32];
        const char *words[] = {"graphcut.grabcut", where, often};
        snprintf(metric, sizeof metric, "iou_%diter", iterations);
        snprintf(where, sizeof where, "box=%g,%g,%g,%g", box[0], box[1], box[2], box[3]);
        snprintf(often, sizeof often, "iterations=%d", iterations);
        seg_result *result = run(r, &image, 1, words, 3);
        double iou =
            result ? overlap(seg_result_layer(result, NULL), truth.layer, ignore) : (double)NAN;
        seg_result_free(result);
        SEGI_JSON_EACH(e, segi_json_get(test, "expect"))
        {
            double want = segi_json_number(segi_json_get(e, "value"), 0);
            double tolerance = segi_json_number(segi_json_get(e, "tol"), 0);
            if (strcmp(text_of(e, "metric"), metric) != 0)
                continue;
            expect(r, test, metric, iou >= want - tolerance, want, iou);
            r->ours += iou;
            r->theirs += want;
            r->overlaps++;
        }
    }
    seg_layer_unref(image.layer);
    seg_layer_unref(truth.layer);
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
    snprintf(folder, sizeof folder, "%s/golden/graphcut", shared ? shared : "../shared");
    snprintf(path, sizeof path, "%s/cases.json", folder);
    if (read_json(path, &doc) || seg_context_new(&options, &r.context, NULL))
        return 1;
    SEGI_JSON_EACH(test, segi_json_get(doc.root, "cases"))
    {
        if (strcmp(text_of(test, "kind"), "grabcut") == 0)
            run_grabcut(&r, test);
        else
            run_energy(&r, test);
    }
    if (r.overlaps) {
        printf("mean overlap of %ld cuts: %.4f, the reference's %.4f\n", r.overlaps,
               r.ours / (double)r.overlaps, r.theirs / (double)r.overlaps);
        r.failed += !(r.ours >= r.theirs);
    }
    printf("%ld passed, %ld failed\n", r.passed, r.failed);
    segi_json_free(&doc);
    seg_context_free(r.context);
    return r.failed > 0;
}
