/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pixel that a pass leaves is looked at again in that pass only after a neighbour was removed.
 * So the cost goes with the pixels of the objects, not with those times the rounds. */
#include "thinning.h"

#include <stdlib.h>
#include <string.h>

#define PASSES 4

struct rule {
    int passes;
    bool one_by_one;   /* what a pass removes is looked at once more, as the image is by then */
    uint8_t take[256]; /* by code: bit p: pass p removes the pixel */
};

static int sum(const bool flags[4])
{
    return flags[0] + flags[1] + flags[2] + flags[3];
}

/* -- Zhang and Suen --------------------------------------------------------------------------- */

/* Where scikit-image's table is not that of the paper: it spares the ends of slanted lines that
 * are two pixels thick, and takes the corners out of stairs. */
static const struct {
    uint8_t code, take;
} exceptions[] = {
    {MASK_N | MASK_NW, 1},
    {MASK_N | MASK_NE, 1},
    {MASK_E | MASK_NE, 1},
    {MASK_E | MASK_SE, 2},
    {MASK_S | MASK_SE, 0},
    {MASK_S | MASK_SW, 2},
    {MASK_W | MASK_SW, 2},
    {MASK_W | MASK_NW, 0},
    {MASK_N | MASK_NE | MASK_E, 1},
    {MASK_E | MASK_SE | MASK_S, 2},
    {MASK_S | MASK_SW | MASK_W, 2},
    {MASK_W | MASK_NW | MASK_N, 1},
    {MASK_N | MASK_E, 3},
    {MASK_N | MASK_E | MASK_NW, 1},
    {MASK_N | MASK_E | MASK_SE, 2},
    {MASK_E | MASK_S, 3},
    {MASK_E | MASK_S | MASK_SW, 2},
    {MASK_E | MASK_S | MASK_SW | MASK_NE, 2},
    {MASK_S | MASK_W, 3},
    {MASK_S | MASK_W | MASK_NW, 1},
    {MASK_S | MASK_W | MASK_SE, 2},
    {MASK_W | MASK_N, 3},
    {MASK_W | MASK_N | MASK_NE, 1},
    {MASK_W | MASK_N | MASK_SW, 1},
    {MASK_W | MASK_N | MASK_NE | MASK_SW, 1},
};

static void make_zhang(struct rule *rule)
{
    rule->passes = 2;
    for (unsigned code = 0; code < 256; code++) {
        int neighbours = __builtin_popcount(code);
        int rises = __builtin_popcount((code << 1 | code >> 7) & ~code & 255);
        if (neighbours < 2 || neighbours > 6 || rises != 1)
            continue;
        bool n = code & MASK_N, e = code & MASK_E, s = code & MASK_S, w = code & MASK_W;
        bool first = !(n && e && s) && !(e && s && w), second = !(n && e && w) && !(n && s && w);
        rule->take[code] = (uint8_t)(first | second << 1);
    }
    for (size_t i = 0; i < SEG_COUNT(exceptions); i++)
        rule->take[exceptions[i].code] = exceptions[i].take;
}

/* -- Guo and Hall ----------------------------------------------------------------------------- */

static void make_guo_hall(struct rule *rule)
{
    rule->passes = 2;
    for (unsigned code = 0; code < 256; code++) {
        const bool n = code & MASK_N, e = code & MASK_E, s = code & MASK_S, w = code & MASK_W;
        const bool ne = code & MASK_NE, se = code & MASK_SE, sw = code & MASK_SW;
        const bool nw = code & MASK_NW;
        int parts = sum(
            (const bool[4]){!e && (ne || n), !n && (nw || w), !w && (sw || s), !s && (se || e)});
        int one = sum((const bool[4]){e || ne, n || nw, w || sw, s || se});
        int other = sum((const bool[4]){ne || n, nw || w, sw || s, se || e});
        int least = one < other ? one : other;
        bool first = !((ne || n || !se) && e), second = !((sw || s || !nw) && w);
        if (parts == 1 && (least == 2 || least == 3))
            rule->take[code] = (uint8_t)(first | second << 1);
    }
}

/* -- Lee, Kashyap and Chu -----------------------------------------------------------------------
 */

/* The method for volumes on a volume of one slice, seen from its four sides. The Euler number stays
 * if the neighbours do not close a ring. */
static void make_lee(struct rule *rule)
{
    static const unsigned from[PASSES] = {MASK_N, MASK_S, MASK_E, MASK_W};
    const unsigned ring = MASK_N | MASK_E | MASK_S | MASK_W;
    rule->passes = PASSES;
    rule->one_by_one = true;
    for (unsigned code = 0; code < 256; code++)
        for (int p = 0; p < PASSES; p++)
            if (!(code & from[p]) && (code & ring) != ring && __builtin_popcount(code) > 1 &&
                mask_code_parts(code) == 1)
                rule->take[code] |= (uint8_t)(1 << p);
}

/* -- the passes ---------------------------------------------------------------------------------
 */

/* Places in the mask. */
struct list {
    uint32_t *places;
    size_t count;
};

struct thinning {
    struct mask_padded *mask; /* bit 1 + p: is in the list of pass p */
    struct rule rule;
    struct list wait[PASSES], taken;
};

static void wait_for(struct thinning *t, int pass, size_t place)
{
    uint8_t bit = (uint8_t)(2 << pass);
    if (t->mask->pixels[place] & bit)
        return;
    t->mask->pixels[place] |= bit;
    t->wait[pass].places[t->wait[pass].count++] = (uint32_t)place;
}

static int ascending(const void *a, const void *b)
{
    uint32_t p = *(const uint32_t *)a, q = *(const uint32_t *)b;
    return (p > q) - (p < q);
}

static void look(struct thinning *t, int pass)
{
    struct list *wait = &t->wait[pass];
    t->taken.count = 0;
    for (size_t i = 0; i < wait->count; i++) {
        size_t place = wait->places[i];
        uint8_t *pixel = &t->mask->pixels[place];
        *pixel &= (uint8_t) ~(2 << pass);
        if (*pixel & 1 && t->rule.take[mask_padded_code(t->mask, place)] >> pass & 1)
            t->taken.places[t->taken.count++] = (uint32_t)place;
    }
    wait->count = 0;
    if (t->rule.one_by_one && t->taken.count)
        qsort(t->taken.places, t->taken.count, sizeof *t->taken.places, ascending);
}

/* What a pass took goes, and the neighbours are to be looked at again. */
static void take(struct thinning *t)
{
    for (size_t i = 0; i < t->taken.count; i++) {
        size_t place = t->taken.places[i];
        if (t->rule.one_by_one && mask_code_parts(mask_padded_code(t->mask, place)) != 1)
            continue;
        t->mask->pixels[place] &= (uint8_t)~1;
        for (int k = 0; k < 8; k++) {
            size_t next = place + (size_t)t->mask->around[k];
            if (t->mask->pixels[next] & 1)
                for (int p = 0; p < t->rule.passes; p++)
                    wait_for(t, p, next);
        }
    }
}

static bool waiting(const struct thinning *t)
{
    size_t count = 0;
    for (int p = 0; p < t->rule.passes; p++)
        count += t->wait[p].count;
    return count > 0;
}

int mask_thin_all(const struct common_env *env, struct mask_padded *mask, enum mask_thinning method,
                  int32_t rounds)
{
    struct thinning t = {.mask = mask};
    if ((uint64_t)mask_padded_place(mask, 0, mask->height + 1) > UINT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT, "the mask has %d x %d pixels, at most 2^32 go",
                               mask->width, mask->height);
    (method == MASK_ZHANG ? make_zhang : method == MASK_LEE ? make_lee : make_guo_hall)(&t.rule);
    if (!COMMON_SCRATCH(env, t.taken.places, mask->objects + 1))
        return common_nomem(env);
    for (int p = 0; p < t.rule.passes; p++)
        if (!COMMON_SCRATCH(env, t.wait[p].places, mask->objects + 1))
            return common_nomem(env);
    for (int32_t y = 0; y < mask->height; y++)
        for (int32_t x = 0; x < mask->width; x++) {
            size_t place = mask_padded_place(mask, x, y);
            if (mask->pixels[place] & 1 && mask_padded_code(mask, place) != 255)
                for (int p = 0; p < t.rule.passes; p++)
                    wait_for(&t, p, place);
        }
    for (int32_t round = 0; waiting(&t) && (!rounds || round < rounds); round++) {
        for (int p = 0; p < t.rule.passes; p++) {
            look(&t, p);
            take(&t);
        }
        int status = env->host->progress(env->call, -1);
        if (status)
            return status;
    }
    return SEG_OK;
}
