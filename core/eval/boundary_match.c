/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One-to-one matching of boundary pixels: a maximum matching (Hopcroft and Karp 1973) over all
 * pairs within a radius. A greedy round, nearest pairs first, leaves little to the search;
 * neighbours are looked up in the image and never stored. */
#include "boundary.h"

#include "nearest.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NONE  (-1)
#define NEVER INT32_MAX

struct offset {
    int32_t dx, dy;
};

struct search {
    int32_t width, height;
    struct offset *offsets; /* by rising distance */
    int32_t offset_count;
    int32_t *pixels;  /* of each truth pixel, its place in the image */
    int32_t *at;      /* the prediction's pixel number at each place, or NONE */
    int32_t *partner; /* of each truth pixel */
    int32_t *owner;   /* of each predicted pixel */
    int32_t *level;   /* of each truth pixel in this phase */
    int32_t *next;    /* the offset at which each truth pixel's search goes on */
    int32_t *queue;
    int32_t truths, preds;
    int64_t matched;
};

static int by_distance(const void *a, const void *b)
{
    const struct offset *p = a, *q = b;
    int64_t dp = (int64_t)p->dx * p->dx + (int64_t)p->dy * p->dy;
    int64_t dq = (int64_t)q->dx * q->dx + (int64_t)q->dy * q->dy;
    if (dp != dq) {
        return dp < dq ? -1 : 1;
    }
    return p->dy != q->dy ? (p->dy < q->dy ? -1 : 1) : (p->dx > q->dx) - (p->dx < q->dx);
}

static bool make_offsets(struct search *s, double radius)
{
    int32_t reach = (int32_t)fmin(floor(radius), fmax(s->width, s->height));
    size_t side = 2 * (size_t)reach + 1;
    s->offsets = malloc(side * side * sizeof *s->offsets);
    if (!s->offsets) {
        return false;
    }
    for (int32_t dy = -reach; dy <= reach; dy++) {
        for (int32_t dx = -reach; dx <= reach; dx++) {
            if ((double)dx * dx + (double)dy * dy <= radius * radius) {
                s->offsets[s->offset_count++] = (struct offset){dx, dy};
            }
        }
    }
    qsort(s->offsets, (size_t)s->offset_count, sizeof *s->offsets, by_distance);
    return true;
}

/* The predicted pixel at an offset of a truth pixel, or NONE. */
static int32_t neighbour(const struct search *s, int32_t truth, int32_t k)
{
    int32_t place = s->pixels[truth];
    int32_t x = place % s->width + s->offsets[k].dx, y = place / s->width + s->offsets[k].dy;
    if (x < 0 || y < 0 || x >= s->width || y >= s->height) {
        return NONE;
    }
    return s->at[y * s->width + x];
}

static void join(struct search *s, int32_t truth, int32_t pred)
{
    s->partner[truth] = pred;
    s->owner[pred] = truth;
}

static void greedy(struct search *s)
{
    for (int32_t k = 0; k < s->offset_count; k++) {
        for (int32_t t = 0; t < s->truths; t++) {
            int32_t p = s->partner[t] == NONE ? neighbour(s, t, k) : NONE;
            if (p != NONE && s->owner[p] == NONE) {
                join(s, t, p);
                s->matched++;
            }
        }
    }
}

/* Levels of the truth pixels by alternating paths from the free ones; whether one ends free. */
static bool layer(struct search *s)
{
    int32_t head = 0, tail = 0;
    bool found = false;
    for (int32_t t = 0; t < s->truths; t++) {
        s->next[t] = 0;
        s->level[t] = s->partner[t] == NONE ? 0 : NEVER;
        if (s->partner[t] == NONE) {
            s->queue[tail++] = t;
        }
    }
    int32_t last = NEVER;
    while (head < tail) {
        int32_t t = s->queue[head++];
        if (s->level[t] >= last) {
            break;
        }
        for (int32_t k = 0; k < s->offset_count; k++) {
            int32_t p = neighbour(s, t, k);
            if (p == NONE) {
                continue;
            }
            int32_t other = s->owner[p];
            if (other == NONE) {
                found = true;
                last = s->level[t] + 1;
            } else if (s->level[other] == NEVER) {
                s->level[other] = s->level[t] + 1;
                s->queue[tail++] = other;
            }
        }
    }
    return found;
}

/* A path from a free truth pixel along the levels to a free predicted one, turned around. The stack
 * is the queue, which is not in use now. */
static bool augment(struct search *s, int32_t start)
{
    int32_t depth = 0;
    s->queue[0] = start;
    while (depth >= 0) {
        int32_t t = s->queue[depth];
        if (s->next[t] == s->offset_count) {
            s->level[t] = NEVER;
            depth--;
            continue;
        }
        int32_t p = neighbour(s, t, s->next[t]++);
        if (p == NONE) {
            continue;
        }
        int32_t other = s->owner[p];
        if (other == NONE) {
            /* Each on the stack takes what its search stopped at. */
            for (int32_t i = depth; i >= 0; i--) {
                int32_t truth = s->queue[i];
                join(s, truth, neighbour(s, truth, s->next[truth] - 1));
            }
            s->matched++;
            return true;
        }
        if (s->level[other] == s->level[t] + 1) {
            s->queue[++depth] = other;
        }
    }
    return false;
}

static bool make_lists(struct search *s, const uint8_t *truth, const uint8_t *pred)
{
    size_t n = (size_t)s->width * (size_t)s->height;
    size_t truths = segi_set_count(truth, n), preds = segi_set_count(pred, n);
    s->at = malloc(n * sizeof *s->at);
    s->pixels = malloc((5 * truths + preds + 1) * sizeof *s->pixels);
    if (!s->at || !s->pixels) {
        return false;
    }
    s->partner = s->pixels + truths;
    s->level = s->partner + truths;
    s->next = s->level + truths;
    s->queue = s->next + truths;
    s->owner = s->queue + truths;
    memset(s->partner, 0xff, truths * sizeof *s->partner);
    memset(s->owner, 0xff, preds * sizeof *s->owner);
    for (size_t i = 0; i < n; i++) {
        s->at[i] = pred[i] ? s->preds++ : NONE;
        if (truth[i]) {
            s->pixels[s->truths++] = (int32_t)i;
        }
    }
    return true;
}

int segi_boundary_bsds(const uint8_t *truth, const uint8_t *pred, int32_t width, int32_t height,
                       double radius, struct segi_boundary_match *match)
{
    struct search s = {.width = width, .height = height};
    int status = SEG_NOMEM;
    memset(match, 0, sizeof *match);
    if ((int64_t)width * height > INT32_MAX) {
        return SEG_LIMIT;
    }
    if (!make_offsets(&s, radius) || !make_lists(&s, truth, pred)) {
        goto out;
    }
    greedy(&s);
    while (s.matched < s.truths && s.matched < s.preds && layer(&s)) {
        for (int32_t t = 0; t < s.truths; t++) {
            if (s.partner[t] == NONE) {
                augment(&s, t);
            }
        }
    }
    *match = (struct segi_boundary_match){s.truths, s.preds, s.matched};
    status = SEG_OK;
out:
    free(s.offsets);
    free(s.at);
    free(s.pixels);
    return status;
}
