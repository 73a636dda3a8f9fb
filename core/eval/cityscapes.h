/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Cityscapes benchmark's scores over its 34 label ids: Cordts et al., "The Cityscapes dataset
 * for semantic urban scene understanding", 2016. */
#ifndef SEGI_CITYSCAPES_H
#define SEGI_CITYSCAPES_H

#include "confusion.h"

#define SEGI_CITY_LABELS     34
#define SEGI_CITY_CATEGORIES 8

extern const char *const segi_city_label_names[SEGI_CITY_LABELS];
extern const char *const segi_city_category_names[SEGI_CITY_CATEGORIES];

/* Sums over images. */
struct segi_city {
    struct segi_classes pixels;
    /* True and missed pixels of instances, each weighted by the class's mean size over its own. */
    double label_tp[SEGI_CITY_LABELS], label_fn[SEGI_CITY_LABELS];
    double category_tp[SEGI_CITY_CATEGORIES], category_fn[SEGI_CITY_CATEGORIES];
};

int segi_city_init(struct segi_city *city);
void segi_city_free(struct segi_city *city);

/* Adds an image: label ids, and instance ids (label id * 1000 + number; NULL: none). */
int segi_city_add(struct segi_city *city, const int32_t *truth, const int32_t *instances,
                  const int32_t *pred, size_t n);

/* IoU, and IoU weighted by instances; NaN for what is not evaluated or does not occur. */
double segi_city_label(const struct segi_city *city, int label);
double segi_city_label_weighted(const struct segi_city *city, int label);
double segi_city_category(const struct segi_city *city, int category);
double segi_city_category_weighted(const struct segi_city *city, int category);

/* The mean of scores that are numbers. */
double segi_mean_defined(const double *scores, size_t n);

#endif
