/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contingency table of two label images: how many pixels each pair of labels shares. Sparse, so
 * that a hundred thousand labels cost what their overlaps cost. */
#ifndef SEGI_TABLE_H
#define SEGI_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct segi_cell {
    uint32_t truth, pred; /* indices into the two lists of labels */
    int64_t count;
};

/* One side: its labels in rising order, and how many pixels each has. */
struct segi_side {
    int32_t *labels;
    int64_t *sizes;
    uint32_t count;
};

struct segi_table {
    struct segi_side truth, pred;
    struct segi_cell *cells; /* sorted by truth, then pred */
    size_t cell_count;
    int64_t total;
};

/* Which pixels count. */
enum segi_table_flags {
    SEGI_SKIP_VOID = 1,       /* not those with truth -1 */
    SEGI_SKIP_TRUTH_ZERO = 2, /* not those with truth 0 */
    SEGI_SKIP_BOTH_ZERO = 4   /* not those with 0 in both */
};

/* SEG_OK or SEG_NOMEM. */
int segi_table_init(struct segi_table *t, const int32_t *truth, const int32_t *pred, size_t n,
                    unsigned flags);
void segi_table_free(struct segi_table *t);

/* Where the labels other than 0 begin: 1 where the first label is 0, else 0. Needs labels >= 0. */
uint32_t segi_side_first(const struct segi_side *side);
/* How many labels other than 0 there are. */
uint32_t segi_side_objects(const struct segi_side *side);

#endif
