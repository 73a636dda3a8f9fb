/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that belong together by name: results and truths, images and truths. */
#ifndef SEGI_PAIRS_H
#define SEGI_PAIRS_H

#include "images.h"

/* One file and those of the other side that go with it. */
struct cli_pair {
    const char *file;
    const char **others; /* in the order of their names */
    size_t count;
};

struct cli_pairs {
    struct cli_images left, right; /* own the names */
    struct cli_pair *list;
    const char **others;
    size_t count;
    const char **alone; /* of the right side, without a partner */
    size_t alone_count;
};

/* Two files are a pair. Of folders, names match when they are equal without their endings, or one
 * is the other and '.', '_' or '-' and more, or both are equal up to their first '.'. A file of the
 * left that matches another one of the left in the same folder is no entry of its own. Entries
 * without a partner are there with a count of 0. */
int cli_pairs_match(struct cli *cli, const char *left, const char *right, struct cli_pairs *pairs);
void cli_pairs_free(struct cli_pairs *pairs);

#endif
