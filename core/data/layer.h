/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a layer is made of. */
#ifndef SEGI_LAYER_H
#define SEGI_LAYER_H

#include "../base/context.h"

#include <segkit/layer.h>

/* A block of bytes that travels with a layer unread: an ICC profile, georeference tags. */
struct segi_blob {
    unsigned char *data;
    size_t size;
};

struct seg_layer {
    atomic_int refs;
    bool sealed;
    seg_context *context;
    struct seg_view view; /* data is NULL for instances */
    void *storage;        /* owned samples; NULL when they are the caller's */
    size_t storage_size;
    void (*release)(void *user);
    void *release_user;

    struct seg_props props;
    char **classes;
    size_t class_count;
    struct segi_blob icc, geo;

    struct seg_instance *instances;
    size_t instance_count, instance_capacity;
};

/* Bytes of a row, a plane and all of a raster, rows aligned to 64 bytes; false on overflow. */
bool segi_shape_bytes(const struct seg_shape *shape, size_t *row, size_t *plane, size_t *all);

/* Whether no field is 0, "not known yet". */
bool segi_shape_known(const struct seg_shape *shape);

/* Whether a whole shape may be made here. */
int segi_shape_check(const seg_context *context, const struct seg_shape *shape,
                     struct seg_error *err);

/* A layer in the storage of `from`, which nobody else may use any more and which loses it. Both
 * have one size. For in-place stages. */
int segi_layer_inherit(seg_layer *from, const struct seg_shape *shape, seg_layer **layer,
                       struct seg_error *err);

/* An unsealed layer over samples that are not its own, as seg_layer_wrap but unchecked. */
int segi_layer_around(seg_context *context, const struct seg_view *view,
                      void (*release)(void *user), void *user, seg_layer **layer,
                      struct seg_error *err);

/* Copies colour, pixel size, origin, class names, ICC and georeference. */
int segi_layer_copy_props(seg_layer *to, const seg_layer *from, struct seg_error *err);

/* Replaces one of the blobs by a copy; false: out of memory. */
bool segi_layer_set_blob(seg_layer *layer, struct segi_blob *blob, const void *data, size_t size);

/* Pixels at which an instance of these runs is not 0 are painted with its place + 1 (later ones on
 * top) into an i32 view of the canvas' size. */
void segi_instances_paint(const seg_layer *layer, const struct seg_view *labels);

#endif
