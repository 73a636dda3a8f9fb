/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways to run a stage that must not make a difference. */
#include "checks.h"

#include <string.h>

/* clang-format off */
static const struct verify_setting settings[] = {
    {.name = "once more", .kind = VERIFY_UNSTEADY, .memory = 0xa5, .output = 0xa5, .around = 0xa5},
    {.name = "other bytes in fresh outputs", .kind = VERIFY_UNINITIALISED,
     .memory = 0xa5, .output = 0x3c, .around = 0xa5},
    {.name = "other bytes in fresh memory", .kind = VERIFY_UNINITIALISED,
     .memory = 0x3c, .output = 0xa5, .around = 0xa5},
    {.name = "other bytes around rows", .kind = VERIFY_OUTSIDE,
     .memory = 0xa5, .output = 0xa5, .around = 0x3c},
    {.name = "padded rows", .kind = VERIFY_STRIDES, .layout = VERIFY_PADDED,
     .memory = 0xa5, .output = 0xa5, .around = 0xa5},
    {.name = "negative strides", .kind = VERIFY_STRIDES, .layout = VERIFY_FLIPPED,
     .memory = 0xa5, .output = 0xa5, .around = 0xa5},
    {.name = "in place", .kind = VERIFY_IN_PLACE, .in_place = true,
     .memory = 0xa5, .output = 0xa5, .around = 0xa5},
    {.name = "after another call", .kind = VERIFY_STATE, .twice = true,
     .memory = 0xa5, .output = 0xa5, .around = 0xa5},
    {.name = "split finely and backwards", .kind = VERIFY_THREADS, .threads = 3, .backwards = true,
     .memory = 0xa5, .output = 0xa5, .around = 0xa5},
    {.name = "2 threads", .kind = VERIFY_THREADS, .threads = 2,
     .memory = 0xa5, .output = 0xa5, .around = 0xa5},
    {.name = "7 threads", .kind = VERIFY_THREADS, .threads = 7,
     .memory = 0xa5, .output = 0xa5, .around = 0xa5},
};
/* clang-format on */

/* The first byte that each of two runs left as it found it. */
static bool unwritten(const struct verify_result *a, const struct verify_result *b,
                      const struct seg_stage *stage, uint32_t *output, size_t *at)
{
    for (*output = 0; *output < stage->output_count; ++*output) {
        const struct verify_plane *p = &a->outputs[*output], *q = &b->outputs[*output];
        for (*at = 0; seg_dtype_size(p->shape.dtype) && p->size == q->size && *at < p->size; ++*at)
            if (p->bytes[*at] == 0xa5 && q->bytes[*at] == 0x3c)
                return true;
    }
    return false;
}

/* Chance differences may be rare, so that the run once more did not show one. The run goes by the
 * name of the setting that did, as findings tell it. */
static bool differs_again(const struct verify_trial *trial, const struct verify_result *plain,
                          const char *name, char text[VERIFY_TEXT])
{
    struct verify_setting again = settings[0];
    char difference[VERIFY_TEXT];
    again.name = name;
    if (verify_result_same(trial->stage, plain, verify_run(trial, &again), difference,
                           sizeof difference))
        return false;
    memcpy(text, difference, sizeof difference);
    return true;
}

/* Whether the stage is found to be unsteady, in which case further settings tell nothing. */
static bool compare(const struct verify_trial *trial, const struct verify_result *plain,
                    const struct verify_result *other, const struct verify_setting *setting)
{
    enum verify_kind kind = setting->kind;
    char text[VERIFY_TEXT];
    uint32_t output;
    size_t at;
    if (other->status == SEG_CANCELLED ||
        verify_result_same(trial->stage, plain, other, text, sizeof text))
        return false;
    if (setting->output != verify_plain.output && !other->status &&
        unwritten(plain, other, trial->stage, &output, &at)) {
        kind = VERIFY_UNWRITTEN;
        verify_result_place(trial->stage, other, output, at, text, sizeof text);
    }
    if (kind != VERIFY_UNSTEADY && differs_again(trial, plain, setting->name, text))
        kind = VERIFY_UNSTEADY;
    verify_found(trial->report, kind, "%s", text);
    return kind == VERIFY_UNSTEADY;
}

static bool has_in_place(const struct seg_stage *stage)
{
    for (uint32_t i = 0; i < stage->output_count; i++)
        if (stage->outputs[i].flags & SEG_PORT_IN_PLACE)
            return true;
    return false;
}

const struct verify_result *verify_check_same(const struct verify_trial *trial)
{
    const struct verify_result *plain = verify_run(trial, &verify_plain);
    const bool unsteady = trial->stage->flags & SEG_STAGE_NONDETERMINISTIC;
    for (size_t i = 0; i < sizeof settings / sizeof *settings && !plain->status; i++) {
        if (settings[i].in_place && !has_in_place(trial->stage))
            continue;
        const struct verify_result *other = verify_run(trial, &settings[i]);
        if (!unsteady && compare(trial, plain, other, &settings[i]))
            break;
    }
    return plain;
}
