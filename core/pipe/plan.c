/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checking a pipeline: from the tree to a plan that can run. */
#include "plan.h"

#include "../base/error.h"
#include "../base/names.h"
#include "../base/text.h"

#include <string.h>

bool segi_input_at(const struct seg_input *inputs, size_t index, struct seg_input *input)
{
    const uint32_t size = inputs[0].struct_size;
    if (size < sizeof *input)
        return false;
    memcpy(input, (const char *)inputs + index * size, sizeof *input);
    if (!input->name && !index)
        input->name = "input";
    return true;
}

#define NOWHERE ((struct segi_place){0, 0})
#define FAULT(plan, faults, ...)                                                                   \
    ((void)segi_fault_at((faults), (plan)->pipeline, NOWHERE, SEG_INVALID, __VA_ARGS__))

/* -- making ------------------------------------------------------------------------------------ */

static size_t ports_of(const struct segi_step *step)
{
    return step->stage ? step->stage->input_count : 0;
}

/* Finds all stages; then the number of slots is known. */
static int make_steps(seg_plan *plan, struct seg_faults *faults)
{
    plan->steps = segi_arena_alloc(&plan->arena, plan->pipeline->node_count, sizeof *plan->steps);
    if (!plan->steps)
        return SEG_NOMEM;
    plan->slot_count = plan->input_count;
    for (const struct segi_node *node = plan->pipeline->nodes; node; node = node->next) {
        struct segi_step *step = &plan->steps[plan->step_count++];
        step->node = node;
        if (segi_resolve_stage(plan, step, faults))
            return SEG_NOMEM;
        step->first = plan->slot_count;
        plan->slot_count += segi_output_count(step);
        step->wires = segi_arena_alloc(&plan->arena, ports_of(step), sizeof *step->wires);
        if (!step->wires)
            return SEG_NOMEM;
        pthread_mutex_init(&step->lock, NULL);
        plan->locks++;
    }
    plan->slots = segi_arena_alloc(&plan->arena, plan->slot_count, sizeof *plan->slots);
    return plan->slots ? segi_layout_new(plan, &plan->arena, &plan->layout) : SEG_NOMEM;
}

static void check_input(seg_plan *plan, const char *name, struct seg_shape *shape,
                        struct seg_faults *faults)
{
    struct seg_error err;
    const uint32_t dtypes = segi_kind_dtypes(shape->kind);
    shape->struct_size = sizeof *shape;
    if (shape->kind < SEG_IMAGE || shape->kind > SEG_INSTANCES) {
        FAULT(plan, faults, "input '%s': %u is no kind", name, shape->kind);
        return;
    }
    if (shape->kind == SEG_INSTANCES)
        shape->dtype = 0;
    else if (!shape->dtype && !(dtypes & (dtypes - 1)))
        shape->dtype = (uint32_t)__builtin_ctz(dtypes);
    if (!shape->planes && (shape->kind == SEG_MASK || shape->kind == SEG_LABELS))
        shape->planes = 1;
    if (shape->width < 0 || shape->height < 0 || shape->planes < 0)
        FAULT(plan, faults, "input '%s': %d x %d pixels, %d planes", name, shape->width,
              shape->height, shape->planes);
    else if (segi_shape_known(shape) && segi_shape_check(plan->context, shape, &err))
        FAULT(plan, faults, "input '%s': %s", name, err.text);
}

static int add_inputs(seg_plan *plan, const struct seg_input *inputs, struct seg_faults *faults)
{
    const int before = faults->count + faults->more;
    for (size_t i = 0; i < plan->input_count; i++) {
        struct seg_input input;
        if (!segi_input_at(inputs, i, &input) || !input.name) {
            FAULT(plan, faults, "input %zu has no name or size", i + 1);
            return SEG_INVALID;
        }
        if (!segi_name_valid(input.name))
            FAULT(plan, faults, "input '%s' is no name: " SEGI_NAME_RULE, input.name);
        if (segi_slot_find(plan, i, input.name) != SEGI_NONE)
            FAULT(plan, faults, "input '%s' stands twice", input.name);
        check_input(plan, input.name, &input.shape, faults);
        plan->slots[i] = (struct segi_slot){.name = segi_arena_strdup(&plan->arena, input.name),
                                            .kind = input.shape.kind,
                                            .step = SEGI_NONE};
        plan->layout.shapes[i] = input.shape;
        if (!plan->slots[i].name)
            return SEG_NOMEM;
    }
    return faults->count + faults->more > before ? SEG_INVALID : SEG_OK;
}

/* -- checking ---------------------------------------------------------------------------------- */

static int check_step(seg_plan *plan, size_t index, struct seg_faults *faults)
{
    struct segi_step *step = &plan->steps[index];
    const struct segi_entry **named =
        segi_calloc(&plan->context->mem, ports_of(step) + 1, sizeof *named);
    int status = named ? SEG_OK : SEG_NOMEM;
    if (!status && step->stage)
        status = segi_resolve_keys(plan, step, named, faults);
    if (!status)
        status = segi_name_outputs(plan, index, faults);
    if (!status && step->stage)
        segi_wire(plan, index, named, faults);
    if (!status)
        status = segi_check_step(plan, index, &plan->layout, faults);
    segi_free(&plan->context->mem, named);
    return status;
}

static void keep_layers(seg_plan *plan, const char *const *keep, struct seg_faults *faults)
{
    for (; keep && *keep; keep++) {
        const size_t slot = segi_slot_find(plan, plan->slot_count, *keep);
        if (slot != SEGI_NONE) {
            plan->slots[slot].kept = true;
            continue;
        }
        struct segi_guess guess = {.typed = *keep};
        for (size_t i = plan->slot_count; i-- > 0;)
            segi_guess_try(&guess, plan->slots[i].name);
        if (guess.best)
            FAULT(plan, faults, "no layer '%s'; did you mean '%s'?", *keep, guess.best);
        else
            FAULT(plan, faults, "no layer '%s'; name one with 'out'", *keep);
    }
    plan->slots[plan->steps[plan->step_count - 1].first].kept = true;
}

/* A result that nobody takes is more often a mistake in the wiring than meant. Said once, however
 * often the pipeline is checked for images of other sizes. */
static void warn_unused(const seg_plan *plan)
{
    if (atomic_exchange(&plan->pipeline->warned, true))
        return;
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct segi_step *step = &plan->steps[i];
        bool used = false;
        for (size_t k = 0; k < step->stage->output_count; k++) {
            const struct segi_slot *slot = &plan->slots[step->first + k];
            used |= slot->last > i || slot->kept;
        }
        char where[300];
        if (!used)
            segi_log(plan->context, SEG_LOG_WARN, "%s: stage '%s': nothing takes its result '%s'",
                     segi_place_text(plan->pipeline, step->node->place, where, sizeof where),
                     step->stage->id, plan->slots[step->first].name);
    }
}

static bool stands_before(const struct seg_fault *a, const struct seg_fault *b)
{
    if (!b->column || !a->column) /* what has no place comes last */
        return a->column && !b->column;
    return a->line < b->line || (a->line == b->line && a->column < b->column);
}

/* Into the order of the text. */
static void sort_faults(struct seg_faults *faults)
{
    for (int i = 1; i < faults->count; i++) {
        const struct seg_fault fault = faults->list[i];
        int k = i;
        for (; k > 0 && stands_before(&fault, &faults->list[k - 1]); k--)
            faults->list[k] = faults->list[k - 1];
        faults->list[k] = fault;
    }
}

/* A pipeline that fails for refused plugins alone may be right. */
static int verdict(struct seg_faults *faults)
{
    bool plugin = true;
    for (int i = 0; i < faults->count; i++)
        plugin = plugin && faults->list[i].error.status == SEG_PLUGIN;
    sort_faults(faults);
    return !faults->count ? SEG_OK : plugin ? SEG_PLUGIN : SEG_INVALID;
}

static int fill_plan(seg_plan *plan, const struct seg_input *inputs, const char *const *keep,
                     struct seg_faults *faults)
{
    if (!plan->input_count) {
        FAULT(plan, faults, "no input layer");
        return SEG_INVALID;
    }
    if (make_steps(plan, faults))
        return SEG_NOMEM;
    int status = add_inputs(plan, inputs, faults);
    for (size_t i = 0; !status && i < plan->step_count; i++)
        status = check_step(plan, i, faults);
    if (status)
        return status;
    keep_layers(plan, keep, faults);
    return verdict(faults);
}

int seg_pipeline_check(const seg_pipeline *pipeline, const struct seg_input *inputs, size_t count,
                       const char *const *keep, seg_plan **out, struct seg_faults *faults)
{
    seg_context *context = pipeline->context;
    faults->count = faults->more = 0;
    seg_plan *plan = segi_calloc(&context->mem, 1, sizeof *plan);
    if (!plan)
        return segi_fault(faults, pipeline->file, 0, 0, SEG_NOMEM, "out of memory");
    plan->context = context;
    plan->pipeline = (seg_pipeline *)(uintptr_t)pipeline;
    atomic_fetch_add(&plan->pipeline->refs, 1);
    plan->arena.mem = &context->mem;
    plan->input_count = count;
    int status = fill_plan(plan, inputs, keep, faults);
    if (status) {
        seg_plan_free(plan);
        return status == SEG_NOMEM
                   ? segi_fault(faults, pipeline->file, 0, 0, SEG_NOMEM, "out of memory")
                   : status;
    }
    segi_layout_storage(plan, &plan->layout);
    warn_unused(plan);
    *out = plan;
    return SEG_OK;
}

void seg_plan_free(seg_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->locks; i++) {
        struct segi_step *step = &plan->steps[i];
        if (step->created) {
            struct seg_error err;
            struct seg_call call = {.context = plan->context, .stage = step->stage, .err = &err};
            segi_call_begin(&call);
            segi_call_destroy(&call, step->self);
            segi_call_end(&call);
        }
        pthread_mutex_destroy(&step->lock);
    }
    segi_arena_end(&plan->arena);
    segi_pipeline_unref(plan->pipeline);
    segi_free(&plan->context->mem, plan);
}

/* -- looking ----------------------------------------------------------------------------------- */

size_t seg_plan_steps(const seg_plan *plan)
{
    return plan->step_count;
}

int seg_plan_step(const seg_plan *plan, size_t index, struct seg_step *out)
{
    if (index >= plan->step_count)
        return SEG_USAGE;
    const struct segi_step *step = &plan->steps[index];
    struct seg_step whole = {.stage = step->stage,
                             .name = plan->slots[step->first].name,
                             .params = step->params,
                             .line = step->node->place.line,
                             .column = step->node->place.column};
    whole.struct_size = out->struct_size < sizeof whole ? out->struct_size : sizeof whole;
    memcpy(out, &whole, whole.struct_size);
    return SEG_OK;
}

const char *seg_plan_wire(const seg_plan *plan, size_t step, uint32_t port)
{
    if (step >= plan->step_count || port >= plan->steps[step].stage->input_count)
        return NULL;
    const size_t slot = plan->steps[step].wires[port];
    return slot == SEGI_NONE ? NULL : plan->slots[slot].name;
}

int seg_plan_output(const seg_plan *plan, size_t step, uint32_t port, const char **name,
                    struct seg_shape *shape)
{
    if (step >= plan->step_count || port >= plan->steps[step].stage->output_count)
        return SEG_USAGE;
    const size_t slot = plan->steps[step].first + port;
    *name = plan->slots[slot].name;
    *shape = plan->layout.shapes[slot];
    return SEG_OK;
}

uint64_t seg_plan_peak_bytes(const seg_plan *plan)
{
    return plan->layout.peak;
}
