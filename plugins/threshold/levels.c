/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "levels.h"

#include "common/cpu.h"

#include <string.h>

COMMON_INLINE void add(struct threshold_levels *l, uint32_t level)
{
    if (level >= l->levels)
        return;
    l->count[level]++;
    l->group[level / LEVELS_GROUP]++;
    l->total++;
    l->below += level < l->median;
    l->low = level < l->low ? level : l->low;
    l->high = level > l->high ? level : l->high;
}

COMMON_INLINE void take(struct threshold_levels *l, uint32_t level)
{
    if (level >= l->levels)
        return;
    l->count[level]--;
    l->group[level / LEVELS_GROUP]--;
    l->total--;
    l->below -= level < l->median;
}

/* The level that half of the samples are below, of an even number the upper one. Whole groups are
 * skipped where that does not go too far. */
static void settle_median(struct threshold_levels *l)
{
    const uint32_t half = l->total / 2;
    uint32_t at = l->median, below = l->below;
    while (below > half) {
        const uint32_t group = at / LEVELS_GROUP;
        if (at % LEVELS_GROUP == 0 && below - l->group[group - 1] > half) {
            below -= l->group[group - 1];
            at -= LEVELS_GROUP;
        } else {
            below -= l->count[--at];
        }
    }
    while (below + l->count[at] <= half) {
        const uint32_t group = at / LEVELS_GROUP;
        if (at % LEVELS_GROUP == 0 && below + l->group[group] <= half) {
            below += l->group[group];
            at += LEVELS_GROUP;
        } else {
            below += l->count[at++];
        }
    }
    l->median = at;
    l->below = below;
}

static void settle(struct threshold_levels *l)
{
    while (!l->count[l->low])
        l->low += l->low % LEVELS_GROUP == 0 && !l->group[l->low / LEVELS_GROUP] ? LEVELS_GROUP : 1;
    while (!l->count[l->high])
        l->high -= l->high % LEVELS_GROUP == LEVELS_GROUP - 1 && !l->group[l->high / LEVELS_GROUP]
                       ? LEVELS_GROUP
                       : 1;
    settle_median(l);
}

void threshold_levels_begin(struct threshold_levels *l, const struct threshold_shape *shape,
                            const uint16_t *const *rows)
{
    memset(l->count, 0, ((size_t)l->levels + 1) * sizeof *l->count);
    memset(l->group, 0, sizeof l->group);
    l->median = l->below = l->high = l->total = 0;
    l->low = l->levels - 1;
    for (int32_t i = 0; i < shape->rows; i++)
        for (int32_t x = shape->left[i]; x <= shape->right[i]; x++)
            add(l, rows[i][x]);
    settle(l);
}

void threshold_levels_move(struct threshold_levels *l, const struct threshold_shape *shape,
                           const uint16_t *const *rows, int32_t x)
{
    for (int32_t i = 0; i < shape->rows; i++) {
        take(l, rows[i][x - 1 + shape->left[i]]);
        add(l, rows[i][x + shape->right[i]]);
    }
    settle(l);
}
