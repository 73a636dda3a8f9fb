/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit version */
#include "commands.h"

static int run(struct cli *cli, const void *options)
{
    (void)options;
    if (cli->count)
        return cli_usage(cli, "unexpected '%s'", cli->operands[0]);
    printf("segkit %s (plugin ABI %d.%d)\n", seg_version(), SEG_ABI_MAJOR, SEG_ABI_MINOR);
    return CLI_DONE;
}

const struct cli_command cli_version = {
    .name = "version",
    .summary = "Tells the version of segkit and of its plugin ABI.",
    .synopsis = "",
    .run = run,
};
