/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The images that a command works on: files, and the files of folders. */
#ifndef SEGI_IMAGES_H
#define SEGI_IMAGES_H

#include "command.h"

struct cli_images {
    char **paths; /* sorted within each folder */
    size_t count, capacity;
};

/* From the operands. A folder gives its files with an image's ending; with `recursive` those of
 * its folders too. A folder without any is an error. */
int cli_images_list(struct cli *cli, bool recursive, struct cli_images *images);
void cli_images_free(struct cli_images *images);

#endif
