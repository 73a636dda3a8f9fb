/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at one piece of the mask and has it flooded. */
#include "basin.h"

#include <float.h>
#include <string.h>

void *watershed_regrow(const struct common_env *env, const void *old, size_t count, size_t more,
                       size_t size)
{
    void *memory = env->host->scratch(env->call, more, size);
    if (memory && count)
        memcpy(memory, old, count * size);
    return memory;
}

int watershed_basin(const struct common_env *env, const struct watershed_state *state,
                    struct watershed_worker *worker, size_t i)
{
    struct watershed_basin basin = {.env = env,
                                    .state = state,
                                    .worker = worker,
                                    .begin = state->members + state->first[i],
                                    .end = state->members + state->first[i + 1],
                                    .low = FLT_MAX,
                                    .high = -FLT_MAX};
    bool late = watershed_is_late(state->flood);
    for (const uint32_t *run = basin.begin; run < basin.end; run++) {
        struct watershed_span span = watershed_span(state, *run);
        basin.area += (size_t)span.length;
        if (!late && state->relief.dtype == SEG_F32)
            continue; /* the range is not needed */
        for (int32_t x = span.x; x < span.x + span.length; x++) {
            float height = watershed_height(state, x, span.y);
            basin.low = height < basin.low && height >= -FLT_MAX ? height : basin.low;
            basin.high = height > basin.high && height <= FLT_MAX ? height : basin.high;
        }
    }
    return late ? watershed_late(&basin) : watershed_early(&basin);
}
