/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Removing single frequencies. */
#ifndef FREQUENCY_NOTCH_H
#define FREQUENCY_NOTCH_H

#include "grid.h"

/* Frequencies across and down in cycles a pixel, each with its opposite. */
struct frequency_notches {
    const float (*peaks)[2];
    size_t count;
    float radius; /* standard deviation of the gain around a peak */
};

/* A change: takes each peak away by the gain 1 - exp(-d^2 / (2 radius^2)). */
void frequency_notch_change(void *arg, const struct frequency_grid *grid, int32_t first,
                            fftwf_complex *block);

#endif
