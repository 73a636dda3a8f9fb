/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cases of a stage, each in a child. */
#include "checks.h"
#include "values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Odd, so that vectors and pieces have a rest; the last one is what most is done with. */
static const int32_t sizes[][2] = {{1, 1}, {1, 23}, {70, 1}, {5, 3}, {33, 21}};
#define SIZES (sizeof sizes / sizeof *sizes)

#define PICTURES_SHARE 0.5 /* of a stage's time; parameters have what is left */

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

/* Leaves the case out where the stage has had `share` of its time. */
static int run_child(struct task *task, double share, struct seg_error *err)
{
    const struct verify_options *options = task->trial->options;
    struct verify_report *report = task->trial->report;
    report->cases++;
    if (options->budget && report->time >= share * options->budget) {
        report->left_out++;
        return SEG_OK;
    }
    return verify_child(options, report, run_task, task, err);
}

/* -- pictures --------------------------------------------------------------------------------- */

static void check_picture(struct task *task)
{
    verify_check_same(task->trial);
}

/* How many forms there are: every kind and type that the ports take. */
static unsigned form_count(const struct seg_stage *stage)
{
    return verify_form_choices(stage) * (verify_form_has_colour(stage) ? 2 : 1) *
           (verify_form_has_optional(stage) ? 2 : 1);
}

static struct verify_form form_at(const struct seg_stage *stage, unsigned index)
{
    const unsigned choices = verify_form_choices(stage);
    const unsigned colours = verify_form_has_colour(stage) ? 2 : 1;
    return (struct verify_form){.choice = index % choices,
                                .colour = index / choices % colours,
                                .connected = index / choices / colours};
}

/* Every size with blots, and the other contents in the largest. False: there is no such content. */
static bool set_picture(const struct seg_stage *stage, struct verify_form *form, size_t picture)
{
    const size_t size = picture < SIZES ? picture : SIZES - 1;
    form->width = sizes[size][0];
    form->height = sizes[size][1];
    form->content = picture < SIZES ? VERIFY_TEXTURE : (enum verify_content)(picture - SIZES + 1);
    return form->content != VERIFY_NOT_FINITE || verify_form_has_floats(stage, form);
}

/* Each form in the largest size, which is not left out. Returns the first that went well. */
static int try_forms(struct task *task, struct verify_form *best, struct seg_error *err)
{
    struct verify_trial *trial = task->trial;
    const unsigned forms = form_count(trial->stage);
    int status = SEG_OK;
    task->check = check_picture;
    for (unsigned i = 0; i < forms && !status; i++) {
        const unsigned good = trial->report->good;
        trial->form = form_at(trial->stage, i);
        set_picture(trial->stage, &trial->form, SIZES - 1);
        status = run_child(task, INFINITY, err);
        if (!best->width && trial->report->good > good)
            *best = trial->form;
    }
    return status;
}

/* Every form in every other picture. In each round a form has another picture, and the forms have
 * different ones, so that rounds that are left out cost neither a form nor a picture. */
static int try_pictures(struct task *task, struct verify_form *best, struct seg_error *err)
{
    struct verify_trial *trial = task->trial;
    const size_t pictures = SIZES + VERIFY_NOT_FINITE;
    const unsigned forms = form_count(trial->stage);
    int status = SEG_OK;
    task->check = check_picture;
    for (size_t round = 0; round < pictures; round++)
        for (unsigned i = 0; i < forms && !status; i++) {
            const unsigned good = trial->report->good;
            const size_t picture = (round + i) % pictures;
            trial->form = form_at(trial->stage, i);
            if (picture == SIZES - 1 || !set_picture(trial->stage, &trial->form, picture))
                continue;
            status = run_child(task, PICTURES_SHARE, err);
            if (!best->width && trial->report->good > good)
                *best = trial->form;
        }
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

/* One limit of each, then the next: time that is up costs no parameter. */
static int try_params(struct task *task, struct seg_error *err)
{
    const struct seg_stage *stage = task->trial->stage;
    int status = SEG_OK;
    task->check = check_param;
    bool more = true;
    for (task->limit = 0; more && !status; task->limit++) {
        more = false;
        for (task->param = 0; task->param < stage->param_count && !status; task->param++) {
            const unsigned limits = verify_values_limits(&stage->params[task->param]);
            if (task->limit < limits)
                status = run_child(task, 1, err);
            more |= task->limit + 1 < limits;
        }
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

/* These are bounded by themselves. */
static int try_rest(struct task *task, struct seg_error *err)
{
    static void (*const checks[])(struct task *) = {check_memory, check_cancel, check_reach};
    struct verify_form *form = &task->trial->form;
    const struct verify_form best = *form;
    int status = SEG_OK;
    for (size_t i = 0; i < sizeof checks / sizeof *checks && !status; i++) {
        task->check = checks[i];
        status = run_child(task, INFINITY, err);
    }
    form->width = many_rows[0];
    form->height = many_rows[1];
    task->check = check_picture;
    if (!status)
        status = run_child(task, INFINITY, err);
    *form = best;
    return status;
}

int verify_stage(const struct verify_options *options, const struct seg_stage *stage,
                 struct verify_report *report, struct seg_error *err)
{
    struct verify_trial trial = {.options = options, .stage = stage, .report = report};
    struct task task = {.trial = &trial};
    struct verify_form best = {.width = 0};
    int status = try_forms(&task, &best, err);
    if (!status)
        status = try_pictures(&task, &best, err);
    best.content = VERIFY_TEXTURE;
    trial.form = best;
    if (!status && !best.width) {
        bool crashed = false;
        for (int k = VERIFY_CRASH; k <= VERIFY_EXIT; k++)
            crashed |= report->found[k].count > 0;
        if (!crashed)
            verify_found(report, VERIFY_REFUSES, "it says: %s", report->refusal);
        return SEG_OK;
    }
    if (!status)
        status = try_rest(&task, err);
    return status ? status : try_params(&task, err);
}
