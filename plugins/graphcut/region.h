/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of each pixel before a cut, and the cut of an image by what it is like. */
#ifndef GRAPHCUT_REGION_H
#define GRAPHCUT_REGION_H

#include "contrast.h"
#include "gmm.h"

enum { REGION_BACKGROUND = 0, REGION_OBJECT = 1, REGION_UNKNOWN = 2 };

/* Rows and ports of the stages that cut an object out. */
#define REGION_OBJECT_ROW(T)                                                                       \
    {                                                                                              \
        SEG_P_INT(T, object, 1, 1, INT32_MAX, NULL,                                                \
                  "the number of the markers that are object; all others are background")          \
    }
#define REGION_SMOOTHNESS_ROW(T)                                                                   \
    {                                                                                              \
        SEG_P_FLOAT(T, smoothness, 50, 0, 1e6, NULL,                                               \
                    "what an edge of the object costs where the image has none")                   \
    }
#define REGION_CONTRAST_ROW(T)                                                                     \
    {                                                                                              \
        SEG_P_FLOAT(T, contrast, 1, 0, 1e3, NULL,                                                  \
                    "how much cheaper edges of the image make it; 0: not at all")                  \
    }
#define REGION_IMAGE_PORT                                                                          \
    {                                                                                              \
        .name = "image", .summary = "what to segment, of any number of channels",                  \
        .kinds = SEG_KIND_BIT(SEG_IMAGE), .dtypes = SEG_ANY_SAMPLE, .planes_min = 1,               \
        .planes_max = GMM_PLANES                                                                   \
    }
#define REGION_SCRIBBLES_PORT                                                                      \
    {                                                                                              \
        .name = "markers", .summary = "scribbles on the object and on the background",             \
        .kinds = SEG_KIND_BIT(SEG_LABELS)                                                          \
    }
#define REGION_CUT_PORT                                                                            \
    {                                                                                              \
        .name = "cut", .summary = "the object", .kinds = SEG_KIND_BIT(SEG_MASK), .planes_min = 1   \
    }

/* Marks the pixels of the markers at a port, where one is connected: those of number `object` as
 * object, those of others as background. */
int region_markers(const struct common_env *env, uint32_t port, const struct seg_view *image,
                   int32_t object, uint8_t *known);

/* A cut of two sides, that can be made again with other odds. */
struct region_cut {
    struct graphcut_grid grid;
    const uint8_t *known; /* [pixel]: REGION_... */
    float *last;          /* [pixel]: the odds of the cut before; NULL at first */
    double scale;
    int32_t certain; /* excess of a known object */
};

/* Makes the graph with the arcs of the image's contrast. */
int region_open(const struct common_env *env, struct region_cut *cut, const struct seg_view *image,
                float *const *planes, int32_t connectivity, int32_t slices, double smoothness,
                double contrast);

/* Cuts; side[p] is REGION_OBJECT or REGION_BACKGROUND then. `changed`: how many pixels took another
 * one. */
int region_cut(const struct common_env *env, struct region_cut *cut, const float *odds,
               uint8_t *side, size_t *changed);

/* Writes the sides as a mask. */
void region_write(const uint8_t *side, const struct seg_view *mask);

#endif
