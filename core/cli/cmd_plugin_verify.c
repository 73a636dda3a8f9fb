/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit plugin verify: runs each stage of a plugin in every way that its tables allow. */
#include "commands.h"

#include "../base/json.h"
#include "../verify/verify.h"

#include <string.h>
#include <sys/mman.h>

struct options {
    struct cli_list stages;
    uint64_t seconds, budget;
    bool json;
};

struct job {
    struct cli *cli;
    const struct options *options;
    struct segi_json_out out;
    unsigned findings, stages; /* of all files */
};

static int no_memory(void)
{
    cli_message("out of memory");
    return CLI_STAGE;
}

static bool wanted(const struct options *options, const char *id)
{
    for (int i = 0; i < options->stages.count; i++)
        if (!strcmp(options->stages.items[i], id))
            return true;
    return !options->stages.count;
}

/* What a child wrote there may be cut anywhere. */
static void finish_texts(struct verify_report *report)
{
    for (int k = 0; k < VERIFY_KINDS; k++) {
        report->found[k].where[VERIFY_TEXT - 1] = 0;
        report->found[k].what[VERIFY_TEXT - 1] = 0;
    }
}

static void tell(const char *id, const struct verify_report *report, const char *skipped)
{
    unsigned kinds = 0;
    for (int k = 0; k < VERIFY_KINDS; k++)
        kinds += report->found[k].count > 0;
    if (skipped)
        printf("%s: left out: it requires '%s'\n", id, skipped);
    else
        printf("%s: %s, %u runs\n", id, kinds ? "does not pass" : "passes", report->runs);
    if (report->left_out)
        printf("  %u of %u cases were left out after %.0f s; --budget gives more\n",
               report->left_out, report->cases, report->time);
    for (int k = 0; k < VERIFY_KINDS; k++) {
        const struct verify_finding *found = &report->found[k];
        if (!found->count)
            continue;
        printf("  %s: %s", verify_kinds[k].name, verify_kinds[k].summary);
        if (found->count > 1)
            printf(", %u times", found->count);
        printf("\n    with %s\n    %s\n", found->where, found->what);
    }
}

static void write_json(struct segi_json_out *out, const char *id,
                       const struct verify_report *report, const char *skipped)
{
    segi_json_open(out, '{');
    segi_json_name(out, "stage");
    segi_json_put_text(out, id);
    segi_json_name(out, "runs");
    segi_json_put_int(out, report->runs);
    segi_json_name(out, "cases");
    segi_json_put_int(out, report->cases);
    segi_json_name(out, "left_out");
    segi_json_put_int(out, report->left_out);
    if (skipped) {
        segi_json_name(out, "requires");
        segi_json_put_text(out, skipped);
    }
    segi_json_name(out, "findings");
    segi_json_open(out, '[');
    for (int k = 0; k < VERIFY_KINDS; k++) {
        const struct verify_finding *found = &report->found[k];
        if (!found->count)
            continue;
        segi_json_open(out, '{');
        segi_json_name(out, "finding");
        segi_json_put_text(out, verify_kinds[k].name);
        segi_json_name(out, "count");
        segi_json_put_int(out, found->count);
        segi_json_name(out, "with");
        segi_json_put_text(out, found->where);
        segi_json_name(out, "what");
        segi_json_put_text(out, found->what);
        segi_json_close(out, '}');
    }
    segi_json_close(out, ']');
    segi_json_close(out, '}');
}

static int verify_one(struct job *job, const char *path, const struct seg_stage *stage)
{
    const struct verify_options options = {path, (unsigned)job->options->seconds,
                                           (unsigned)job->options->budget, job->cli->context};
    const char *skipped = verify_skipped(stage);
    struct seg_error err;
    struct verify_report *report =
        mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED)
        return no_memory();
    int status = skipped ? SEG_OK : verify_stage(&options, stage, report, &err);
    finish_texts(report);
    if (!status && job->options->json)
        write_json(&job->out, stage->id, report, skipped);
    else if (!status)
        tell(stage->id, report, skipped);
    fflush(stdout);
    job->stages++;
    for (int k = 0; k < VERIFY_KINDS; k++)
        job->findings += report->found[k].count > 0;
    munmap(report, sizeof *report);
    return status ? cli_fail(&err) : CLI_DONE;
}

static int verify_file(struct job *job, const char *path)
{
    struct segi_module *module;
    int code = CLI_DONE;
    int status = segi_module_open(job->cli->context, path, NULL, &module);
    if (status)
        return no_memory();
    if (module->error.status) {
        code = cli_fail(&module->error);
    } else {
        for (uint32_t i = 0; i < module->refused_count; i++) {
            cli_message("'%s': %s", path, module->refused[i].error.text);
            code = CLI_PLUGIN;
        }
        for (uint32_t i = 0; i < module->plugin->stage_count && !code; i++)
            if (wanted(job->options, module->plugin->stages[i]->id))
                code = verify_one(job, module->path, module->plugin->stages[i]);
    }
    segi_module_free(&job->cli->context->mem, module);
    return code;
}

static int run(struct cli *cli, const void *given)
{
    struct options options = *(const struct options *)given;
    struct job job = {.cli = cli, .options = &options, .out = {.file = stdout}};
    int code = CLI_DONE;
    if (cli->count < 1)
        return cli_usage(cli, "no plugin");
    if (!options.seconds)
        options.seconds = 20;
    if (options.json)
        segi_json_open(&job.out, '[');
    for (int i = 0; i < cli->count && !code; i++)
        code = verify_file(&job, cli->operands[i]);
    if (options.json) {
        segi_json_close(&job.out, ']');
        putchar('\n');
    }
    if (!code && !job.stages && options.stages.count)
        return cli_usage(cli, "no stage '%s' in '%s'", options.stages.items[0], cli->operands[0]);
    return code ? code : job.findings ? CLI_NO : CLI_DONE;
}

static const struct cli_option options[] = {
    {0, "stage", "ID", "only this stage; may be given again", CLI_LIST,
     offsetof(struct options, stages), 0, 0},
    {0, "seconds", "N", "what one case may take (20)", CLI_COUNT, offsetof(struct options, seconds),
     1, 3600},
    {0, "budget", "N", "seconds after which a stage's further cases are left out (none)", CLI_COUNT,
     offsetof(struct options, budget), 1, 86400},
    {0, "json", NULL, "as JSON", CLI_FLAG, offsetof(struct options, json), 0, 0},
};

const struct cli_command cli_plugin_verify = {
    .name = "plugin verify",
    .summary = "Tortures the stages of a plugin and tells what breaks a rule.",
    .synopsis = "[--stage ID]... FILE.so...",
    .notes = "Each case runs in a child process, so that a crash is a finding. Exit code 1:\n"
             "something was found. segkit-plugin(7) explains the findings.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
