/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line about a result. */
#ifndef SEGI_SUMMARY_H
#define SEGI_SUMMARY_H

#include <segkit/segkit.h>

/* "cells.png: 87 regions -> labels.png", on stdout, or on stderr when the result itself went to
 * stdout. */
void cli_summary(const char *image, const seg_layer *layer, const char *path);

#endif
