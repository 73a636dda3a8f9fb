/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of the program's table of commands, one cmd_*.c each. */
#ifndef SEGI_COMMANDS_H
#define SEGI_COMMANDS_H

#include "command.h"

extern const struct cli_command cli_bench;
extern const struct cli_command cli_check;
extern const struct cli_command cli_compare;
extern const struct cli_command cli_complete;
extern const struct cli_command cli_convert;
extern const struct cli_command cli_eval;
extern const struct cli_command cli_fuse;
extern const struct cli_command cli_info;
extern const struct cli_command cli_lint;
extern const struct cli_command cli_model_bench;
extern const struct cli_command cli_model_check;
extern const struct cli_command cli_model_forward;
extern const struct cli_command cli_model_info;
extern const struct cli_command cli_model_probe;
extern const struct cli_command cli_plugin_doctor;
extern const struct cli_command cli_plugin_list;
extern const struct cli_command cli_plugin_new;
extern const struct cli_command cli_plugin_verify;
extern const struct cli_command cli_replay;
extern const struct cli_command cli_run;
extern const struct cli_command cli_show;
extern const struct cli_command cli_stages;
extern const struct cli_command cli_tune;
extern const struct cli_command cli_version;

/* All of them, in the order of the help. */
extern const struct cli_command *const cli_commands[];
extern const int cli_command_count;

/* The command whose one or two words begin `words`; sets how many they are. NULL: none. */
const struct cli_command *cli_command_find(int count, const char *const *words, int *used);

#endif
