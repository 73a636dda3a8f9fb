/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From names to stages, ports and parameters. */
#include "plan.h"

#include "../base/error.h"
#include "../base/text.h"
#include "../plug/params.h"
#include "../plug/registry.h"

#include <string.h>

int segi_resolve_stage(seg_plan *plan, struct segi_step *step, struct seg_faults *faults)
{
    struct seg_error err = {0};
    int status = seg_stage_find(plan->context, step->node->id, &step->stage, &err);
    if (status == SEG_NOMEM)
        return status;
    step->foreign = !status && segi_stage_foreign(plan->context, step->stage);
    step->isolated = step->foreign || plan->context->isolate == SEG_ISOLATE_ALWAYS;
    if (status) {
        step->stage = NULL;
        segi_fault_at(faults, plan->pipeline, step->node->place,
                      status == SEG_USAGE ? SEG_INVALID : status, "%s", err.text);
    }
    return SEG_OK;
}

/* -- keys that mean nothing -------------------------------------------------------------------- */

static void guess_key(const struct seg_stage *stage, struct segi_guess *guess)
{
    segi_guess_try(guess, "out");
    for (uint32_t i = 0; i < stage->input_count; i++)
        segi_guess_try(guess, stage->inputs[i].name);
    for (uint32_t i = 0; i < stage->param_count; i++) {
        segi_guess_try(guess, stage->params[i].name);
        if (stage->params[i].alias)
            segi_guess_try(guess, stage->params[i].alias);
    }
}

static void list_keys(const struct seg_stage *stage, struct segi_text *text)
{
    for (uint32_t i = 0; i < stage->input_count; i++)
        segi_text_addf(text, "%s, ", stage->inputs[i].name);
    for (uint32_t i = 0; i < stage->param_count; i++)
        segi_text_addf(text, "%s, ", stage->params[i].name);
    segi_text_addf(text, "out");
}

static void unknown_key(const seg_plan *plan, const struct seg_stage *stage,
                        const struct segi_entry *entry, struct seg_faults *faults)
{
    struct segi_guess guess = {.typed = entry->key};
    for (uint32_t i = 0; i < stage->output_count; i++)
        if (!strcmp(stage->outputs[i].name, entry->key)) {
            segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID,
                          "stage '%s': '%s' is a result; name it with 'out'", stage->id,
                          entry->key);
            return;
        }
    guess_key(stage, &guess);
    if (guess.best) {
        segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID,
                      "stage '%s': no port or parameter '%s'; did you mean '%s'?", stage->id,
                      entry->key, guess.best);
        return;
    }
    struct segi_text keys = {.mem = &plan->context->mem};
    list_keys(stage, &keys);
    segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID,
                  "stage '%s': no port or parameter '%s'; it has %s", stage->id, entry->key,
                  keys.data && !keys.failed ? keys.data : "others");
    segi_text_end(&keys);
}

/* -- keys -------------------------------------------------------------------------------------- */

static int set_param(seg_plan *plan, struct segi_step *step, const struct segi_entry *entry,
                     struct seg_faults *faults)
{
    const char *fault = entry->form == SEGI_MAP    ? "a mapping is no value"
                        : entry->form == SEGI_DEEP ? "nested lists are no value"
                        : entry->form == SEGI_SCALAR && entry->values->none ? "no value"
                                                                            : NULL;
    if (fault) {
        segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID,
                      "stage '%s': parameter '%s': %s", step->stage->id, entry->key, fault);
        return SEG_OK;
    }
    const char **values =
        segi_alloc(&plan->context->mem, entry->count ? entry->count : 1, sizeof *values);
    if (!values)
        return SEG_NOMEM;
    size_t count = 0;
    for (const struct segi_scalar *s = entry->values; s; s = s->next)
        values[count++] = s->text;
    struct seg_error err = {0};
    int status = segi_params_set(step->stage, step->params, entry->key, values, count, &plan->arena,
                                 plan->pipeline->base, &err);
    segi_free(&plan->context->mem, values);
    if (status == SEG_NOMEM)
        return status;
    if (status)
        segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID, "stage '%s': %s",
                      step->stage->id, err.text);
    return SEG_OK;
}

static uint32_t input_port(const struct seg_stage *stage, const char *name)
{
    uint32_t i = 0;
    while (i < stage->input_count && strcmp(stage->inputs[i].name, name))
        i++;
    return i;
}

/* The earlier key of the stage that means the same. */
static const struct segi_entry *earlier(const struct segi_step *step,
                                        const struct segi_entry *entry)
{
    const struct seg_param *param = segi_param_find(step->stage, entry->key);
    for (const struct segi_entry *e = step->node->entries; e != entry; e = e->next)
        if (!strcmp(e->key, entry->key) || (param && segi_param_find(step->stage, e->key) == param))
            return e;
    return NULL;
}

static int resolve_key(seg_plan *plan, struct segi_step *step, const struct segi_entry *entry,
                       const struct segi_entry **named, struct seg_faults *faults)
{
    const struct seg_stage *stage = step->stage;
    const struct segi_entry *other = earlier(step, entry);
    if (other) {
        if (strcmp(other->key, entry->key))
            segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID,
                          "stage '%s': '%s' and '%s' are one parameter", stage->id, other->key,
                          entry->key);
        else
            segi_fault_at(faults, plan->pipeline, entry->place, SEG_INVALID,
                          "stage '%s': '%s' stands twice", stage->id, entry->key);
        return SEG_OK;
    }
    if (!strcmp(entry->key, "out"))
        return SEG_OK;
    const uint32_t port = input_port(stage, entry->key);
    if (port < stage->input_count)
        named[port] = entry;
    else if (segi_param_find(stage, entry->key))
        return set_param(plan, step, entry, faults);
    else
        unknown_key(plan, stage, entry, faults);
    return SEG_OK;
}

static bool is_given(const struct segi_step *step, const struct seg_param *param)
{
    for (const struct segi_entry *e = step->node->entries; e; e = e->next)
        if (segi_param_find(step->stage, e->key) == param)
            return true;
    return false;
}

int segi_resolve_keys(seg_plan *plan, struct segi_step *step, const struct segi_entry **named,
                      struct seg_faults *faults)
{
    const struct seg_stage *stage = step->stage;
    struct seg_error err = {0};
    step->params = segi_arena_alloc(&plan->arena, 1, stage->params_size);
    int status =
        step->params ? segi_params_defaults(stage, step->params, &plan->arena, &err) : SEG_NOMEM;
    if (status && status != SEG_NOMEM) {
        segi_fault_at(faults, plan->pipeline, step->node->place, SEG_PLUGIN,
                      "stage '%s': default of %s", stage->id, err.text);
        return SEG_OK;
    }
    for (uint32_t i = 0; !status && i < stage->param_count; i++)
        if ((stage->params[i].flags & SEG_PARAM_REQUIRED) && !is_given(step, &stage->params[i]))
            segi_fault_at(faults, plan->pipeline, step->node->place, SEG_INVALID,
                          "stage '%s': parameter '%s' is required", stage->id,
                          stage->params[i].name);
    for (const struct segi_entry *e = step->node->entries; !status && e; e = e->next)
        status = resolve_key(plan, step, e, named, faults);
    return status;
}
