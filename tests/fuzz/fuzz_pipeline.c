/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes any text as a pipeline, and as the words of one, checks it and runs what is right. For
 * libFuzzer (build.sh) and, with replay.c, as a test over the cases of pipelines. */
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct seg_faults faults;

static seg_context *toy_context(void)
{
    const char *build = getenv("builddir");
    char toy[1024];
    snprintf(toy, sizeof toy, "%s/tests/plugins/.libs/toy.so", build ? build : ".");
    const char *const plugins[] = {toy, NULL};
    const struct seg_options options = {
        .struct_size = sizeof options, .threads = 1, .plugins = plugins, .plugin_path = "/nowhere"};
    seg_context *context;
    if (seg_context_new(&options, &context, NULL))
        abort();
    return context;
}

static seg_layer *small_image(seg_context *context)
{
    const struct seg_shape shape = {sizeof shape, SEG_IMAGE, SEG_U8, 16, 8, 1};
    struct seg_view view = {.struct_size = sizeof view};
    seg_layer *image;
    if (seg_layer_new(context, &shape, &image, NULL) || seg_layer_view(image, &view, NULL))
        abort();
    memset(view.data, 3, (size_t)view.plane_stride);
    seg_layer_seal(image);
    return image;
}

/* toy.fail can wait for ever. */
static bool ends(const seg_plan *plan)
{
    struct seg_step step = {.struct_size = sizeof step};
    for (size_t i = 0; i < seg_plan_steps(plan); i++) {
        seg_plan_step(plan, i, &step);
        if (!strcmp(step.stage->id, "toy.fail"))
            return false;
    }
    return true;
}

/* What is wrong has at least one message of one line. */
static void refused(void)
{
    if (!faults.count)
        abort();
    for (int i = 0; i < faults.count; i++)
        if (!*faults.list[i].error.text || strchr(faults.list[i].error.text, '\n'))
            abort();
}

static void check_and_run(seg_pipeline *pipeline, seg_layer *image)
{
    struct seg_input input = {.struct_size = sizeof input, .layer = image};
    struct seg_error err;
    seg_plan *plan;
    seg_result *result;
    seg_layer_shape(image, &input.shape);
    if (seg_pipeline_check(pipeline, &input, 1, NULL, &plan, &faults)) {
        refused();
    } else {
        if (ends(plan) && !seg_plan_run(plan, &input, 1, NULL, &result, &err))
            seg_result_free(result);
        seg_plan_free(plan);
    }
    seg_pipeline_free(pipeline);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    seg_context *context = toy_context();
    seg_layer *image = small_image(context);
    seg_pipeline *pipeline;
    const char *words[WORDS];
    int count = 0;
    if (seg_pipeline_parse_text(context, "p", (const char *)data, size, &pipeline, &faults))
        refused();
    else
        check_and_run(pipeline, image);
    char *text = strndup((const char *)data, size);
    for (char *word = strtok(text, " \n"); word && count < WORDS; word = strtok(NULL, " \n"))
        words[count++] = word;
    if (seg_pipeline_parse_words(context, count, words, &pipeline, &faults))
        refused();
    else
        check_and_run(pipeline, image);
    free(text);
    seg_layer_unref(image);
    seg_context_free(context);
    return 0;
}
