/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules that a stage's tables must keep; the host trusts them afterwards. */
#include "module.h"
#include "params.h"

#include "../base/error.h"
#include "../base/names.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STAGE_FLAGS (SEG_STAGE_REENTRANT | SEG_STAGE_NONDETERMINISTIC)
#define PARAM_FLAGS (SEG_PARAM_REQUIRED | SEG_PARAM_ODD)
#define PORT_FLAGS  (SEG_PORT_OPTIONAL | SEG_PORT_IN_PLACE | SEG_PORT_SIZED)
#define ALL_KINDS   (SEG_ANY_RASTER | SEG_KIND_BIT(SEG_INSTANCES))
#define ALL_DTYPES  (SEG_ANY_SAMPLE | SEG_DTYPE_BIT(SEG_I32))
#define PARAMS_MAX  65536 /* bytes of a stage's struct */

static bool is_name(const char *name)
{
    if (!name || !islower((unsigned char)*name))
        return false;
    for (; *name; name++)
        if (!islower((unsigned char)*name) && !isdigit((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

/* "family.stage" of the plugin's own family. */
static bool is_id(const char *id, const char *family)
{
    const size_t n = strlen(family);
    return id && !strncmp(id, family, n) && id[n] == '.' && is_name(id + n + 1);
}

static size_t alignment(uint32_t type)
{
    return type == SEG_BOOL                        ? 1
           : type == SEG_INT || type == SEG_CHOICE ? _Alignof(int32_t)
                                                   : _Alignof(double);
}

static const char *fault_of_default(const struct seg_param *p)
{
    if (p->type == SEG_STRING || p->type == SEG_PATH || (p->flags & SEG_PARAM_REQUIRED))
        return NULL;
    if (p->type == SEG_FLOATS)
        return p->count_max ? NULL : "takes no numbers";
    if (!(p->def >= p->min && p->def <= p->max))
        return "default outside its range";
    if (p->type != SEG_FLOAT && p->def != floor(p->def))
        return "default is no integer";
    return (p->flags & SEG_PARAM_ODD) && fmod(p->def, 2) == 0 ? "default is even" : NULL;
}

static const char *fault_of_param(const struct seg_stage *stage, const struct seg_param *p)
{
    const size_t size = segi_param_size(p->type);
    if (!is_name(p->name) || (p->alias && !is_name(p->alias)))
        return "name is not of a-z, 0-9 and _";
    if (!strcmp(p->name, "out"))
        return "'out' names a stage's result";
    if (!p->summary)
        return "no summary";
    if (!size)
        return "unknown type";
    if (p->flags & ~(uint32_t)PARAM_FLAGS)
        return "unknown flags";
    if (p->offset > stage->params_size || size > stage->params_size - p->offset ||
        p->offset % alignment(p->type))
        return "field outside the struct or not aligned";
    if (p->type != SEG_STRING && p->type != SEG_PATH && !(p->min <= p->max))
        return "empty range";
    if (p->type == SEG_INT && (p->min < INT32_MIN || p->max > INT32_MAX))
        return "range beyond 32 bits";
    if (p->type == SEG_CHOICE) {
        if (!p->choice_count || p->min != 0 || p->max != (double)p->choice_count - 1)
            return "range is not that of its choices";
        for (uint32_t k = 0; k < p->choice_count; k++)
            if (!p->choices[k].name || !p->choices[k].summary)
                return "choice without name or summary";
    }
    return fault_of_default(p);
}

static bool overlap(const struct seg_param *a, const struct seg_param *b)
{
    return a->offset < b->offset + segi_param_size(b->type) &&
           b->offset < a->offset + segi_param_size(a->type);
}

static int check_params(const struct seg_stage *stage, struct seg_error *err)
{
    if (stage->params_size > PARAMS_MAX)
        return segi_error(err, SEG_PLUGIN, "parameters of %u bytes; the most is %d",
                          stage->params_size, PARAMS_MAX);
    for (uint32_t i = 0; i < stage->param_count; i++) {
        const struct seg_param *p = &stage->params[i];
        const char *fault = fault_of_param(stage, p);
        for (uint32_t k = 0; !fault && k < i; k++) {
            const struct seg_param *q = &stage->params[k];
            if (segi_param_find(stage, p->name) != p || (p->alias && !strcmp(p->alias, q->name)))
                fault = "two of that name";
            else if (overlap(p, q))
                fault = "shares its field with another";
        }
        if (fault)
            return segi_error(err, SEG_PLUGIN, "parameter '%s': %s", p->name ? p->name : "?",
                              fault);
    }
    return SEG_OK;
}

static const struct seg_port *find_port(const struct seg_port *ports, uint32_t count,
                                        const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (!strcmp(ports[i].name, name))
            return &ports[i];
    return NULL;
}

static const char *fault_of_port(const struct seg_stage *stage, const struct seg_port *p)
{
    if (!is_name(p->name) || !strcmp(p->name, "out"))
        return "name is not of a-z, 0-9 and _, or is 'out'";
    if (!p->summary)
        return "no summary";
    if (!p->kinds || (p->kinds & ~ALL_KINDS) || (p->dtypes & ~ALL_DTYPES))
        return "unknown kinds or dtypes";
    if (p->flags & ~(uint32_t)PORT_FLAGS)
        return "unknown flags";
    if (segi_param_find(stage, p->name))
        return "a parameter has the same name";
    return p->planes_max && p->planes_max < p->planes_min ? "empty range of planes" : NULL;
}

static const char *fault_of_output(const struct seg_stage *stage, const struct seg_port *p)
{
    if (p->kinds & (p->kinds - 1))
        return "an output has one kind";
    if (p->flags & SEG_PORT_OPTIONAL)
        return "an output is not optional";
    if (p->like && !find_port(stage->inputs, stage->input_count, p->like))
        return "it is like no input";
    if (!stage->input_count && !(p->flags & SEG_PORT_SIZED))
        return "it has no input to be like and states no size";
    return NULL;
}

static int check_ports(const struct seg_stage *stage, const struct seg_port *ports, uint32_t count,
                       bool output, struct seg_error *err)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct seg_port *p = &ports[i];
        const char *fault = fault_of_port(stage, p);
        if (!fault && output)
            fault = fault_of_output(stage, p);
        if (!fault && find_port(ports, count, p->name) != p)
            fault = "two of that name";
        if (fault)
            return segi_error(err, SEG_PLUGIN, "%s '%s': %s", output ? "output" : "input",
                              p->name ? p->name : "?", fault);
    }
    return SEG_OK;
}

int segi_stage_validate(const struct seg_stage *stage, const char *family, struct seg_error *err)
{
    const char *id = stage->id ? stage->id : "?";
    int status = SEG_OK;
    if (!is_id(stage->id, family))
        return segi_error(err, SEG_PLUGIN, "stage '%s': the id is not '%s.NAME'", id, family);
    if (!stage->summary)
        status = segi_error(err, SEG_PLUGIN, "no summary");
    else if (stage->flags & ~(uint32_t)STAGE_FLAGS)
        status = segi_error(err, SEG_PLUGIN, "unknown flags 0x%x", stage->flags);
    else if (!stage->process || !stage->output_count)
        status = segi_error(err, SEG_PLUGIN, "it has no process function or no output");
    else if (stage->destroy && !stage->create)
        status = segi_error(err, SEG_PLUGIN, "it has destroy but no create");
    if (!status)
        status = check_params(stage, err);
    if (!status)
        status = check_ports(stage, stage->inputs, stage->input_count, false, err);
    if (!status)
        status = check_ports(stage, stage->outputs, stage->output_count, true, err);
    if (status)
        segi_error_in(err, "stage '%s'", id);
    return status;
}
