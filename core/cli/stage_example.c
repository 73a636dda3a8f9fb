/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An example of a stage, found by asking the checker what would work. */
#include "stage_doc.h"

#include "../base/context.h"

#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 24

/* What may come before a stage, the usual first. */
static const char *const before[] = {
    "",
    "threshold.otsu ! ",
    "threshold.otsu ! mask.components ! ",
    "markers.peaks ! ",
    "superpixel.slic ! ",
    "filter.gaussian ! ",
    "filter.gray ! threshold.otsu ! ",
    "filter.gray ! threshold.otsu ! mask.components ! ",
    "cluster.gmm out=classes,scores ! ",
};

static bool works(seg_context *context, struct cli_example *example, struct seg_faults *faults)
{
    char text[sizeof example->words];
    const char *words[WORDS];
    int count = 0;
    seg_pipeline *pipeline;
    seg_plan *plan;
    const struct seg_input input = {
        .struct_size = sizeof input,
        .name = "input",
        .shape = {sizeof input.shape, SEG_IMAGE, SEG_U8, 0, 0, example->planes},
        .color = example->planes == 1 ? SEG_COLOR_GRAY : SEG_COLOR_RGB};
    strcpy(text, example->words);
    for (char *word = strtok(text, " "); word && count < WORDS; word = strtok(NULL, " "))
        words[count++] = word;
    if (seg_pipeline_parse_words(context, count, words, &pipeline, faults))
        return false;
    const bool good = !seg_pipeline_check(pipeline, &input, 1, NULL, &plan, faults);
    seg_pipeline_free(pipeline);
    if (good) {
        const char *name;
        struct seg_shape shape = SEG_SHAPE;
        seg_plan_output(plan, seg_plan_steps(plan) - 1, 0, &name, &shape);
        example->kind = shape.kind;
        seg_plan_free(plan);
    }
    return good;
}

bool cli_stage_example(seg_context *context, const struct seg_stage *stage,
                       struct cli_example *example)
{
    bool found = false;
    const seg_log_fn log = context->log;
    struct seg_faults *faults = malloc(sizeof *faults);
    context->log = NULL; /* results that nothing takes are no news here */
    for (example->planes = 1; faults && !found && example->planes <= 3; example->planes += 2)
        for (size_t i = 0; !found && i < SEG_COUNT(before); i++) {
            *faults = (struct seg_faults){0};
            snprintf(example->words, sizeof example->words, "%s%s", before[i], stage->id);
            found = works(context, example, faults);
        }
    example->planes -= 2;
    context->log = log;
    free(faults);
    return found;
}
