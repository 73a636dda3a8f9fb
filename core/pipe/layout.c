/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shapes, lifetimes and storage of all layers of a plan. */
#include "plan.h"

#include "../base/names.h"

#include <segkit/plugin-util.h>
#include <stdio.h>
#include <string.h>

char *segi_shape_text(const struct seg_shape *shape, char *text, size_t size)
{
    if (shape->kind == SEG_INSTANCES)
        snprintf(text, size, "instances on %d x %d pixels", shape->width, shape->height);
    else
        snprintf(text, size, "%s of %s, %d x %d pixels, %d plane%s", segi_kind_name(shape->kind),
                 segi_dtype_name(shape->dtype), shape->width, shape->height, shape->planes,
                 shape->planes == 1 ? "" : "s");
    return text;
}

int segi_layout_new(const seg_plan *plan, struct segi_arena *arena, struct segi_layout *layout)
{
    layout->shapes = segi_arena_alloc(arena, plan->slot_count, sizeof *layout->shapes);
    layout->takes = segi_arena_alloc(arena, plan->step_count, sizeof *layout->takes);
    layout->reuse = segi_arena_alloc(arena, plan->slot_count, sizeof *layout->reuse);
    layout->until = segi_arena_alloc(arena, plan->slot_count, sizeof *layout->until);
    layout->taken = segi_arena_alloc(arena, plan->slot_count, sizeof *layout->taken);
    if (!layout->shapes || !layout->takes || !layout->reuse || !layout->until || !layout->taken)
        return SEG_NOMEM;
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct seg_stage *stage = plan->steps[i].stage;
        layout->takes[i] =
            segi_arena_alloc(arena, stage ? stage->input_count : 0, sizeof *layout->takes[i]);
        if (!layout->takes[i])
            return SEG_NOMEM;
    }
    return SEG_OK;
}

/* -- storage ----------------------------------------------------------------------------------- */

static uint64_t bytes_of(const struct seg_shape *shape)
{
    size_t row, plane, all;
    if (!segi_shape_known(shape) || shape->kind == SEG_INSTANCES ||
        !segi_shape_bytes(shape, &row, &plane, &all))
        return 0;
    return all;
}

/* Whether rows and planes of both lie at the same places. */
static bool same_places(const struct seg_shape *a, const struct seg_shape *b)
{
    return seg_dtype_size(a->dtype) == seg_dtype_size(b->dtype) && a->width == b->width &&
           a->height == b->height && a->planes == b->planes;
}

static bool may_take(const struct segi_layout *layout, size_t slot, size_t from)
{
    return !layout->taken[from] && bytes_of(&layout->shapes[from]) &&
           same_places(&layout->shapes[slot], &layout->shapes[from]);
}

/* The input that an output may be written over, when it dies with this step. */
static size_t in_place(const seg_plan *plan, const struct segi_layout *layout, size_t step,
                       uint32_t port)
{
    const struct segi_step *s = &plan->steps[step];
    const struct seg_port *out = &s->stage->outputs[port];
    size_t from = SEGI_NONE;
    unsigned uses = 0;
    if (!(out->flags & SEG_PORT_IN_PLACE))
        return SEGI_NONE;
    for (uint32_t i = 0; i < s->stage->input_count; i++)
        if (out->like ? !strcmp(s->stage->inputs[i].name, out->like) : i == 0)
            from = s->wires[i];
    for (uint32_t i = 0; i < s->stage->input_count; i++)
        uses += from != SEGI_NONE && s->wires[i] == from;
    /* a compiler may reorder accesses to samples of two types */
    const bool dies = uses == 1 && layout->until[from] == step &&
                      layout->shapes[from].dtype == layout->shapes[s->first + port].dtype;
    return dies && may_take(layout, s->first + port, from) ? from : SEGI_NONE;
}

/* A layer that has died before: the latest, whose memory is the warmest. */
static size_t dead(const seg_plan *plan, const struct segi_layout *layout, size_t step, size_t slot)
{
    for (size_t k = plan->steps[step].first; k-- > plan->input_count;)
        if (layout->until[k] < step && may_take(layout, slot, k))
            return k;
    return SEGI_NONE;
}

static void take_storage(const seg_plan *plan, struct segi_layout *layout, size_t step)
{
    const struct segi_step *s = &plan->steps[step];
    for (uint32_t i = 0; i < s->stage->output_count; i++) {
        const size_t slot = s->first + i;
        if (!bytes_of(&layout->shapes[slot]))
            continue;
        size_t from = in_place(plan, layout, step, i);
        if (from == SEGI_NONE)
            from = dead(plan, layout, step, slot);
        layout->reuse[slot] = from;
        if (from != SEGI_NONE) {
            layout->taken[from] = true;
            layout->until[from] = step;
        }
    }
}

/* Bytes of what is converted for a step and goes after it. */
static uint64_t converted_bytes(const seg_plan *plan, const struct segi_layout *layout, size_t step)
{
    const struct segi_step *s = &plan->steps[step];
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < s->stage->input_count; i++) {
        const struct seg_shape *take = &layout->takes[step][i];
        if (take->kind && (take->kind != layout->shapes[s->wires[i]].kind ||
                           take->dtype != layout->shapes[s->wires[i]].dtype))
            bytes += bytes_of(take);
    }
    return bytes;
}

static uint64_t peak_of(const seg_plan *plan, const struct segi_layout *layout)
{
    uint64_t now = 0, peak = 0;
    for (size_t k = 0; k < plan->input_count; k++)
        now += bytes_of(&layout->shapes[k]);
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct segi_step *s = &plan->steps[i];
        const size_t end = s->first + s->stage->output_count;
        for (size_t k = s->first; k < end; k++)
            now += layout->reuse[k] == SEGI_NONE ? bytes_of(&layout->shapes[k]) : 0;
        const uint64_t most = now + converted_bytes(plan, layout, i);
        peak = most > peak ? most : peak;
        for (size_t k = plan->input_count; k < end; k++)
            now -= layout->until[k] == i && !layout->taken[k] ? bytes_of(&layout->shapes[k]) : 0;
    }
    return peak;
}

void segi_layout_storage(const seg_plan *plan, struct segi_layout *layout)
{
    for (size_t k = 0; k < plan->slot_count; k++) {
        const bool stays = k < plan->input_count || plan->slots[k].kept;
        layout->reuse[k] = SEGI_NONE;
        layout->until[k] = stays ? SEGI_NONE : plan->slots[k].last;
        layout->taken[k] = false;
    }
    for (size_t i = 0; i < plan->step_count; i++)
        take_storage(plan, layout, i);
    layout->peak = peak_of(plan, layout);
}
