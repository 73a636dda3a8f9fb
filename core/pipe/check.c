/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the layers that are wired to a step fit: dtypes, planes, sizes; and what comes out. The
 * same check runs before anything is computed and, where a size was not known then, again when it
 * is. */
#include "plan.h"

#include "../base/error.h"
#include "../base/names.h"

#include <stdio.h>
#include <string.h>

struct checker {
    const seg_plan *plan;
    const struct segi_step *step;
    struct segi_layout *layout;
    struct seg_shape *takes;
    struct seg_faults *faults;
    bool failed;
};

#define FAULT(c, status, ...)                                                                      \
    ((void)segi_fault_at((c)->faults, (c)->plan->pipeline, (c)->step->node->place, (status),       \
                         __VA_ARGS__),                                                             \
     (c)->failed = true)

static const char *wired_name(const struct checker *c, uint32_t port)
{
    return c->plan->slots[c->step->wires[port]].name;
}

/* The kind that a port takes a layer as. */
static uint32_t taken_kind(const struct seg_port *port, uint32_t kind)
{
    if (port->kinds & SEG_KIND_BIT(kind))
        return kind;
    for (uint32_t to = SEG_IMAGE; to <= SEG_INSTANCES; to++)
        if ((port->kinds & SEG_KIND_BIT(to)) && segi_convert_kind(kind, to))
            return to;
    return kind;
}

static void take_dtype(struct checker *c, uint32_t port, struct seg_shape *take)
{
    const struct seg_port *p = &c->step->stage->inputs[port];
    const uint32_t own = segi_kind_dtypes(take->kind);
    const uint32_t dtypes = p->dtypes & own ? p->dtypes & own : own;
    if (!take->dtype || take->kind == SEG_INSTANCES)
        return;
    /* of a mask and of labels the type is the kind's own */
    const uint32_t to =
        take->kind == SEG_LABELS ? SEG_I32 : segi_convert_dtype(take->dtype, dtypes);
    char list[80];
    if (!to)
        FAULT(c, SEG_INVALID, "stage '%s': port '%s' takes samples of type %s; '%s' has %s",
              c->step->stage->id, p->name, segi_dtype_list(dtypes, list, sizeof list),
              wired_name(c, port), segi_dtype_name(take->dtype));
    else
        take->dtype = to;
}

static void check_planes(struct checker *c, uint32_t port, const struct seg_shape *take)
{
    const struct seg_port *p = &c->step->stage->inputs[port];
    const uint32_t planes = (uint32_t)take->planes, least = p->planes_min;
    const uint32_t most = p->planes_max ? p->planes_max : UINT32_MAX;
    const struct seg_stage *gray;
    char range[60];
    if (!planes || take->kind == SEG_INSTANCES || (planes >= least && planes <= most))
        return;
    if (least == most)
        snprintf(range, sizeof range, "%u plane%s", least, least == 1 ? "" : "s");
    else if (p->planes_max)
        snprintf(range, sizeof range, "%u to %u planes", least, most);
    else
        snprintf(range, sizeof range, "%u planes or more", least);
    const bool insert = planes > 1 && least <= 1 && take->kind == SEG_IMAGE &&
                        !seg_stage_find(c->plan->context, "filter.gray", &gray, NULL);
    FAULT(c, SEG_INVALID, "stage '%s': port '%s' takes %s; '%s' has %u%s", c->step->stage->id,
          p->name, range, wired_name(c, port), planes, insert ? "; insert 'filter.gray'" : "");
}

static bool sized(const struct checker *c, uint32_t port)
{
    return c->step->stage->inputs[port].flags & SEG_PORT_SIZED;
}

/* All layers of a stage are of one size, but those of ports that say otherwise. */
static void check_extent(struct checker *c, uint32_t port)
{
    const struct seg_shape *take = &c->takes[port];
    for (uint32_t i = 0; i < port && !sized(c, port); i++) {
        const struct seg_shape *other = &c->takes[i];
        const bool same = (!take->width || !other->width || take->width == other->width) &&
                          (!take->height || !other->height || take->height == other->height);
        if (!other->kind || same || sized(c, i))
            continue;
        FAULT(c, SEG_INVALID,
              "stage '%s': ports '%s' and '%s' need layers of one size; '%s' has %d x %d pixels, "
              "'%s' has %d x %d",
              c->step->stage->id, c->step->stage->inputs[i].name, c->step->stage->inputs[port].name,
              wired_name(c, i), other->width, other->height, wired_name(c, port), take->width,
              take->height);
        return;
    }
}

static void take_inputs(struct checker *c)
{
    for (uint32_t i = 0; i < c->step->stage->input_count; i++) {
        const size_t slot = c->step->wires[i];
        struct seg_shape *take = &c->takes[i];
        *take = (struct seg_shape){.struct_size = sizeof *take};
        if (slot == SEGI_NONE || !c->plan->slots[slot].kind)
            continue;
        *take = c->layout->shapes[slot];
        take->kind = taken_kind(&c->step->stage->inputs[i], take->kind);
        take_dtype(c, i, take);
        check_planes(c, i, take);
        check_extent(c, i);
    }
}

static void check_output(struct checker *c, uint32_t port, const struct seg_shape *shape)
{
    const char *name = c->step->stage->outputs[port].name;
    struct seg_error err;
    int status = SEG_OK;
    if (segi_shape_known(shape))
        status = segi_shape_check(c->plan->context, shape, &err);
    else if (shape->dtype && !(segi_kind_dtypes(shape->kind) & SEG_DTYPE_BIT(shape->dtype)))
        status = segi_error(&err, SEG_PLUGIN, "samples of type %s", segi_dtype_name(shape->dtype));
    if (status)
        FAULT(c, status == SEG_LIMIT ? SEG_LIMIT : SEG_INVALID, "stage '%s': output '%s': %s",
              c->step->stage->id, name, err.text);
}

static int make_outputs(struct checker *c)
{
    const struct seg_stage *stage = c->step->stage;
    struct seg_shape *out = &c->layout->shapes[c->step->first];
    struct seg_error err = {0};
    struct seg_call call = {
        .context = c->plan->context, .stage = stage, .err = &err, .foreign = c->step->foreign};
    segi_call_begin(&call);
    int status = segi_call_shapes(&call, c->step->params, c->takes, out);
    segi_call_end(&call);
    if (status == SEG_NOMEM)
        return status;
    if (status)
        FAULT(c, SEG_INVALID, "stage '%s': %s", stage->id, err.text);
    for (uint32_t i = 0; !c->failed && i < stage->output_count; i++)
        check_output(c, i, &out[i]);
    return SEG_OK;
}

/* What is known of outputs whose inputs are not right. */
static void bare_outputs(struct checker *c)
{
    for (size_t i = 0; i < segi_output_count(c->step); i++) {
        const size_t slot = c->step->first + i;
        c->layout->shapes[slot] =
            (struct seg_shape){.struct_size = sizeof *c->takes, .kind = c->plan->slots[slot].kind};
    }
}

int segi_check_step(const seg_plan *plan, size_t step, struct segi_layout *layout,
                    struct seg_faults *faults)
{
    struct checker c = {.plan = plan,
                        .step = &plan->steps[step],
                        .layout = layout,
                        .takes = layout->takes[step],
                        .faults = faults};
    int status = SEG_OK;
    if (c.step->stage)
        take_inputs(&c);
    if (c.step->stage && c.step->whole && !c.failed)
        status = make_outputs(&c);
    if (!c.step->stage || !c.step->whole || c.failed)
        bare_outputs(&c);
    return status;
}
