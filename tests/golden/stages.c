/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares stages with the values that the field's own tools give: SEGKIT_SHARED/golden/classical
 * and thresholds (its README says what each means). stage_rows.c says how a kind of case is put
 * as a pipeline. Prints what differs, "N passed, N failed", and the kinds without a row. */
#include "base/json.h"
#include "stage_rows.h"

#include <math.h>
#include <segkit/plugin-util.h>
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static seg_context *context;
static struct seg_error err;
static struct seg_faults faults;
static const char *folder;
static long passed, failed;

struct samples {
    double *data;
    int32_t width, height;
    bool mask;
};

static bool read_layer(const seg_layer *layer, struct samples *samples)
{
    struct seg_view view = SEG_VIEW;
    if (seg_layer_view(layer, &view, &err))
        return false;
    samples->width = view.width;
    samples->height = view.height;
    samples->mask = view.kind == SEG_MASK;
    samples->data = malloc((size_t)view.width * (size_t)view.height * sizeof(double));
    double *to = samples->data;
    for (int32_t y = 0; to && y < view.height; y++) {
        const void *row = seg_row(&view, 0, y);
        for (int32_t x = 0; x < view.width; x++)
            *to++ = view.dtype == SEG_U8    ? ((const uint8_t *)row)[x]
                    : view.dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                    : view.dtype == SEG_I32 ? ((const int32_t *)row)[x]
                                            : (double)((const float *)row)[x];
    }
    return samples->data != NULL;
}

static seg_layer *load(const char *path, char kind)
{
    char full[1024];
    seg_layer *layer = NULL;
    enum seg_kind as = kind == 'm' ? SEG_MASK : kind == 'l' ? SEG_LABELS : SEG_IMAGE;
    snprintf(full, sizeof full, "%s/%s", folder, path);
    if (seg_layer_load(context, full, 0, as, &layer, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return NULL;
    }
    if (kind != 'f')
        return layer;
    struct seg_shape shape = SEG_SHAPE;
    struct seg_view view = SEG_VIEW;
    struct samples samples = {0};
    seg_layer *floats = NULL;
    seg_layer_shape(layer, &shape);
    shape.dtype = SEG_F32;
    if (read_layer(layer, &samples) && !seg_layer_new(context, &shape, &floats, &err) &&
        !seg_layer_view(floats, &view, &err)) {
        const double *from = samples.data;
        for (int32_t y = 0; y < view.height; y++)
            for (int32_t x = 0; x < view.width; x++)
                ((float *)seg_row(&view, 0, y))[x] = (float)*from++;
        seg_layer_seal(floats);
    }
    free(samples.data);
    seg_layer_unref(layer);
    return floats;
}

/* A mask of the size of another layer, without its border. */
static seg_layer *rectangle(const seg_layer *like)
{
    const int32_t rim = 6;
    struct seg_shape shape = SEG_SHAPE;
    struct seg_view view = SEG_VIEW;
    seg_layer *layer = NULL;
    seg_layer_shape(like, &shape);
    shape.kind = SEG_MASK;
    shape.dtype = SEG_U8;
    shape.planes = 1;
    if (seg_layer_new(context, &shape, &layer, &err) || seg_layer_view(layer, &view, &err))
        return NULL;
    for (int32_t y = 0; y < view.height; y++)
        for (int32_t x = 0; x < view.width; x++)
            ((uint8_t *)seg_row(&view, 0, y))[x] =
                x >= rim && y >= rim && x < view.width - rim && y < view.height - rim;
    seg_layer_seal(layer);
    return layer;
}

/* "disk3" as "shape=disk radius=3", "rect3x7" likewise; false where it is of another form. */
static bool element(const char *text, char *out, size_t size)
{
    char shape[16];
    int number, width, end = 0;
    if (sscanf(text, "rect%dx%d", &number, &width) == 2) {
        snprintf(out, size, "shape=rectangle height=%d width=%d", number, width);
        return true;
    }
    if (sscanf(text, "%15[a-z]%d%n", shape, &number, &end) != 2 || text[end])
        return false;
    snprintf(out, size, "shape=%s radius=%d", shape,
             strcmp(shape, "square") ? number : (number - 1) / 2);
    return true;
}

/* "ROW-COLUMN" as "COLUMN,ROW"; false where it is of another form. */
static bool point(const char *text, char *out, size_t size)
{
    int row, column, end = 0;
    if (sscanf(text, "%d-%d%n", &row, &column, &end) != 2 || text[end])
        return false;
    snprintf(out, size, "%d,%d", column, row);
    return true;
}

/* Puts the case's parameters into the words. */
static bool expand(const char *words, const struct segi_json *params, char *out, size_t size)
{
    size_t n = 0;
    while (*words && n + 64 < size) {
        if (*words != '@') {
            out[n++] = *words++;
            continue;
        }
        char name[32];
        size_t length = strspn(++words, "abcdefghijklmnopqrstuvwxyz_");
        snprintf(name, sizeof name, "%.*s", (int)length, words);
        words += length;
        const bool side = !strcmp(name, "side"); /* of what has a radius */
        const struct segi_json *value = segi_json_get(params, side ? "radius" : name);
        /* outer boundaries of the reference come of its largest integer, which wrapped around */
        if (!value || (value->type == SEGI_JSON_STRING && !strcmp(value->u.text, "outer")))
            return false;
        if (!strcmp(name, "se")) {
            if (!element(value->u.text, out + n, size - n))
                return false;
        } else if (!strcmp(name, "seed")) {
            if (!point(value->u.text, out + n, size - n))
                return false;
        } else if (value->type == SEGI_JSON_STRING) {
            snprintf(out + n, size - n, "%s",
                     strcmp(value->u.text, "taxicab") ? value->u.text : "cityblock");
        } else if (value->type == SEGI_JSON_TRUE || value->type == SEGI_JSON_FALSE) {
            snprintf(out + n, size - n, "%s", value->type == SEGI_JSON_TRUE ? "true" : "false");
        } else {
            snprintf(out + n, size - n, "%g", side ? 2 * value->u.number + 1 : value->u.number);
        }
        n += strlen(out + n);
    }
    out[n] = 0;
    return true;
}

static size_t load_inputs(const struct row *row, const struct segi_json *test,
                          struct seg_input inputs[4], char names[4][16])
{
    size_t count = 0;
    char kind;
    int end;
    for (const char *at = row->inputs;
         count < 4 && sscanf(at, " %15[a-z]:%c%n", names[count], &kind, &end) == 2; at += end) {
        const struct segi_json *path = segi_json_get(segi_json_get(test, "inputs"), names[count]);
        if (!path && count && kind != 'r')
            continue;
        inputs[count] = (struct seg_input){.struct_size = sizeof *inputs,
                                           .name = count ? names[count] : "input",
                                           .layer = path    ? load(path->u.text, kind)
                                                    : count ? rectangle(inputs[0].layer)
                                                            : NULL};
        if (!inputs[count].layer)
            return 0;
        inputs[count].shape = SEG_SHAPE;
        seg_layer_shape(inputs[count].layer, &inputs[count].shape);
        count++;
    }
    return count;
}

static bool run(char *text, const struct seg_input *inputs, size_t count, seg_result **result)
{
    const char *words[64];
    int n = 0;
    seg_pipeline *pipeline = NULL;
    seg_plan *plan = NULL;
    for (char *word = strtok(text, " "); word && n < 64; word = strtok(NULL, " "))
        words[n++] = word;
    faults.count = 0;
    err.text[0] = 0;
    bool ok = !seg_pipeline_parse_words(context, n, words, &pipeline, &faults) &&
              !seg_pipeline_check(pipeline, inputs, count, NULL, &plan, &faults) &&
              !seg_plan_run(plan, inputs, count, NULL, result, &err);
    if (!ok)
        printf("%s\n", faults.count ? faults.list[0].error.text : err.text);
    seg_plan_free(plan);
    seg_pipeline_free(pipeline);
    return ok;
}

/* Equal up to renumbering, with 0 as 0: each label of either meets one of the other. */
static bool partition(const struct samples *a, const struct samples *b)
{
    size_t n = (size_t)a->width * (size_t)a->height, most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(a->data[i], b->data[i]) > (double)most ? (size_t)fmax(a->data[i], b->data[i])
                                                           : most;
    double *to = calloc(2 * (most + 1), sizeof *to), *back = to + most + 1;
    bool same = to != NULL;
    for (size_t i = 0; i < n && same; i++) {
        size_t p = (size_t)a->data[i], q = (size_t)b->data[i];
        same = (p == 0) == (q == 0) && (to[p] == 0 || to[p] == b->data[i]) &&
               (back[q] == 0 || back[q] == a->data[i]);
        to[p] = b->data[i];
        back[q] = a->data[i];
    }
    free(to);
    return same;
}

/* How far the result is from the expected, in the sense of `compare`. */
static double distance(const struct row *row, struct samples *ours, const struct samples *theirs,
                       const char *compare)
{
    size_t n = (size_t)ours->width * (size_t)ours->height, differ = 0;
    double most = 0;
    if (ours->width != theirs->width || ours->height != theirs->height)
        return INFINITY;
    if (!strcmp(compare, "partition"))
        return partition(ours, theirs) ? 0 : INFINITY;
    bool binary = ours->mask || !strncmp(row->kind, "remove_small", 12) ||
                  !strcmp(row->kind, "clear_border") || !strcmp(row->kind, "flood");
    for (size_t i = 0; i < n; i++) {
        double a = ours->data[i], b = theirs->data[i];
        if (row->form == SQUARES)
            a = rint(a * a);
        if (binary)
            a = a != 0, b = b != 0;
        differ += a != b;
        most = fmax(most, fabs(a - b));
    }
    if (row->form == PHASES && differ > n / 2)
        differ = n - differ;
    return !strcmp(compare, "pixel_fraction") ? (double)differ / (double)n : most;
}

/* How many of the points, [row, column] in raster order, are not where labels are, or the reverse.
 */
static double strays(const struct samples *ours, const struct segi_json *points)
{
    size_t n = (size_t)ours->width * (size_t)ours->height, strays = 0;
    const struct segi_json *point = segi_json_first(points);
    for (size_t i = 0, k = 0; i < n; i++) {
        bool listed = false;
        if (k < points->count) {
            const struct segi_json *y = segi_json_first(point), *x = segi_json_next(y);
            listed = y->u.number * ours->width + x->u.number == (double)i;
        }
        strays += listed != (ours->data[i] != 0);
        if (listed && ++k < points->count)
            point = segi_json_next(point);
    }
    return (double)strays;
}

static double reported(const seg_result *result, const char *wanted)
{
    const char *name;
    double value;
    for (size_t stage = 0; stage < 3; stage++)
        for (size_t i = 0; !seg_result_value(result, stage, i, &name, &value); i++)
            if (!strcmp(name, wanted))
                return value;
    return NAN;
}

static double sum(const seg_result *result)
{
    struct samples samples = {0};
    double all = 0;
    if (!read_layer(seg_result_layer(result, NULL), &samples))
        return NAN;
    for (size_t i = 0; i < (size_t)samples.width * (size_t)samples.height; i++)
        all += samples.data[i];
    free(samples.data);
    return all;
}

static void check(const struct row *row, const struct segi_json *test,
                  const struct segi_json *expect)
{
    char text[512], names[4][16];
    struct seg_input inputs[4];
    seg_result *result = NULL;
    const char *name = segi_json_get(test, "name")->u.text;
    const struct segi_json *value = segi_json_get(expect, "value");
    const struct segi_json *tol = segi_json_get(expect, "tol");
    if (!expand(row->words, segi_json_get(test, "params"), text, sizeof text))
        return;
    double off = INFINITY, allowed = tol && tol->type == SEGI_JSON_NUMBER ? tol->u.number : 0;
    size_t count = load_inputs(row, test, inputs, names);
    if (count == 3) /* an optional mask */
        strcat(text, " mask=mask");
    if (count && run(text, inputs, count, &result)) {
        struct samples ours = {0}, theirs = {0};
        if (row->form == VALUE) {
            off = fabs(reported(result, row->value) - value->u.number);
        } else if (row->form == POINTS) {
            if (read_layer(seg_result_layer(result, NULL), &ours))
                off = strays(&ours, value);
        } else if (row->form == SUM) {
            off = fabs(sum(result) - value->u.number);
        } else {
            seg_layer *layer = load(value->u.text, 'i');
            if (layer && read_layer(layer, &theirs) &&
                read_layer(seg_result_layer(result, NULL), &ours))
                off = distance(row, &ours, &theirs, segi_json_get(expect, "compare")->u.text);
            seg_layer_unref(layer);
        }
        free(ours.data);
        free(theirs.data);
    }
    seg_result_free(result);
    for (size_t i = 0; i < count; i++)
        seg_layer_unref(inputs[i].layer);
    if (off <= allowed) {
        passed++;
    } else {
        failed++;
        printf("%s: %s: off by %g, allowed %g\n", name, row->metric, off, allowed);
    }
}

/* Runs the rows for one case; false: none fits its kind. */
static bool run_case(const struct segi_json *test)
{
    bool known = false;
    const char *kind = segi_json_get(test, "kind")->u.text;
    const struct segi_json *list = segi_json_get(test, "expect");
    const struct segi_json *expect = segi_json_first(list);
    for (size_t i = 0; i < list->count; i++, expect = segi_json_next(expect))
        for (size_t k = 0; k < row_count; k++) {
            if (strcmp(rows[k].kind, kind))
                continue;
            known = true;
            if (!strcmp(rows[k].metric, segi_json_get(expect, "metric")->u.text))
                check(&rows[k], test, expect);
        }
    return known;
}

static bool run_group(const char *shared, const char *group)
{
    char path[1024], cases[1100];
    snprintf(path, sizeof path, "%s/golden/%s", shared, group);
    snprintf(cases, sizeof cases, "%s/cases.json", path);
    FILE *file = fopen(cases, "rb");
    if (!file) {
        perror(cases);
        return false;
    }
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size);
    struct segi_json_doc doc = {0};
    bool ok = text && fread(text, 1, size, file) == size && !segi_json_read(text, size, &doc);
    fclose(file);
    folder = path;
    const struct segi_json *list = ok ? segi_json_get(doc.root, "cases") : NULL;
    const struct segi_json *test = list ? segi_json_first(list) : NULL;
    printf("%s: no stage for:", group);
    const char *last = "";
    for (size_t i = 0; list && i < list->count; i++, test = segi_json_next(test)) {
        const char *kind = segi_json_get(test, "kind")->u.text;
        if (!run_case(test) && strcmp(kind, last))
            printf(" %s", last = kind);
    }
    printf("\n");
    segi_json_free(&doc);
    free(text);
    return ok;
}

int main(void)
{
    const char *shared = getenv("SEGKIT_SHARED");
    if (!shared || seg_context_new(NULL, &context, &err)) {
        fprintf(stderr, "stages: %s\n", shared ? err.text : "set SEGKIT_SHARED");
        return 2;
    }
    bool ok = run_group(shared, "classical");
    ok = run_group(shared, "thresholds") && ok;
    seg_context_free(context);
    printf("%ld passed, %ld failed\n", passed, failed);
    return ok && passed && !failed ? 0 : 1;
}
