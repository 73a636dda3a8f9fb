/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times minimum cuts against OpenCV's, in turns: tests/bench/maxflow PHOTO CELLS [SIDE [RUNS
 * [THREADS]]]. The pictures are mirrored to SIDE x SIDE pixels. Each run is a process of its own;
 * times are the least processor milliseconds of building and solving, memory the most above an idle
 * process. OpenCV runs with huge pages too, by GLIBC_TUNABLES=glibc.malloc.hugetlb=1, as ours has
 * them; with several threads ours runs by one as well, to compare. */
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
    int32_t *excess, *weights[4]; /* in one piece, which is the file `shared` */
    int shared;
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

/* Finds the arrays of a problem in its file. */
static void attach(struct problem *p)
{
    size_t pixels = (size_t)p->side * (size_t)p->side;
    int32_t *all = mmap(NULL, 5 * pixels * sizeof *all, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_POPULATE, p->shared, 0);
    if (all == MAP_FAILED)
        exit(1);
    p->excess = all;
    for (size_t k = 0; k < 4; k++)
        p->weights[k] = all + (k + 1) * pixels;
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
            for (int32_t i = 0; i < p->side * p->side; i++) {
                int32_t y = i / p->side + step[k][0], x = i % p->side + step[k][1];
                double apart = 0;
                p->weights[k][i] = 0;
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

enum { FIT = 1024 };

static const struct seg_host gmm_host = {.scratch = scratch, .parallel = host_parallel};
static const struct common_env gmm_env = {&gmm_host, NULL};

/* The pixels in a box are one side, the others the other. */
static struct gmm_data gmm_samples(float *const *planes, int32_t edge)
{
    size_t pixels = (size_t)edge * (size_t)edge;
    uint8_t *side = malloc(pixels);
    for (int32_t i = 0; i < edge * edge; i++) {
        int32_t y = i / edge, x = i % edge, margin = edge / 10;
        side[i] = y >= margin && y < edge - margin && x >= margin && x < edge - margin;
    }
    return (struct gmm_data){.planes = planes,
                             .count = pixels,
                             .side = side,
                             .component = {malloc(pixels), malloc(pixels)}};
}

/* Odds of two mixtures, of what is in the box and of what is not. They are fitted to the picture
 * at one size, so that a larger problem is more of the same and not another one. */
static void set_gmm(struct problem *p, seg_context *context, const char *path, float *const *planes)
{
    int32_t count;
    float **fit_planes = load(context, path, FIT, &count);
    struct gmm_data fit = gmm_samples(fit_planes, FIT), data = gmm_samples(planes, p->side);
    float *odds = malloc(data.count * sizeof *odds);
    struct gmm gmm[2];
    gmm_begin(&gmm_env, &fit, count, 5, gmm);
    gmm_compare(&gmm_env, &data, gmm, odds);
    for (size_t i = 0; i < data.count; i++)
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
    free(grid.excess);
    free(grid.arcs);
    free(grid.nodes);
    free(grid.queue);
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

static double cpu_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* What a process of its own does; its answer is the flow and its times. */
static _Noreturn void solve_and_tell(const struct problem *p,
                                     double (*solve)(const struct problem *), int to)
{
    double answer[3], wall = wall_now(), cpu = cpu_now();
    answer[0] = solve(p);
    answer[1] = cpu_now() - cpu;
    answer[2] = wall_now() - wall;
    _exit(write(to, answer, sizeof answer) != sizeof answer);
}

/* OpenCV as it is with huge pages: glibc reads its settings when a program begins. */
static double theirs_huge(const struct problem *p)
{
    return theirs(p);
}

static void begin_huge(const struct problem *p, int to)
{
    char text[4][16];
    const int32_t number[4] = {to, p->shared, p->side, p->directions};
    for (int i = 0; i < 4; i++)
        snprintf(text[i], sizeof text[i], "%d", number[i]);
    setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 1);
    execl("/proc/self/exe", "maxflow", "--peer", text[0], text[1], text[2], text[3], NULL);
    _exit(1);
}

/* One run in a process of its own; keeps the better times. */
static void measure(const struct problem *p, double (*solve)(const struct problem *),
                    struct outcome *best)
{
    int ends[2];
    double answer[3] = {0};
    struct rusage usage;
    if (pipe(ends))
        exit(1);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0 && solve == theirs_huge)
        begin_huge(p, ends[1]);
    if (child == 0)
        solve_and_tell(p, solve, ends[1]);
    close(ends[1]);
    bool got = read(ends[0], answer, sizeof answer) == sizeof answer;
    close(ends[0]);
    if (wait4(child, NULL, 0, &usage) < 0 || !got)
        exit(1);
    best->flow = answer[0];
    best->cpu = fmin(best->cpu, answer[1]);
    best->wall = fmin(best->wall, answer[2]);
    best->kib = usage.ru_maxrss;
}

static void compare(const struct problem *p, int runs)
{
    struct outcome us = {HUGE_VAL, HUGE_VAL, 0, 0}, them = us, huge = us, alone = us, none = us;
    unsigned all = threads;
    measure(p, idle, &none);
    for (int i = 0; i < runs; i++) {
        measure(p, ours, &us);
        measure(p, theirs, &them);
        measure(p, theirs_huge, &huge);
        threads = 1;
        if (all > 1)
            measure(p, ours, &alone);
        threads = all;
    }
    printf("%-10s %d  ours %6.0f ms (wall %6.0f) %4.0f MiB  OpenCV %6.0f ms %4.0f MiB  ratio %.3f, "
           "with huge pages %6.0f ms, %.3f%s\n",
           p->name, p->directions, us.cpu, us.wall, (double)(us.kib - none.kib) / 1024, them.cpu,
           (double)(them.kib - none.kib) / 1024, us.cpu / them.cpu, huge.cpu, us.cpu / huge.cpu,
           us.flow == them.flow && us.flow == huge.flow ? "" : "  FLOWS DIFFER");
    if (all > 1)
        printf("              by one thread %6.0f ms (wall %6.0f): %.2f times as long\n", alone.cpu,
               alone.wall, alone.wall / us.wall);
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
    if (argc == 6 && strcmp(argv[1], "--peer") == 0) {
        p = (struct problem){
            .shared = atoi(argv[3]), .side = atoi(argv[4]), .directions = atoi(argv[5])};
        attach(&p);
        solve_and_tell(&p, theirs, atoi(argv[2]));
    }
    if (argc < 3 || p.side < 16 || p.side > 16384 || seg_context_new(&options, &context, NULL)) {
        fprintf(stderr, "usage: maxflow PHOTO CELLS [SIDE [RUNS [THREADS]]]\n");
        return 2;
    }
    float **photo = load(context, argv[1], p.side, &photo_planes);
    float **cells = load(context, argv[2], p.side, &cell_planes);
    p.shared = memfd_create("problem", 0);
    if (ftruncate(p.shared, (off_t)p.side * p.side * 5 * (off_t)sizeof *p.excess))
        return 1;
    attach(&p);
    for (int i = 0; i < 6; i++) {
        static const char *const names[] = {"gmm", "two means", "scribbles"};
        p.name = names[i / 2];
        p.directions = i % 2 ? 8 : 4;
        if (i == 0) {
            set_weights(&p, photo, photo_planes, 50);
            set_gmm(&p, context, argv[1], photo);
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
