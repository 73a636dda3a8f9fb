/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs that are cut short: by cancel, and by memory that is not to be had. */
#include "checks.h"

#include <stdio.h>

#define SECONDS 1.5 /* of one check; what comes later is tried in growing steps */

/* 1, 2, 3, ... and, once it has taken long, in steps of a quarter. */
static long next(long n, double begin)
{
    return n + 1 + (verify_time() - begin > SECONDS ? n / 4 : 0);
}

void verify_check_cancel(const struct verify_trial *trial)
{
    const long calls = verify_run(trial, &verify_plain)->progress;
    const double begin = verify_time();
    for (long n = 1; n <= calls; n = next(n, begin)) {
        struct verify_setting setting = verify_plain;
        char name[80];
        snprintf(name, sizeof name, "cancelled at call %ld of progress", n);
        setting.name = name;
        setting.cancel_at = n;
        const struct verify_result *result = verify_run(trial, &setting);
        if (result->status != SEG_CANCELLED && result->progress >= n)
            verify_found(trial->report, VERIFY_CANCEL, "it returned %s",
                         result->status ? result->error.text : "a result");
    }
}

void verify_check_memory(const struct verify_trial *trial)
{
    const struct verify_result *plain = verify_run(trial, &verify_plain);
    const double begin = verify_time();
    for (long n = 1; n <= plain->allocations; n = next(n, begin)) {
        struct verify_setting setting = verify_plain;
        char name[80], text[VERIFY_TEXT];
        snprintf(name, sizeof name, "allocation %ld fails", n);
        setting.name = name;
        setting.fail_at = n;
        const struct verify_result *result = verify_run(trial, &setting);
        if (result->status == SEG_OK) {
            if (!(trial->stage->flags & SEG_STAGE_NONDETERMINISTIC) &&
                !verify_result_same(trial->stage, plain, result, text, sizeof text))
                verify_found(trial->report, VERIFY_MEMORY, "it went on with another result: %s",
                             text);
        } else if (result->status != SEG_NOMEM) {
            verify_found(trial->report, VERIFY_MEMORY, "it says: %s", result->error.text);
        }
    }
}
