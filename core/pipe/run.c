/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a plan. All state of a run is its own, so that one plan may run on several threads; of a
 * stage that is not reentrant the calls take turns. */
#include "run.h"

#include "../base/clock.h"
#include "../base/error.h"

#include <string.h>

/* -- progress ---------------------------------------------------------------------------------- */

/* Stages may tell it from any of their threads; the program hears of it in its own only. */
int segi_run_tell(void *user, double fraction)
{
    const struct segi_run *run = user;
    if (!run->options || !run->options->progress || !pthread_equal(run->thread, pthread_self()))
        return 0;
    return run->options->progress(run->options->user, run->step, run->plan->step_count,
                                  run->plan->steps[run->step].stage->id, fraction);
}

static int cancelled(struct segi_run *run)
{
    if (!atomic_load_explicit(&run->plan->context->cancel, memory_order_relaxed))
        return SEG_OK;
    return segi_error(run->err, SEG_CANCELLED, "cancelled");
}

/* -- checking what was not known --------------------------------------------------------------- */

static int check_step(struct segi_run *run, size_t step)
{
    struct seg_faults *faults = segi_calloc(&run->plan->context->mem, 1, sizeof *faults);
    if (!faults)
        return segi_error_nomem(run->err);
    int status = segi_check_step(run->plan, step, &run->layout, faults);
    const struct seg_fault *fault = &faults->list[0];
    if (status)
        segi_error_nomem(run->err);
    else if (faults->count && fault->line)
        status = segi_error(run->err, SEG_INVALID, "%s:%d:%d: %s", fault->file, fault->line,
                            fault->column, fault->error.text);
    else if (faults->count)
        status = segi_error(run->err, SEG_INVALID, "%s", fault->error.text);
    segi_free(&run->plan->context->mem, faults);
    return status;
}

static int check_again(struct segi_run *run)
{
    const struct segi_step *step = &run->plan->steps[run->step];
    bool open = false;
    for (uint32_t i = 0; i < step->stage->input_count; i++)
        open |= step->wires[i] != SEGI_NONE && run->open[step->wires[i]];
    return open ? check_step(run, run->step) : SEG_OK;
}

/* -- one step ---------------------------------------------------------------------------------- */

static int take_inputs(struct segi_run *run, seg_layer **inputs, seg_layer **converted)
{
    const struct segi_step *step = &run->plan->steps[run->step];
    for (uint32_t i = 0; i < step->stage->input_count; i++) {
        if (step->wires[i] == SEGI_NONE)
            continue;
        const struct seg_shape *take = &run->layout.takes[run->step][i];
        inputs[i] = run->layers[step->wires[i]];
        if (take->kind == inputs[i]->view.kind && take->dtype == inputs[i]->view.dtype)
            continue;
        int status = segi_convert(inputs[i], take, &converted[i], run->err);
        if (status)
            return status;
        inputs[i] = converted[i];
    }
    return SEG_OK;
}

/* Makes the stage's instance when the first run comes here. */
static int create_once(struct segi_step *step, struct seg_call *call)
{
    int status = SEG_OK;
    pthread_mutex_lock(&step->lock);
    if (!step->created) {
        status = segi_call_create(call, step->params, &step->self);
        step->created = !status;
    }
    pthread_mutex_unlock(&step->lock);
    return status;
}

static int process(struct segi_step *step, struct seg_call *call)
{
    const bool alone = !(step->stage->flags & SEG_STAGE_REENTRANT);
    int status = create_once(step, call);
    if (status)
        return status;
    if (alone)
        pthread_mutex_lock(&step->lock);
    status = segi_call_process(call, step->self);
    if (alone)
        pthread_mutex_unlock(&step->lock);
    return status;
}

int segi_run_note(struct segi_run *run, const struct segi_value *values, size_t count)
{
    struct seg_result *result = run->result;
    struct segi_timing *t = &result->steps[run->step];
    t->value_count = 0;
    t->values = segi_arena_alloc(&result->arena, count, sizeof *t->values);
    for (size_t i = 0; t->values && i < count; i++) {
        t->values[i].value = values[i].value;
        t->values[i].name = segi_arena_strdup(&result->arena, values[i].name);
        if (!t->values[i].name)
            return segi_error_nomem(run->err);
        t->value_count++;
    }
    return t->values ? SEG_OK : segi_error_nomem(run->err);
}

static int call_stage(struct segi_run *run, seg_layer **inputs)
{
    struct segi_step *step = &run->plan->steps[run->step];
    const uint32_t count = step->stage->output_count;
    struct segi_output *outputs = segi_arena_alloc(&run->arena, count, sizeof *outputs);
    if (!outputs)
        return segi_error_nomem(run->err);
    for (uint32_t i = 0; i < count; i++) {
        const size_t from = run->layout.reuse[step->first + i];
        outputs[i].shape = run->layout.shapes[step->first + i];
        outputs[i].inherit = from == SEGI_NONE ? NULL : run->layers[from];
        if (run->shares && run->shares[step->first + i].file >= 0)
            outputs[i].share = &run->shares[step->first + i];
    }
    struct seg_call call = {.context = run->plan->context,
                            .stage = step->stage,
                            .inputs = inputs,
                            .outputs = outputs,
                            .err = run->err,
                            .progress = segi_run_tell,
                            .user = run};
    segi_call_begin(&call);
    int status = process(step, &call);
    for (uint32_t i = 0; !status && i < count; i++) {
        run->layers[step->first + i] = outputs[i].layer;
        seg_layer_shape(outputs[i].layer, &run->layout.shapes[step->first + i]);
    }
    if (!status)
        status = segi_run_note(run, call.values, call.value_count);
    segi_call_end(&call);
    return status;
}

/* A stage's own status that would be taken for the program's mistake or the pipeline's. */
static int stage_status(int status)
{
    return status == SEG_ABSENT || status == SEG_USAGE || status == SEG_INVALID ? SEG_STAGE
                                                                                : status;
}

int segi_run_blame(struct segi_run *run, int status)
{
    const struct segi_step *step = &run->plan->steps[run->step];
    char where[300];
    if (!status || status == SEG_CANCELLED)
        return status;
    run->err->status = stage_status(status);
    return segi_error_in(
        run->err, "%s: stage '%s'",
        segi_place_text(run->plan->pipeline, step->node->place, where, sizeof where),
        step->stage->id);
}

void segi_run_release(struct segi_run *run)
{
    for (size_t k = 0; k < run->plan->slot_count; k++)
        if (run->layout.until[k] == run->step) {
            seg_layer_unref(run->layers[k]);
            run->layers[k] = NULL;
        }
}

int segi_run_step(struct segi_run *run)
{
    const uint32_t count = run->plan->steps[run->step].stage->input_count;
    seg_layer **inputs = segi_arena_alloc(&run->arena, count, sizeof *inputs);
    seg_layer **converted = segi_arena_alloc(&run->arena, count, sizeof *converted);
    if (!inputs || !converted)
        return segi_error_nomem(run->err);
    const double wall = segi_wall(), cpu = segi_cpu();
    int status = check_again(run);
    if (!status) {
        status = take_inputs(run, inputs, converted);
        if (!status)
            status = call_stage(run, inputs);
        status = segi_run_blame(run, status);
    }
    for (uint32_t i = 0; i < count; i++)
        seg_layer_unref(converted[i]);
    segi_run_release(run);
    run->result->steps[run->step].wall = segi_wall() - wall;
    run->result->steps[run->step].cpu = segi_cpu() - cpu;
    return status;
}

/* -- beginning and end ------------------------------------------------------------------------- */

bool segi_shape_agrees(const struct seg_shape *planned, const struct seg_shape *given)
{
    return planned->kind == given->kind && (!planned->dtype || planned->dtype == given->dtype) &&
           (!planned->width || planned->width == given->width) &&
           (!planned->height || planned->height == given->height) &&
           (!planned->planes || planned->planes == given->planes);
}

static int take_layer(struct segi_run *run, size_t slot, seg_layer *layer)
{
    const char *name = run->plan->slots[slot].name;
    struct seg_shape *shape = &run->layout.shapes[slot];
    const struct seg_shape *planned = &run->plan->layout.shapes[slot];
    if (!layer)
        return segi_error(run->err, SEG_USAGE, "input '%s' has no layer", name);
    if (!layer->sealed)
        return segi_error(run->err, SEG_USAGE, "input '%s' is not sealed", name);
    seg_layer_shape(layer, shape);
    char want[120], have[120];
    if (!segi_shape_agrees(planned, shape))
        return segi_error(run->err, SEG_USAGE, "input '%s': checked for %s; this is %s", name,
                          segi_shape_text(planned, want, sizeof want),
                          segi_shape_text(shape, have, sizeof have));
    run->layers[slot] = seg_layer_ref(layer);
    return SEG_OK;
}

static int take_layers(struct segi_run *run, const struct seg_input *inputs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct seg_input input;
        if (!segi_input_at(inputs, i, &input) || !input.name)
            return segi_error(run->err, SEG_USAGE, "input %zu has no name or size", i + 1);
        const size_t slot = segi_slot_find(run->plan, run->plan->input_count, input.name);
        if (slot == SEGI_NONE)
            return segi_error(run->err, SEG_USAGE, "input '%s' is none that was checked",
                              input.name);
        if (run->layers[slot])
            return segi_error(run->err, SEG_USAGE, "input '%s' stands twice", input.name);
        int status = take_layer(run, slot, input.layer);
        if (status)
            return status;
    }
    for (size_t k = 0; k < run->plan->input_count; k++)
        if (!run->layers[k])
            return segi_error(run->err, SEG_USAGE, "input '%s' is missing",
                              run->plan->slots[k].name);
    return SEG_OK;
}

/* The layout for these very inputs. */
static int lay_out(struct segi_run *run)
{
    const seg_plan *plan = run->plan;
    for (size_t i = 0; i < plan->step_count; i++) {
        int status = check_step(run, i);
        if (status)
            return status;
    }
    for (size_t k = 0; k < plan->slot_count; k++)
        run->open[k] = !segi_shape_known(&run->layout.shapes[k]);
    segi_layout_storage(plan, &run->layout);
    return SEG_OK;
}

static int make_result(struct segi_run *run)
{
    const seg_plan *plan = run->plan;
    const struct segi_mem *mem = &plan->context->mem;
    seg_result *result = run->result = segi_calloc(mem, 1, sizeof *result);
    if (!result)
        return segi_error_nomem(run->err);
    result->context = plan->context;
    result->arena.mem = mem;
    result->step_count = plan->step_count;
    result->steps = segi_arena_alloc(&result->arena, plan->step_count, sizeof *result->steps);
    result->kept = segi_arena_alloc(&result->arena, plan->slot_count, sizeof *result->kept);
    run->layers = segi_arena_alloc(&run->arena, plan->slot_count, sizeof *run->layers);
    run->open = segi_arena_alloc(&run->arena, plan->slot_count, sizeof *run->open);
    if (!result->steps || !result->kept || !run->layers || !run->open ||
        segi_layout_new(plan, &run->arena, &run->layout))
        return segi_error_nomem(run->err);
    return SEG_OK;
}

static int keep_layers(struct segi_run *run)
{
    const seg_plan *plan = run->plan;
    seg_result *result = run->result;
    for (size_t k = 0; k < plan->slot_count; k++) {
        if (!plan->slots[k].kept)
            continue;
        if (k == plan->steps[plan->step_count - 1].first)
            result->last = result->kept_count;
        struct segi_kept *kept = &result->kept[result->kept_count];
        kept->name = segi_arena_strdup(&result->arena, plan->slots[k].name);
        if (!kept->name)
            return segi_error_nomem(run->err);
        kept->layer = seg_layer_ref(run->layers[k]);
        result->kept_count++;
    }
    return SEG_OK;
}

static int run_steps(struct segi_run *run)
{
    for (run->step = 0; run->step < run->plan->step_count; run->step++) {
        int status = cancelled(run);
        if (!status && segi_run_tell(run, 0))
            status = segi_error(run->err, SEG_CANCELLED, "cancelled");
        if (!status)
            status =
                run->plan->steps[run->step].isolated ? segi_run_isolated(run) : segi_run_step(run);
        if (status)
            return status;
    }
    return cancelled(run);
}

int seg_plan_run(seg_plan *plan, const struct seg_input *inputs, size_t count,
                 const struct seg_run_options *options, seg_result **out, struct seg_error *err)
{
    struct seg_error own;
    struct segi_run run = {.plan = plan,
                           .options = options,
                           .arena = {.mem = &plan->context->mem},
                           .err = err ? err : &own,
                           .thread = pthread_self()};
    int status = make_result(&run);
    if (!status)
        status = take_layers(&run, inputs, count);
    if (!status)
        status = lay_out(&run);
    if (!status)
        status = run_steps(&run);
    if (!status)
        status = keep_layers(&run);
    for (size_t k = 0; run.layers && k < plan->slot_count; k++)
        seg_layer_unref(run.layers[k]);
    segi_arena_end(&run.arena);
    if (status)
        seg_result_free(run.result);
    else
        *out = run.result;
    return status;
}
