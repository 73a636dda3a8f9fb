/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distances between the surfaces of two masks, by each convention in use. */
#ifndef SEGI_SURFACE_H
#define SEGI_SURFACE_H

#include <stddef.h>
#include <stdint.h>

/* Two lists of distances: from each border pixel to the other mask's border. */
struct segi_surface {
    double *truth, *pred; /* of the truth's border to the prediction's, and the other way */
    size_t truth_count, pred_count;
};

/* Pixels that are set and have a 4-neighbour that is not; outside the image nothing is set. */
void segi_border(const uint8_t *mask, int32_t width, int32_t height, uint8_t *border);

/* The lists over border pixels. Where the other mask is empty all are infinite. `spacing` is rows
 * apart, columns apart. SEG_OK or SEG_NOMEM. */
int segi_surface_init(struct segi_surface *s, const uint8_t *truth, const uint8_t *pred,
                      int32_t width, int32_t height, const double spacing[2]);
/* The same over all set pixels. */
int segi_surface_init_all(struct segi_surface *s, const uint8_t *truth, const uint8_t *pred,
                          int32_t width, int32_t height, const double spacing[2]);
void segi_surface_free(struct segi_surface *s);

/* The measures. NaN where both masks are empty, infinity where one is. The lists may be put in
 * another order. */
double segi_hausdorff(const struct segi_surface *s);
double segi_hausdorff_directed(const struct segi_surface *s); /* prediction to truth */
/* The percentile (linear interpolation) of both lists as one, and the larger of the two lists'. */
int segi_hausdorff_pooled(const struct segi_surface *s, double percent, double *value);
double segi_hausdorff_larger(struct segi_surface *s, double percent);
double segi_hausdorff_percent_directed(struct segi_surface *s, double percent);
/* Mean distance of the prediction's border to the truth's, the other way, and over both lists. */
double segi_asd(const struct segi_surface *s);
double segi_asd_truth(const struct segi_surface *s);
double segi_assd(const struct segi_surface *s);
/* Share of both lists within `tolerance`: surface Dice. 0 where one mask is empty. */
double segi_nsd(const struct segi_surface *s, double tolerance);
/* Larger of the two means (Dubuisson and Jain 1994). */
double segi_hausdorff_modified(const struct segi_surface *s);

/* Surface elements between pixels, weighted by their length (Nikolov et al. 2018). */
struct segi_element {
    double distance, length;
};
struct segi_elements {
    struct segi_element *truth, *pred; /* sorted by distance */
    size_t truth_count, pred_count;
};
int segi_elements_init(struct segi_elements *e, const uint8_t *truth, const uint8_t *pred,
                       int32_t width, int32_t height, const double spacing[2]);
void segi_elements_free(struct segi_elements *e);
double segi_elements_mean(const struct segi_element *list, size_t count);
double segi_elements_hausdorff(const struct segi_elements *e, double percent);
double segi_elements_overlap(const struct segi_element *list, size_t count, double tolerance);
double segi_elements_dice(const struct segi_elements *e, double tolerance);

#endif
