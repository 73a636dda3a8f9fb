/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares core/eval with the values that the field's own tools give: SEGKIT_SHARED/golden/metrics
 * (its README says what each means). Prints what differs and "N passed, N failed". */
#include "golden.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long passed, failed, skipped;

void golden_put(struct golden *g, double number, const char *name, ...)
{
    va_list args;
    if (g->count == g->room) {
        g->room = g->room * 2 + 256;
        g->values = realloc(g->values, g->room * sizeof *g->values);
        if (!g->values) {
            abort();
        }
    }
    struct golden_value *v = &g->values[g->count++];
    va_start(args, name);
    vsnprintf(v->name, sizeof v->name, name, args);
    va_end(args);
    v->number = number;
    v->text = NULL;
}

void golden_put_text(struct golden *g, char *text, const char *name)
{
    golden_put(g, (double)NAN, "%s", name);
    g->values[g->count - 1].text = text;
}

bool golden_json_file(const char *path, struct segi_json_doc *doc)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    bool ok = false;
    if (file && fseek(file, 0, SEEK_END) == 0) {
        long size = ftell(file);
        rewind(file);
        text = malloc((size_t)size + 1);
        ok = text && fread(text, 1, (size_t)size, file) == (size_t)size &&
             segi_json_read(text, (size_t)size, doc) == 0;
    }
    if (!ok) {
        fprintf(stderr, "%s: cannot be read as JSON\n", path);
    }
    free(text);
    if (file) {
        fclose(file);
    }
    return ok;
}

static const struct segi_json *input(const struct golden *g, const char *role)
{
    return segi_json_get(segi_json_get(g->test, "inputs"), role);
}

size_t golden_inputs(const struct golden *g, const char *role)
{
    const struct segi_json *value = input(g, role);
    return !value ? 0 : value->type == SEGI_JSON_ARRAY ? value->count : 1;
}

static bool input_path(const struct golden *g, const char *role, size_t i, char *path, size_t size)
{
    const struct segi_json *value = input(g, role);
    if (value && value->type == SEGI_JSON_ARRAY) {
        const struct segi_json *item = segi_json_first(value);
        for (; i > 0 && item; i--) {
            item = segi_json_next(item);
        }
        value = item;
    }
    const char *name = segi_json_text(value, NULL);
    return name && snprintf(path, size, "%s/%s", g->folder, name) < (int)size;
}

bool golden_picture(const struct golden *g, const char *role, size_t i, struct picture *picture)
{
    char path[4096];
    return input_path(g, role, i, path, sizeof path) && picture_load(path, picture) == 0;
}

bool golden_json(const struct golden *g, const char *role, struct segi_json_doc *doc)
{
    char path[4096];
    return input_path(g, role, 0, path, sizeof path) && golden_json_file(path, doc);
}

static void fail(const struct golden *g, const char *path, const char *want, double have)
{
    failed++;
    printf("not ok %s %s: want %s, have %.17g\n",
           segi_json_text(segi_json_get(g->test, "name"), "?"), path, want, have);
}

static const struct golden_value *find(const struct golden *g, const char *path)
{
    for (size_t i = 0; i < g->count; i++) {
        if (strcmp(g->values[i].name, path) == 0) {
            return &g->values[i];
        }
    }
    return NULL;
}

/* Numbers, and the strings that stand for those that JSON lacks. */
static bool close_to(const struct segi_json *want, double have, double tolerance)
{
    const char *text = segi_json_text(want, NULL);
    double number = segi_json_number(want, (double)NAN);
    if (text) {
        number = strcmp(text, "inf") == 0    ? (double)INFINITY
                 : strcmp(text, "-inf") == 0 ? -(double)INFINITY
                                             : (double)NAN;
    }
    if (isnan(number) || isinf(number)) {
        return isnan(number) ? isnan(have) : number == have;
    }
    return fabs(number - have) <= tolerance;
}

static void compare(const struct golden *g, const char *path, const struct segi_json *want,
                    double tolerance)
{
    char deeper[160], shown[64];
    size_t i = 0;
    if (want->type == SEGI_JSON_ARRAY || want->type == SEGI_JSON_OBJECT) {
        SEGI_JSON_EACH(child, want)
        {
            if (child->name) {
                snprintf(deeper, sizeof deeper, "%s.%s", path, child->name);
            } else {
                snprintf(deeper, sizeof deeper, "%s[%zu]", path, i++);
            }
            compare(g, deeper, child, tolerance);
        }
        return;
    }
    const struct golden_value *have = find(g, path);
    const char *text = segi_json_text(want, NULL);
    snprintf(shown, sizeof shown, "%.17g", segi_json_number(want, (double)NAN));
    if (!have) {
        failed++;
        printf("not ok %s %s: not computed\n", segi_json_text(segi_json_get(g->test, "name"), "?"),
               path);
    } else if (have->text ? !text || strcmp(text, have->text) != 0
                          : !close_to(want, have->number, tolerance)) {
        fail(g, path, text ? text : shown, have->number);
    } else {
        passed++;
    }
}

static bool compute(struct golden *g)
{
    static const struct {
        const char *kind;
        bool (*run)(struct golden *g);
    } kinds[] = {
        {"binary", golden_binary},   {"labels", golden_labels}, {"semantic", golden_classes},
        {"cityscapes", golden_city}, {"coco", golden_coco},     {"panoptic", golden_panoptic},
        {"polygon", golden_polygon}, {"rle", golden_rle},       {"rle_iou", golden_rle_iou}};
    const char *kind = segi_json_text(segi_json_get(g->test, "kind"), "");
    bool void_pixels = segi_json_get(segi_json_get(g->test, "params"), "ignore") != NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            bool more = void_pixels && strcmp(kind, "binary") == 0;
            return (!more || golden_classes(g)) && kinds[i].run(g);
        }
    }
    printf("not ok: no such kind of case: %s\n", kind);
    return false;
}

static void run(const char *folder, const struct segi_json *test)
{
    struct golden g = {.folder = folder, .test = test};
    if (!compute(&g)) {
        printf("not ok %s: cannot be computed\n", segi_json_text(segi_json_get(test, "name"), "?"));
        failed++;
    } else {
        SEGI_JSON_EACH(e, segi_json_get(test, "expect"))
        {
            const char *how = segi_json_text(segi_json_get(e, "compare"), "");
            const struct segi_json *value = segi_json_get(e, "value");
            if (strcmp(how, "abs") != 0 || !value) {
                skipped++;
                continue;
            }
            compare(&g, segi_json_text(segi_json_get(e, "metric"), ""), value,
                    segi_json_number(segi_json_get(e, "tol"), 0));
        }
    }
    for (size_t i = 0; i < g.count; i++) {
        free(g.values[i].text);
    }
    free(g.values);
}

int main(int argc, char **argv)
{
    char folder[2048], path[4096];
    struct segi_json_doc doc = {0};
    const char *shared = getenv("SEGKIT_SHARED");
    snprintf(folder, sizeof folder, "%s/golden/metrics", shared ? shared : "../shared");
    snprintf(path, sizeof path, "%s/cases.json", folder);
    FILE *there = fopen(path, "rb");
    if (!there) {
        printf("skipped: no %s; set SEGKIT_SHARED\n", path);
        return 77;
    }
    fclose(there);
    if (!golden_json_file(path, &doc)) {
        return 1;
    }
    SEGI_JSON_EACH(test, segi_json_get(doc.root, "cases"))
    {
        const char *name = segi_json_text(segi_json_get(test, "name"), "");
        if (argc < 2 || strstr(name, argv[1])) {
            run(folder, test);
        }
    }
    segi_json_free(&doc);
    printf("%ld passed, %ld failed (%ld informative or errors of the tools)\n", passed, failed,
           skipped);
    return failed != 0;
}
