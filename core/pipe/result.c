/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at what a run made. */
#include "run.h"

#include <string.h>

void seg_result_free(seg_result *result)
{
    if (!result)
        return;
    for (size_t i = 0; i < result->kept_count; i++)
        seg_layer_unref(result->kept[i].layer);
    segi_arena_end(&result->arena);
    segi_free(&result->context->mem, result);
}

seg_layer *seg_result_layer(const seg_result *result, const char *name)
{
    if (!name)
        return result->kept[result->last].layer;
    for (size_t i = 0; i < result->kept_count; i++)
        if (!strcmp(result->kept[i].name, name))
            return result->kept[i].layer;
    return NULL;
}

int seg_result_time(const seg_result *result, size_t step, double *wall, double *cpu)
{
    if (step >= result->step_count)
        return SEG_USAGE;
    *wall = result->steps[step].wall;
    *cpu = result->steps[step].cpu;
    return SEG_OK;
}

int seg_result_value(const seg_result *result, size_t step, size_t index, const char **name,
                     double *value)
{
    if (step >= result->step_count)
        return SEG_USAGE;
    if (index >= result->steps[step].value_count)
        return SEG_ABSENT;
    *name = result->steps[step].values[index].name;
    *value = result->steps[step].values[index].value;
    return SEG_OK;
}
