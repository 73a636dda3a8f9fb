/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "audit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void verify_audit_frame(struct verify_report *report, const char *what, const char *port,
                        const struct verify_frame *frame, const uint8_t *before, uint8_t around)
{
    long row, column;
    if (!verify_frame_changed(frame, before, around, &row, &column))
        return;
    if (column >= 0 && column < (long)frame->row)
        verify_found(report, VERIFY_INPUT, "it changed row %ld of input '%s'", row, port);
    else if (column < 0)
        verify_found(report, VERIFY_OVERRUN, "it wrote %ld bytes before row %ld of %s '%s'",
                     -column, row, what, port);
    else
        verify_found(report, VERIFY_OVERRUN, "it wrote %ld bytes behind row %ld of %s '%s'",
                     column - (long)frame->row + 1, row, what, port);
}

static bool allowed(uint32_t kind, double value)
{
    switch (kind) {
    case SEG_MASK:
        return value == 0 || value == 1;
    case SEG_LABELS:
        return value >= -1;
    case SEG_SCORES:
        return value >= -1e-4 && value <= 1.0001;
    default:
        return true;
    }
}

/* A pixel of no class, such as void, has 0 in all. */
static bool sums_to_one(const struct verify_plane *output, size_t *at)
{
    const size_t pixels = (size_t)output->shape.width * (size_t)output->shape.height;
    for (*at = 0; *at < pixels; ++*at) {
        double sum = 0;
        for (int32_t p = 0; p < output->shape.planes; p++)
            sum += verify_result_sample(output, *at + (size_t)p * pixels);
        if (!(fabs(sum - 1) <= 1e-3) && sum != 0)
            return false;
    }
    return true;
}

static void audit_output(const struct verify_trial *trial, const struct verify_result *result,
                         uint32_t i)
{
    const struct verify_plane *output = &result->outputs[i];
    const size_t sample = seg_dtype_size(output->shape.dtype);
    const size_t count = sample ? output->size / sample : 0;
    const bool finite = trial->form.content != VERIFY_NOT_FINITE;
    char place[VERIFY_TEXT];
    for (size_t k = 0; k < count; k++) {
        const double value = verify_result_sample(output, k);
        const bool strange = isnan(value) && finite;
        if (!strange && (isnan(value) || allowed(output->shape.kind, value)))
            continue;
        verify_result_place(trial->stage, result, i, k * sample, place, sizeof place);
        verify_found(trial->report, strange ? VERIFY_NAN : VERIFY_VALUES, "%s", place);
        return;
    }
    size_t at;
    if (output->shape.kind == SEG_SCORES && finite && !sums_to_one(output, &at))
        verify_found(trial->report, VERIFY_VALUES,
                     "the scores of pixel %zu, %zu in output '%s' do not sum to 1",
                     at % (size_t)output->shape.width, at / (size_t)output->shape.width,
                     trial->stage->outputs[i].name);
}

void verify_audit_values(const struct verify_trial *trial, const struct verify_result *result)
{
    for (uint32_t i = 0; i < trial->stage->output_count; i++)
        audit_output(trial, result, i);
}

void verify_audit_status(const struct verify_trial *trial, const struct verify_result *result,
                         bool cancelled)
{
    struct verify_report *report = trial->report;
    const char *text = result->error.text;
    if (result->status == SEG_CANCELLED
            ? !cancelled
            : result->status == SEG_PLUGIN || !strcmp(text, "it failed without saying why"))
        verify_found(report, VERIFY_STATUS, "%s", text);
    if (result->status)
        snprintf(report->refusal, sizeof report->refusal, "%.200s", text);
}
