/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit model info, model forward, model check. */
#include "commands.h"
#include "network.h"

#include "../base/error.h"

#include <math.h>
#include <stdlib.h>

static void print_shape(const char *title, const struct seg_model_blob *blob)
{
    printf("%-9s %s", title, blob->name);
    for (int32_t i = blob->rank - 1; i >= 0; i--)
        printf("%s%d", i == blob->rank - 1 ? "  " : " x ", blob->shape[i]);
    putchar('\n');
}

/* -- info ------------------------------------------------------------------------------------- */

struct info_options {
    struct cli_list inputs;
};

static int run_info(struct cli *cli, const void *given)
{
    const struct info_options *options = given;
    struct cli_network n;
    struct seg_model_info info = {.struct_size = sizeof info};
    bool sized = options->inputs.count > 0;
    int code = cli_network_open(cli, &n);
    if (code)
        goto out;
    n.api->info(n.model, &info);
    printf("layers    %u\nweights   %llu (%.2f MB)\n", info.layers,
           (unsigned long long)info.weights, (double)info.weight_bytes / 1e6);
    for (uint32_t i = 0; i < info.inputs; i++) {
        struct seg_model_blob blob;
        n.api->input(n.model, i, &blob);
        print_shape("input", &blob);
        sized = sized || blob.rank;
    }
    for (uint32_t i = 0; i < info.outputs && !sized; i++) {
        struct seg_model_blob blob;
        n.api->output(n.model, i, &blob);
        print_shape("output", &blob);
    }
    if (!sized) /* nothing more can be told without the size of the inputs */
        goto out;
    code = cli_network_plan(cli, &n, &options->inputs, NULL, 0, true);
    if (!code)
        code = cli_network_run(&n);
    if (code)
        goto out;
    double operations = 0;
    uint64_t working, prepared;
    for (uint32_t i = 0; i < n.api->steps(n.session); i++) {
        struct seg_model_step step = {.struct_size = sizeof step};
        n.api->step(n.session, i, &step);
        operations += step.operations;
    }
    n.api->memory(n.session, &working, &prepared);
    for (size_t i = 0; i < n.output_count; i++)
        print_shape("output", &n.blobs[n.input_count + i]);
    printf("steps     %u\nFLOPs     %.3f G\nmemory    %.1f MB working, %.1f MB prepared weights\n",
           n.api->steps(n.session), operations / 1e9, (double)working / 1e6,
           (double)prepared / 1e6);
out:
    cli_network_close(&n);
    return code;
}

static const struct cli_option info_options[] = {CLI_NETWORK_INPUT(struct info_options, inputs)};

const struct cli_command cli_model_info = {
    .name = "model info",
    .summary = "Tells what a network consists of and what it takes to run.",
    .synopsis = "[OPTION]... PARAM BIN",
    CLI_OPTIONS(info_options),
    .size = sizeof(struct info_options),
    .context = true,
    .run = run_info,
};

/* -- forward, check --------------------------------------------------------------------------- */

struct forward_options {
    struct cli_list inputs, outputs;
    const char *tolerance;
};

/* Compares a result with a file: the largest difference, or -1 where shapes differ. */
static double difference(const struct seg_model_blob *got, const struct cli_tensor *want)
{
    size_t count = 1;
    double most = 0;
    bool same = got->rank == want->blob.rank;
    for (int32_t i = 0; same && i < got->rank; i++) {
        same = got->shape[i] == want->blob.shape[i];
        count *= (size_t)got->shape[i];
    }
    for (size_t i = 0; same && i < count; i++) {
        double off = fabs((double)got->data[i] - (double)want->data[i]);
        most = off <= most ? most : off; /* NaN counts as a difference */
    }
    return same ? most : -1;
}

static int compare(const struct cli_network *n, struct cli_tensor *tensors, double tolerance,
                   struct seg_error *err)
{
    int code = CLI_DONE;
    for (size_t i = 0; i < n->output_count; i++) {
        const struct seg_model_blob *got = &n->blobs[n->input_count + i];
        if (cli_tensor_load(&tensors[i], err))
            return cli_fail(err);
        double most = difference(got, &tensors[i]);
        bool good = most >= 0 && most <= tolerance;
        if (most == -1)
            printf("%s: another shape than '%s'\n", got->name, tensors[i].file);
        else
            printf("%s: %s, largest difference %g\n", got->name, good ? "agrees" : "differs", most);
        code = good ? code : CLI_NO;
    }
    return code;
}

static int forward(struct cli *cli, const struct forward_options *options, bool check)
{
    struct cli_network n;
    struct seg_error err = {0};
    const size_t count = (size_t)options->outputs.count;
    struct cli_tensor *tensors = calloc(count + 1, sizeof *tensors);
    const char **names = calloc(count + 1, sizeof *names);
    char *end = NULL;
    const double tolerance = options->tolerance ? strtod(options->tolerance, &end) : 1e-4;
    int code = cli_network_open(cli, &n);
    if (code)
        goto out;
    if (!tensors || !names) {
        segi_error_nomem(&err);
        code = cli_fail(&err);
        goto out;
    }
    if (count == 0 || (end && *end) || !(tolerance >= 0)) {
        code = count ? cli_usage(cli, "--tolerance: '%s' is no number >= 0", options->tolerance)
                     : cli_usage(cli, "no output: name at least one with -o");
        goto out;
    }
    for (size_t i = 0; i < count && !code; i++) {
        if (cli_tensor_parse(&tensors[i], options->outputs.items[i], &err))
            code = cli_fail(&err);
        names[i] = tensors[i].name;
    }
    if (!code)
        code = cli_network_plan(cli, &n, &options->inputs, names, count, false);
    if (!code)
        code = cli_network_run(&n);
    if (!code && check)
        code = compare(&n, tensors, tolerance, &err);
    for (size_t i = 0; i < count && !code && !check; i++)
        if (cli_tensor_save(cli->context, &n.blobs[n.input_count + i], tensors[i].file, &err)) {
            segi_error_in(&err, "%s", tensors[i].file);
            code = cli_fail(&err);
        }
out:
    for (size_t i = 0; tensors && i < count; i++)
        cli_tensor_free(&tensors[i]);
    free(tensors);
    free(names);
    cli_network_close(&n);
    return code;
}

static int run_forward(struct cli *cli, const void *options)
{
    return forward(cli, options, false);
}

static int run_check(struct cli *cli, const void *options)
{
    return forward(cli, options, true);
}

static const struct cli_option forward_options[] = {
    CLI_NETWORK_INPUT(struct forward_options, inputs),
    {'o', "output", "BLOB=FILE", "compute this blob and write it to a .npy file", CLI_LIST,
     offsetof(struct forward_options, outputs), 0, 0},
};

const struct cli_command cli_model_forward = {
    .name = "model forward",
    .summary = "Runs a network on arrays.",
    .synopsis = "[OPTION]... PARAM BIN",
    .notes = "BIN may be random:SEED. A blob is named, or numbered as binary files do.",
    CLI_OPTIONS(forward_options),
    .size = sizeof(struct forward_options),
    .context = true,
    .run = run_forward,
};

static const struct cli_option check_options[] = {
    CLI_NETWORK_INPUT(struct forward_options, inputs),
    {'o', "output", "BLOB=FILE", "compute this blob and compare it with a .npy file", CLI_LIST,
     offsetof(struct forward_options, outputs), 0, 0},
    {'t', "tolerance", "NUMBER", "the largest difference that agrees (default: 1e-4)", CLI_TEXT,
     offsetof(struct forward_options, tolerance), 0, 0},
};

const struct cli_command cli_model_check = {
    .name = "model check",
    .summary = "Runs a network and compares its outputs with stored ones.",
    .synopsis = "[OPTION]... PARAM BIN",
    .notes = "It exits with 1 where an output differs.",
    CLI_OPTIONS(check_options),
    .size = sizeof(struct forward_options),
    .context = true,
    .run = run_check,
};
