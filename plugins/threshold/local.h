/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thresholds from the mean and the spread of a window: square, or with ImageJ's definition a disk.
 */
#ifndef THRESHOLD_LOCAL_H
#define THRESHOLD_LOCAL_H

#include "apply.h"
#include "stages.h"

enum { LOCAL_NIBLACK, LOCAL_SAUVOLA, LOCAL_WOLF, LOCAL_NICK, LOCAL_MEAN, LOCAL_PHANSALKAR };
enum { LOCAL_SKIMAGE, LOCAL_OPENCV, LOCAL_IMAGEJ };

struct local_params {
    int32_t window;
    int32_t convention;
    double k, r, p, q, offset;
};

/* What a method knows of the whole image. */
struct local_rule {
    int method, convention, border;
    bool whole; /* the samples are integers */
    double k, r, p, q, offset;
    double least, most; /* sample; standard deviation of any window */
};

/* mask[x] = sample[x] > its threshold, from the sums of `area` samples and of their squares. */
void threshold_local_compare(const struct local_rule *rule, const float *sample, const double *sum,
                             const double *square, double area, size_t count, uint8_t *mask);

/* The largest standard deviation of a row. */
double threshold_local_spread(const struct local_rule *rule, const double *sum,
                              const double *square, double area, size_t count);

/* The least sample of a row. */
float threshold_local_least(const float *sample, size_t count);

int threshold_local(const struct local_params *params, const struct seg_host *host,
                    struct seg_call *call, int method, int border);

#endif
