/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit model bench: how long a network takes, step by step. */
#include "commands.h"
#include "network.h"

#include "../base/clock.h"
#include "../base/error.h"
#include "../base/json.h"

#include <stdlib.h>
#include <sys/resource.h>

struct options {
    struct cli_list inputs, outputs;
    uint64_t loops;
    bool json;
};

struct figures {
    double min, median, cpu, peak;
    size_t loops;
    unsigned threads;
};

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(struct cli_network *n, size_t loops, struct figures *f)
{
    struct seg_error err = {0};
    struct rusage usage;
    double *wall = malloc(loops * sizeof *wall);
    int code = wall ? cli_network_run(n) : CLI_DONE; /* the first one warms up */
    if (!wall) {
        segi_error_nomem(&err);
        return cli_fail(&err);
    }
    n->api->timing(n->session, 1);
    const double cpu = segi_cpu();
    for (size_t i = 0; i < loops && !code; i++) {
        const double start = segi_wall();
        code = cli_network_run(n);
        wall[i] = segi_wall() - start;
    }
    f->cpu = (segi_cpu() - cpu) / (double)loops;
    qsort(wall, loops, sizeof *wall, by_value);
    f->min = wall[0];
    f->median = wall[loops / 2];
    f->peak = getrusage(RUSAGE_SELF, &usage) ? 0 : (double)usage.ru_maxrss / 1024;
    f->loops = loops;
    f->threads = n->pool.workers;
    free(wall);
    return code;
}

static struct seg_model_step step_of(const struct cli_network *n, uint32_t index, size_t loops)
{
    struct seg_model_step step = {.struct_size = sizeof step};
    n->api->step(n->session, index, &step);
    step.seconds /= (double)loops;
    return step;
}

static void print_json(const struct cli_network *n, const struct figures *f)
{
    struct segi_json_out out = {.file = stdout};
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"min_ms", 1e3 * f->min},
                   {"median_ms", 1e3 * f->median},
                   {"cpu_ms", 1e3 * f->cpu},
                   {"peak_rss_mib", f->peak}};
    segi_json_open(&out, '{');
    segi_json_name(&out, "threads");
    segi_json_put_int(&out, f->threads);
    segi_json_name(&out, "loops");
    segi_json_put_int(&out, (int64_t)f->loops);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        segi_json_name(&out, numbers[i].name);
        segi_json_put_number(&out, numbers[i].value);
    }
    segi_json_name(&out, "layers");
    segi_json_open(&out, '[');
    for (uint32_t i = 0; i < n->api->steps(n->session); i++) {
        const struct seg_model_step step = step_of(n, i, f->loops);
        segi_json_open(&out, '{');
        segi_json_name(&out, "layer");
        segi_json_put_text(&out, step.layer);
        segi_json_name(&out, "type");
        segi_json_put_text(&out, step.type);
        segi_json_name(&out, "kernel");
        segi_json_put_text(&out, step.kernel);
        segi_json_name(&out, "ms");
        segi_json_put_number(&out, 1e3 * step.seconds);
        segi_json_name(&out, "gflops");
        segi_json_put_number(&out, step.seconds > 0 ? step.operations / step.seconds / 1e9 : 0);
        segi_json_close(&out, '}');
    }
    segi_json_close(&out, ']');
    segi_json_close(&out, '}');
    putchar('\n');
}

static void print_table(const struct cli_network *n, const struct figures *f)
{
    printf("%-28s %-22s %-18s %16s %9s %8s\n", "layer", "type", "kernel", "output", "ms",
           "GFLOP/s");
    for (uint32_t i = 0; i < n->api->steps(n->session); i++) {
        const struct seg_model_step step = step_of(n, i, f->loops);
        char shape[64] = "";
        size_t used = 0;
        for (int32_t k = step.rank - 1; k >= 0; k--)
            used += (size_t)snprintf(shape + used, sizeof shape - used, "%d%s", step.shape[k],
                                     k ? "x" : "");
        printf("%-28.28s %-22s %-18s %16s %9.3f %8.1f\n", step.layer, step.type, step.kernel, shape,
               1e3 * step.seconds, step.seconds > 0 ? step.operations / step.seconds / 1e9 : 0);
    }
    printf("min %.3f ms, median %.3f ms, processor %.3f ms; %zu loops, %u threads, peak RSS %.1f "
           "MiB\n",
           1e3 * f->min, 1e3 * f->median, 1e3 * f->cpu, f->loops, f->threads, f->peak);
}

static int run(struct cli *cli, const void *given)
{
    const struct options *options = given;
    struct cli_network n;
    struct figures figures;
    int code = cli_network_open(cli, &n);
    if (!code)
        code = cli_network_plan(cli, &n, &options->inputs, options->outputs.items,
                                (size_t)options->outputs.count, true);
    if (!code)
        code = measure(&n, options->loops ? (size_t)options->loops : 10, &figures);
    if (!code)
        (options->json ? print_json : print_table)(&n, &figures);
    cli_network_close(&n);
    return code;
}

static const struct cli_option options[] = {
    CLI_NETWORK_INPUT(struct options, inputs),
    {'o', "output", "BLOB", "compute this blob (default: all that nothing reads)", CLI_LIST,
     offsetof(struct options, outputs), 0, 0},
    {'l', "loops", "N", "how often it runs (default: 10)", CLI_COUNT,
     offsetof(struct options, loops), 1, 1000000},
    {0, "json", NULL, "print JSON", CLI_FLAG, offsetof(struct options, json), 0, 0},
};

const struct cli_command cli_model_bench = {
    .name = "model bench",
    .summary = "Measures how long a network takes, layer by layer.",
    .synopsis = "[OPTION]... PARAM BIN",
    .notes = "BIN may be random:SEED. Inputs that are not given are random where PARAM states "
             "their size.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
