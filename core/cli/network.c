/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the model commands share. */
#include "network.h"

#include "../base/context.h"
#include "../base/error.h"
#include "../plug/registry.h"

#include <stdlib.h>
#include <string.h>

static int parallel(void *ctx, size_t count, size_t grain, seg_body body, void *arg)
{
    seg_context *context = ctx;
    return segi_pool_run(context->pool, count, grain, body, arg, &context->cancel);
}

struct seg_model_pool cli_network_pool(struct cli *cli)
{
    return (struct seg_model_pool){cli->context, parallel, seg_context_threads(cli->context)};
}

int cli_network_open(struct cli *cli, struct cli_network *network)
{
    struct seg_error err = {0};
    const struct segi_module *module;
    *network = (struct cli_network){0};
    if (cli->count != 2)
        return cli_usage(cli, "it takes two files, PARAM and BIN (or random:SEED)");
    if (segi_registry_module(cli->context, "cnn", &module, &err))
        return cli_fail(&err);
    network->api = segi_registry_extension(cli->context, SEG_MODEL_SERVICE);
    if (!network->api || network->api->struct_size < sizeof *network->api) {
        cli_message("plugin 'cnn' does not offer '%s'", SEG_MODEL_SERVICE);
        return CLI_PLUGIN;
    }
    network->pool = cli_network_pool(cli);
    if (network->api->open(cli->operands[0], cli->operands[1], &network->model, &err))
        return cli_fail(&err);
    struct seg_model_info info = {.struct_size = sizeof info};
    network->api->info(network->model, &info);
    if (info.spare_bytes)
        cli_message("warning: %s: the network reads %llu bytes of it and leaves %llu: are the "
                    "weights another's?",
                    cli->operands[1], (unsigned long long)info.weight_bytes,
                    (unsigned long long)info.spare_bytes);
    return CLI_DONE;
}

/* Adds random numbers for inputs that were not given. */
static int guess_inputs(struct cli_network *n, uint32_t all, struct seg_error *err)
{
    for (uint32_t i = 0; i < all; i++) {
        struct seg_model_blob blob;
        char word[400];
        bool given = false;
        n->api->input(n->model, i, &blob);
        for (size_t k = 0; k < n->input_count; k++)
            given = given || strcmp(n->inputs[k].name, blob.name) == 0;
        if (given || blob.rank == 0)
            continue;
        int used = snprintf(word, sizeof word, "%s=random:%u:", blob.name, i);
        for (int32_t k = blob.rank - 1; k >= 0; k--)
            used += snprintf(word + used, sizeof word - (size_t)used, "%d%s", blob.shape[k],
                             k ? "," : "");
        struct cli_tensor *tensor = &n->inputs[n->input_count++];
        if (cli_tensor_parse(tensor, word, err) || cli_tensor_load(tensor, err))
            return err->status;
        tensor->file = ""; /* the word does not outlive this */
    }
    return SEG_OK;
}

int cli_network_plan(struct cli *cli, struct cli_network *n, const struct cli_list *inputs,
                     const char *const *outputs, size_t output_count, bool guess)
{
    struct seg_error err = {0};
    struct seg_model_info info = {.struct_size = sizeof info};
    (void)cli;
    n->api->info(n->model, &info);
    const size_t given = (size_t)inputs->count, room = given + info.inputs + 1;
    n->output_count = output_count ? output_count : info.outputs;
    n->inputs = calloc(room, sizeof *n->inputs);
    n->blobs = calloc(room + n->output_count, sizeof *n->blobs);
    n->names = calloc(n->output_count + 1, sizeof *n->names);
    if (!n->inputs || !n->blobs || !n->names) {
        segi_error_nomem(&err);
        return cli_fail(&err);
    }
    for (size_t i = 0; i < given; i++, n->input_count++)
        if (cli_tensor_parse(&n->inputs[i], inputs->items[i], &err) ||
            cli_tensor_load(&n->inputs[i], &err)) {
            n->input_count++;
            return cli_fail(&err);
        }
    if (guess && guess_inputs(n, info.inputs, &err))
        return cli_fail(&err);
    for (size_t i = 0; i < n->input_count; i++)
        n->blobs[i] = n->inputs[i].blob;
    for (size_t i = 0; i < n->output_count; i++) {
        struct seg_model_blob blob;
        if (!output_count)
            n->api->output(n->model, (uint32_t)i, &blob);
        n->names[i] = output_count ? outputs[i] : blob.name;
    }
    if (n->api->plan(n->model, n->blobs, n->input_count, n->names, n->output_count, n->pool.workers,
                     &n->session, &err))
        return cli_fail(&err);
    return CLI_DONE;
}

int cli_network_run(struct cli_network *n)
{
    struct seg_error err = {0};
    if (n->api->run(n->session, &n->pool, n->blobs, n->blobs + n->input_count, &err))
        return cli_fail(&err);
    return CLI_DONE;
}

void cli_network_close(struct cli_network *n)
{
    if (n->api) {
        n->api->end(n->session);
        n->api->close(n->model);
    }
    for (size_t i = 0; i < n->input_count; i++)
        cli_tensor_free(&n->inputs[i]);
    free(n->inputs);
    free(n->blobs);
    free(n->names);
}
