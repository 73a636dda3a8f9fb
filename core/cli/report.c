/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports of runs. */
#include "report.h"

#include "provenance.h"

#include "../base/names.h"

#include <segkit/plugin-util.h>
#include <stdlib.h>

static void put_param(struct segi_json_out *out, const struct seg_param *param, const void *params)
{
    const void *field = (const char *)params + param->offset;
    segi_json_name(out, param->name);
    switch (param->type) {
    case SEG_BOOL:
        segi_json_put_bool(out, *(const bool *)field);
        return;
    case SEG_INT:
        segi_json_put_int(out, *(const int32_t *)field);
        return;
    case SEG_FLOAT:
        segi_json_put_number(out, *(const double *)field);
        return;
    case SEG_CHOICE:
        segi_json_put_text(out, param->choices[*(const int32_t *)field].name);
        return;
    case SEG_FLOATS: {
        const struct seg_floats *list = field;
        segi_json_open(out, '[');
        for (uint32_t i = 0; i < list->count; i++)
            segi_json_put_number(out, list->values[i]);
        segi_json_close(out, ']');
        return;
    }
    default: {
        const char *text = *(const char *const *)field;
        segi_json_put_text(out, text ? text : "");
    }
    }
}

static void put_wiring(struct segi_json_out *out, const seg_plan *plan, size_t index,
                       const struct seg_stage *stage)
{
    segi_json_name(out, "inputs");
    segi_json_open(out, '{');
    for (uint32_t i = 0; i < stage->input_count; i++) {
        const char *layer = seg_plan_wire(plan, index, i);
        if (layer) {
            segi_json_name(out, stage->inputs[i].name);
            segi_json_put_text(out, layer);
        }
    }
    segi_json_close(out, '}');
    segi_json_name(out, "outputs");
    segi_json_open(out, '{');
    for (uint32_t i = 0; i < stage->output_count; i++) {
        const char *name = NULL;
        struct seg_shape shape = SEG_SHAPE;
        if (seg_plan_output(plan, index, i, &name, &shape) || !name)
            continue;
        segi_json_name(out, stage->outputs[i].name);
        segi_json_open(out, '{');
        segi_json_name(out, "layer");
        segi_json_put_text(out, name);
        segi_json_name(out, "kind");
        segi_json_put_text(out, segi_kind_name(shape.kind));
        segi_json_close(out, '}');
    }
    segi_json_close(out, '}');
}

static void put_result(struct segi_json_out *out, const seg_result *result, size_t index)
{
    double wall = 0, cpu = 0, value;
    const char *name;
    seg_result_time(result, index, &wall, &cpu);
    segi_json_name(out, "wall_seconds");
    segi_json_put_number(out, wall);
    segi_json_name(out, "cpu_seconds");
    segi_json_put_number(out, cpu);
    segi_json_name(out, "values");
    segi_json_open(out, '{');
    for (size_t i = 0; !seg_result_value(result, index, i, &name, &value); i++) {
        segi_json_name(out, name);
        segi_json_put_number(out, value);
    }
    segi_json_close(out, '}');
}

void cli_report(struct segi_json_out *out, const char *image, const seg_plan *plan,
                const seg_result *result)
{
    segi_json_open(out, '{');
    segi_json_name(out, "image");
    segi_json_put_text(out, image);
    segi_json_name(out, "stages");
    segi_json_open(out, '[');
    for (size_t i = 0; i < seg_plan_steps(plan); i++) {
        struct seg_step step = {.struct_size = sizeof step};
        if (seg_plan_step(plan, i, &step))
            break;
        segi_json_open(out, '{');
        segi_json_name(out, "stage");
        segi_json_put_text(out, step.stage->id);
        segi_json_name(out, "version");
        segi_json_put_int(out, step.stage->version);
        segi_json_name(out, "parameters");
        segi_json_open(out, '{');
        for (uint32_t k = 0; k < step.stage->param_count; k++)
            put_param(out, &step.stage->params[k], step.params);
        segi_json_close(out, '}');
        put_wiring(out, plan, i, step.stage);
        if (result)
            put_result(out, result, i);
        segi_json_close(out, '}');
    }
    segi_json_close(out, ']');
    if (result)
        cli_provenance(out, image, plan, result);
    segi_json_close(out, '}');
}
