/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit check: is this pipeline sound, and what is wired to what? */
#include "commands.h"
#include "source.h"

#include "../base/names.h"

#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

struct options {
    struct cli_source source;
    bool explain;
};

static void print_shape(const struct seg_shape *shape)
{
    printf("%s", segi_kind_name(shape->kind));
    if (shape->dtype && shape->kind == SEG_IMAGE)
        printf(" %s", segi_dtype_name(shape->dtype));
    if (shape->width && shape->height)
        printf(" %d x %d", shape->width, shape->height);
    if (shape->planes > 1)
        printf(" x %d", shape->planes);
}

static void print_params(const struct seg_step *step)
{
    for (uint32_t i = 0; i < step->stage->param_count; i++) {
        char text[256];
        seg_param_text(&step->stage->params[i], step->params, text, sizeof text);
        printf("%s%s=%s", i ? " " : "     ", step->stage->params[i].name, text);
    }
    if (step->stage->param_count)
        putchar('\n');
}

static void explain(const seg_plan *plan)
{
    for (size_t i = 0; i < seg_plan_steps(plan); i++) {
        struct seg_step step = {.struct_size = sizeof step};
        seg_plan_step(plan, i, &step);
        printf("%2zu %s", i + 1, step.stage->id);
        for (uint32_t k = 0; k < step.stage->input_count; k++) {
            const char *layer = seg_plan_wire(plan, i, k);
            if (layer)
                printf(" %s<-%s", step.stage->inputs[k].name, layer);
        }
        for (uint32_t k = 0; k < step.stage->output_count; k++) {
            const char *name = NULL;
            struct seg_shape shape = SEG_SHAPE;
            seg_plan_output(plan, i, k, &name, &shape);
            printf(" %s->%s (", step.stage->outputs[k].name, name ? name : "?");
            print_shape(&shape);
            putchar(')');
        }
        putchar('\n');
        print_params(&step);
    }
    const uint64_t peak = seg_plan_peak_bytes(plan);
    if (peak)
        printf("peak memory of layers: %.1f MiB\n", (double)peak / (1 << 20));
}

/* The image's header would do, but a file that cannot be read whole is better found now. */
static int load_image(struct cli *cli, const struct cli_source *source, struct seg_input *input)
{
    struct seg_error err;
    seg_layer *layer;
    if (!cli->count) {
        *input = (struct seg_input){.struct_size = sizeof *input, .name = "input"};
        input->shape.struct_size = sizeof input->shape;
        input->shape.kind = SEG_IMAGE;
        return CLI_DONE;
    }
    if (seg_layer_load(cli->context, cli->operands[0], (int)source->page, SEG_IMAGE, &layer, &err))
        return cli_fail(&err);
    *input = cli_input("input", layer);
    return CLI_DONE;
}

static int check(struct cli *cli, const struct options *options, const seg_pipeline *pipeline)
{
    struct seg_input *inputs = NULL;
    size_t count = 0;
    seg_plan *plan = NULL;
    struct seg_faults faults = {0};
    int code = cli_inputs_load(cli, &options->source, &inputs, &count);
    if (!code)
        code = load_image(cli, &options->source, &inputs[0]);
    if (!code) {
        int status = seg_pipeline_check(pipeline, inputs, count, NULL, &plan, &faults);
        if (status)
            code = cli_faults(&faults, status);
    }
    if (!code && options->explain)
        explain(plan);
    else if (!code && !cli->common.quiet)
        printf("%zu stages, all sound\n", seg_plan_steps(plan));
    seg_plan_free(plan);
    if (inputs)
        seg_layer_unref(inputs[0].layer);
    cli_inputs_free(inputs, count);
    return code;
}

static int run(struct cli *cli, const void *given)
{
    struct options options = *(const struct options *)given;
    seg_pipeline *pipeline = NULL;
    /* 'segkit check cells.yaml' is what one types first */
    if (!options.source.pipeline && cli->word_count < 0 && cli->count) {
        options.source.pipeline = *cli->operands++;
        cli->count--;
    }
    if (cli->count > 1)
        return cli_usage(cli, "unexpected '%s'", cli->operands[1]);
    int code = cli_source_parse(cli, &options.source, &pipeline);
    if (!code)
        code = check(cli, &options, pipeline);
    seg_pipeline_free(pipeline);
    return code;
}

static const struct cli_option options[] = {
    CLI_SOURCE_OPTIONS(struct options, source),
    {'e', "explain", NULL, "print what is wired to what, parameters and memory", CLI_FLAG,
     offsetof(struct options, explain), 0, 0},
};

const struct cli_command cli_check = {
    .name = "check",
    .summary = "Checks a pipeline without running it, and explains its wiring.",
    .synopsis = "[-e] FILE.yaml [IMAGE] | [IMAGE] -- STAGE [KEY=VALUE]... [! STAGE...]",
    .notes = "With IMAGE, sizes, sample types and channels are checked too.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
