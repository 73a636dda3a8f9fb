/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our side: a row's words as a plan, and running it. */
#include "toolbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_die(const char *what, const char *why)
{
    fprintf(stderr, "toolbox: %s: %s\n", what, why);
    exit(1);
}

static size_t inputs_of(const struct bench_layers *layers, struct seg_input *inputs)
{
    for (size_t i = 0; i < layers->count; i++) {
        inputs[i] = (struct seg_input){.struct_size = sizeof inputs[i],
                                       .name = i ? layers->names[i] : "input",
                                       .shape = SEG_SHAPE,
                                       .color = layers->views[i].color,
                                       .layer = layers->layers[i]};
        seg_layer_shape(layers->layers[i], &inputs[i].shape);
    }
    return layers->count;
}

seg_plan *bench_plan(seg_context *context, const char *words, const struct bench_layers *layers)
{
    char text[1024];
    const char *list[128];
    int n = 0;
    struct seg_faults faults = {0};
    struct seg_input inputs[BENCH_MOST_INPUTS];
    seg_pipeline *pipeline;
    seg_plan *plan;
    snprintf(text, sizeof text, "%s", words);
    for (char *word = strtok(text, " "); word && n < 128; word = strtok(NULL, " "))
        list[n++] = word;
    if (seg_pipeline_parse_words(context, n, list, &pipeline, &faults) ||
        seg_pipeline_check(pipeline, inputs, inputs_of(layers, inputs), NULL, &plan, &faults))
        bench_die(words, faults.list[0].error.text);
    seg_pipeline_free(pipeline);
    return plan;
}

seg_result *bench_plan_run(seg_plan *plan, const struct bench_layers *layers)
{
    struct seg_input inputs[BENCH_MOST_INPUTS];
    struct seg_error err = {0};
    seg_result *result;
    if (seg_plan_run(plan, inputs, inputs_of(layers, inputs), NULL, &result, &err))
        bench_die("run", err.text);
    return result;
}

struct job {
    seg_plan *plan;
    const struct bench_layers *layers;
};

static void *prepare(const struct bench_row *row, const struct bench_layers *layers,
                     unsigned threads)
{
    static struct job job;
    struct seg_options options = {.struct_size = sizeof options, .threads = threads};
    struct seg_error err = {0};
    seg_context *context;
    if (seg_context_new(&options, &context, &err))
        bench_die("context", err.text);
    job = (struct job){bench_plan(context, row->words, layers), layers};
    return &job;
}

static void once(void *arg)
{
    const struct job *job = arg;
    seg_result_free(bench_plan_run(job->plan, job->layers));
}

const struct bench_toolbox bench_segkit = {"segkit", prepare, once};
