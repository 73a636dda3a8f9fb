/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes regions connected, by runs of one label in a row. */
#include "slic.h"

#include <float.h>
#include <string.h>

enum { NONE = UINT32_MAX };

struct run {
    int32_t y, begin, end; /* columns */
    int32_t label;
    uint32_t above, below; /* the first runs that touch this one */
    uint32_t top;          /* a run of the same piece, above or to the left, or itself */
    uint32_t piece, next;  /* and the next run of it */
};

/* What hangs together. */
struct piece {
    float color[SUPERPIXEL_MOST]; /* the mean; while runs are added the sum */
    size_t area;
    uint32_t first, last; /* runs */
    uint32_t into;        /* the piece that it joined, one before it or itself */
    int32_t number;       /* from 1 on; 0: none of the regions */
};

struct connect {
    const struct seg_view *labels;
    const struct common_features *features;
    struct run *runs;
    uint32_t *row; /* runs of row y: row[y] .. row[y + 1] - 1 */
    struct piece *pieces;
    uint32_t count; /* of pieces */
};

/* The first run of a piece in raster order. */
static uint32_t first_of(const struct connect *c, uint32_t at)
{
    while (c->runs[at].top != at)
        at = c->runs[at].top = c->runs[c->runs[at].top].top;
    return at;
}

static uint32_t piece_of(const struct connect *c, uint32_t run)
{
    uint32_t at = c->runs[run].piece;
    while (c->pieces[at].into != at)
        at = c->pieces[at].into = c->pieces[c->pieces[at].into].into;
    return at;
}

static size_t count_runs(const struct seg_view *labels)
{
    size_t count = 0;
    for (int32_t y = 0; y < labels->height; y++) {
        const int32_t *row = seg_row(labels, 0, y);
        int32_t changes = 1;
        for (int32_t x = 1; x < labels->width; x++)
            changes += row[x] != row[x - 1];
        count += (size_t)changes;
    }
    return count;
}

static void find_runs(const struct connect *c)
{
    uint32_t count = 0;
    int32_t width = c->labels->width;
    for (int32_t y = 0; y < c->labels->height; y++) {
        const int32_t *row = seg_row(c->labels, 0, y);
        c->row[y] = count;
        for (int32_t x = 0; x < width; count++) {
            struct run *run = &c->runs[count];
            *run = (struct run){.y = y, .begin = x, .label = row[x], .top = count, .next = NONE};
            while (x < width && row[x] == run->label)
                x++;
            run->end = x;
        }
    }
    c->row[c->labels->height] = count;
}

/* Joins runs with those of the same label above. */
static void join_runs(const struct connect *c)
{
    for (int32_t y = 1; y < c->labels->height; y++) {
        uint32_t above = c->row[y - 1];
        for (uint32_t at = c->row[y]; at < c->row[y + 1]; at++) {
            while (c->runs[above].end <= c->runs[at].begin)
                above++;
            c->runs[at].above = above;
            for (uint32_t i = above; i < c->row[y] && c->runs[i].begin < c->runs[at].end; i++) {
                if (!c->runs[i].below)
                    c->runs[i].below = at;
                if (c->runs[i].label != c->runs[at].label)
                    continue;
                uint32_t a = first_of(c, i), b = first_of(c, at);
                c->runs[a > b ? a : b].top = a > b ? b : a;
            }
        }
    }
}

static uint32_t number_pieces(const struct connect *c)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at < c->row[c->labels->height]; at++) {
        uint32_t first = first_of(c, at);
        c->runs[at].piece = first == at ? count++ : c->runs[first].piece;
    }
    return count;
}

static void add_run(const struct connect *c, uint32_t at)
{
    const struct run *run = &c->runs[at];
    struct piece *piece = &c->pieces[run->piece];
    if (!piece->area)
        *piece = (struct piece){.first = at, .into = run->piece};
    else
        c->runs[piece->last].next = at;
    piece->last = at;
    piece->area += (size_t)(run->end - run->begin);
    for (int32_t k = 0; k < c->features->channels && run->label > 0; k++) {
        const float *row = c->features->data + (size_t)k * c->features->stride +
                           (size_t)run->y * (size_t)c->features->width;
        float sum = 0;
        for (int32_t x = run->begin; x < run->end; x++)
            sum += row[x];
        piece->color[k] += sum;
    }
}

struct best {
    uint32_t piece;
    float distance;
};

/* Is the piece of this run nearer in colour than the best so far? */
static void consider(const struct connect *c, uint32_t own, uint32_t run, struct best *best)
{
    uint32_t other = piece_of(c, run);
    const struct piece *a = &c->pieces[own], *b = &c->pieces[other];
    float sum = 0;
    if (other == own || c->runs[run].label <= 0)
        return;
    for (int32_t k = 0; k < c->features->channels; k++) {
        float d = a->color[k] - b->color[k];
        sum += d * d;
    }
    if (sum < best->distance)
        *best = (struct best){other, sum};
}

/* The runs of a row that touch one, from the first such on. */
static void consider_row(const struct connect *c, uint32_t own, uint32_t at, int32_t y,
                         uint32_t first, struct best *best)
{
    if (y < 0 || y >= c->labels->height)
        return;
    for (uint32_t i = first; i < c->row[y + 1] && c->runs[i].begin < c->runs[at].end; i++)
        consider(c, own, i, best);
}

/* Joins a piece to the neighbour that is nearest in colour; returns what they became, NONE where it
 * has no neighbour. */
static uint32_t join_piece(const struct connect *c, uint32_t own)
{
    struct best best = {NONE, FLT_MAX};
    for (uint32_t at = c->pieces[own].first; at != NONE; at = c->runs[at].next) {
        const struct run *run = &c->runs[at];
        int32_t y = run->y;
        if (at > c->row[y])
            consider(c, own, at - 1, &best);
        if (at + 1 < c->row[y + 1])
            consider(c, own, at + 1, &best);
        consider_row(c, own, at, y - 1, run->above, &best);
        consider_row(c, own, at, y + 1, run->below, &best);
    }
    if (best.piece == NONE)
        return NONE;
    struct piece *to = &c->pieces[best.piece < own ? best.piece : own];
    struct piece *from = &c->pieces[best.piece < own ? own : best.piece];
    from->into = to->into;
    to->area += from->area;
    float share = (float)from->area / (float)to->area;
    for (int32_t k = 0; k < c->features->channels; k++)
        to->color[k] += (from->color[k] - to->color[k]) * share;
    c->runs[to->last].next = from->first;
    to->last = from->last;
    return to->into;
}

/* All pieces before the one that is looked at are large by then, or have no neighbour. */
static void join_small(const struct connect *c, size_t least)
{
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t at = c->pieces[i].into == i && c->runs[c->pieces[i].first].label > 0 ? i : NONE;
        while (at != NONE && c->pieces[at].area < least)
            at = join_piece(c, at);
    }
}

/* Writes numbers in the order of the first pixels. */
static int32_t write_labels(const struct connect *c)
{
    int32_t count = 0;
    for (int32_t y = 0; y < c->labels->height; y++) {
        int32_t *row = seg_row(c->labels, 0, y);
        for (uint32_t at = c->row[y]; at < c->row[y + 1]; at++) {
            const struct run *run = &c->runs[at];
            struct piece *piece = &c->pieces[piece_of(c, at)];
            if (!piece->number && run->label > 0)
                piece->number = ++count;
            for (int32_t x = run->begin; x < run->end; x++)
                row[x] = piece->number;
        }
    }
    return count;
}

int superpixel_connect(const struct common_env *env, const struct common_features *features,
                       const struct seg_view *labels, size_t least, int32_t *count)
{
    struct connect c = {.labels = labels, .features = features};
    size_t runs = count_runs(labels);
    if (runs >= UINT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT,
                               "%zu runs of pixels are too many; at most %u fit", runs,
                               UINT32_MAX - 1);
    if (!COMMON_SCRATCH(env, c.row, (size_t)labels->height + 1) ||
        !COMMON_SCRATCH(env, c.runs, runs))
        return common_nomem(env);
    find_runs(&c);
    join_runs(&c);
    c.count = number_pieces(&c);
    if (!COMMON_SCRATCH(env, c.pieces, c.count))
        return common_nomem(env);
    for (uint32_t i = 0; i < c.count; i++)
        c.pieces[i].area = 0;
    for (uint32_t at = 0; at < c.row[labels->height]; at++)
        add_run(&c, at);
    for (uint32_t i = 0; i < c.count; i++)
        for (int32_t k = 0; k < features->channels; k++)
            c.pieces[i].color[k] /= (float)c.pieces[i].area;
    join_small(&c, least);
    *count = write_labels(&c);
    return SEG_OK;
}
