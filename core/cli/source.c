/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pipelines and input layers from the command line. */
#include "source.h"

#include "../base/names.h"

#include <stdlib.h>
#include <string.h>

int cli_source_parse(struct cli *cli, const struct cli_source *source, seg_pipeline **pipeline)
{
    struct seg_faults faults = {0};
    if (source->pipeline && cli->word_count >= 0)
        return cli_usage(cli, "give a pipeline by -p or behind '--', not both");
    if (!source->pipeline && cli->word_count < 0)
        return cli_usage(cli, "no pipeline: give -p FILE, or stages behind '--'");
    int status = source->pipeline
                     ? seg_pipeline_parse_file(cli->context, source->pipeline, pipeline, &faults)
                     : seg_pipeline_parse_words(cli->context, cli->word_count, cli->words, pipeline,
                                                &faults);
    return status ? cli_faults(&faults, status) : CLI_DONE;
}

struct seg_input cli_input(const char *name, seg_layer *layer)
{
    struct seg_input input = {.struct_size = sizeof input, .name = name, .layer = layer};
    struct seg_props props;
    seg_layer_shape(layer, &input.shape);
    seg_layer_props(layer, &props);
    input.color = props.color;
    return input;
}

/* NAME[:KIND]=FILE; the name is copied to where input.name points from then on. */
static int load_one(struct cli *cli, const struct cli_source *source, const char *text,
                    struct seg_input *input)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return cli_usage(cli, "option '--in': '%s' is not NAME=FILE or NAME:KIND=FILE", text);
    char *name = strndup(text, (size_t)(equals - text));
    if (!name) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    char *colon = strchr(name, ':');
    uint32_t kind = 0;
    int code = CLI_DONE;
    if (colon) {
        *colon++ = 0;
        kind = segi_kind_find(colon);
        if (!kind)
            code = cli_usage(cli,
                             "option '--in': no kind '%s'; there are image, mask, labels, "
                             "scores and instances",
                             colon);
    }
    seg_layer *layer;
    struct seg_error err;
    if (!code && seg_layer_load(cli->context, equals + 1, (int)source->page, (enum seg_kind)kind,
                                &layer, &err))
        code = cli_fail(&err);
    if (code)
        free(name);
    else
        *input = cli_input(name, layer);
    return code;
}

int cli_inputs_load(struct cli *cli, const struct cli_source *source, struct seg_input **list,
                    size_t *count)
{
    *count = 1;
    *list = calloc((size_t)source->in.count + 1, sizeof **list);
    if (!*list) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    for (int i = 0; i < source->in.count; i++) {
        int code = load_one(cli, source, source->in.items[i], &(*list)[*count]);
        if (code)
            return code;
        ++*count;
    }
    return CLI_DONE;
}

void cli_inputs_free(struct seg_input *list, size_t count)
{
    for (size_t i = 1; list && i < count; i++) {
        free((void *)(uintptr_t)list[i].name);
        seg_layer_unref(list[i].layer);
    }
    free(list);
}
