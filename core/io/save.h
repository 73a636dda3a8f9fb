/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing a layer with choices that only some forms have. */
#ifndef SEGI_SAVE_H
#define SEGI_SAVE_H

#include <segkit/layer.h>
#include <stdbool.h>

struct segi_save_options {
    double simplify; /* outlines: corners nearer than this to the line are dropped; 0: none */
    bool polygons;   /* COCO: polygons instead of run lengths */
    bool data_set;   /* COCO: instances as a data set, as regions are, not as a list of results */
    const char *provenance; /* how it was made: a JSON object without line breaks; NULL: not said */
};

/* Whether the form that the name asks for has room for the provenance. */
bool segi_save_tells(const char *path);

/* seg_layer_save with options. */
int segi_save(seg_context *context, const seg_layer *layer, const seg_layer *image,
              const char *path, const struct segi_save_options *options, struct seg_error *err);

#endif
