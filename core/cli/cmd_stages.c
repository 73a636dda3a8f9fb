/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit stages: what stages there are, and what one of them takes. */
#include "commands.h"
#include "gallery.h"
#include "stage_doc.h"

#include <string.h>

struct options {
    bool json, man;
    const char *gallery;
};

static int print_row(void *user, const struct seg_stage *stage)
{
    (void)user;
    printf("%-26s %s\n", stage->id, stage->summary);
    return 0;
}

static int print_json(void *user, const struct seg_stage *stage)
{
    cli_stage_json(user, stage);
    return 0;
}

static int list_stages(struct cli *cli, bool json)
{
    if (!json)
        return cli_exit_code(seg_stage_each(cli->context, print_row, NULL));
    struct segi_json_out out = {.file = stdout};
    segi_json_open(&out, '[');
    int status = seg_stage_each(cli->context, print_json, &out);
    segi_json_close(&out, ']');
    putchar('\n');
    return cli_exit_code(status);
}

static int run(struct cli *cli, const void *given)
{
    const struct options *options = given;
    const struct seg_stage *stage;
    struct seg_error err;
    if (cli->count > 1)
        return cli_usage(cli, "unexpected '%s'", cli->operands[1]);
    if (options->gallery)
        return cli->count ? cli_gallery(cli, cli->operands[0], options->gallery)
                          : cli_usage(cli, "option '--gallery' needs an IMAGE to show stages on");
    if (options->man && !cli->count)
        return cli_exit_code(cli_stages_man(stdout, cli->context));
    if (!cli->count)
        return list_stages(cli, options->json);
    if (seg_stage_find(cli->context, cli->operands[0], &stage, &err))
        return cli_fail(&err);
    if (options->man) {
        struct cli_example example;
        const bool found = cli_stage_example(cli->context, stage, &example);
        cli_stage_man(stdout, stage, found ? &example : NULL);
    } else if (options->json) {
        struct segi_json_out out = {.file = stdout};
        cli_stage_json(&out, stage);
        putchar('\n');
    } else {
        cli_stage_text(stdout, stage);
    }
    return CLI_DONE;
}

static const struct cli_option options[] = {
    {0, "json", NULL, "print the tables as JSON", CLI_FLAG, offsetof(struct options, json), 0, 0},
    {0, "man", NULL, "print the manual page (mdoc): of the stage, or of all", CLI_FLAG,
     offsetof(struct options, man), 0, 0},
    {0, "gallery", "OUT.html", "write a page that shows what each stage makes of IMAGE", CLI_TEXT,
     offsetof(struct options, gallery), 0, 0},
};

const struct cli_command cli_stages = {
    .name = "stages",
    .summary = "Lists the stages there are, or explains one.",
    .synopsis = "[--json | --man] [ID] | --gallery OUT.html IMAGE",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
