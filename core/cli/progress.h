/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The progress line on a terminal. Without a terminal on stderr, or with --quiet, all of it does
 * nothing. */
#ifndef SEGI_PROGRESS_H
#define SEGI_PROGRESS_H

#include <stddef.h>

void cli_progress_start(int quiet);

/* "[=====>    ] 12/40 cells.png: watershed.flood 30 %". `total` 1: a single image. */
void cli_progress_show(size_t done, size_t total, const char *name, const char *stage,
                       double fraction);
void cli_progress_clear(void);

#endif
