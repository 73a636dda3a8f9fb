/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Naming the results of a step. `out: a` names the first; `out: [a, b]` and `out: { port: a }` name
 * several. What is not named is called after its place, "threshold.otsu#2", and a further result
 * after the first one, "cells.lines". */
#include "plan.h"

#include "../base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct segi_entry *out_entry(const struct segi_node *node)
{
    const struct segi_entry *e = node->entries;
    while (e && strcmp(e->key, "out"))
        e = e->next;
    return e;
}

size_t segi_output_count(const struct segi_step *step)
{
    if (step->stage)
        return step->stage->output_count;
    const struct segi_entry *out = out_entry(step->node);
    return out && out->count ? out->count : 1;
}

bool segi_name_valid(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    const char *c = name;
    while (isalnum((unsigned char)*c) || *c == '_' || *c == '-')
        c++;
    return !*c && c - name <= 63;
}

static bool name_is_free(const seg_plan *plan, size_t step, const struct segi_scalar *value,
                         struct seg_faults *faults)
{
    const struct segi_step *s = &plan->steps[step];
    if (value->none || !segi_name_valid(value->text)) {
        segi_fault_at(faults, plan->pipeline, value->place, SEG_INVALID,
                      "stage '%s': 'out': '%s' is no name: " SEGI_NAME_RULE, s->node->id,
                      value->text);
        return false;
    }
    const size_t other = segi_slot_find(plan, s->first + segi_output_count(s), value->text);
    if (other == SEGI_NONE)
        return true;
    const struct segi_slot *slot = &plan->slots[other];
    char where[300];
    if (slot->step == SEGI_NONE)
        segi_fault_at(faults, plan->pipeline, value->place, SEG_INVALID,
                      "stage '%s': 'out': '%s' is an input of the pipeline; choose another name",
                      s->node->id, value->text);
    else
        segi_fault_at(faults, plan->pipeline, value->place, SEG_INVALID,
                      "stage '%s': 'out': '%s' is made before, at %s; choose another name",
                      s->node->id, value->text,
                      segi_place_text(plan->pipeline, plan->steps[slot->step].node->place, where,
                                      sizeof where));
    return false;
}

/* The output that a value of `out` names; the number of outputs: it has had its fault. */
static size_t port_of(const seg_plan *plan, const struct segi_step *step,
                      const struct segi_scalar *value, size_t index, struct seg_faults *faults)
{
    const struct seg_stage *stage = step->stage;
    const size_t count = segi_output_count(step);
    if (!stage || !value->key) {
        if (index == count)
            segi_fault_at(faults, plan->pipeline, value->place, SEG_INVALID,
                          "stage '%s': 'out': it has %zu result%s", step->node->id, count,
                          count == 1 ? "" : "s");
        return index < count ? index : count;
    }
    struct segi_guess guess = {.typed = value->key};
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(stage->outputs[i].name, value->key))
            return i;
        segi_guess_try(&guess, stage->outputs[i].name);
    }
    segi_fault_at(faults, plan->pipeline, value->place, SEG_INVALID,
                  "stage '%s': 'out': no result '%s'; did you mean '%s'?", stage->id, value->key,
                  guess.best ? guess.best : stage->outputs[0].name);
    return count;
}

static void take_names(seg_plan *plan, size_t step, struct seg_faults *faults)
{
    const struct segi_step *s = &plan->steps[step];
    const struct segi_entry *out = out_entry(s->node);
    if (!out)
        return;
    if (out->form == SEGI_DEEP || !out->count) {
        segi_fault_at(faults, plan->pipeline, out->place, SEG_INVALID,
                      "stage '%s': 'out': expected a name, a list of names or { port: name }",
                      s->node->id);
        return;
    }
    size_t index = 0;
    for (const struct segi_scalar *v = out->values; v; v = v->next, index++) {
        const size_t port = port_of(plan, s, v, index, faults);
        if (port == segi_output_count(s) || !name_is_free(plan, step, v, faults))
            continue;
        struct segi_slot *slot = &plan->slots[s->first + port];
        if (slot->name)
            segi_fault_at(faults, plan->pipeline, v->place, SEG_INVALID,
                          "stage '%s': 'out': '%s' is named twice", s->node->id, v->key);
        else
            slot->name = v->text;
    }
}

/* Joins two texts. */
static const char *joined(struct segi_arena *arena, const char *a, const char *b)
{
    const size_t size = strlen(a) + strlen(b) + 1;
    char *name = segi_arena_alloc(arena, size, 1);
    if (name)
        snprintf(name, size, "%s%s", a, b);
    return name;
}

/* Names what has no name yet. */
static int make_names(seg_plan *plan, size_t step)
{
    const struct segi_step *s = &plan->steps[step];
    struct segi_slot *first = &plan->slots[s->first];
    char rest[SEG_ERROR_TEXT];
    for (size_t i = 0; i < segi_output_count(s); i++) {
        if (first[i].name)
            continue;
        if (!i)
            snprintf(rest, sizeof rest, "#%zu", step + 1);
        else
            snprintf(rest, sizeof rest, ".%s", s->stage ? s->stage->outputs[i].name : "");
        first[i].name = joined(&plan->arena, i ? first->name : s->node->id, rest);
        if (!first[i].name)
            return SEG_NOMEM;
    }
    return SEG_OK;
}

int segi_name_outputs(seg_plan *plan, size_t step, struct seg_faults *faults)
{
    struct segi_step *s = &plan->steps[step];
    const size_t count = segi_output_count(s);
    for (size_t i = 0; i < count; i++) {
        struct segi_slot *slot = &plan->slots[s->first + i];
        slot->kind = s->stage ? (uint32_t)__builtin_ctz(s->stage->outputs[i].kinds) : 0;
        slot->step = slot->last = step;
        slot->port = (uint32_t)i;
    }
    take_names(plan, step, faults);
    return make_names(plan, step);
}
