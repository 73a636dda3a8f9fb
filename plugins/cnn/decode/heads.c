/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recognising outputs by their shapes. The surest signs come first; a map that covers the canvas is
 * what is left when nothing else fits. */
#include "heads.h"

#include <stdio.h>
#include <string.h>

enum { OUTPUTS_MAX = 64 };

struct look {
    const struct cnn_blob *blobs;
    size_t count;
    const struct cnn_canvas *canvas;
    int32_t classes;
    struct cnn_finding *out;
};

static void set(const struct look *l, size_t i, int32_t role, int32_t level)
{
    l->out->role[i] = role;
    l->out->level[i] = level;
}

static int64_t cells(const struct cnn_canvas *canvas, int32_t first, int32_t last)
{
    int64_t sum = 0;
    for (int32_t s = first; s <= last; s *= 2)
        sum += (int64_t)(canvas->size[0] / s) * (canvas->size[1] / s);
    return sum;
}

/* The prototypes: a quarter of the canvas, 8 to 128 of them. -1: none. */
static int find_prototypes(const struct look *l, int32_t *number)
{
    const int64_t area = cells(l->canvas, 4, 4);
    for (size_t i = 0; i < l->count; i++) {
        const struct cnn_blob *b = l->blobs + i;
        bool cube = b->rank == 3 && (int64_t)b->w * b->h == area;
        bool flat = b->rank == 2 && b->w == area;
        *number = cube ? b->c : flat ? b->h : 0;
        if (*number >= 8 && *number <= 128)
            return (int)i;
    }
    return -1;
}

static bool find_yolov5(const struct look *l, int proto, int32_t number)
{
    int heads = 0;
    for (size_t i = 0; i < l->count; i++) {
        const struct cnn_blob *b = l->blobs + i;
        if ((int)i == proto)
            continue;
        for (int32_t level = 0; level < 3; level++)
            if (b->rank == 3 && b->c == 3 && b->w > 5 + number &&
                b->h == cells(l->canvas, 8 << level, 8 << level)) {
                set(l, i, CNN_ROLE_PREDICTIONS, level);
                heads |= 1 << level;
            }
        if (b->rank == 2 && b->h == 3 * cells(l->canvas, 8, 32) && b->w > 5 + number) {
            set(l, i, CNN_ROLE_PREDICTIONS, 0);
            heads = 7;
        }
    }
    if (heads != 7)
        return false;
    snprintf(l->out->why, sizeof l->out->why,
             "three anchors for each cell of strides 8, 16 and 32, and %d prototypes", (int)number);
    l->out->decoder = CNN_YOLOV5;
    return true;
}

static bool find_yolov8(const struct look *l, int proto, int32_t number)
{
    const int64_t all = cells(l->canvas, 8, 32);
    int boxes = -1, coefficients = -1;
    for (size_t i = 0; i < l->count; i++) {
        const struct cnn_blob *b = l->blobs + i;
        if ((int)i == proto || b->rank != 2)
            continue;
        if (b->h == all && b->w == number)
            coefficients = (int)i;
        else if ((b->h == all && b->w > 64) || (b->w == all && b->h > 4 + number) ||
                 (b->h == all && b->w == 4 + l->classes + number) || b->w == 6 + number)
            boxes = (int)i;
    }
    if (boxes < 0)
        return false;
    set(l, (size_t)boxes, CNN_ROLE_BOXES, 0);
    if (coefficients >= 0)
        set(l, (size_t)coefficients, CNN_ROLE_COEFFICIENTS, 0);
    snprintf(l->out->why, sizeof l->out->why,
             "boxes of %d x %d for the %lld cells of strides 8, 16 and 32%s, and %d prototypes",
             (int)l->blobs[boxes].w, (int)l->blobs[boxes].h, (long long)all,
             coefficients >= 0 ? " with coefficients apart" : "", (int)number);
    l->out->decoder = CNN_YOLOV8;
    return true;
}

/* Four outputs, of which three have a row for each prior. */
static bool find_yolact(const struct look *l)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct cnn_blob *box = l->blobs + i;
        int scores = -1, coefficients = -1, proto = -1;
        if (box->rank != 2 || box->w != 4 || box->h < 100)
            continue;
        for (size_t j = 0; j < l->count; j++)
            if (l->blobs[j].rank == 3 && proto < 0)
                proto = (int)j;
        if (proto < 0)
            continue;
        const struct cnn_blob *p = l->blobs + proto;
        for (size_t j = 0; j < l->count; j++) {
            const struct cnn_blob *b = l->blobs + j;
            if (j == i || b->rank != 2 || b->h != box->h)
                continue;
            if (coefficients < 0 && (b->w == p->c || b->w == p->w))
                coefficients = (int)j;
            else
                scores = (int)j;
        }
        if (scores < 0 || coefficients < 0)
            continue;
        set(l, i, CNN_ROLE_BOXES, 0);
        set(l, (size_t)scores, CNN_ROLE_SCORES, 0);
        set(l, (size_t)coefficients, CNN_ROLE_COEFFICIENTS, 0);
        set(l, (size_t)proto, CNN_ROLE_PROTOTYPES, 0);
        snprintf(l->out->why, sizeof l->out->why,
                 "boxes, %d scores and %d coefficients for each of %d priors, and prototypes",
                 (int)l->blobs[scores].w, (int)l->blobs[coefficients].w, (int)box->h);
        l->out->decoder = CNN_YOLACT;
        return true;
    }
    return false;
}

/* Five square grids of categories, five of kernels, one map of features. */
static bool find_solov2(const struct look *l)
{
    static const int32_t sides[CNN_LEVELS] = {40, 36, 24, 16, 12};
    int features = -1;
    for (size_t i = 0; i < l->count && l->count == 2 * CNN_LEVELS + 1; i++) {
        const struct cnn_blob *b = l->blobs + i;
        if (b->rank == 3 && (features < 0 || (int64_t)b->w * b->h > (int64_t)l->blobs[features].w *
                                                                        l->blobs[features].h))
            features = (int)i;
    }
    if (features < 0)
        return false;
    const int32_t depth = l->blobs[features].c;
    int kernels = 0, categories = 0;
    for (size_t i = 0; i < l->count; i++) {
        const struct cnn_blob *b = l->blobs + i;
        for (int32_t level = 0; level < CNN_LEVELS && (int)i != features; level++) {
            const int32_t s = sides[level], n = s * s;
            bool rows = b->w == depth && b->h * b->c == n;
            bool grid = b->rank == 3 && b->w == s && b->h == s;
            if (rows || (grid && b->c == depth) || (b->rank == 2 && b->w == n && b->h == depth)) {
                set(l, i, CNN_ROLE_KERNELS, level);
                kernels |= 1 << level;
            } else if (grid) {
                set(l, i, CNN_ROLE_CATEGORIES, level);
                categories |= 1 << level;
            }
        }
    }
    if (kernels != 31 || categories != 31)
        return false;
    set(l, (size_t)features, CNN_ROLE_FEATURES, 0);
    snprintf(l->out->why, sizeof l->out->why,
             "categories and kernels on grids of 40, 36, 24, 16 and 12, and %d features",
             (int)depth);
    l->out->decoder = CNN_SOLOV2;
    return true;
}

static bool is_map(const struct cnn_blob *b)
{
    return (b->rank == 3 || b->rank == 2) && b->w > 1 && b->h > 1;
}

static bool find_detection(const struct look *l)
{
    for (size_t i = 0; i < l->count; i++)
        for (size_t j = 0; j < l->count; j++)
            if (l->blobs[i].rank == 2 && l->blobs[i].w == 6 && l->blobs[j].rank == 3) {
                set(l, i, CNN_ROLE_BOXES, 0);
                set(l, j, CNN_ROLE_MAP, 0);
                snprintf(l->out->why, sizeof l->out->why,
                         "rows of class, score and box, and a map of %d x %d", (int)l->blobs[j].w,
                         (int)l->blobs[j].h);
                l->out->decoder = CNN_DETECTION;
                return true;
            }
    return false;
}

static bool covers(float low, float high, float least, float most)
{
    return low >= least && high <= most;
}

/* What a map's values say of it: probabilities or not, adding up to one or not. */
static int32_t dense_decoder(const struct cnn_blob *b)
{
    const size_t area = (size_t)b->w * (size_t)b->h;
    const int32_t depth = b->rank == 3 ? b->c : 1;
    const float *v = b->data;
    float low = v[0], high = v[0];
    bool ones = depth > 1;
    for (size_t i = 0; i < area * (size_t)depth; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    for (size_t i = 0; ones && i < area; i++) {
        float sum = 0;
        for (int32_t k = 0; k < depth; k++)
            sum += v[(size_t)k * area + i];
        ones = covers(sum, sum, 0.999f, 1.001f);
    }
    if (depth > 2 || ones)
        return CNN_ARGMAX;
    if (covers(low, high, 0, 1))
        return CNN_PROBABILITY;
    return depth == 1 ? CNN_SIGMOID : CNN_SOFTMAX;
}

/* The map with the most samples in its plane; of equal ones the first. */
static bool find_dense(const struct look *l)
{
    size_t best = l->count;
    for (size_t i = 0; i < l->count; i++) {
        const struct cnn_blob *b = l->blobs + i;
        if (is_map(b) && (best == l->count ||
                          (int64_t)b->w * b->h > (int64_t)l->blobs[best].w * l->blobs[best].h))
            best = i;
    }
    if (best == l->count)
        return false;
    const struct cnn_blob *b = l->blobs + best;
    const int32_t depth = b->rank == 3 ? b->c : 1;
    set(l, best, CNN_ROLE_MAP, 0);
    l->out->decoder = dense_decoder(b);
    l->out->task = depth > 2 ? CNN_TASK_SEMANTIC : CNN_TASK_MATTING;
    snprintf(l->out->why, sizeof l->out->why, "a map of %d x %d x %d, decoded by %s", (int)b->w,
             (int)b->h, (int)depth, cnn_decoder_name(l->out->decoder));
    return true;
}

void cnn_heads_find(const struct cnn_blob *blobs, size_t count, const struct cnn_canvas *canvas,
                    int32_t classes, struct cnn_finding *out)
{
    const struct look l = {blobs, count < OUTPUTS_MAX ? count : OUTPUTS_MAX, canvas, classes, out};
    *out = (struct cnn_finding){.task = CNN_TASK_INSTANCE};
    memset(out->role, -1, sizeof out->role);
    if (find_solov2(&l))
        return;
    int32_t number = 0;
    int proto = find_prototypes(&l, &number);
    if (proto >= 0 && (find_yolov5(&l, proto, number) || find_yolov8(&l, proto, number))) {
        set(&l, (size_t)proto, CNN_ROLE_PROTOTYPES, 0);
        return;
    }
    memset(out->role, -1, sizeof out->role);
    if (find_yolact(&l) || find_detection(&l) || find_dense(&l))
        return;
    out->task = CNN_TASK_UNKNOWN;
    snprintf(out->why, sizeof out->why, "no decoder fits the shapes of its %zu outputs", count);
}
