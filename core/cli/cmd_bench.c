/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit bench: how long a pipeline takes on an image, stage by stage. */
#include "commands.h"
#include "source.h"

#include "../base/clock.h"
#include "../base/json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct options {
    struct cli_source source;
    uint64_t loops;
    bool json;
};

/* Seconds of every loop: wall and processor of each step, then of the whole. */
struct times {
    size_t steps, loops;
    double *wall, *cpu; /* [step * loops + loop]; step == steps: the whole */
};

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct figure {
    double min, median, cpu;
};

static struct figure figure_of(struct times *times, size_t step)
{
    double *wall = times->wall + step * times->loops, *cpu = times->cpu + step * times->loops;
    qsort(wall, times->loops, sizeof *wall, by_value);
    qsort(cpu, times->loops, sizeof *cpu, by_value);
    return (struct figure){wall[0], wall[times->loops / 2], cpu[times->loops / 2]};
}

static int measure(seg_plan *plan, const struct seg_input *inputs, size_t count,
                   struct times *times)
{
    for (size_t loop = 0; loop <= times->loops; loop++) { /* the first one warms up */
        seg_result *result;
        struct seg_error err;
        const double wall = segi_wall(), cpu = segi_cpu();
        if (seg_plan_run(plan, inputs, count, NULL, &result, &err))
            return cli_fail(&err);
        const double whole_wall = segi_wall() - wall, whole_cpu = segi_cpu() - cpu;
        const size_t slot = loop - 1;
        for (size_t i = 0; loop && i < times->steps; i++)
            seg_result_time(result, i, &times->wall[i * times->loops + slot],
                            &times->cpu[i * times->loops + slot]);
        if (loop) {
            times->wall[times->steps * times->loops + slot] = whole_wall;
            times->cpu[times->steps * times->loops + slot] = whole_cpu;
        }
        seg_result_free(result);
    }
    return CLI_DONE;
}

static double peak_mib(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) ? 0 : (double)usage.ru_maxrss / 1024;
}

static const char *step_name(const seg_plan *plan, size_t index, size_t steps)
{
    struct seg_step step = {.struct_size = sizeof step};
    return index == steps || seg_plan_step(plan, index, &step) ? "total" : step.stage->id;
}

static void print_json(const seg_plan *plan, struct times *times, double bytes, unsigned threads)
{
    struct segi_json_out out = {.file = stdout};
    segi_json_open(&out, '{');
    segi_json_name(&out, "threads");
    segi_json_put_int(&out, threads);
    segi_json_name(&out, "loops");
    segi_json_put_int(&out, (int64_t)times->loops);
    segi_json_name(&out, "peak_rss_mib");
    segi_json_put_number(&out, peak_mib());
    segi_json_name(&out, "stages");
    segi_json_open(&out, '[');
    for (size_t i = 0; i <= times->steps; i++) {
        const struct figure f = figure_of(times, i);
        segi_json_open(&out, '{');
        segi_json_name(&out, "stage");
        segi_json_put_text(&out, step_name(plan, i, times->steps));
        segi_json_name(&out, "min_ms");
        segi_json_put_number(&out, 1e3 * f.min);
        segi_json_name(&out, "median_ms");
        segi_json_put_number(&out, 1e3 * f.median);
        segi_json_name(&out, "cpu_ms");
        segi_json_put_number(&out, 1e3 * f.cpu);
        segi_json_name(&out, "mb_per_second");
        segi_json_put_number(&out, f.median > 0 ? bytes / f.median / 1e6 : 0);
        segi_json_close(&out, '}');
    }
    segi_json_close(&out, ']');
    segi_json_close(&out, '}');
    putchar('\n');
}

static void print_table(const seg_plan *plan, struct times *times, double bytes, unsigned threads)
{
    printf("%-28s %10s %10s %10s %10s\n", "stage", "min ms", "median ms", "cpu ms", "MB/s");
    for (size_t i = 0; i <= times->steps; i++) {
        const struct figure f = figure_of(times, i);
        printf("%-28s %10.3f %10.3f %10.3f %10.0f\n", step_name(plan, i, times->steps), 1e3 * f.min,
               1e3 * f.median, 1e3 * f.cpu, f.median > 0 ? bytes / f.median / 1e6 : 0);
    }
    printf("%zu loops, %u threads, peak RSS %.1f MiB\n", times->loops, threads, peak_mib());
}

static int bench(struct cli *cli, const struct options *options, seg_plan *plan,
                 const struct seg_input *inputs, size_t count)
{
    struct times times = {.steps = seg_plan_steps(plan),
                          .loops = options->loops ? (size_t)options->loops : 10};
    const size_t cells = (times.steps + 1) * times.loops;
    const struct seg_shape *s = &inputs[0].shape;
    const double bytes = (double)s->width * s->height * s->planes *
                         (s->dtype == SEG_U8    ? 1
                          : s->dtype == SEG_U16 ? 2
                                                : 4);
    times.wall = calloc(2 * cells, sizeof *times.wall);
    if (!times.wall) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    times.cpu = times.wall + cells;
    int code = measure(plan, inputs, count, &times);
    if (!code)
        (options->json ? print_json : print_table)(plan, &times, bytes,
                                                   seg_context_threads(cli->context));
    free(times.wall);
    return code;
}

static int run(struct cli *cli, const void *given)
{
    const struct options *options = given;
    seg_pipeline *pipeline = NULL;
    seg_plan *plan = NULL;
    seg_layer *image = NULL;
    struct seg_input *inputs = NULL;
    struct seg_faults faults = {0};
    struct seg_error err;
    size_t count = 0;
    if (cli->count != 1)
        return cli_usage(cli, cli->count ? "one image, please" : "no image");
    int code = cli_source_parse(cli, &options->source, &pipeline);
    if (!code)
        code = cli_inputs_load(cli, &options->source, &inputs, &count);
    if (!code && seg_layer_load(cli->context, cli->operands[0], (int)options->source.page,
                                SEG_IMAGE, &image, &err))
        code = cli_fail(&err);
    if (!code) {
        inputs[0] = cli_input("input", image);
        int status = seg_pipeline_check(pipeline, inputs, count, NULL, &plan, &faults);
        code = status ? cli_faults(&faults, status) : bench(cli, options, plan, inputs, count);
    }
    seg_plan_free(plan);
    seg_layer_unref(image);
    cli_inputs_free(inputs, count);
    seg_pipeline_free(pipeline);
    return code;
}

static const struct cli_option options[] = {
    CLI_SOURCE_OPTIONS(struct options, source),
    {'n', "loops", "N", "run N times after one to warm up (default: 10)", CLI_COUNT,
     offsetof(struct options, loops), 1, 1000000},
    {0, "json", NULL, "print figures as JSON", CLI_FLAG, offsetof(struct options, json), 0, 0},
};

const struct cli_command cli_bench = {
    .name = "bench",
    .summary = "Times a pipeline on an image, stage by stage.",
    .synopsis = "[-p FILE] IMAGE [-n N] [-- STAGE [KEY=VALUE]... [! STAGE...]]",
    .notes = "MB/s counts the bytes of the image, once, whatever a stage reads.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
