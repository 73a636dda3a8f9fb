/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pick.h"

#include <string.h>

int mask_pick_find(const struct common_env *env, bool value, int32_t connectivity,
                   struct mask_pick *pick)
{
    *pick = (struct mask_pick){.value = value};
    int status = common_open(env, &pick->mask, &pick->result);
    if (!status)
        status = common_runs_find(env, &pick->mask, value, &pick->runs);
    if (!status)
        status =
            common_runs_label(env, &pick->runs, connectivity == COMMON_EIGHT ? 8 : 4, &pick->count);
    if (status)
        return status;
    size_t size = (size_t)pick->count + 1;
    if (!COMMON_SCRATCH(env, pick->stats, size) || !COMMON_SCRATCH(env, pick->flip, size))
        return common_nomem(env);
    common_runs_measure(&pick->runs, pick->count, pick->stats);
    memset(pick->flip, 0, size * sizeof *pick->flip);
    return SEG_OK;
}

static int write_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct mask_pick *pick = arg;
    const struct common_runs *runs = &pick->runs;
    for (size_t y = begin; y < end; y++) {
        uint8_t *row = seg_row(&pick->result, 0, (int32_t)y);
        const uint8_t *from = seg_row(&pick->mask, 0, (int32_t)y);
        if (row != from)
            memcpy(row, from, (size_t)runs->width);
        for (size_t i = runs->row[y]; i < runs->row[y + 1]; i++) {
            size_t left = (size_t)runs->edge[2 * i], right = (size_t)runs->edge[2 * i + 1];
            if (pick->flip[runs->label[i]])
                memset(row + left, !pick->value, right - left);
        }
    }
    return SEG_OK;
}

int mask_pick_write(const struct common_env *env, const struct mask_pick *pick, const char *left,
                    const char *flipped)
{
    int32_t flips = 0;
    for (int32_t k = 1; k <= pick->count; k++)
        flips += pick->flip[k];
    int status = common_parallel(env, (size_t)pick->runs.height, common_grain(pick->runs.width),
                                 write_rows, (void *)pick);
    if (!status && left)
        status = env->host->value(env->call, left, pick->count - flips);
    if (!status && flipped)
        status = env->host->value(env->call, flipped, flips);
    return status;
}
