/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the global thresholds share: from an image to counts, from counts by a method to a
 * threshold, and from that to a mask. */
#ifndef THRESHOLD_METHOD_H
#define THRESHOLD_METHOD_H

#include "apply.h"
#include "stages.h"

/* Counts between the least and the largest value. */
struct threshold_counts {
    double *count;
    uint32_t bins;
    uint32_t filled;           /* bins that are not empty */
    double total, mean;        /* of the samples; the mean in their own values */
    double low, width, centre; /* bin b stands for low + (b + centre) * width */
    bool imagej;               /* ImageJ's definition where it differs from scikit-image's */
    bool whole;                /* a bin a value */
    const struct common_env *env;
    const struct seg_view *image, *mask; /* for methods that need the samples; mask may be NULL */
};

/* Finds a threshold, in values of the image. NULL, or why there is none: constant text, which is
 * threshold_no_memory where that is the reason. */
extern const char threshold_no_memory[];
typedef const char *threshold_method(const struct threshold_counts *counts, double *threshold);

struct threshold_params {
    int32_t bins;
    int32_t convention;
};
enum { THRESHOLD_SKIMAGE, THRESHOLD_IMAGEJ };
extern const struct seg_choice threshold_conventions[2];

/* Histogram, method, mask. */
int threshold_global(const struct threshold_params *params, const struct seg_host *host,
                     struct seg_call *call, threshold_method *method);

/* Of plane 0 where `mask` (may be NULL) is set; count is scratch memory. `bins` 0: a bin a value
 * for integers, 256 for floats. SEG_STAGE where no sample is finite. */
int threshold_count(const struct common_env *env, const struct seg_view *image,
                    const struct seg_view *mask, int32_t bins, struct threshold_counts *counts);

/* The threshold by a method: where there is one value it is that; where there are two, ImageJ's
 * takes the larger less one bin. */
const char *threshold_find(const struct threshold_counts *counts, threshold_method *method,
                           double *threshold);

static inline double threshold_value(const struct threshold_counts *counts, double bin)
{
    return counts->low + (bin + counts->centre) * counts->width;
}

threshold_method threshold_find_default, threshold_find_huang, threshold_find_huang2,
    threshold_find_intermodes, threshold_find_isodata, threshold_find_li, threshold_find_maxentropy,
    threshold_find_mean, threshold_find_minerror, threshold_find_minimum, threshold_find_moments,
    threshold_find_otsu, threshold_find_percentile, threshold_find_renyi, threshold_find_shanbhag,
    threshold_find_triangle, threshold_find_yen;

#define THRESHOLD_BINS                                                                             \
    {                                                                                              \
        SEG_P_INT(struct threshold_params, bins, 0, 0, 65536, NULL,                                \
                  "bins of the histogram; 0: one a value for integers, 256 for floating point")    \
    }
#define THRESHOLD_CONVENTION(dflt)                                                                 \
    {                                                                                              \
        SEG_P_CHOICE(struct threshold_params, convention, dflt, threshold_conventions,             \
                     "whose definition to follow")                                                 \
    }

extern const struct seg_param threshold_bins_row[1], threshold_both_rows[2];
extern const struct seg_port threshold_inputs[2], threshold_outputs[1];

/* The stage of a method: its name, and the rows of its parameters. */
#define THRESHOLD_STAGE(name, rows, summary_, detail_, reference_)                                 \
    static int process_##name(void *self, const struct seg_host *host, struct seg_call *call)      \
    {                                                                                              \
        struct threshold_params params = *(const struct threshold_params *)self;                   \
        if (SEG_COUNT(rows) == 1) /* defined by ImageJ alone */                                    \
            params.convention = THRESHOLD_IMAGEJ;                                                  \
        return threshold_global(&params, host, call, threshold_find_##name);                       \
    }                                                                                              \
    const struct seg_stage threshold_##name = {                                                    \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "threshold." #name,                                                                  \
        .summary = summary_,                                                                       \
        .detail = detail_,                                                                         \
        .reference = reference_,                                                                   \
        .version = 1,                                                                              \
        SEG_TABLES(struct threshold_params, rows, threshold_inputs, threshold_outputs),            \
        .process = process_##name,                                                                 \
    }

#endif
