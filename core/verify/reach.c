/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A part of a picture, cut out with `reach` pixels on all sides, must give what the whole gives
 * there. */
#include "checks.h"

#include <math.h>
#include <stdio.h>

#define REACH_MOST 60 /* larger pictures than that takes are not made */
#define CORE       9  /* pixels that are compared, each way */
#define SHIFT      7  /* where the part begins; more than a vector or a word knows of */

/* Running sums begin elsewhere and round otherwise: one step of a sample is no finding. */
static double tolerance(const struct verify_plane *output)
{
    double most = 1;
    if (output->shape.kind != SEG_IMAGE && output->shape.kind != SEG_SCORES)
        return 0;
    if (output->shape.dtype != SEG_F32)
        return 1;
    for (size_t i = 0; i < output->size / sizeof(float); i++)
        most = fmax(most, fabs(verify_result_sample(output, i)));
    return 1e-4 * most;
}

static bool same_part(const struct verify_plane *whole, const struct verify_plane *part,
                      int32_t reach, int32_t *x, int32_t *y)
{
    const size_t w = (size_t)whole->shape.width, h = (size_t)whole->shape.height;
    const size_t pw = (size_t)part->shape.width, ph = (size_t)part->shape.height;
    const double most = tolerance(whole);
    for (size_t p = 0; p < (size_t)whole->shape.planes; p++)
        for (*y = reach; *y < reach + CORE; ++*y)
            for (*x = reach; *x < reach + CORE; ++*x) {
                const size_t px = (size_t)*x, py = (size_t)*y;
                const double a = verify_result_sample(whole, (p * h + py + SHIFT) * w + px + SHIFT);
                const double b = verify_result_sample(part, (p * ph + py) * pw + px);
                if (!(fabs(a - b) <= most) && !(isnan(a) && isnan(b)))
                    return false;
            }
    return true;
}

static bool has_fixed_rasters(const struct seg_stage *stage)
{
    for (uint32_t i = 0; i < stage->output_count; i++)
        if ((stage->outputs[i].flags & SEG_PORT_SIZED) ||
            stage->outputs[i].kinds == SEG_KIND_BIT(SEG_INSTANCES))
            return false;
    for (uint32_t i = 0; i < stage->input_count; i++)
        if (stage->inputs[i].kinds == SEG_KIND_BIT(SEG_INSTANCES))
            return false;
    return stage->input_count > 0;
}

void verify_check_reach(const struct verify_trial *trial)
{
    const struct seg_stage *stage = trial->stage;
    const int32_t reach = stage->reach ? stage->reach(trial->values) : -1;
    if (reach < -1) {
        verify_found(trial->report, VERIFY_REACH, "it is %d", reach);
        return;
    }
    if (reach < 0 || reach > REACH_MOST || !has_fixed_rasters(stage))
        return;
    struct verify_trial part = *trial, whole = *trial;
    part.form.width = part.form.height = 2 * reach + CORE;
    part.form.x = part.form.y = SHIFT;
    whole.form.width = whole.form.height = 2 * (reach + SHIFT) + CORE;
    const struct verify_result *a = verify_run(&whole, &verify_plain);
    const struct verify_result *b = verify_run(&part, &verify_plain);
    for (uint32_t i = 0; !a->status && !b->status && i < stage->output_count; i++) {
        int32_t x, y;
        if (!same_part(&a->outputs[i], &b->outputs[i], reach, &x, &y))
            verify_found(trial->report, VERIFY_REACH,
                         "with %d pixels around them, pixels of output '%s' differ from those of "
                         "the whole picture",
                         reach, stage->outputs[i].name);
    }
}
