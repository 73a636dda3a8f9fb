/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times minimum cuts against OpenCV's, in turns: tests/bench/maxflow PHOTO CELLS [SIDE [RUNS
 * [THREADS]]]. The pictures are mirrored to SIDE x SIDE pixels. Each run is a process of its own;
 * times are the least processor milliseconds of building and solving, memory the most above an idle
 * process. */
#include "graphcut/maxflow.h"
#include "graphcut/gmm.h"
#include "maxflow_peer.h"

#include <math.h>
#include <pthread.h>
#include <segkit/segkit.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned threads = 1;

struct problem {
    const char *name;
    int32_t side, directions;
    int32_t *excess, *weights[4];
};

struct outcome {
    double cpu, wall, flow;
    long kib;
};

/* -- what a stage gets from its host, as far as the kernels here ask for it -------------------- */

/* In huge pages, as the host gives large blocks; given back when the process ends. */
static void *take(void *arg, size_t count, size_t size)
{
    const size_t page = (size_t)2 << 20;
    void *memory;
    (void)arg;
    if (count * size < 2 * page)
        return malloc(count * size + 1);
    if (posix_memalign(&memory, page, count * size))
        return NULL;
    madvise(memory, count * size & ~(page - 1), MADV_HUGEPAGE);
    return memory;
}

static void *scratch(struct seg_call *call, size_t count, size_t size)
{
    return take(call, count, size);
}

struct job {
    seg_body body;
    void *arg;
    size_t count;
    atomic_size_t next;
    atomic_uint worker;
};

static void *work(void *arg)
{
    struct job *job = arg;
    unsigned worker = atomic_fetch_add(&job->worker, 1);
    for (size_t i; (i = atomic_fetch_add(&job->next, 1)) < job->count;)
        job->body(job->arg, i, i + 1, worker);
    return NULL;
}

static int parallel(void *arg, size_t count, size_t grain, seg_body body, void *body_arg)
{
    struct job job = {.body = body, .arg = body_arg, .count = count};
    pthread_t helpers[16];
    unsigned started = 0;
    (void)arg;
    (void)grain;
    while (started + 1 < threads && started < 16 &&
           !pthread_create(&helpers[started], NULL, work, &job))
        started++;
    work(&job);
    while (started > 0)
        pthread_join(helpers[--started], NULL);
    return SEG_OK;
}

static int host_parallel(struct seg_call *call, size_t count, size_t grain, seg_body body,
                         void *arg)
{
    return parallel(call, count, grain, body, arg);
}

/* -- problems ---------------------------------------------------------------------------------- */

/* Planes of a picture, mirrored to side x side. */
static float **load(seg_context *context, const char *path, int32_t side, int32_t *planes)
{
    struct seg_error err = {0};
    struct seg_view view = {.struct_size = sizeof view};
    seg_layer *layer;
    if (seg_layer_load(context, path, 0, SEG_IMAGE, &layer, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    seg_layer_view(layer, &view, NULL);
    *planes = view.planes < 3 ? 1 : 3;
    float **list = malloc(3 * sizeof *list);
    for (int32_t p = 0; p < *planes; p++) {
        list[p] = malloc((size_t)side * (size_t)side * sizeof **list);
        for (int32_t i = 0; i < side * side; i++) {
            int32_t y = i / side % (2 * view.height), x = i % side % (2 * view.width);
            y = y < view.height ? y : 2 * view.height - 1 - y;
            x = x < view.width ? x : 2 * view.width - 1 - x;
            const uint8_t *row =
                (const uint8_t *)view.data + p * view.plane_stride + y * view.row_stride;
            list[p][i] = view.dtype == SEG_U16 ? (float)(row[2 * x + 1]) : (float)row[x];
        }
    }
    seg_layer_unref(layer);
    return list;
}

/* The costs of the GrabCut paper's borders, times 64. */
static void set_weights(struct problem *p, float *const *planes, int32_t count, double smoothness)
{
    static const int32_t step[4][2] = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};
    double sum = 0, pairs = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < 4; k++) {
            if (pass)
                p->weights[k] = calloc((size_t)p->side * (size_t)p->side, sizeof(int32_t));
            for (int32_t i = 0; i < p->side * p->side; i++) {
                int32_t y = i / p->side + step[k][0], x = i % p->side + step[k][1];
                double apart = 0;
                if (y >= p->side || x < 0 || x >= p->side)
                    continue;
                for (int32_t c = 0; c < count; c++) {
                    double d = (double)planes[c][i] - (double)planes[c][y * p->side + x];
                    apart += d * d;
                }
                if (pass)
                    p->weights[k][i] = (int32_t)lrint(64 * smoothness / (k < 2 ? 1 : sqrt(2)) *
                                                      exp(-apart * pairs / (2 * sum)));
                sum += pass ? 0 : apart;
                pairs += !pass;
            }
        }
    }
}

/* Odds of two mixtures, of what is in a box and of what is not. */
static void set_gmm(struct problem *p, float *const *planes, int32_t count)
{
    struct seg_host host = {.scratch = scratch, .parallel = host_parallel};
    const struct common_env env = {&host, NULL};
    size_t pixels = (size_t)p->side * (size_t)p->side;
    uint8_t *side = malloc(pixels);
    float *odds = malloc(pixels * sizeof *odds);
    struct gmm_data data = {.planes = planes,
                            .count = pixels,
                            .side = side,
                            .component = {malloc(pixels), malloc(pixels)}};
    struct gmm gmm[2];
    for (int32_t i = 0; i < p->side * p->side; i++) {
        int32_t y = i / p->side, x = i % p->side, margin = p->side / 10;
        side[i] = y >= margin && y < p->side - margin && x >= margin && x < p->side - margin;
    }
    gmm_begin(&env, &data, count, 5, gmm);
    gmm_compare(&env, &data, gmm, odds);
    for (size_t i = 0; i < pixels; i++)
        p->excess[i] = (int32_t)lrintf(64 * odds[i]);
}

/* Distances to the means of two classes. */
static void set_means(struct problem *p, const float *plane)
{
    double mean[2] = {0, 255};
    for (int round = 0; round < 20; round++) {
        double sum[2] = {0}, count[2] = {1e-9, 1e-9}, middle = (mean[0] + mean[1]) / 2;
        for (int32_t i = 0; i < p->side * p->side; i++) {
            sum[(double)plane[i] > middle] += (double)plane[i];
            count[(double)plane[i] > middle]++;
        }
        mean[0] = sum[0] / count[0];
        mean[1] = sum[1] / count[1];
    }
    double scale = 64 * 8 / ((mean[1] - mean[0]) * (mean[1] - mean[0]));
    for (int32_t i = 0; i < p->side * p->side; i++) {
        double low = (double)plane[i] - mean[0], high = (double)plane[i] - mean[1];
        p->excess[i] = (int32_t)lrint(scale * (low * low - high * high));
    }
}

/* A disc of object in the middle, background along the border, nothing between. */
static void set_scribbles(struct problem *p)
{
    for (int32_t i = 0; i < p->side * p->side; i++) {
        int32_t y = i / p->side, x = i % p->side, half = p->side / 2, r = p->side / 16;
        bool border = y == 0 || x == 0 || y == p->side - 1 || x == p->side - 1;
        bool disc = (y - half) * (y - half) + (x - half) * (x - half) < r * r;
        p->excess[i] = disc ? 100000 : border ? -100000 : 0;
    }
}

/* -- measuring --------------------------------------------------------------------------------- */

static double ours(const struct problem *p)
{
    const struct graphcut_env env = {NULL, take, parallel};
    struct graphcut_grid grid;
    int64_t flow = 0;
    if (graphcut_grid_init(&grid, &env, p->side, p->side, 1, (uint32_t)p->directions, 0))
        exit(1);
    memcpy(grid.excess, p->excess, grid.count * sizeof *grid.excess);
    for (int32_t y = 0; y < p->side; y++) {
        for (uint32_t k = 0; k < grid.directions; k++) {
            const int8_t *step = grid.step[k];
            bool row = y + step[1] >= 0 && y + step[1] < p->side;
            int32_t from = step[2] < 0, to = p->side - (step[2] > 0);
            size_t first = (size_t)y * (size_t)p->side;
            const int32_t *weight =
                p->weights[k / 2] + (ptrdiff_t)first + (k & 1 ? grid.offset[k] : 0);
            int32_t *arcs = grid.arcs + first * grid.directions + k;
            for (int32_t x = 0; x < p->side; x++, arcs += grid.directions)
                *arcs = row && x >= from && x < to ? weight[x] : 0;
        }
    }
    if (graphcut_grid_solve(&grid, &flow))
        exit(1);
    return (double)flow;
}

static double theirs(const struct problem *p)
{
    return peer_maxflow(p->side, p->side, p->directions, p->excess,
                        (const int32_t *const *)p->weights);
}

static double idle(const struct problem *p)
{
    return p->directions;
}

static double wall_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* One run in a process of its own; keeps the better times. */
static void measure(const struct problem *p, double (*solve)(const struct problem *),
                    struct outcome *best)
{
    int ends[2];
    double answer[2] = {0};
    struct rusage usage;
    if (pipe(ends))
        exit(1);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        double start = wall_now();
        answer[0] = solve(p);
        answer[1] = wall_now() - start;
        _exit(write(ends[1], answer, sizeof answer) != sizeof answer);
    }
    close(ends[1]);
    bool got = read(ends[0], answer, sizeof answer) == sizeof answer;
    close(ends[0]);
    if (wait4(child, NULL, 0, &usage) < 0 || !got)
        exit(1);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-3;
    best->cpu = cpu < best->cpu ? cpu : best->cpu;
    best->wall = answer[1] < best->wall ? answer[1] : best->wall;
    best->flow = answer[0];
    best->kib = usage.ru_maxrss;
}

static void compare(const struct problem *p, int runs)
{
    struct outcome us = {HUGE_VAL, HUGE_VAL, 0, 0}, them = us, none = us;
    measure(p, idle, &none);
    for (int i = 0; i < runs; i++) {
        measure(p, ours, &us);
        measure(p, theirs, &them);
    }
    printf(
        "%-10s %d  ours %7.0f ms (wall %7.0f) %5.0f MiB  OpenCV %7.0f ms %5.0f MiB  ratio %.3f%s\n",
        p->name, p->directions, us.cpu, us.wall, (double)(us.kib - none.kib) / 1024, them.cpu,
        (double)(them.kib - none.kib) / 1024, us.cpu / them.cpu,
        us.flow == them.flow ? "" : "  FLOWS DIFFER");
}

/* -- the whole of GrabCut ---------------------------------------------------------------------- */

static struct {
    float **planes;
    const char *words[2];
} grab;

static double our_grabcut(const struct problem *p)
{
    const struct seg_shape shape = {sizeof shape, SEG_IMAGE, SEG_U8, p->side, p->side, 3};
    struct seg_options options = {.struct_size = sizeof options, .threads = threads};
    struct seg_input input = {.struct_size = sizeof input, .name = "input", .shape = shape};
    struct seg_view view = {.struct_size = sizeof view};
    struct seg_faults faults = {0};
    struct seg_error err = {0};
    seg_context *context;
    seg_pipeline *pipeline;
    seg_plan *plan;
    seg_result *result;
    if (seg_context_new(&options, &context, &err) ||
        seg_layer_new(context, &shape, &input.layer, &err) ||
        seg_pipeline_parse_words(context, 2, grab.words, &pipeline, &faults))
        exit(1);
    seg_layer_view(input.layer, &view, NULL);
    for (int32_t c = 0; c < 3; c++)
        for (int32_t i = 0; i < p->side * p->side; i++)
            ((uint8_t *)
                 view.data)[c * view.plane_stride + i / p->side * view.row_stride + i % p->side] =
                (uint8_t)grab.planes[c][i];
    seg_layer_seal(input.layer);
    if (seg_pipeline_check(pipeline, &input, 1, NULL, &plan, &faults) ||
        seg_plan_run(plan, &input, 1, NULL, &result, &err)) {
        fprintf(stderr, "%s%s\n", faults.list[0].error.text, err.text);
        exit(1);
    }
    return 0;
}

static double their_grabcut(const struct problem *p)
{
    size_t pixels = (size_t)p->side * (size_t)p->side;
    uint8_t *rgb = malloc(3 * pixels);
    const int32_t margin = p->side / 10;
    const int32_t box[4] = {margin, margin, p->side - 2 * margin, p->side - 2 * margin};
    for (size_t i = 0; i < 3 * pixels; i++)
        rgb[i] = (uint8_t)grab.planes[i % 3][i / 3];
    peer_grabcut(p->side, p->side, rgb, box);
    return 0;
}

static void compare_grabcut(const struct problem *p, int runs)
{
    struct outcome us = {HUGE_VAL, HUGE_VAL, 0, 0}, them = us;
    for (int i = 0; i < runs; i++) {
        measure(p, our_grabcut, &us);
        measure(p, their_grabcut, &them);
    }
    printf("%-10s 8  ours %7.0f ms (wall %7.0f)            OpenCV %7.0f ms            ratio %.3f\n",
           "grabcut", us.cpu, us.wall, them.cpu, us.cpu / them.cpu);
}

int main(int argc, char **argv)
{
    int runs = argc > 4 ? atoi(argv[4]) : 3;
    struct problem p = {.side = argc > 3 ? atoi(argv[3]) : 1024};
    struct seg_options options = {.struct_size = sizeof options};
    seg_context *context;
    int32_t photo_planes, cell_planes;
    char box[64];
    threads = argc > 5 ? (unsigned)atoi(argv[5]) : 1;
    if (argc < 3 || p.side < 16 || p.side > 16384 || seg_context_new(&options, &context, NULL)) {
        fprintf(stderr, "usage: maxflow PHOTO CELLS [SIDE [RUNS [THREADS]]]\n");
        return 2;
    }
    float **photo = load(context, argv[1], p.side, &photo_planes);
    float **cells = load(context, argv[2], p.side, &cell_planes);
    p.excess = malloc((size_t)p.side * (size_t)p.side * sizeof *p.excess);
    for (int i = 0; i < 6; i++) {
        static const char *const names[] = {"gmm", "two means", "scribbles"};
        p.name = names[i / 2];
        p.directions = i % 2 ? 8 : 4;
        if (i == 0) {
            set_weights(&p, photo, photo_planes, 50);
            set_gmm(&p, photo, photo_planes);
        } else if (i == 2) {
            set_weights(&p, cells, 1, 20);
            set_means(&p, cells[0]);
        } else if (i == 4) {
            set_weights(&p, photo, photo_planes, 50);
            set_scribbles(&p);
        }
        compare(&p, runs);
    }
    if (photo_planes == 3) {
        snprintf(box, sizeof box, "box=%d,%d,%d,%d", p.side / 10, p.side / 10,
                 p.side - p.side / 10 * 2, p.side - p.side / 10 * 2);
        grab.planes = photo;
        grab.words[0] = "graphcut.grabcut";
        grab.words[1] = box;
        compare_grabcut(&p, runs);
    }
    seg_context_free(context);
    return 0;
}
