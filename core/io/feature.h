/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Regions on their way into vector formats. */
#ifndef SEGI_FEATURE_H
#define SEGI_FEATURE_H

#include "format.h"

#include "../data/outline.h"

/* One region, with what is known of it as an instance. */
struct segi_feature {
    const struct segi_region *region; /* NULL: an instance without pixels */
    int32_t id, class_id;             /* -1: has no class */
    float score;
    const float *box;       /* NULL: that of the region */
    const char *class_name; /* NULL: none */
};

/* Calls `write` for each region of a mask, labels or instances. Void pixels, and with `pixels`
 * instances without any, are refused: `form` says what it is that cannot hold them. */
int segi_features_write(struct segi_writing *writing, const char *form, bool pixels,
                        int (*write)(struct segi_writing *writing, size_t index,
                                     const struct segi_feature *feature, void *user),
                        void *user);

/* The region's outline, simplified where that is asked for. */
int segi_feature_outline(const struct segi_writing *writing, const struct segi_feature *feature,
                         struct segi_outline *outline);

/* Text in quotes, as JSON wants it. */
void segi_sink_json_text(struct segi_sink *sink, const char *text);

#endif
