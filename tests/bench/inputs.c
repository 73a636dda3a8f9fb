/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layers that rows work on: mosaics of pictures, and what is made of those. */
#include "toolbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void mosaic(const struct seg_view *from, const struct seg_view *to);
static void grid(const struct seg_view *from, const struct seg_view *to);
static void scribble(const struct seg_view *from, const struct seg_view *to);
static void slope(const struct seg_view *from, const struct seg_view *to);
static void to_u16(const struct seg_view *from, const struct seg_view *to);
static void to_f32(const struct seg_view *from, const struct seg_view *to);

/* A layer is a picture repeated, the result of a pipeline, or filled by a function. */
static const struct recipe {
    const char *name;
    const char *from; /* a layer, or a file: in SEGKIT_SHARED, or in the tree with "./" */
    const char *words;
    void (*fill)(const struct seg_view *from, const struct seg_view *to);
    enum seg_kind kind;
    enum seg_dtype dtype;
} recipes[] = {
    {"gray", "data/classic/camera.png", NULL, mosaic, SEG_IMAGE, SEG_U8},
    {"gray_u16", "gray", NULL, to_u16, SEG_IMAGE, SEG_U16},
    {"gray_f32", "gray", NULL, to_f32, SEG_IMAGE, SEG_F32},
    {"rgb", "data/classic/astronaut.png", NULL, mosaic, SEG_IMAGE, SEG_U8},
    {"page", "data/classic/page.png", NULL, mosaic, SEG_IMAGE, SEG_U8},
    {"nuclei", "./examples/images/nuclei.png", NULL, mosaic, SEG_IMAGE, SEG_U8},
    {"mask", "gray", "threshold.otsu", NULL, 0, 0},
    {"cells", "nuclei", "filter.gaussian sigma=1.5 ! threshold.otsu", NULL, 0, 0},
    {"depth", "cells", "markers.distance", NULL, 0, 0},
    {"labels", "mask", "mask.components", NULL, 0, 0},
    {"cell_labels", "cells", "mask.components", NULL, 0, 0},
    {"relief", "gray", NULL, slope, SEG_IMAGE, SEG_U8},
    {"markers", "gray", NULL, grid, SEG_LABELS, SEG_I32},
    {"scribbles", "gray", NULL, scribble, SEG_LABELS, SEG_I32},
    {"superpixels", "relief", "markers.grid spacing=16 ! watershed.flood image=input", NULL, 0, 0},
};

static struct {
    int32_t side;
    seg_context *context;
    seg_layer *layers[SEG_COUNT(recipes)];
    char folder[32];
} kept;

/* -- filling ---------------------------------------------------------------------------------- */

/* Repeats a picture, mirrored at its edges. */
static void mosaic(const struct seg_view *from, const struct seg_view *to)
{
    for (int32_t p = 0; p < to->planes; p++)
        for (int32_t y = 0; y < to->height; y++) {
            const int32_t v = y % (2 * from->height);
            const uint8_t *row = seg_row(from, p, v < from->height ? v : 2 * from->height - 1 - v);
            uint8_t *out = seg_row(to, p, y);
            for (int32_t x = 0; x < to->width; x++) {
                const int32_t u = x % (2 * from->width);
                out[x] = row[u < from->width ? u : 2 * from->width - 1 - u];
            }
        }
}

static void to_u16(const struct seg_view *from, const struct seg_view *to)
{
    for (int32_t y = 0; y < to->height; y++) {
        const uint8_t *row = seg_row(from, 0, y);
        uint16_t *out = seg_row(to, 0, y);
        for (int32_t x = 0; x < to->width; x++)
            out[x] = (uint16_t)(row[x] * 257);
    }
}

static void to_f32(const struct seg_view *from, const struct seg_view *to)
{
    for (int32_t y = 0; y < to->height; y++) {
        const uint8_t *row = seg_row(from, 0, y);
        float *out = seg_row(to, 0, y);
        for (int32_t x = 0; x < to->width; x++)
            out[x] = (float)row[x] / 255;
    }
}

/* A gradient, as a watershed is given. */
static void slope(const struct seg_view *from, const struct seg_view *to)
{
    for (int32_t y = 0; y < to->height; y++) {
        const uint8_t *row = seg_row(from, 0, y);
        const uint8_t *below = seg_row(from, 0, y + 1 < to->height ? y + 1 : y);
        uint8_t *out = seg_row(to, 0, y);
        for (int32_t x = 0; x < to->width; x++) {
            const int dx = row[x + 1 < to->width ? x + 1 : x] - row[x], dy = below[x] - row[x];
            const int sum = abs(dx) + abs(dy);
            out[x] = (uint8_t)(sum < 255 ? sum : 255);
        }
    }
}

static void grid(const struct seg_view *from, const struct seg_view *to)
{
    int32_t label = 0;
    (void)from;
    for (int32_t y = 0; y < to->height; y++) {
        int32_t *seeds = seg_row(to, 0, y);
        for (int32_t x = 0; x < to->width; x++)
            seeds[x] = x % 32 == 16 && y % 32 == 16 ? ++label : 0;
    }
}

/* Short strokes of two labels in turn. */
static void scribble(const struct seg_view *from, const struct seg_view *to)
{
    (void)from;
    for (int32_t y = 0; y < to->height; y++) {
        int32_t *row = seg_row(to, 0, y);
        for (int32_t x = 0; x < to->width; x++)
            row[x] = y % 128 == 64 && x % 256 > 64 && x % 256 < 192 ? 1 + y / 128 % 2 : 0;
    }
}

/* -- keeping ---------------------------------------------------------------------------------- */

static struct seg_view view_of(seg_layer *layer)
{
    struct seg_view view = SEG_VIEW;
    struct seg_error err = {0};
    if (seg_layer_view(layer, &view, &err))
        bench_die("view", err.text);
    return view;
}

static seg_layer *load(const char *file)
{
    const char *shared = getenv("SEGKIT_SHARED");
    char path[4096];
    struct seg_error err = {0};
    seg_layer *layer;
    if (file[0] == '.')
        snprintf(path, sizeof path, "%s/%s", BENCH_TREE, file);
    else
        snprintf(path, sizeof path, "%s/%s", shared ? shared : BENCH_TREE "/../shared", file);
    if (seg_layer_load(kept.context, path, 0, SEG_IMAGE, &layer, &err))
        bench_die("set SEGKIT_SHARED", err.text);
    return layer;
}

static seg_layer *fill(const struct recipe *recipe, seg_layer *source)
{
    struct seg_view from = view_of(source), to;
    struct seg_shape shape = SEG_SHAPE;
    struct seg_props props = {.struct_size = sizeof props};
    struct seg_error err = {0};
    seg_layer *layer;
    shape.kind = recipe->kind;
    shape.dtype = recipe->dtype;
    shape.width = shape.height = kept.side;
    shape.planes = from.planes;
    seg_layer_props(source, &props);
    if (seg_layer_new(kept.context, &shape, &layer, &err) ||
        seg_layer_set_props(layer, &props, &err))
        bench_die(recipe->name, err.text);
    to = view_of(layer);
    recipe->fill(&from, &to);
    seg_layer_seal(layer);
    return layer;
}

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < SEG_COUNT(recipes) && strcmp(recipes[i].name, name))
        i++;
    return i;
}

static seg_layer *get(const char *name)
{
    const size_t i = find(name);
    if (i == SEG_COUNT(recipes))
        return load(name);
    if (kept.layers[i])
        return kept.layers[i];
    seg_layer *source = get(recipes[i].from);
    if (recipes[i].fill) {
        kept.layers[i] = fill(&recipes[i], source);
        if (find(recipes[i].from) == SEG_COUNT(recipes))
            seg_layer_unref(source);
        return kept.layers[i];
    }
    struct bench_layers layers = {{recipes[i].from}, {source}, {view_of(source)}, 1};
    seg_plan *plan = bench_plan(kept.context, recipes[i].words, &layers);
    seg_result *result = bench_plan_run(plan, &layers);
    kept.layers[i] = seg_layer_ref(seg_result_layer(result, NULL));
    seg_result_free(result);
    seg_plan_free(plan);
    return kept.layers[i];
}

void bench_layers_begin(int32_t side)
{
    struct seg_options options = {.struct_size = sizeof options, .threads = 1};
    struct seg_error err = {0};
    kept.side = side;
    strcpy(kept.folder, "/tmp/toolbox-XXXXXX");
    if (seg_context_new(&options, &kept.context, &err) || !mkdtemp(kept.folder))
        bench_die("begin", err.text);
}

void bench_layers_get(const struct bench_row *row, struct bench_layers *layers)
{
    char text[256], *rest = text;
    snprintf(text, sizeof text, "%s", row->inputs);
    layers->count = 0;
    for (char *name; (name = strtok_r(rest, " ", &rest)) && layers->count < BENCH_MOST_INPUTS;) {
        const size_t at = find(name);
        if (at == SEG_COUNT(recipes))
            bench_die(name, "inputs.c has no such layer");
        layers->names[layers->count] = recipes[at].name;
        layers->layers[layers->count] = get(name);
        layers->views[layers->count] = view_of(layers->layers[layers->count]);
        layers->count++;
    }
}

static void path_of(const char *name, char *path)
{
    snprintf(path, 64, "%s/%s.npy", kept.folder, name);
}

/* Called by processes of peers, which end before the folder goes. */
const char *bench_layer_file(const char *name)
{
    static char files[SEG_COUNT(recipes)][64];
    char *file = files[find(name)];
    struct seg_error err = {0};
    path_of(name, file);
    if (access(file, R_OK) && seg_layer_save(kept.context, get(name), NULL, file, &err))
        bench_die(file, err.text);
    return file;
}

void bench_layers_end(void)
{
    for (size_t i = 0; i < SEG_COUNT(recipes); i++) {
        char file[64];
        path_of(recipes[i].name, file);
        unlink(file);
        seg_layer_unref(kept.layers[i]);
    }
    rmdir(kept.folder);
    seg_context_free(kept.context);
    memset(&kept, 0, sizeof kept);
}
