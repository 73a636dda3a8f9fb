/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stages as manual pages (mdoc). */
#include "stage_doc.h"

#include <ctype.h>
#include <segkit/version.h>
#include <string.h>

#define COLUMNS 64 /* where a line of text is broken */

/* Text as roff sees it literally: a line must not begin with a control character, and a sentence
 * begins a line, as mdoc wants it. */
static void put_text(FILE *to, const char *text)
{
    int column = 0;
    for (; *text; text++) {
        if (!column && (*text == '.' || *text == '\''))
            fputs("\\&", to);
        const bool sentence = text[0] == ' ' && column && text[-1] == '.';
        if (*text == ' ' && (sentence || column >= COLUMNS)) {
            fputc('\n', to);
            column = 0;
            continue;
        }
        if (*text == '\\')
            fputs("\\e", to);
        else
            fputc(*text, to);
        column = *text == '\n' ? 0 : column + 1;
    }
}

/* As an argument of a macro: one word, quoted. */
static void put_arg(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++)
        fputs(*text == '"' ? "\\(dq" : *text == '\\' ? "\\e" : (char[]){*text, 0}, to);
    fputc('"', to);
}

static void put_paragraphs(FILE *to, const char *text)
{
    while (text && *text) {
        const char *end = strstr(text, "\n\n");
        const size_t n = end ? (size_t)(end - text) : strlen(text);
        char part[4096];
        snprintf(part, sizeof part, "%.*s", (int)(n < sizeof part ? n : sizeof part - 1), text);
        fputs(".Pp\n", to);
        put_text(to, part);
        fputc('\n', to);
        text += n;
        text += strspn(text, "\n");
    }
}

static void put_ports(FILE *to, const char *title, const struct seg_port *ports, uint32_t count)
{
    if (!count)
        return;
    fprintf(to, ".Ss %s\n.Bl -tag -width markers\n", title);
    for (uint32_t i = 0; i < count; i++) {
        char kinds[200];
        fprintf(to, ".It Cm %s\n", ports[i].name);
        put_text(to, ports[i].summary);
        fprintf(to, "\n.Pq %s%s\n", cli_port_kinds(&ports[i], kinds, sizeof kinds),
                ports[i].flags & SEG_PORT_OPTIONAL ? "; optional, connected by name only" : "");
    }
    fputs(".El\n", to);
}

static void put_param(FILE *to, const struct seg_param *p)
{
    char range[400], dflt[200];
    cli_param_range(p, range, sizeof range);
    cli_param_default(p, dflt, sizeof dflt);
    fprintf(to, ".It Cm %s\n", p->name);
    put_text(to, p->summary);
    fputs(".\n", to);
    if (p->flags & SEG_PARAM_REQUIRED) {
        fputs("Required", to);
    } else {
        fputs("Default ", to);
        put_text(to, *dflt ? dflt : "none");
    }
    if (p->unit)
        fprintf(to, " %s", p->unit);
    if (*range && !p->choice_count)
        fprintf(to, ", range %s", range);
    fputs(".\n", to);
    if (p->alias)
        fprintf(to, "Also called\n.Cm %s .\n", p->alias);
    if (!p->choice_count)
        return;
    fputs(".Bl -tag -width constant -compact\n", to);
    for (uint32_t k = 0; k < p->choice_count; k++) {
        fputs(".It Li ", to);
        put_arg(to, p->choices[k].name);
        fputc('\n', to);
        put_text(to, p->choices[k].summary);
        fputc('\n', to);
    }
    fputs(".El\n", to);
}

static void put_example(FILE *to, const struct cli_example *example)
{
    static const char *const outputs[] = {NULL,         "result.tif", "mask.png",
                                          "labels.png", "scores.npy", "objects.json"};
    fprintf(to, ".Sh EXAMPLES\n.Dl segkit run %s.png -o %s \\-\\- %s\n",
            example->planes == 1 ? "cells" : "photo", outputs[example->kind], example->words);
}

void cli_stage_man(FILE *to, const struct seg_stage *stage, const struct cli_example *example)
{
    fputs(".\\\" Written by 'segkit stages --man' from the stage's own tables.\n", to);
    fputs(".Dd November 23, 2026\n.Dt ", to);
    for (const char *c = stage->id; *c; c++)
        fputc(toupper((unsigned char)*c), to);
    fprintf(to, " 7\n.Os\n.Sh NAME\n.Nm %s\n.Nd segkit stage: ", stage->id); /* for man -k */
    put_text(to, stage->summary);
    fprintf(to, "\n.Sh SYNOPSIS\n.Nm %s\n", stage->id);
    for (uint32_t i = 0; i < stage->input_count; i++)
        if (stage->inputs[i].flags & SEG_PORT_OPTIONAL)
            fprintf(to, ".Op Cm %s Ns = Ns Ar LAYER\n", stage->inputs[i].name);
    for (uint32_t i = 0; i < stage->param_count; i++)
        fprintf(to, ".Op Cm %s Ns = Ns Ar VALUE\n", stage->params[i].name);
    fputs(".Sh DESCRIPTION\n", to);
    put_text(to, stage->summary);
    fputs(".\n", to);
    put_paragraphs(to, stage->detail);
    put_ports(to, "Inputs", stage->inputs, stage->input_count);
    put_ports(to, "Outputs", stage->outputs, stage->output_count);
    if (stage->param_count) {
        fputs(".Ss Parameters\n.Bl -tag -width parameter\n", to);
        for (uint32_t i = 0; i < stage->param_count; i++)
            put_param(to, &stage->params[i]);
        fputs(".El\n", to);
    }
    if (example)
        put_example(to, example);
    fputs(".Sh SEE ALSO\n.Xr segkit 1 ,\n.Xr segkit-pipeline 5 ,\n.Xr segkit-stages 7\n", to);
    if (stage->reference) {
        fputs(".Pp\n", to);
        put_text(to, stage->reference);
        fputc('\n', to);
    }
}

struct index {
    FILE *to;
    char family[64]; /* of the stage before */
};

static int put_index_row(void *user, const struct seg_stage *stage)
{
    struct index *index = user;
    const int length = (int)strcspn(stage->id, ".");
    if (strlen(index->family) != (size_t)length ||
        strncmp(stage->id, index->family, (size_t)length)) {
        if (*index->family)
            fputs(".El\n", index->to);
        snprintf(index->family, sizeof index->family, "%.*s", length, stage->id);
        fprintf(index->to, ".Ss %s\n.Bl -tag -width Ds\n", index->family);
    }
    fprintf(index->to, ".It Xr %s 7\n", stage->id);
    put_text(index->to, stage->summary);
    fputs(".\n", index->to);
    return 0;
}

int cli_stages_man(FILE *to, seg_context *context)
{
    struct index index = {.to = to};
    fputs(".\\\" Written by 'segkit stages --man' from the stages' own tables.\n"
          ".Dd November 30, 2026\n.Dt SEGKIT-STAGES 7\n.Os\n"
          ".Sh NAME\n.Nm segkit-stages\n.Nd all stages of segkit\n"
          ".Sh DESCRIPTION\n"
          "What a pipeline may be made of, by family.\n"
          "Each stage has a page of its own, with parameters, ranges, defaults, units,\n"
          "ports, the paper it is from and an example;\n"
          ".Ql segkit stages ID\n"
          "prints the same on the terminal, and\n"
          ".Ql segkit stages --gallery OUT.html IMAGE\n"
          "shows what each of them makes of an image.\n",
          to);
    int status = seg_stage_each(context, put_index_row, &index);
    if (*index.family)
        fputs(".El\n", to);
    fputs(".Sh SEE ALSO\n.Xr segkit 1 ,\n.Xr segkit-pipeline 5 ,\n.Xr segkit-plugin 7\n", to);
    return status;
}
