/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures within a page. */
#ifndef SEGI_DATA_URL_H
#define SEGI_DATA_URL_H

/* A PNG file as a data URL, for free(); NULL: it cannot be read. */
char *cli_data_url(const char *path);

#endif
