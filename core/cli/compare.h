/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit compare: what its parts share. */
#ifndef SEGI_COMPARE_H
#define SEGI_COMPARE_H

#include "labels.h"
#include "pairs.h"

#include "../base/json.h"
#include "../eval/stats.h"

#include <pthread.h>

#define COMPARE_STAGES 32

/* One pipeline on one image. */
struct cmp_cell {
    bool done, cached;
    char key[65]; /* of the cache: image, stages, parameters, models */
    double values[SEGI_MEASURES];
    double wall, cpu, peak_mib; /* of the run; cpu with one thread */
    double stage_wall[COMPARE_STAGES];
    char why[256]; /* where it failed */
};

struct cmp_method {
    const char *path;
    char name[128];
    char stage[COMPARE_STAGES][48]; /* known after the first run */
    size_t stages;
    char *text; /* the resolved stages as JSON */

    struct segi_summary summary[SEGI_MEASURES];
    double wall, cpu, peak_mib; /* mean, mean, most */
    size_t failed, rank;
    double p; /* against the best; NaN for itself */
    bool pareto;
};

struct cmp_image {
    const char *path, *truth;
    char name[256];
    char digest[65];
    int32_t width, height;
    bool failed;
};

/* The agreement of two methods over the images, where there is no truth. */
struct cmp_agreement {
    double dice, ari;
    size_t count;
};

struct compare {
    struct cli *cli;
    struct cli_measures measures;
    enum segi_measure rank_by;
    const char *folder; /* of the report */
    uint64_t preview;   /* longest side of pictures */
    uint64_t workers;
    bool has_truth;

    struct cmp_method *methods;
    size_t method_count;
    struct cmp_image *images;
    size_t image_count;
    struct cmp_cell *cells; /* [image * method_count + method] */
    struct cmp_agreement *agreements;

    pthread_mutex_t lock;
    size_t next, finished; /* images */
    int code;
    double seconds;
};

static inline struct cmp_cell *cmp_cell(const struct compare *c, size_t image, size_t method)
{
    return &c->cells[image * c->method_count + method];
}

/* Runs every pipeline on every image, in parallel, as far as the cache does not know. */
int cmp_run(struct compare *c);

/* The pictures of one image: FOLDER/cache/DIGEST.NAME.png. `path` of CLI_PATH bytes. */
void cmp_picture_path(const struct compare *c, const char *key, const char *what, char *path);

/* A small picture of the image, and transparent ones of a result or a map of disagreement, which
 * are as large. Told where one cannot be written. */
int cmp_picture_image(struct compare *c, const seg_layer *image, const char *path);
int cmp_picture_labels(struct compare *c, const struct cli_labels *labels, const char *path);
int cmp_picture_share(struct compare *c, const float *share, int32_t width, int32_t height,
                      const char *path);

/* Means, ranks, intervals, significance and the Pareto front. */
int cmp_rank(struct compare *c);

/* The table on the terminal, and the files of the report. */
void cmp_print(const struct compare *c);
int cmp_write(const struct compare *c);

#endif
