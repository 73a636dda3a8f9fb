/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How results are measured: the options that eval, compare and tune share. */
#include "labels.h"

#include "../base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *cli_task_name(enum segi_task task)
{
    return task == SEGI_TASK_MASK ? "mask" : task == SEGI_TASK_CLASSES ? "classes" : "labels";
}

static int add_metrics(struct cli *cli, const char *list, uint64_t *wanted)
{
    while (*list) {
        char name[64];
        const size_t n = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", (int)(n < 63 ? n : 63), list);
        const enum segi_measure m = segi_measure_find(name);
        if (m == SEGI_MEASURES) {
            struct segi_guess guess = {.typed = name};
            for (int i = 0; i < SEGI_MEASURES; i++)
                segi_guess_try(&guess, segi_measures[i].name);
            if (guess.best)
                return cli_usage(cli, "no measure '%s'; did you mean '%s'?", name, guess.best);
            return cli_usage(cli, "no measure '%s'; 'segkit eval --list' shows all", name);
        }
        *wanted |= SEGI_MEASURE_BIT(m);
        list += n + (list[n] == ',');
    }
    return CLI_DONE;
}

static int read_number(struct cli *cli, const char *option, const char *text, double *value,
                       const char **rest)
{
    char *end;
    *value = strtod(text, &end);
    *rest = end;
    if (end == text || !(*value > 0) || !isfinite(*value))
        return cli_usage(cli, "option '--%s': '%s' is not a number above 0", option, text);
    return CLI_DONE;
}

static int read_spacing(struct cli *cli, const char *text, double spacing[2])
{
    const char *rest;
    double x, y;
    int code = read_number(cli, "pixel-size", text, &x, &rest);
    if (code)
        return code;
    y = x;
    if (*rest == ',')
        code = read_number(cli, "pixel-size", rest + 1, &y, &rest);
    if (!code && *rest)
        return cli_usage(cli, "option '--pixel-size': '%s' is not X or X,Y", text);
    spacing[0] = y;
    spacing[1] = x;
    return code;
}

static int read_ignore(struct cli *cli, const char *text, int32_t *ignore)
{
    char *end;
    const long value = strtol(text, &end, 10);
    if (end == text || *end || value < 0 || value > INT32_MAX)
        return cli_usage(cli, "option '--ignore': '%s' is not a number in 0..%d", text, INT32_MAX);
    *ignore = (int32_t)value;
    return CLI_DONE;
}

static int read_names(struct cli *cli, const struct cli_measuring *o, struct cli_measures *m)
{
    static const char *const empties[] = {"nan", "one", "zero"};
    m->rules = segi_rules_find(o->convention ? o->convention : "segkit");
    if (!m->rules)
        return cli_usage(cli, "no convention '%s'; 'segkit eval --list' shows all", o->convention);
    m->own = *m->rules;
    for (int i = 0; o->empty && i < 3; i++)
        if (!strcmp(o->empty, empties[i])) {
            m->own.empty = (enum segi_empty)i;
            m->rules = &m->own;
        }
    if (o->empty && m->rules != &m->own)
        return cli_usage(cli, "option '--empty': '%s' is not one of nan, one, zero", o->empty);
    static const enum segi_task tasks[] = {SEGI_TASK_MASK, SEGI_TASK_LABELS, SEGI_TASK_CLASSES};
    for (int i = 0; o->task && i < 3; i++)
        if (!strcmp(o->task, cli_task_name(tasks[i])))
            m->task = tasks[i];
    if (o->task && !m->task)
        return cli_usage(cli, "option '--task': '%s' is not one of mask, labels, classes", o->task);
    return CLI_DONE;
}

int cli_measures_read(struct cli *cli, const struct cli_measuring *o, struct cli_measures *m)
{
    const char *rest;
    *m = (struct cli_measures){.spacing = {1, 1},
                               .tolerance = 2,
                               .ignore = INT32_MIN,
                               .classes = (int32_t)o->classes,
                               .colors = o->colors};
    int code = read_names(cli, o, m);
    for (int i = 0; !code && i < o->metrics.count; i++)
        code = add_metrics(cli, o->metrics.items[i], &m->wanted);
    if (!code && o->tolerance) {
        code = read_number(cli, "tolerance", o->tolerance, &m->tolerance, &rest);
        if (!code && *rest)
            code =
                cli_usage(cli, "option '--tolerance': '%s' is not a number above 0", o->tolerance);
    }
    if (!code && o->pixel_size)
        code = read_spacing(cli, o->pixel_size, m->spacing);
    if (!code && o->ignore)
        code = read_ignore(cli, o->ignore, &m->ignore);
    if (!code && m->classes && !m->task)
        m->task = SEGI_TASK_CLASSES;
    if (!code && m->task == SEGI_TASK_CLASSES && !m->classes)
        code = cli_usage(cli, "option '--task classes' needs '--classes N'");
    return code;
}

void cli_measures_settle(struct cli_measures *m, bool many)
{
    if (!m->task)
        m->task = many ? SEGI_TASK_LABELS : SEGI_TASK_MASK;
    if (!m->wanted)
        m->wanted = segi_measures_usual(m->task);
}

int cli_measure(struct cli *cli, const struct cli_measures *m, const char *pred_name,
                const struct cli_labels *pred, const char *truth_name,
                const struct cli_labels *truth, double values[SEGI_MEASURES],
                struct segi_totals *totals)
{
    (void)cli;
    if (pred->width != truth->width || pred->height != truth->height) {
        cli_message("%s: is %d x %d, but its truth '%s' is %d x %d", pred_name, pred->width,
                    pred->height, truth_name, truth->width, truth->height);
        return CLI_IO;
    }
    if (m->task == SEGI_TASK_CLASSES && truth->most >= m->classes) {
        cli_message("%s: class %d is not in 0..%d%s", truth_name, truth->most, m->classes - 1,
                    truth->has_255 && truth->most == 255 ? "; is 255 void? give --ignore 255" : "");
        return CLI_IO;
    }
    const struct segi_pair pair = {.task = m->task,
                                   .width = truth->width,
                                   .height = truth->height,
                                   .truth = truth->values,
                                   .pred = pred->values,
                                   .spacing = {m->spacing[0], m->spacing[1]},
                                   .tolerance = m->tolerance,
                                   .classes = m->classes};
    const int status = segi_score(m->rules, &pair, m->wanted, values, totals);
    if (status) {
        cli_message("%s: %s", pred_name, seg_status_name(status));
        return cli_exit_code(status);
    }
    return CLI_DONE;
}
