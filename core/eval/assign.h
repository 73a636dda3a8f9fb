/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One-to-one matching of objects: the pairs whose weights sum to the most. */
#ifndef SEGI_ASSIGN_H
#define SEGI_ASSIGN_H

#include <stddef.h>
#include <stdint.h>

struct segi_edge {
    uint32_t left, right;
    double weight; /* > 0 */
};

#define SEGI_UNMATCHED UINT32_MAX

/* Edges sorted by left. Writes for each left the index of its edge, or SEGI_UNMATCHED. SEG_OK or
 * SEG_NOMEM. */
int segi_assign(const struct segi_edge *edges, size_t edge_count, uint32_t lefts, uint32_t rights,
                uint32_t *matched);

#endif
