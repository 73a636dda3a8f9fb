/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* toolbox: times stages against the other toolboxes that a distribution packages.
 *
 * A row is a pipeline; a peer does the same work under the row's name. Each family has its rows in
 * rows_FAMILY.c and what OpenCV does for them in peer_opencv_FAMILY.cpp; peer_leptonica.c and
 * peer_skimage.py serve all families. */
#ifndef BENCH_TOOLBOX_H
#define BENCH_TOOLBOX_H

#include <segkit/plugin-util.h>
#include <segkit/segkit.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bench_row {
    const char *name;
    const char *inputs; /* names from inputs.c, ' ' between. The first is the pipeline's input, the
                           others are found under their own names */
    const char *words;  /* with '!' between stages */
};

/* Ended by a row without a name. */
extern const struct bench_row bench_cluster[], bench_contour[], bench_filter[], bench_frequency[],
    bench_markers[], bench_mask[], bench_pipeline[], bench_refine[], bench_superpixel[],
    bench_threshold[], bench_walker[], bench_watershed[];

enum { BENCH_MOST_INPUTS = 4 };

/* The layers of a row. */
struct bench_layers {
    const char *names[BENCH_MOST_INPUTS];
    seg_layer *layers[BENCH_MOST_INPUTS];
    struct seg_view views[BENCH_MOST_INPUTS];
    size_t count;
};

/* -- inputs.c: pictures, and what is made of them when it is first asked for ------------------- */

void bench_layers_begin(int32_t side);
void bench_layers_get(const struct bench_row *row, struct bench_layers *layers);
/* A file that holds the layer, for peers that are other programs. */
const char *bench_layer_file(const char *name);
void bench_layers_end(void);

/* -- plan.c: our side ------------------------------------------------------------------------- */

seg_plan *bench_plan(seg_context *context, const char *words, const struct bench_layers *layers);
seg_result *bench_plan_run(seg_plan *plan, const struct bench_layers *layers);
void bench_die(const char *what, const char *why);

/* -- side.c: a process that does the work each time it is told to ------------------------------ */

struct bench_toolbox {
    const char *name;
    /* In the new process: gets ready for the work, unmeasured. NULL: there is no such work. */
    void *(*prepare)(const struct bench_row *row, const struct bench_layers *layers,
                     unsigned threads);
    void (*once)(void *job);
};
extern const struct bench_toolbox bench_segkit, bench_opencv, bench_leptonica, bench_skimage;

struct bench_side {
    int pid, to, from;
    double cpu, wall, peak; /* ms, ms, MiB; the least times and the largest memory */
    double first, others;   /* processor ms of the thread that calls, and of all others */
    double spent;           /* ms in all rounds */
    int rounds;             /* 0: does not do this work */
};

void bench_side_start(struct bench_side *side, const struct bench_toolbox *toolbox,
                      const struct bench_row *row, const struct bench_layers *layers,
                      unsigned threads);
void bench_side_round(struct bench_side *side);
void bench_side_end(struct bench_side *side);

#ifdef __cplusplus
}
#endif
#endif
