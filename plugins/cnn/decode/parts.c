/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects from a map of classes or of one probability: the connected parts of each class, as of
 * cells or of text. */
#include <math.h>
#include <stdlib.h>

#include "dense.h"

/* Neighbours of a row that have one class. */
struct stretch {
    struct seg_run run;
    int32_t plane; /* of the scores; 0 is background */
    double sum;    /* of its scores */
    size_t root;   /* the first stretch of its part; while they are joined, one nearer to it */
};

struct stretches {
    struct stretch *items;
    size_t count, room;
};

static int add_stretch(struct stretches *list, const struct stretch *one, struct cnn_error *err)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 64;
        struct stretch *grown = realloc(list->items, room * sizeof *grown);
        if (!grown)
            return cnn_nomem(err);
        list->items = grown;
        list->room = room;
    }
    list->items[list->count] = *one;
    list->items[list->count].root = list->count;
    list->count++;
    return SEG_OK;
}

/* -- classes ----------------------------------------------------------------------------------- */

/* The class of a plane: names may leave the background out, and a single probability needs none. */
static int32_t class_of(const struct cnn_rules *rules, int32_t planes, int32_t plane)
{
    bool without = rules->class_count == planes - 1 || (planes == 2 && !rules->class_count);
    return without ? plane - 1 : plane;
}

static bool wanted(const struct cnn_dense *dense, const struct cnn_rules *rules, int32_t plane)
{
    if (plane == 0 || (rules->channel >= 0 && plane != dense->foreground))
        return false;
    return cnn_rules_want(rules, class_of(rules, dense->planes, plane));
}

/* -- stretches and parts ----------------------------------------------------------------------- */

static int add_row(const struct cnn_dense *dense, const struct cnn_rules *rules, int32_t y,
                   const float *scores, const int32_t *labels, struct stretches *list,
                   struct cnn_error *err)
{
    const int32_t width = dense->x.count;
    for (int32_t x = 0, end; x < width; x = end) {
        struct stretch one = {.run = {y, x, 0}, .plane = labels[x]};
        const float *score = scores + (size_t)one.plane * (size_t)width;
        for (end = x; end < width && labels[end] == one.plane; end++)
            one.sum += score[end];
        one.run.length = end - x;
        if (wanted(dense, rules, one.plane) && add_stretch(list, &one, err))
            return err->status;
    }
    return SEG_OK;
}

static int find_stretches(const struct cnn_dense *dense, const struct cnn_rules *rules,
                          int32_t height, struct stretches *list, struct cnn_error *err)
{
    const size_t width = (size_t)dense->x.count, room = cnn_dense_workspace(dense);
    float *workspace = malloc((room + (size_t)dense->planes * width) * sizeof *workspace);
    int32_t *labels = malloc(width * sizeof *labels);
    float *scores = workspace ? workspace + room : NULL;
    if (!workspace || !labels)
        cnn_nomem(err);
    for (int32_t y = 0; y < height && !err->status; y++) {
        cnn_dense_row(dense, y, workspace, scores);
        cnn_dense_labels(scores, width, dense->planes, dense->threshold, width, labels);
        add_row(dense, rules, y, scores, labels, list, err);
    }
    free(workspace);
    free(labels);
    return err->status;
}

static size_t root_of(struct stretch *all, size_t i)
{
    while (all[i].root != i)
        i = all[i].root = all[all[i].root].root;
    return i;
}

/* Joins those of one class in neighbouring rows that touch, corners included. */
static void join(const struct stretches *list)
{
    struct stretch *all = list->items;
    size_t above = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct seg_run *run = &all[i].run;
        while (above < i && (all[above].run.y < run->y - 1 ||
                             (all[above].run.y == run->y - 1 &&
                              all[above].run.x + all[above].run.length < run->x)))
            above++;
        for (size_t j = above;
             j < i && all[j].run.y == run->y - 1 && all[j].run.x <= run->x + run->length; j++) {
            if (all[j].plane != all[i].plane)
                continue;
            size_t a = root_of(all, i), b = root_of(all, j);
            all[a > b ? a : b].root = a > b ? b : a; /* the first one stays the root */
        }
    }
    for (size_t i = 0; i < list->count; i++)
        all[i].root = root_of(all, i);
}

struct part {
    size_t stretches, area;
    double sum;
    float box[4];
};

static void part_add(struct part *part, const struct stretch *one)
{
    const struct seg_run *run = &one->run;
    const float left = (float)run->x, right = (float)(run->x + run->length);
    if (!part->stretches) {
        part->box[0] = left;
        part->box[1] = (float)run->y;
        part->box[2] = right;
    }
    part->box[0] = fminf(part->box[0], left);
    part->box[2] = fmaxf(part->box[2], right);
    part->box[3] = (float)(run->y + 1);
    part->stretches++;
    part->area += (size_t)run->length;
    part->sum += one->sum;
}

/* The part whose root is `root`, as an object. */
static int part_object(const struct stretches *list, size_t root, const struct part *part,
                       int32_t class_id, struct cnn_objects *out, struct cnn_error *err)
{
    struct seg_run *runs = malloc(part->stretches * sizeof *runs);
    if (!runs)
        return cnn_nomem(err);
    size_t n = 0;
    for (size_t i = root; n < part->stretches; i++)
        if (list->items[i].root == root)
            runs[n++] = list->items[i].run;
    const float *b = part->box;
    struct cnn_object object = {.class_id = class_id,
                                .score = (float)(part->sum / (double)part->area),
                                .box = {b[0], b[1], b[2] - b[0], b[3] - b[1]},
                                .runs = runs,
                                .run_count = part->stretches,
                                .area = part->area};
    return cnn_objects_add(out, &object, err);
}

static int collect(const struct stretches *list, const struct cnn_rules *rules, int32_t planes,
                   struct cnn_objects *out, struct cnn_error *err)
{
    const double least = cnn_or(rules->confidence, 0);
    struct part *parts = calloc(list->count + 1, sizeof *parts);
    if (!parts)
        return cnn_nomem(err);
    for (size_t i = 0; i < list->count; i++)
        part_add(parts + list->items[i].root, list->items + i);
    for (size_t i = 0; i < list->count && !err->status; i++)
        if (parts[i].stretches && parts[i].sum >= least * (double)parts[i].area)
            part_object(list, i, parts + i, class_of(rules, planes, list->items[i].plane), out,
                        err);
    free(parts);
    return err->status;
}

int cnn_decode_parts(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                     const struct cnn_rules *rules, struct cnn_objects *out, struct cnn_error *err)
{
    const struct cnn_blob *map = heads->blob[CNN_ROLE_MAP][0];
    struct cnn_dense dense = {0};
    struct stretches list = {0};
    if (!map)
        return cnn_fail(err, SEG_STAGE, "the network has no map");
    if (cnn_dense_open(map, rules->map_decoder, false, canvas, rules, rules->env, &dense, err) ||
        find_stretches(&dense, rules, canvas->image[1], &list, err))
        goto out;
    join(&list);
    if (!collect(&list, rules, dense.planes, out, err))
        cnn_objects_suppress(out, 1, rules->max_instances);
out:
    cnn_dense_close(&dense);
    free(list.items);
    return err->status;
}
