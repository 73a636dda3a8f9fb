/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stages as text and JSON. */
#include "stage_doc.h"

#include "../base/names.h"
#include "../plug/params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool has_range(const struct seg_param *p)
{
    return p->type == SEG_INT || p->type == SEG_FLOAT || p->type == SEG_FLOATS;
}

static int bound(char *text, size_t size, double value)
{
    if (fabs(value) >= 1e15 || fabs(value) == INT32_MAX)
        return snprintf(text, size, "%s", value < 0 ? "-inf" : "inf");
    return snprintf(text, size, "%.10g", value);
}

char *cli_param_range(const struct seg_param *param, char *text, size_t size)
{
    char low[32], high[32];
    text[0] = 0;
    if (param->type == SEG_CHOICE)
        return segi_choice_list(param, text, size);
    if (param->type == SEG_BOOL)
        snprintf(text, size, "true, false");
    if (has_range(param)) {
        bound(low, sizeof low, param->min);
        bound(high, sizeof high, param->max);
        snprintf(text, size, "%s%s..%s", param->flags & SEG_PARAM_ODD ? "odd, " : "", low, high);
    }
    return text;
}

char *cli_param_default(const struct seg_param *param, char *text, size_t size)
{
    text[0] = 0;
    if (param->flags & SEG_PARAM_REQUIRED)
        return text;
    if (param->type == SEG_BOOL)
        snprintf(text, size, "%s", param->def != 0 ? "true" : "false");
    else if (param->type == SEG_CHOICE)
        snprintf(text, size, "%s", param->choices[(uint32_t)param->def].name);
    else if (param->type == SEG_INT || param->type == SEG_FLOAT)
        snprintf(text, size, "%.10g", param->def);
    else
        snprintf(text, size, "%s", param->text ? param->text : "");
    return text;
}

char *cli_port_kinds(const struct seg_port *port, char *text, size_t size)
{
    char kinds[128], dtypes[64];
    segi_kind_list(port->kinds, kinds, sizeof kinds);
    const bool image = port->kinds & SEG_KIND_BIT(SEG_IMAGE);
    if (image && port->dtypes)
        snprintf(text, size, "%s, %s", kinds, segi_dtype_list(port->dtypes, dtypes, sizeof dtypes));
    else
        snprintf(text, size, "%s", kinds);
    return text;
}

/* -- text ------------------------------------------------------------------------------------- */

static void text_ports(FILE *to, const char *title, const struct seg_port *ports, uint32_t count)
{
    if (count)
        fprintf(to, "\n%s\n", title);
    for (uint32_t i = 0; i < count; i++) {
        char kinds[200];
        fprintf(to, "  %-16s %s (%s%s)\n", ports[i].name, ports[i].summary,
                cli_port_kinds(&ports[i], kinds, sizeof kinds),
                ports[i].flags & SEG_PORT_OPTIONAL ? "; optional" : "");
    }
}

static void text_param(FILE *to, const struct seg_param *p)
{
    char range[400], dflt[200];
    cli_param_range(p, range, sizeof range);
    cli_param_default(p, dflt, sizeof dflt);
    fprintf(to, "  %-16s %s\n  %-16s ", p->name, p->summary, "");
    if (p->flags & SEG_PARAM_REQUIRED)
        fputs("required", to);
    else
        fprintf(to, "default %s", *dflt ? dflt : "none");
    if (p->unit)
        fprintf(to, " %s", p->unit);
    if (*range)
        fprintf(to, " (%s)", range);
    if (p->alias)
        fprintf(to, "; also '%s'", p->alias);
    fputc('\n', to);
    for (uint32_t k = 0; k < p->choice_count; k++)
        fprintf(to, "  %-16s   %s: %s\n", "", p->choices[k].name, p->choices[k].summary);
}

void cli_stage_text(FILE *to, const struct seg_stage *stage)
{
    fprintf(to, "%s: %s\n", stage->id, stage->summary);
    text_ports(to, "Inputs", stage->inputs, stage->input_count);
    text_ports(to, "Outputs", stage->outputs, stage->output_count);
    if (stage->param_count)
        fputs("\nParameters\n", to);
    for (uint32_t i = 0; i < stage->param_count; i++)
        text_param(to, &stage->params[i]);
    if (stage->detail)
        fprintf(to, "\n%s\n", stage->detail);
    if (stage->reference)
        fprintf(to, "\nReference\n  %s\n", stage->reference);
}

/* -- JSON ------------------------------------------------------------------------------------- */

static void put(struct segi_json_out *out, const char *name, const char *text)
{
    if (!text)
        return;
    segi_json_name(out, name);
    segi_json_put_text(out, text);
}

static void put_number(struct segi_json_out *out, const char *name, double number)
{
    segi_json_name(out, name);
    segi_json_put_number(out, number);
}

static void json_param(struct segi_json_out *out, const struct seg_param *p)
{
    char text[200];
    segi_json_open(out, '{');
    put(out, "name", p->name);
    put(out, "summary", p->summary);
    put(out, "type", segi_type_name(p->type));
    put(out, "unit", p->unit);
    put(out, "alias", p->alias);
    if (p->flags & SEG_PARAM_REQUIRED) {
        segi_json_name(out, "required");
        segi_json_put_bool(out, true);
    } else {
        put(out, "default", cli_param_default(p, text, sizeof text));
    }
    if (has_range(p)) {
        put_number(out, "min", p->min);
        put_number(out, "max", p->max);
    }
    if (p->choice_count) {
        segi_json_name(out, "choices");
        segi_json_open(out, '{');
        for (uint32_t k = 0; k < p->choice_count; k++)
            put(out, p->choices[k].name, p->choices[k].summary);
        segi_json_close(out, '}');
    }
    segi_json_close(out, '}');
}

static void json_ports(struct segi_json_out *out, const char *name, const struct seg_port *ports,
                       uint32_t count)
{
    segi_json_name(out, name);
    segi_json_open(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        char text[128];
        segi_json_open(out, '{');
        put(out, "name", ports[i].name);
        put(out, "summary", ports[i].summary);
        put(out, "kinds", segi_kind_list(ports[i].kinds, text, sizeof text));
        if (ports[i].dtypes)
            put(out, "dtypes", segi_dtype_list(ports[i].dtypes, text, sizeof text));
        segi_json_name(out, "optional");
        segi_json_put_bool(out, ports[i].flags & SEG_PORT_OPTIONAL);
        segi_json_close(out, '}');
    }
    segi_json_close(out, ']');
}

void cli_stage_json(struct segi_json_out *out, const struct seg_stage *stage)
{
    segi_json_open(out, '{');
    put(out, "id", stage->id);
    put(out, "summary", stage->summary);
    put(out, "detail", stage->detail);
    put(out, "reference", stage->reference);
    put_number(out, "version", stage->version);
    json_ports(out, "inputs", stage->inputs, stage->input_count);
    json_ports(out, "outputs", stage->outputs, stage->output_count);
    segi_json_name(out, "parameters");
    segi_json_open(out, '[');
    for (uint32_t i = 0; i < stage->param_count; i++)
        json_param(out, &stage->params[i]);
    segi_json_close(out, ']');
    segi_json_close(out, '}');
}
