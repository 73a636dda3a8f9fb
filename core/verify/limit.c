/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A value that was refused may be wrong only together with others, or for that picture: a number
 * that no region of it has is the picture's fault, which SEG_STAGE says, and not the table's. */
#include "checks.h"
#include "values.h"

#include <stdio.h>

/* How the other parameters stand: numbers at their default (-1), their least or their largest
 * value, and of the choices one, `choice`, at `chosen` (-1: none). */
struct others {
    int numbers, choice;
    unsigned chosen;
};

static bool accepts(const struct verify_trial *trial, uint32_t index, unsigned limit,
                    const struct others *others)
{
    struct verify_trial other = *trial;
    void *values;
    char text[VERIFY_TEXT];
    verify_values_default(trial->stage, &values);
    for (uint32_t i = 0; others->numbers >= 0 && i < trial->stage->param_count; i++) {
        const uint32_t type = trial->stage->params[i].type;
        if (type == SEG_INT || type == SEG_FLOAT)
            verify_values_set(trial->stage, values, i, (unsigned)others->numbers, text,
                              sizeof text);
    }
    if (others->choice >= 0)
        verify_values_set(trial->stage, values, (uint32_t)others->choice, others->chosen, text,
                          sizeof text);
    verify_values_set(trial->stage, values, index, limit, text, sizeof text);
    other.values = values;
    for (int i = 0; i < 4; i++) {
        other.form.colour = i & 1;
        other.form.connected = i & 2;
        for (other.form.choice = 0; other.form.choice < verify_form_choices(trial->stage);
             other.form.choice++) {
            const int status = verify_run(&other, &verify_plain)->status;
            if (status == SEG_OK || status == SEG_CANCELLED || status == SEG_NOMEM ||
                status == SEG_LIMIT)
                return true;
        }
    }
    return false;
}

/* Also with each choice of each other parameter, one at a time. */
static bool accepts_somehow(const struct verify_trial *trial, uint32_t index, unsigned limit,
                            int numbers)
{
    struct others others = {numbers, -1, 0};
    if (accepts(trial, index, limit, &others))
        return true;
    for (uint32_t i = 0; i < trial->stage->param_count; i++) {
        const struct seg_param *param = &trial->stage->params[i];
        others.choice = (int)i;
        for (others.chosen = 0;
             param->type == SEG_CHOICE && i != index && others.chosen < verify_values_limits(param);
             others.chosen++)
            if (accepts(trial, index, limit, &others))
                return true;
    }
    return false;
}

void verify_check_limit(const struct verify_trial *trial, uint32_t index, unsigned limit,
                        int refused)
{
    const uint32_t type = trial->stage->params[index].type;
    char refusal[VERIFY_TEXT];
    if (refused == SEG_STAGE && type != SEG_CHOICE && type != SEG_BOOL)
        return;
    snprintf(refusal, sizeof refusal, "%s", trial->report->refusal);
    for (int others = -1; others < 2; others++)
        if (accepts_somehow(trial, index, limit, others))
            return;
    snprintf(trial->report->where, sizeof trial->report->where, "%s", trial->text);
    verify_found(trial->report, VERIFY_LIMIT, "%s", refusal);
}
