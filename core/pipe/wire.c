/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wiring, in one sentence: a required input port that is not named takes the most recent earlier
 * layer whose kind fits; an optional one is connected only by name. Of one stage's results, and of
 * the inputs, the first that fits counts: `input` before those that were added to it. */
#include "plan.h"

#include "../base/error.h"
#include "../base/names.h"
#include "../base/text.h"

#include <stdio.h>
#include <string.h>

size_t segi_slot_find(const seg_plan *plan, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (plan->slots[i].name && !strcmp(plan->slots[i].name, name))
            return i;
    return SEGI_NONE;
}

/* The stage after `step` that names one of its results so. */
static const struct segi_step *maker(const seg_plan *plan, size_t step, const char *name)
{
    for (size_t i = step; i < plan->step_count; i++)
        for (const struct segi_entry *e = plan->steps[i].node->entries; e; e = e->next)
            if (!strcmp(e->key, "out"))
                for (const struct segi_scalar *v = e->values; v; v = v->next)
                    if (!strcmp(v->text, name))
                        return &plan->steps[i];
    return NULL;
}

static void unknown_layer(const seg_plan *plan, size_t step, const struct segi_entry *entry,
                          struct seg_faults *faults)
{
    const struct segi_step *s = &plan->steps[step];
    const char *name = entry->values->text;
    const struct segi_step *later = maker(plan, step, name);
    char where[300];
    if (later == s) {
        segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID,
                      "stage '%s': port '%s': '%s' is what this stage makes; it cannot take its "
                      "own result",
                      s->stage->id, entry->key, name);
        return;
    }
    if (later) {
        segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID,
                      "stage '%s': port '%s': '%s' is made later, at %s; stages run in the order "
                      "in which they stand, without cycles",
                      s->stage->id, entry->key, name,
                      segi_place_text(plan->pipeline, later->node->place, where, sizeof where));
        return;
    }
    struct segi_guess guess = {.typed = name};
    for (size_t i = s->first; i-- > 0;)
        segi_guess_try(&guess, plan->slots[i].name);
    segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID,
                  guess.best ? "stage '%s': port '%s': no layer '%s'; did you mean '%s'?"
                             : "stage '%s': port '%s': no layer '%s'%s",
                  s->stage->id, entry->key, name, guess.best ? guess.best : "");
}

static bool kind_fits(const struct seg_port *port, uint32_t kind)
{
    return !kind || (port->kinds & SEG_KIND_BIT(kind));
}

static bool kind_converts(const struct seg_port *port, uint32_t kind)
{
    for (uint32_t to = SEG_IMAGE; to <= SEG_INSTANCES; to++)
        if ((port->kinds & SEG_KIND_BIT(to)) && segi_convert_kind(kind, to))
            return true;
    return false;
}

static void wrong_kind(const seg_plan *plan, size_t step, const struct seg_port *port,
                       const struct segi_slot *slot, struct segi_place place,
                       struct seg_faults *faults)
{
    char kinds[80];
    const char *hint = segi_hint_kind(plan->context, slot->kind, port->kinds);
    segi_fault_at(
        faults, plan->pipeline, place, SEG_INVALID,
        "stage '%s': port '%s' takes %s; '%s' is of kind %s%s%s%s", plan->steps[step].stage->id,
        port->name, segi_kind_list(port->kinds, kinds, sizeof kinds), slot->name,
        segi_kind_name(slot->kind), hint ? "; insert '" : "", hint ? hint : "", hint ? "'" : "");
}

static size_t wire_named(const seg_plan *plan, size_t step, const struct seg_port *port,
                         const struct segi_entry *entry, struct seg_faults *faults)
{
    const struct segi_step *s = &plan->steps[step];
    if (entry->form != SEGI_SCALAR || entry->values->none) {
        segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID,
                      "stage '%s': port '%s': expected the name of a layer", s->stage->id,
                      port->name);
        return SEGI_NONE;
    }
    const size_t slot = segi_slot_find(plan, s->first, entry->values->text);
    if (slot == SEGI_NONE) {
        unknown_layer(plan, step, entry, faults);
        return SEGI_NONE;
    }
    const uint32_t kind = plan->slots[slot].kind;
    if (kind_fits(port, kind) || kind_converts(port, kind))
        return slot;
    wrong_kind(plan, step, port, &plan->slots[slot], entry->place, faults);
    return SEGI_NONE;
}

/* The first of one step's results, from the last step on, then of the inputs. */
static size_t most_recent(const seg_plan *plan, size_t step, const struct seg_port *port)
{
    for (size_t i = step; i-- > 0;) {
        const struct segi_step *s = &plan->steps[i];
        for (size_t k = s->first; k < plan->steps[i + 1].first; k++)
            if (kind_fits(port, plan->slots[k].kind))
                return k;
    }
    for (size_t k = 0; k < plan->input_count; k++)
        if (kind_fits(port, plan->slots[k].kind))
            return k;
    return SEGI_NONE;
}

static size_t wire_recent(const seg_plan *plan, size_t step, const struct seg_port *port,
                          struct seg_faults *faults)
{
    const struct segi_step *s = &plan->steps[step];
    const size_t slot = most_recent(plan, step, port);
    if (slot != SEGI_NONE)
        return slot;
    /* the main result of the stage before is what the user had in mind */
    const size_t nearest = step ? plan->steps[step - 1].first : 0;
    wrong_kind(plan, step, port, &plan->slots[nearest], s->node->place, faults);
    return SEGI_NONE;
}

void segi_wire(seg_plan *plan, size_t step, const struct segi_entry *const *named,
               struct seg_faults *faults)
{
    struct segi_step *s = &plan->steps[step];
    s->whole = true;
    for (uint32_t i = 0; i < s->stage->input_count; i++) {
        const struct seg_port *port = &s->stage->inputs[i];
        s->wires[i] = SEGI_NONE;
        if (named[i])
            s->wires[i] = wire_named(plan, step, port, named[i], faults);
        else if (!(port->flags & SEG_PORT_OPTIONAL))
            s->wires[i] = wire_recent(plan, step, port, faults);
        if (s->wires[i] != SEGI_NONE)
            plan->slots[s->wires[i]].last = step;
        const bool wanted = named[i] || !(port->flags & SEG_PORT_OPTIONAL);
        if (wanted && (s->wires[i] == SEGI_NONE || !plan->slots[s->wires[i]].kind))
            s->whole = false;
    }
}
