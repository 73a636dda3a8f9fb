/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of objects and candidates, their order, and greedy suppression. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

float cnn_sigmoid(float x)
{
    return 1 / (1 + expf(-x));
}

double cnn_logit(double p)
{
    return log(p / (1 - p));
}

int32_t cnn_foreground(const struct cnn_rules *rules, int32_t channels)
{
    if (rules->channel >= 0)
        return rules->channel < channels ? rules->channel : -1;
    return channels == 2 ? 1 : 0;
}

/* Room for one more of `size` bytes; doubles. */
static int grow(void *list, size_t count, size_t *room, size_t size, struct cnn_error *err)
{
    void *items;
    if (count < *room)
        return SEG_OK;
    size_t more = *room ? *room * 2 : 16;
    if (more > SIZE_MAX / 2 / size)
        return cnn_nomem(err);
    memcpy(&items, list, sizeof items);
    void *grown = realloc(items, more * size);
    if (!grown)
        return cnn_nomem(err);
    memcpy(list, &grown, sizeof grown);
    *room = more;
    return SEG_OK;
}

int cnn_runs_add(struct cnn_runs *list, const float *value, int32_t y, int32_t begin, int32_t end,
                 float threshold, struct cnn_error *err)
{
    for (int32_t x = begin; x < end; x++) {
        if (!(value[x - begin] > threshold))
            continue;
        int32_t first = x;
        while (x < end && value[x - begin] > threshold)
            x++;
        if (grow(&list->runs, list->count, &list->room, sizeof *list->runs, err))
            return err->status;
        list->runs[list->count++] = (struct seg_run){y, first, x - first};
        list->area += (size_t)(x - first);
    }
    return SEG_OK;
}

/* -- objects ----------------------------------------------------------------------------------- */

int cnn_objects_add(struct cnn_objects *objects, struct cnn_object *object, struct cnn_error *err)
{
    if (grow(&objects->items, objects->count, &objects->room, sizeof *objects->items, err)) {
        free(object->runs);
        return err->status;
    }
    objects->items[objects->count++] = *object;
    return SEG_OK;
}

void cnn_objects_free(struct cnn_objects *objects)
{
    for (size_t i = 0; i < objects->count; i++)
        free(objects->items[i].runs);
    free(objects->items);
    *objects = (struct cnn_objects){0};
}

/* qsort is not stable: equal scores go by place. */
struct ranked {
    float score;
    size_t place;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    if (p->score != q->score)
        return p->score < q->score ? 1 : -1;
    return p->place < q->place ? -1 : p->place > q->place;
}

static int by_object(const void *a, const void *b)
{
    const struct cnn_object *p = a, *q = b;
    struct ranked r = {p->score, p->area}, s = {q->score, q->area};
    int order = by_rank(&r, &s);
    if (order)
        return order;
    const struct seg_run *u = p->runs, *v = q->runs;
    if (!p->run_count || !q->run_count)
        return 0;
    return u->y != v->y ? (u->y < v->y ? -1 : 1) : u->x < v->x ? -1 : u->x > v->x;
}

void cnn_objects_sort(struct cnn_objects *objects)
{
    if (objects->count)
        qsort(objects->items, objects->count, sizeof *objects->items, by_object);
}

static void reverse(struct seg_run *runs, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct seg_run swap = runs[i];
        runs[i] = runs[count - 1 - i];
        runs[count - 1 - i] = swap;
    }
}

void cnn_object_mirror(struct cnn_object *object, int32_t width, int32_t height, bool x, bool y)
{
    struct seg_run *runs = object->runs;
    const size_t count = object->run_count;
    if (x)
        object->box[0] = (float)width - object->box[0] - object->box[2];
    if (y)
        object->box[1] = (float)height - object->box[1] - object->box[3];
    if (y)
        reverse(runs, count);
    /* Each row's runs go from left to right again. */
    for (size_t first = 0, end; x != y && first < count; first = end) {
        for (end = first + 1; end < count && runs[end].y == runs[first].y;)
            end++;
        reverse(runs + first, end - first);
    }
    for (size_t i = 0; i < count; i++) {
        runs[i].x = x ? width - runs[i].x - runs[i].length : runs[i].x;
        runs[i].y = y ? height - 1 - runs[i].y : runs[i].y;
    }
}

static size_t shared_area(const struct cnn_object *a, const struct cnn_object *b)
{
    size_t shared = 0, i = 0, j = 0;
    while (i < a->run_count && j < b->run_count) {
        const struct seg_run *p = a->runs + i, *q = b->runs + j;
        int32_t p_end = p->x + p->length, q_end = q->x + q->length;
        if (p->y != q->y) {
            i += p->y < q->y;
            j += q->y < p->y;
            continue;
        }
        int32_t low = p->x > q->x ? p->x : q->x, high = p_end < q_end ? p_end : q_end;
        shared += high > low ? (size_t)(high - low) : 0;
        i += p_end <= q_end;
        j += q_end < p_end;
    }
    return shared;
}

static bool boxes_meet(const float *a, const float *b)
{
    return a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
}

/* `views`: what one view saw stays, and the shared part counts against the smaller one; else it
 * counts against the union. */
static void suppress(struct cnn_objects *objects, double limit, bool views, int32_t keep)
{
    size_t kept = 0;
    cnn_objects_sort(objects);
    for (size_t i = 0; i < objects->count; i++) {
        struct cnn_object *one = objects->items + i;
        bool good = kept < (size_t)keep;
        for (size_t j = 0; good && j < kept; j++) {
            const struct cnn_object *better = objects->items + j;
            if (better->class_id != one->class_id || (views && better->view == one->view) ||
                !boxes_meet(better->box, one->box))
                continue;
            double shared = (double)shared_area(better, one);
            double smaller = (double)(better->area < one->area ? better->area : one->area);
            double whole = views ? smaller : (double)(better->area + one->area) - shared;
            good = shared <= limit * whole;
        }
        if (!good) {
            free(one->runs);
            continue;
        }
        objects->items[kept++] = *one;
    }
    objects->count = kept;
}

void cnn_objects_suppress(struct cnn_objects *objects, double limit, int32_t keep)
{
    suppress(objects, limit, false, keep);
}

void cnn_objects_merge(struct cnn_objects *objects, int32_t keep)
{
    suppress(objects, 0.5, true, keep);
}

/* -- candidates -------------------------------------------------------------------------------- */

int cnn_candidates_add(struct cnn_candidates *list, const struct cnn_candidate *one,
                       struct cnn_error *err)
{
    for (int i = 0; i < 4; i++)
        if (!isfinite(one->box[i]))
            return SEG_OK;
    if (grow(&list->items, list->count, &list->room, sizeof *list->items, err))
        return err->status;
    list->items[list->count++] = *one;
    return SEG_OK;
}

void cnn_candidates_free(struct cnn_candidates *list)
{
    free(list->items);
    *list = (struct cnn_candidates){0};
}

static int by_candidate(const void *a, const void *b)
{
    const struct cnn_candidate *p = a, *q = b;
    struct ranked r = {p->score, p->index}, s = {q->score, q->index};
    return by_rank(&r, &s);
}

static double overlap(const float *a, const float *b)
{
    double w = fmin(a[2], b[2]) - fmax(a[0], b[0]), h = fmin(a[3], b[3]) - fmax(a[1], b[1]);
    if (w <= 0 || h <= 0)
        return 0;
    double areas = ((double)a[2] - a[0]) * ((double)a[3] - a[1]) +
                   ((double)b[2] - b[0]) * ((double)b[3] - b[1]);
    return w * h / (areas - w * h);
}

void cnn_candidates_suppress(struct cnn_candidates *list, double limit, int32_t keep)
{
    size_t kept = 0;
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, by_candidate);
    for (size_t i = 0; i < list->count && kept < (size_t)keep; i++) {
        const struct cnn_candidate one = list->items[i];
        bool good = true;
        for (size_t j = 0; good && j < kept; j++)
            good = list->items[j].class_id != one.class_id ||
                   !(overlap(list->items[j].box, one.box) > limit);
        if (good)
            list->items[kept++] = one;
    }
    list->count = kept;
}
