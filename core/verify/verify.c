/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cases of a stage, each in a child. */
#include "checks.h"
#include "values.h"

#include <stdio.h>
#include <string.h>

/* Odd, so that vectors and pieces have a rest; the last one is what most is done with. */
static const int32_t sizes[][2] = {{1, 1}, {1, 23}, {70, 1}, {5, 3}, {33, 21}};
#define SIZES (sizeof sizes / sizeof *sizes)

/* Enough rows for several pieces. */
static const int32_t many_rows[2] = {83, 301};

/* One case: `body` gets the trial and, of a parameter, which and which limit. */
struct task {
    struct verify_trial *trial;
    void (*check)(struct task *task);
    uint32_t param;
    unsigned limit;
};

const char *verify_skipped(const struct seg_stage *stage)
{
    for (uint32_t i = 0; i < stage->param_count; i++)
        if ((stage->params[i].flags & SEG_PARAM_REQUIRED) &&
            (stage->params[i].type == SEG_PATH || stage->params[i].type == SEG_STRING))
            return stage->params[i].name;
    return NULL;
}

static void run_task(void *arg)
{
    struct task *task = arg;
    void *values;
    verify_values_default(task->trial->stage, &values);
    task->trial->values = values;
    task->check(task);
}

static int run_child(struct task *task, struct seg_error *err)
{
    return verify_child(task->trial->options, task->trial->report, run_task, task, err);
}

/* -- pictures --------------------------------------------------------------------------------- */

static void check_picture(struct task *task)
{
    verify_check_same(task->trial);
}

/* Every size with blots, and the other contents in the largest. */
static int try_pictures(struct task *task, struct seg_error *err)
{
    struct verify_form *form = &task->trial->form;
    const bool floats = verify_form_has_floats(task->trial->stage, form);
    int status = SEG_OK;
    task->check = check_picture;
    for (size_t i = 0; i < SIZES && !status; i++) {
        form->width = sizes[i][0];
        form->height = sizes[i][1];
        form->content = VERIFY_TEXTURE;
        status = run_child(task, err);
    }
    for (int k = VERIFY_FLAT; k <= VERIFY_NOT_FINITE && !status; k++) {
        form->content = (enum verify_content)k;
        if (k != VERIFY_NOT_FINITE || floats)
            status = run_child(task, err);
    }
    return status;
}

/* Every kind and type that the ports take. Leaves the first form that went well in the trial. */
static int try_forms(struct task *task, struct seg_error *err)
{
    struct verify_trial *trial = task->trial;
    const unsigned choices = verify_form_choices(trial->stage);
    const int colours = verify_form_has_colour(trial->stage) ? 2 : 1;
    const int optionals = verify_form_has_optional(trial->stage) ? 2 : 1;
    struct verify_form best = {.width = 0};
    int status = SEG_OK;
    for (int i = 0; i < colours * optionals; i++)
        for (unsigned choice = 0; choice < choices && !status; choice++) {
            const unsigned good = trial->report->good;
            trial->form = (struct verify_form){
                .choice = choice, .colour = i % colours, .connected = i / colours};
            status = try_pictures(task, err);
            if (!best.width && trial->report->good > good)
                best = trial->form;
        }
    best.content = VERIFY_TEXTURE;
    trial->form = best;
    return status;
}

/* -- parameters ------------------------------------------------------------------------------- */

static void check_param(struct task *task)
{
    struct verify_trial *trial = task->trial;
    verify_values_set(trial->stage, (void *)(uintptr_t)trial->values, task->param, task->limit,
                      trial->text, sizeof trial->text);
    const int status = verify_check_same(trial)->status;
    if (status == SEG_OK)
        verify_check_reach(trial);
    else if (status != SEG_CANCELLED && status != SEG_NOMEM && status != SEG_LIMIT)
        verify_check_limit(trial, task->param, task->limit, status);
}

static int try_params(struct task *task, struct seg_error *err)
{
    const struct seg_stage *stage = task->trial->stage;
    int status = SEG_OK;
    task->check = check_param;
    for (task->param = 0; task->param < stage->param_count; task->param++) {
        const unsigned limits = verify_values_limits(&stage->params[task->param]);
        for (task->limit = 0; task->limit < limits && !status; task->limit++)
            status = run_child(task, err);
    }
    return status;
}

/* -- the rest --------------------------------------------------------------------------------- */

static void check_cancel(struct task *task)
{
    verify_check_cancel(task->trial);
}

static void check_memory(struct task *task)
{
    verify_check_memory(task->trial);
}

static void check_reach(struct task *task)
{
    verify_check_reach(task->trial);
}

static int try_rest(struct task *task, struct seg_error *err)
{
    static void (*const checks[])(struct task *) = {check_memory, check_cancel, check_reach};
    struct verify_form *form = &task->trial->form;
    int status = SEG_OK;
    for (size_t i = 0; i < sizeof checks / sizeof *checks && !status; i++) {
        task->check = checks[i];
        status = run_child(task, err);
    }
    form->width = many_rows[0];
    form->height = many_rows[1];
    task->check = check_picture;
    return status ? status : run_child(task, err);
}

int verify_stage(const struct verify_options *options, const struct seg_stage *stage,
                 struct verify_report *report, struct seg_error *err)
{
    struct verify_trial trial = {.options = options, .stage = stage, .report = report};
    struct task task = {.trial = &trial};
    int status = try_forms(&task, err);
    if (!status && !trial.form.width) {
        bool crashed = false;
        for (int k = VERIFY_CRASH; k <= VERIFY_EXIT; k++)
            crashed |= report->found[k].count > 0;
        if (!crashed)
            verify_found(report, VERIFY_REFUSES, "it says: %s", report->refusal);
        return SEG_OK;
    }
    if (!status)
        status = try_params(&task, err);
    return status ? status : try_rest(&task, err);
}
