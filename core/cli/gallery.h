/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All stages at work on one image, as a page. */
#ifndef SEGI_GALLERY_H
#define SEGI_GALLERY_H

#include "command.h"

/* Writes the page; returns an exit code. Stages that need what no image gives are listed at its
 * end, those that refuse this image with the reason. */
int cli_gallery(struct cli *cli, const char *image, const char *path);

#endif
