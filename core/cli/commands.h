/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of the program's table of commands, one cmd_*.c each. */
#ifndef SEGI_COMMANDS_H
#define SEGI_COMMANDS_H

#include "command.h"

extern const struct cli_command cli_bench, cli_check, cli_compare, cli_eval, cli_lint,
    cli_plugin_doctor, cli_plugin_list, cli_run, cli_show, cli_stages, cli_version;

#endif
