/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints a line for each row: processor and wall milliseconds, the least of several rounds in turn,
 * and the MiB that a round takes beyond its inputs, of segkit and of each peer; then the ratios to
 * the peer that needs the least processor time. Unless there are more threads, what two do for
 * segkit: how many times less wall time it takes, which tells little where the processors have
 * other work, and how many times less processor time the busier one of them takes than both.
 *
 *     toolbox [-t THREADS] [-r ROUNDS] [-s SIDE] [FAMILY | ROW]...
 *
 * Pictures are mosaics of SIDE x SIDE pixels, 1024 and then 4096 unless told. */
#include "toolbox.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    const struct bench_row *rows;
} families[] = {
    {"cluster", bench_cluster},     {"contour", bench_contour}, {"filter", bench_filter},
    {"frequency", bench_frequency}, {"markers", bench_markers}, {"mask", bench_mask},
    {"pipeline", bench_pipeline},   {"refine", bench_refine},   {"superpixel", bench_superpixel},
    {"threshold", bench_threshold}, {"walker", bench_walker},   {"watershed", bench_watershed},
};

static const struct bench_toolbox *const toolboxes[] = {
    &bench_segkit,
#ifdef BENCH_OPENCV
    &bench_opencv,
#endif
#ifdef BENCH_LEPTONICA
    &bench_leptonica,
#endif
    &bench_skimage,
};
enum { SIDES = SEG_COUNT(toolboxes) };

struct options {
    unsigned threads;
    int rounds;
    char **wanted;
    int wanted_count;
};

static bool wanted(const struct options *options, const char *family, const char *row)
{
    for (int i = 0; i < options->wanted_count; i++)
        if (!strcmp(options->wanted[i], family) || !strcmp(options->wanted[i], row))
            return true;
    return !options->wanted_count;
}

static void print_side(const struct bench_side *side)
{
    if (side->rounds)
        printf(" |%9.2f %9.2f %7.1f", side->cpu, side->wall, side->peak);
    else
        printf(" |%9s %9s %7s", "-", "-", "-");
}

static void print_ratios(const struct bench_side *sides)
{
    const struct bench_side *best = NULL;
    for (int i = 1; i < SIDES; i++)
        if (sides[i].rounds && (!best || sides[i].cpu < best->cpu))
            best = &sides[i];
    if (best)
        printf(" |%7.3f %7.3f", sides[0].cpu / best->cpu, sides[0].peak / best->peak);
    else
        printf(" |%7s %7s", "-", "-");
}

static void print_pair(const struct bench_side *one, const struct bench_side *two)
{
    const double busier = two->first > two->others ? two->first : two->others;
    if (one->rounds && two->rounds)
        printf(" |%5.2f%5.2f", one->wall / two->wall, (two->first + two->others) / busier);
}

/* The sides take turns, so that what else the machine does falls on all of them; one that has had
 * five seconds has been seen enough. */
static void run(const struct bench_row *row, const struct options *options)
{
    struct bench_layers layers;
    struct bench_side sides[SIDES] = {0}, pair = {0};
    bench_layers_get(row, &layers);
    if (options->threads == 1)
        bench_side_start(&pair, &bench_segkit, row, &layers, 2);
    for (int i = 0; i < SIDES; i++)
        bench_side_start(&sides[i], toolboxes[i], row, &layers, options->threads);
    for (int round = 0; round < options->rounds; round++) {
        for (int i = 0; i < SIDES; i++)
            if (sides[i].spent < 5000)
                bench_side_round(&sides[i]);
        if (pair.pid && pair.spent < 5000)
            bench_side_round(&pair);
    }
    printf("%-22s", row->name);
    for (int i = 0; i < SIDES; i++) {
        bench_side_end(&sides[i]);
        print_side(&sides[i]);
    }
    print_ratios(sides);
    if (pair.pid) {
        bench_side_end(&pair);
        print_pair(&sides[0], &pair);
    }
    printf("\n");
    fflush(stdout);
}

static void run_size(int32_t side, const struct options *options)
{
    bench_layers_begin(side);
    printf("# %d x %d, %u thread(s): processor ms, wall ms, MiB\n# %-20s", side, side,
           options->threads, "row");
    for (int i = 0; i < SIDES; i++)
        printf(" |%27s", toolboxes[i]->name);
    printf(" | to the best%s\n", options->threads == 1 ? "    |      two" : "");
    for (size_t f = 0; f < SEG_COUNT(families); f++)
        for (const struct bench_row *row = families[f].rows; row->name; row++)
            if (wanted(options, families[f].name, row->name))
                run(row, options);
    bench_layers_end();
}

int main(int argc, char **argv)
{
    static const int32_t sizes[] = {1024, 4096};
    struct options options = {.threads = 1, .rounds = 9};
    int32_t side = 0;
    int c;
    while ((c = getopt(argc, argv, "t:r:s:")) != -1) {
        if (c == 't')
            options.threads = (unsigned)atoi(optarg);
        else if (c == 'r')
            options.rounds = atoi(optarg);
        else if (c == 's')
            side = atoi(optarg);
        else
            bench_die("usage", "toolbox [-t THREADS] [-r ROUNDS] [-s SIDE] [FAMILY | ROW]...");
    }
    signal(SIGPIPE, SIG_IGN); /* a side without such work has ended */
    options.wanted = argv + optind;
    options.wanted_count = argc - optind;
    if (side > 0)
        run_size(side, &options);
    for (size_t i = 0; i < SEG_COUNT(sizes) && side <= 0; i++)
        run_size(sizes[i], &options);
    return 0;
}
