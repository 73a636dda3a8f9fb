/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Panoptic quality over classes: Kirillov et al., "Panoptic segmentation", 2019. */
#ifndef SEGI_PANOPTIC_H
#define SEGI_PANOPTIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One segment of an image; pixels that are 0 are void and belong to none. */
struct segi_segment {
    int32_t id;
    uint32_t class_index;
    bool crowd;   /* truth only: neither found nor missed, and it excuses predictions */
    int64_t area; /* of the truth as annotated, of the prediction as it is counted */
};

struct segi_panoptic {
    int64_t tp, fp, fn;
    double iou_sum;
};

/* One image of one side. */
struct segi_panoptic_side {
    const int32_t *pixels;
    const struct segi_segment *segments;
    size_t count;
};

/* Adds one image to the counts of each class. A pair is matched where its IoU (with `distance` > 0
 * the lesser of that and the IoU of the bands along its boundaries) is above 0.5; void in the truth
 * is in no union, and a prediction that is mostly void or crowd of its class is no mistake. SEG_OK,
 * SEG_NOMEM, or SEG_INVALID: a predicted id has no segment. */
int segi_panoptic_add(struct segi_panoptic *classes, const struct segi_panoptic_side *truth,
                      const struct segi_panoptic_side *pred, int32_t width, int32_t height,
                      int32_t distance);

struct segi_panoptic_score {
    double pq, sq, rq; /* 0 for a class that does not occur */
};
struct segi_panoptic_score segi_panoptic_score(const struct segi_panoptic *one);

#endif
