/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

#include "../plug/params.h"

#include <float.h>
#include <math.h>
#include <segkit/pipeline.h>
#include <stdio.h>
#include <string.h>

#define NUMBERS_MOST 16 /* of a list at its limit */

static double clamp(double value, double min, double max)
{
    return value < min ? min : value > max ? max : value;
}

static void put_number(const struct seg_param *param, void *field, double value)
{
    value = clamp(value, -DBL_MAX, DBL_MAX); /* ranges may be infinite, values are not */
    if (param->type == SEG_FLOAT)
        *(double *)field = value;
    else if ((param->flags & SEG_PARAM_ODD) && fmod(value, 2) == 0)
        *(int32_t *)field = (int32_t)(value + (value < param->max ? 1 : -1));
    else
        *(int32_t *)field = (int32_t)value;
}

static void put_list(const struct seg_param *param, struct seg_floats *field, uint32_t count,
                     double value)
{
    double *list = verify_need(count, sizeof *list);
    for (uint32_t i = 0; i < count; i++)
        list[i] = clamp(clamp(value, param->min, param->max), -DBL_MAX, DBL_MAX);
    *field = (struct seg_floats){list, count};
}

static uint32_t most_numbers(const struct seg_param *param)
{
    const uint32_t cap = param->count_max < NUMBERS_MOST ? param->count_max : NUMBERS_MOST;
    return cap < param->count_min ? param->count_min : cap;
}

void verify_values_default(const struct seg_stage *stage, void **values)
{
    static const struct segi_mem libc = {.from = {0}};
    struct segi_mem *mem = verify_need(1, sizeof *mem);
    struct segi_arena *arena = verify_need(1, sizeof *arena);
    *mem = libc;
    mem->from = segi_libc_allocator;
    arena->mem = mem;
    *values = verify_need(1, stage->params_size);
    if (segi_params_defaults(stage, *values, arena, NULL))
        verify_need(SIZE_MAX, SIZE_MAX);
    for (uint32_t i = 0; i < stage->param_count; i++) {
        const struct seg_param *p = &stage->params[i];
        void *field = (char *)*values + p->offset;
        if (!(p->flags & SEG_PARAM_REQUIRED))
            continue;
        if (p->type == SEG_FLOATS)
            put_list(p, field, p->count_min, 100);
        else if (p->type == SEG_FLOAT || p->type == SEG_INT)
            put_number(p, field, clamp(100, p->min, p->max));
    }
}

unsigned verify_values_limits(const struct seg_param *param)
{
    switch (param->type) {
    case SEG_CHOICE:
        return param->choice_count;
    case SEG_STRING:
    case SEG_PATH:
        return 0;
    default:
        return 2;
    }
}

void verify_values_set(const struct seg_stage *stage, void *values, uint32_t index, unsigned limit,
                       char *text, size_t size)
{
    const struct seg_param *p = &stage->params[index];
    void *field = (char *)values + p->offset;
    if (p->type == SEG_BOOL)
        *(bool *)field = limit != 0;
    else if (p->type == SEG_CHOICE)
        *(int32_t *)field = (int32_t)limit;
    else if (p->type == SEG_FLOATS)
        put_list(p, field, limit ? most_numbers(p) : p->count_min, limit ? p->max : p->min);
    else
        put_number(p, field, limit ? p->max : p->min);
    int n = snprintf(text, size, "%s=", p->name);
    if (n > 0 && (size_t)n < size)
        seg_param_text(p, values, text + n, size - (size_t)n);
}
