/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where results go: -o [LAYER:]FILE, with {name} standing for the input's name. */
#ifndef SEGI_TARGET_H
#define SEGI_TARGET_H

#include "command.h"

#define CLI_PATH 4096

struct cli_target {
    const char *layer; /* NULL: the last one */
    const char *path;  /* a file, or a pattern with {name} */
    bool folder;       /* path is a folder: FOLDER/{name}.png */
};

/* Takes the -o options apart; `layers` gets the named layers, NULL-terminated, for
 * seg_pipeline_check. All of it is one block that the caller frees by *targets. */
int cli_targets(const struct cli *cli, const struct cli_list *outputs, struct cli_target **targets,
                const char ***layers);

/* Whether the target gives each input a file of its own. */
bool cli_target_many(const struct cli_target *target);

/* The file of a target for one input; false: the path would be too long. */
bool cli_target_path(const struct cli_target *target, const char *input, char path[CLI_PATH]);

/* Makes the folder of a target if it is not there. */
int cli_target_prepare(const struct cli_target *target);

/* "cells.png" of "dir/cells.png"; without its ending where `stem` is set, into `name`. */
void cli_base_name(const char *path, bool stem, char *name, size_t size);

#endif
