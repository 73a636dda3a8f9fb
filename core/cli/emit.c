/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A checked plan as YAML again. */
#include "emit.h"

#include <ctype.h>
#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

static bool usable(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    while (isalnum((unsigned char)*name) || *name == '_' || *name == '-')
        name++;
    return !*name;
}

void cli_emit_name(const seg_plan *plan, const char *layer, char name[80])
{
    snprintf(name, 80, "%s", layer);
    if (usable(layer))
        return;
    for (size_t i = 0; i < seg_plan_steps(plan); i++) {
        struct seg_step step = {.struct_size = sizeof step};
        if (seg_plan_step(plan, i, &step))
            return;
        for (uint32_t k = 0; k < step.stage->output_count; k++) {
            const char *made = NULL;
            struct seg_shape shape = SEG_SHAPE;
            if (seg_plan_output(plan, i, k, &made, &shape) || !made || strcmp(made, layer))
                continue;
            if (k == 0)
                snprintf(name, 80, "step%zu", i + 1);
            else
                snprintf(name, 80, "step%zu_%.48s", i + 1, step.stage->outputs[k].name);
        }
    }
}

static void quoted(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', to);
        if ((unsigned char)*text < 0x20)
            fprintf(to, "\\x%02x", (unsigned)*text);
        else
            fputc(*text, to);
    }
    fputc('"', to);
}

static void put_param(FILE *to, const struct seg_param *param, const void *params)
{
    char text[4096];
    seg_param_text(param, params, text, sizeof text);
    if (param->type == SEG_PATH && *text) {
        char *whole = realpath(text, NULL);
        quoted(to, whole ? whole : text);
        free(whole);
    } else if (param->type == SEG_STRING || param->type == SEG_PATH) {
        quoted(to, text);
    } else if (param->type == SEG_FLOATS) {
        fprintf(to, "[%s]", text);
    } else {
        fputs(text, to);
    }
}

static void put_step(FILE *to, const seg_plan *plan, size_t i, const struct seg_step *step,
                     const struct cli_override *overrides, size_t override_count)
{
    char name[80];
    const char *comma = "";
    fprintf(to, "  - %s: { out: {", step->stage->id);
    for (uint32_t k = 0; k < step->stage->output_count; k++) {
        const char *made = NULL;
        struct seg_shape shape = SEG_SHAPE;
        if (seg_plan_output(plan, i, k, &made, &shape) || !made)
            continue;
        cli_emit_name(plan, made, name);
        fprintf(to, "%s %s: %s", comma, step->stage->outputs[k].name, name);
        comma = ",";
    }
    fputs(" }", to);
    for (uint32_t k = 0; k < step->stage->input_count; k++) {
        const char *layer = seg_plan_wire(plan, i, k);
        if (!layer)
            continue;
        cli_emit_name(plan, layer, name);
        fprintf(to, ", %s: %s", step->stage->inputs[k].name, name);
    }
    for (uint32_t k = 0; k < step->stage->param_count; k++) {
        const struct seg_param *param = &step->stage->params[k];
        const struct cli_override *other = NULL;
        for (size_t o = 0; o < override_count; o++)
            if (overrides[o].step == i && !strcmp(overrides[o].param, param->name))
                other = &overrides[o];
        char text[2];
        const bool empty = !seg_param_text(param, step->params, text, sizeof text);
        if (empty && !other && param->type != SEG_STRING)
            continue; /* an empty list or path is what is not given */
        fprintf(to, ", %s: ", param->name);
        if (other)
            fputs(other->value, to);
        else
            put_param(to, param, step->params);
    }
    fputs(" }\n", to);
}

void cli_emit(FILE *to, const seg_plan *plan, size_t first, size_t end,
              const struct cli_override *overrides, size_t override_count)
{
    fputs("segkit: 1\nstages:\n", to);
    for (size_t i = first; i < end && i < seg_plan_steps(plan); i++) {
        struct seg_step step = {.struct_size = sizeof step};
        if (!seg_plan_step(plan, i, &step))
            put_step(to, plan, i, &step, overrides, override_count);
    }
}
