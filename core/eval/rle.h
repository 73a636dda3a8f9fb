/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Masks as COCO stores them: run lengths down the columns, zeros first; their text form; polygons
 * filled by cocoapi's rules. */
#ifndef SEGI_RLE_H
#define SEGI_RLE_H

#include <stddef.h>
#include <stdint.h>

struct segi_rle {
    int32_t width, height;
    uint32_t *counts; /* alternating zeros and ones, zeros first; they sum to width * height */
    size_t count;
    int64_t area;
    int32_t box[4]; /* x, y, width, height of the ones */
};

/* Each returns SEG_OK, SEG_NOMEM, SEG_LIMIT, or SEG_INVALID where the input is none, and fills the
 * area and box. Freed by segi_rle_free, which may be called on a zeroed struct too. */
int segi_rle_encode(struct segi_rle *rle, const uint8_t *mask, int32_t width, int32_t height);
int segi_rle_from_counts(struct segi_rle *rle, const uint32_t *counts, size_t count, int32_t width,
                         int32_t height);
int segi_rle_from_text(struct segi_rle *rle, const char *text, size_t size, int32_t width,
                       int32_t height);
/* `xy`: x, y of each of `points` corners. */
int segi_rle_from_polygon(struct segi_rle *rle, const double *xy, size_t points, int32_t width,
                          int32_t height);
int segi_rle_union(struct segi_rle *rle, const struct segi_rle *a, const struct segi_rle *b);
/* The band along the boundary (see segi_boundary_band). */
int segi_rle_band(struct segi_rle *rle, const struct segi_rle *mask, int32_t distance);
void segi_rle_free(struct segi_rle *rle);

void segi_rle_decode(const struct segi_rle *rle, uint8_t *mask);

/* The text form, to be freed; NULL: no memory. */
char *segi_rle_text(const struct segi_rle *rle);

int64_t segi_rle_common(const struct segi_rle *a, const struct segi_rle *b);
/* `crowd`: over the area of `pred` alone, as it may match part of a crowd. Sizes must be equal. */
double segi_rle_iou(const struct segi_rle *pred, const struct segi_rle *truth, int crowd);
double segi_box_iou(const double pred[4], const double truth[4], int crowd);

#endif
