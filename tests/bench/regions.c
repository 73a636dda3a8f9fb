/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times the classical stages on mosaics of pictures, and OpenCV on the same where it was found:
 *
 *     regions [-t THREADS] [-r ROUNDS] SIDE GRAY.png NUCLEI.png [NAME]...
 *
 * Prints a line for each step: CPU and wall milliseconds, the least of several rounds, ours and the
 * peer's in turn; and the ratio of the CPU times. A mosaic is SIDE pixels wide and high. */
#include "peer.h"

#include <segkit/plugin-util.h>
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bench {
    const char *name;
    const char *input; /* "gray", "nuclei", or what an earlier line made */
    const char *words; /* with '!' between stages */
    const char *with;  /* a further layer that the words name, or NULL */
    enum seg_kind kind;
    const char *makes; /* keep the result under this name, or NULL */
    enum peer_job peer;
};

static const struct bench benches[] = {
    {"gaussian 1.5", "nuclei", "filter.gaussian sigma=1.5", 0, 0, 0, PEER_GAUSSIAN},
    {"gaussian 5", "gray", "filter.gaussian sigma=5 truncate=3", 0, 0, 0, PEER_GAUSSIAN_5},
    {"median 3", "gray", "filter.median size=3", 0, 0, 0, PEER_MEDIAN_3},
    {"median 5", "gray", "filter.median size=5", 0, 0, 0, PEER_MEDIAN_5},
    {"otsu", "gray", "threshold.otsu", 0, 0, "mask", PEER_OTSU},
    {"components", "mask", "mask.components", 0, 0, 0, PEER_COMPONENTS},
    {"distance", "mask", "markers.distance", 0, 0, 0, PEER_DISTANCE},
    {"open disk 5", "mask", "mask.open radius=5", 0, 0, 0, PEER_OPEN},
    {"nuclei mask", "nuclei", "filter.gaussian sigma=1.5 ! threshold.otsu", 0, 0, "cells", 0},
    {"fill holes", "cells", "mask.fill_holes", 0, 0, 0, PEER_FILL},
    {"nuclei components", "cells", "mask.components", 0, 0, 0, PEER_COMPONENTS},
    {"nuclei distance", "cells", "markers.distance", 0, 0, "depth", PEER_DISTANCE},
    {"nuclei peaks", "depth", "markers.peaks min_distance=7", 0, 0, 0, 0},
    {"watershed", "relief", "watershed.flood", "markers", SEG_LABELS, 0, PEER_WATERSHED},
    {"nuclei pipeline", "nuclei",
     "filter.gaussian sigma=1.5 ! threshold.otsu ! mask.fill_holes out=cells ! markers.distance "
     "out=depth ! markers.peaks min_distance=7 ! watershed.flood image=depth invert=true "
     "mask=cells ! labels.remove_small min_area=30",
     0, 0, 0, PEER_NUCLEI},
};

struct named {
    const char *name;
    seg_layer *layer;
};

static struct named kept[16];
static seg_context *context;
static struct seg_error err;
static struct seg_faults faults;

static void die(const char *what)
{
    fprintf(stderr, "regions: %s: %s\n", what, faults.count ? faults.list[0].error.text : err.text);
    exit(1);
}

static void keep(const char *name, seg_layer *layer)
{
    struct named *one = kept;
    while (one->name)
        one++;
    *one = (struct named){name, layer};
}

static seg_layer *get(const char *name)
{
    for (const struct named *one = kept; one->name; one++)
        if (!strcmp(one->name, name))
            return one->layer;
    return NULL;
}

static struct seg_view view_of(const seg_layer *layer)
{
    struct seg_view view = SEG_VIEW;
    if (seg_layer_view(layer, &view, &err))
        die("view");
    return view;
}

static seg_layer *make(enum seg_kind kind, enum seg_dtype dtype, int32_t side,
                       struct seg_view *view)
{
    seg_layer *layer;
    struct seg_shape shape = SEG_SHAPE;
    shape.kind = kind;
    shape.dtype = dtype;
    shape.width = shape.height = side;
    shape.planes = 1;
    if (seg_layer_new(context, &shape, &layer, &err))
        die("no room");
    *view = view_of(layer);
    return layer;
}

/* Repeats a picture, mirrored at its edges. */
static seg_layer *mosaic(const char *path, int32_t side)
{
    seg_layer *picture, *layer;
    struct seg_view to;
    if (seg_layer_load(context, path, 0, SEG_IMAGE, &picture, &err))
        die(path);
    struct seg_view from = view_of(picture);
    if (from.dtype != SEG_U8) {
        fprintf(stderr, "regions: %s: not of 8 bits\n", path);
        exit(1);
    }
    layer = make(SEG_IMAGE, SEG_U8, side, &to);
    for (int32_t y = 0; y < side; y++) {
        int32_t v = y % (2 * from.height);
        const uint8_t *row = seg_row(&from, 0, v < from.height ? v : 2 * from.height - 1 - v);
        uint8_t *out = seg_row(&to, 0, y);
        for (int32_t x = 0; x < side; x++) {
            int32_t u = x % (2 * from.width);
            out[x] = row[u < from.width ? u : 2 * from.width - 1 - u];
        }
    }
    seg_layer_seal(layer);
    seg_layer_unref(picture);
    return layer;
}

/* What a watershed is given: a gradient of the gray mosaic, and a grid of markers. */
static void make_relief(int32_t side)
{
    struct seg_view gray = view_of(get("gray")), relief, markers;
    seg_layer *a = make(SEG_IMAGE, SEG_U8, side, &relief);
    seg_layer *b = make(SEG_LABELS, SEG_I32, side, &markers);
    int32_t label = 0;
    for (int32_t y = 0; y < side; y++) {
        const uint8_t *row = seg_row(&gray, 0, y),
                      *below = seg_row(&gray, 0, y + 1 < side ? y + 1 : y);
        uint8_t *to = seg_row(&relief, 0, y);
        int32_t *seeds = seg_row(&markers, 0, y);
        for (int32_t x = 0; x < side; x++) {
            int dx = row[x + 1 < side ? x + 1 : x] - row[x], dy = below[x] - row[x];
            int slope = abs(dx) + abs(dy);
            to[x] = (uint8_t)(slope < 255 ? slope : 255);
            seeds[x] = x % 32 == 16 && y % 32 == 16 ? ++label : 0;
        }
    }
    seg_layer_seal(a);
    seg_layer_seal(b);
    keep("relief", a);
    keep("markers", b);
}

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

struct best {
    double cpu, wall;
};

static void note(struct best *best, double cpu, double wall)
{
    cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = now(CLOCK_MONOTONIC) - wall;
    best->cpu = best->cpu > 0 && best->cpu < cpu ? best->cpu : cpu;
    best->wall = best->wall > 0 && best->wall < wall ? best->wall : wall;
}

static struct seg_input input(const char *name, seg_layer *layer)
{
    struct seg_input in = {.struct_size = sizeof in, .name = name, .layer = layer};
    in.shape.struct_size = sizeof in.shape;
    seg_layer_shape(layer, &in.shape);
    return in;
}

static seg_plan *plan_of(const struct bench *bench, const struct seg_input *inputs, size_t count)
{
    char text[1024];
    const char *words[64];
    int n = 0;
    seg_pipeline *pipeline;
    seg_plan *plan;
    snprintf(text, sizeof text, "%s", bench->words);
    for (char *word = strtok(text, " "); word && n < 64; word = strtok(NULL, " "))
        words[n++] = word;
    if (seg_pipeline_parse_words(context, n, words, &pipeline, &faults) ||
        seg_pipeline_check(pipeline, inputs, count, NULL, &plan, &faults))
        die(bench->name);
    seg_pipeline_free(pipeline);
    return plan;
}

static void run(const struct bench *bench, int rounds)
{
    struct seg_input inputs[2] = {input("input", get(bench->input))};
    size_t count = 1;
    if (bench->with)
        inputs[count++] = input(bench->with, get(bench->with));
    struct seg_view image = view_of(inputs[0].layer), with = {0};
    if (bench->with)
        with = view_of(inputs[1].layer);
    seg_plan *plan = plan_of(bench, inputs, count);
    struct best ours = {0}, peer = {0};
    for (int round = 0; round < rounds; round++) {
        seg_result *result;
        double cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
        if (seg_plan_run(plan, inputs, count, NULL, &result, &err))
            die(bench->name);
        note(&ours, cpu, wall);
        if (bench->makes && !get(bench->makes))
            keep(bench->makes, seg_layer_ref(seg_result_layer(result, NULL)));
        seg_result_free(result);
        cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
        if (bench->peer && peer_run(bench->peer, &image, bench->with ? &with : NULL))
            note(&peer, cpu, wall);
    }
    seg_plan_free(plan);
    printf("%-20s %9.3f %9.3f", bench->name, ours.cpu, ours.wall);
    if (peer.cpu > 0)
        printf(" %9.3f %9.3f   %.3f", peer.cpu, peer.wall, ours.cpu / peer.cpu);
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct seg_options options = {.struct_size = sizeof options, .threads = 1};
    int rounds = 9, i = 1;
    for (; i + 1 < argc && argv[i][0] == '-'; i += 2)
        if (argv[i][1] == 't')
            options.threads = (unsigned)atoi(argv[i + 1]);
        else
            rounds = atoi(argv[i + 1]);
    if (argc - i < 3 || atoi(argv[i]) < 1) {
        fprintf(stderr,
                "usage: regions [-t THREADS] [-r ROUNDS] SIDE GRAY.png NUCLEI.png [NAME]...\n");
        return 2;
    }
    if (seg_context_new(&options, &context, &err))
        die("context");
    int32_t side = atoi(argv[i]);
    keep("gray", mosaic(argv[i + 1], side));
    keep("nuclei", mosaic(argv[i + 2], side));
    make_relief(side);
    printf("# %d x %d, %u thread(s), CPU and wall ms, ours then %s\n", side, side, options.threads,
           peer_name());
    for (size_t k = 0; k < SEG_COUNT(benches); k++) {
        bool wanted = argc - i == 3 || benches[k].makes;
        for (int j = i + 3; j < argc; j++)
            wanted = wanted || !strcmp(argv[j], benches[k].name);
        if (wanted)
            run(&benches[k], rounds);
    }
    for (struct named *one = kept; one->name; one++)
        seg_layer_unref(one->layer);
    seg_context_free(context);
    return 0;
}
