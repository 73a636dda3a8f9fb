/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Label images as plain numbers, for measuring, and how results are measured. */
#ifndef SEGI_CLI_LABELS_H
#define SEGI_CLI_LABELS_H

#include "command.h"

#include "../eval/score.h"

struct cli_labels {
    int32_t width, height;
    int32_t *values;     /* without gaps; -1: void */
    int32_t least, most; /* of those that are not void */
    bool many;           /* more than one value besides 0 and void */
    bool has_255;
    bool colors; /* the numbers stand for colours */
};

/* `ignore`: what is void; INT32_MIN: nothing. `colors`: number the colours of a colour picture;
 * without it such a file is refused. A failure is told. */
int cli_labels_load(struct cli *cli, const char *path, int32_t ignore, bool colors,
                    struct cli_labels *labels);
/* The numbers of a layer of any kind but scores: instances are painted. */
int cli_labels_of(struct cli *cli, const seg_layer *layer, struct cli_labels *labels);
void cli_labels_free(struct cli_labels *labels);

/* How results are measured, from options that several commands have. */
struct cli_measuring {
    struct cli_list metrics;
    const char *convention, *empty, *task, *tolerance, *pixel_size, *ignore;
    uint64_t classes;
    bool colors;
};

#define CLI_MEASURING_OPTIONS(T, member)                                                            \
    {'m',      "metric",                                                                            \
     "NAME",   "a measure, or several with ','; 'segkit eval --list' shows all",                    \
     CLI_LIST, offsetof(T, member.metrics),                                                         \
     0,        0},                                                                                  \
        {0,        "convention",                                                                    \
         "NAME",   "whose definitions, where tools differ (default: segkit)",                       \
         CLI_TEXT, offsetof(T, member.convention),                                                  \
         0,        0},                                                                              \
        {0,                                                                                         \
         "empty",                                                                                   \
         "nan|one|zero",                                                                            \
         "the overlap of two empty masks",                                                          \
         CLI_TEXT,                                                                                  \
         offsetof(T, member.empty),                                                                 \
         0,                                                                                         \
         0},                                                                                        \
        {0,                                                                                         \
         "task",                                                                                    \
         "mask|labels|classes",                                                                     \
         "what the numbers mean (default: found out)",                                              \
         CLI_TEXT,                                                                                  \
         offsetof(T, member.task),                                                                  \
         0,                                                                                         \
         0},                                                                                        \
        {0, "classes", "N", "classes are 0..N-1", CLI_COUNT, offsetof(T, member.classes), 1, 4096}, \
        {0,        "ignore",                                                                        \
         "N",      "pixels with N in the truth are void",                                           \
         CLI_TEXT, offsetof(T, member.ignore),                                                      \
         0,        0},                                                                              \
        {0,        "colors",                                                                        \
         NULL,     "number the colours of colour pictures",                                         \
         CLI_FLAG, offsetof(T, member.colors),                                                      \
         0,        0},                                                                              \
        {0,        "tolerance",                                                                     \
         "D",      "distance that nsd forgives (default: 2)",                                       \
         CLI_TEXT, offsetof(T, member.tolerance),                                                   \
         0,        0},                                                                              \
    {                                                                                               \
        0, "pixel-size", "X[,Y]", "size of a pixel, for distances (default: 1)", CLI_TEXT,          \
            offsetof(T, member.pixel_size), 0, 0                                                    \
    }

/* The options, read. */
struct cli_measures {
    const struct segi_rules *rules;
    struct segi_rules own; /* where --empty changes one */
    enum segi_task task;   /* 0: not known yet */
    uint64_t wanted;       /* 0: the usual ones of the task */
    double spacing[2], tolerance;
    int32_t ignore, classes;
    bool colors;
};

int cli_measures_read(struct cli *cli, const struct cli_measuring *options,
                      struct cli_measures *measures);

/* Fixes what was left open, from a truth (and a result, or NULL), and fills in the usual ones. */
void cli_measures_settle(struct cli_measures *measures, bool many);

/* A result against its truth; names are for messages. Adds to `totals` unless it is NULL. */
int cli_measure(struct cli *cli, const struct cli_measures *measures, const char *pred_name,
                const struct cli_labels *pred, const char *truth_name,
                const struct cli_labels *truth, double values[SEGI_MEASURES],
                struct segi_totals *totals);

const char *cli_task_name(enum segi_task task);

#endif
