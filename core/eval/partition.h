/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two partitions of the same pixels: measures from pair counts and from entropies. */
#ifndef SEGI_PARTITION_H
#define SEGI_PARTITION_H

#include "table.h"

/* Rand 1971 and Hubert and Arabie 1985. One pixel or none, or two trivial partitions: 1. */
double segi_rand(const struct segi_table *t);
double segi_adjusted_rand(const struct segi_table *t);
double segi_fowlkes_mallows(const struct segi_table *t);

/* Adapted Rand error (Arganda-Carreras et al. 2015): 1 - F of the pairs' precision and recall.
 * `alpha` weighs recall against precision, 0.5 is the challenge's. NaN where there is no pair. */
struct segi_adapted_rand {
    double error, precision, recall;
};
struct segi_adapted_rand segi_adapted_rand(const struct segi_table *t, double alpha);

/* Variation of information in bits (Meila 2003): the part that splitting and the part that merging
 * costs, H(pred | truth) and H(truth | pred). NaN where no pixel counts. */
struct segi_voi {
    double split, merge;
};
struct segi_voi segi_voi(const struct segi_table *t);

/* In nats: mutual information; and, between 0 and 1, the normalised ones (arithmetic mean). */
double segi_mutual_information(const struct segi_table *t);
double segi_normalized_mutual_information(const struct segi_table *t);
int segi_adjusted_mutual_information(const struct segi_table *t, double *value); /* Vinh 2010 */
double segi_homogeneity(const struct segi_table *t);
double segi_completeness(const struct segi_table *t);

/* Segmentation covering (Arbelaez et al. 2011): the mean over the pixels of the first of the best
 * IoU that their region has in the other. */
struct segi_covering {
    double truth, pred; /* of the truth by the prediction, and the other way */
};
int segi_covering(const struct segi_table *t, struct segi_covering *value);

#endif
