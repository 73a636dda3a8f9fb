/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit model probe: what the stages would make of a model. */
#include "commands.h"
#include "network.h"

#include "../plug/registry.h"

struct options {
    const char *size;
};

static void print_line(void *user, const char *text)
{
    (void)user;
    puts(text);
}

static int run(struct cli *cli, const void *given)
{
    const struct options *options = given;
    const struct segi_module *module;
    struct seg_error err = {0};
    int width = 640, height = 480, used = 0;
    if (cli->count != 1)
        return cli_usage(cli, "it takes one model: model.yaml, its folder, or a .param file");
    if (options->size &&
        (sscanf(options->size, "%5d,%5d%n", &width, &height, &used) != 2 || options->size[used] ||
         width < 1 || height < 1 || width > 32768 || height > 32768))
        return cli_usage(cli, "--size: '%s' is not W,H from 1 to 32768", options->size);
    if (segi_registry_module(cli->context, "cnn", &module, &err))
        return cli_fail(&err);
    const struct seg_probe_api *api = segi_registry_extension(cli->context, SEG_PROBE_SERVICE);
    if (!api || api->struct_size < sizeof *api) {
        cli_message("plugin 'cnn' does not offer '%s'", SEG_PROBE_SERVICE);
        return CLI_PLUGIN;
    }
    const struct seg_model_pool pool = cli_network_pool(cli);
    if (api->probe(cli->operands[0], width, height, &pool, print_line, NULL, &err))
        return cli_fail(&err);
    return CLI_DONE;
}

static const struct cli_option options[] = {
    {'s', "size", "W,H", "the size of the image (default: 640,480)", CLI_TEXT,
     offsetof(struct options, size), 0, 0},
};

const struct cli_command cli_model_probe = {
    .name = "model probe",
    .summary = "Tells what the stages would do with a model, and why.",
    .synopsis = "[OPTION]... MODEL",
    .notes = "MODEL is model.yaml, the folder that holds it, or a .param file.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
