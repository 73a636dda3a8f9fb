/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares region properties with scikit-image's: SEGKIT_SHARED/golden/classical (its README says
 * what each means), cases of the kinds regionprops, perimeter and euler. */
#include "data/regions.h"
#include "base/json.h"

#include <math.h>
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 40

static seg_context *context;
static struct seg_error err;
static char folder[1024];
static long passed, failed;

static void tell(const struct segi_json *test, const char *what, double off, double allowed)
{
    if (off <= allowed) {
        passed++;
        return;
    }
    failed++;
    printf("%s: %s: off by %g, allowed %g\n", segi_json_text(segi_json_get(test, "name"), "?"),
           what, off, allowed);
}

static seg_layer *load(const struct segi_json *test, const char *role, enum seg_kind kind)
{
    char path[2100];
    seg_layer *layer = NULL;
    const struct segi_json *name = segi_json_get(segi_json_get(test, "inputs"), role);
    snprintf(path, sizeof path, "%s/%s", folder, segi_json_text(name, ""));
    if (seg_layer_load(context, path, 0, kind, &layer, &err))
        printf("%s\n", err.text);
    return layer;
}

static const struct segi_property *property(const char *name)
{
    for (size_t i = 0; i < segi_property_count; i++)
        if (!strcmp(segi_properties[i].name, name))
            return &segi_properties[i];
    return NULL;
}

/* -- one region -------------------------------------------------------------------------------- */

static void check_mask(const struct segi_json *test)
{
    static const struct {
        const char *metric, *property;
    } names[] = {{"perimeter4", "perimeter"},       {"perimeter8", "perimeter_8"},
                 {"crofton4", "perimeter_crofton"}, {"crofton2", "perimeter_crofton_2"},
                 {"euler8", "euler_number"},        {"euler4", "euler_number_4"}};
    struct segi_regions regions = {0};
    seg_layer *mask = load(test, "image", SEG_MASK);
    const bool ok =
        mask && !segi_regions_measure(context, mask, NULL, SEGI_MEASURE_ALL, &regions, &err);
    SEGI_JSON_EACH(expect, segi_json_get(test, "expect"))
    {
        const char *metric = segi_json_text(segi_json_get(expect, "metric"), "");
        const double want = segi_json_number(segi_json_get(expect, "value"), NAN);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (!strcmp(names[i].metric, metric)) {
                const double got =
                    !ok ? NAN
                    : regions.count
                        ? segi_region_value(regions.list, property(names[i].property), 0)
                        : 0;
                tell(test, metric, ok ? fabs(got - want) : INFINITY,
                     segi_json_number(segi_json_get(expect, "tol"), 0));
            }
    }
    segi_regions_end(&regions);
    seg_layer_unref(mask);
}

/* -- a table ----------------------------------------------------------------------------------- */

static int split(char *line, char **cells)
{
    int count = 0;
    line[strcspn(line, "\r\n")] = 0;
    for (char *p = line; p && count < COLUMNS;)
        cells[count++] = strsep(&p, "\t");
    return count;
}

/* How far a value may be, as the case's `tolerances` say it in words. */
static double allowed(const char *name, double want, const struct segi_region *region)
{
    if (!strcmp(name, "convex_area"))
        return fmax(2, 0.01 * want);
    if (!strcmp(name, "solidity"))
        return 0.01 * want;
    if (!strcmp(name, "orientation"))
        return region->major_axis_length > 1.02 * region->minor_axis_length ? 1e-5 : INFINITY;
    return 1e-6 * fabs(want) + 1e-6;
}

static void check_line(const struct segi_json *test, const struct segi_region *region,
                       char *const *heads, char *const *cells, int count)
{
    for (int i = 0; i < count; i++) {
        const struct segi_property *p = property(heads[i]);
        const double want = atof(cells[i]);
        double off = p ? fabs(segi_region_value(region, p, 0) - want) : INFINITY;
        if (!strcmp(heads[i], "orientation")) /* an axis has two directions */
            off = fmin(off, fabs(off - 3.14159265358979323846));
        tell(test, heads[i], off, allowed(heads[i], want, region));
    }
}

static void check_table(const struct segi_json *test)
{
    char path[2100], head[2000], line[2000], *heads[COLUMNS], *cells[COLUMNS];
    struct segi_regions regions = {0};
    seg_layer *labels = load(test, "image", SEG_LABELS);
    seg_layer *image = load(test, "intensity", SEG_IMAGE);
    const struct segi_json *expect = segi_json_first(segi_json_get(test, "expect"));
    snprintf(path, sizeof path, "%s/%s", folder,
             segi_json_text(segi_json_get(expect, "value"), ""));
    FILE *table = fopen(path, "r");
    bool ok = labels && image && table && fgets(head, sizeof head, table) &&
              !segi_regions_measure(context, labels, image, SEGI_MEASURE_ALL, &regions, &err);
    const int count = ok ? split(head, heads) : 0;
    for (size_t i = 0; i < regions.count && ok; i++) {
        ok = fgets(line, sizeof line, table) && split(line, cells) == count;
        if (ok)
            check_line(test, &regions.list[i], heads, cells, count);
    }
    ok = ok && !fgets(line, sizeof line, table);
    tell(test, "the table's size", ok ? 0 : INFINITY, 0);
    if (table)
        fclose(table);
    segi_regions_end(&regions);
    seg_layer_unref(labels);
    seg_layer_unref(image);
}

/* -- all ----------------------------------------------------------------------------------------
 */

static char *read_all(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    if (file && !fseek(file, 0, SEEK_END)) {
        *size = (size_t)ftell(file);
        rewind(file);
        text = malloc(*size);
        if (text && fread(text, 1, *size, file) != *size) {
            free(text);
            text = NULL;
        }
    }
    if (file)
        fclose(file);
    return text;
}

int main(void)
{
    char cases[1100];
    size_t size;
    struct segi_json_doc doc = {0};
    const char *shared = getenv("SEGKIT_SHARED");
    snprintf(folder, sizeof folder, "%s/golden/classical", shared ? shared : "../shared");
    snprintf(cases, sizeof cases, "%s/cases.json", folder);
    char *text = read_all(cases, &size);
    if (!text || segi_json_read(text, size, &doc) || seg_context_new(NULL, &context, &err)) {
        fprintf(stderr, "regions: %s cannot be read\n", cases);
        return 2;
    }
    SEGI_JSON_EACH(test, segi_json_get(doc.root, "cases"))
    {
        const char *kind = segi_json_text(segi_json_get(test, "kind"), "");
        if (!strcmp(kind, "regionprops"))
            check_table(test);
        else if (!strcmp(kind, "perimeter") || !strcmp(kind, "euler"))
            check_mask(test);
    }
    segi_json_free(&doc);
    free(text);
    seg_context_free(context);
    printf("%ld passed, %ld failed\n", passed, failed);
    return failed || !passed;
}
