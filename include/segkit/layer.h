/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers: what stages read and write, in five kinds (plugin.h: image, mask, labels, scores,
 * instances).
 *
 * A layer is reference-counted. It is made unsealed, filled by its maker alone, then sealed; from
 * then on it is read-only and any number of threads may read it. */
#ifndef SEGKIT_LAYER_H
#define SEGKIT_LAYER_H

#include <segkit/context.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seg_layer seg_layer;

/* What a layer carries besides its samples. Fixed strings are cut, never left unterminated. */
struct seg_props {
    uint32_t struct_size;
    uint32_t color;       /* enum seg_color */
    double pixel_size[2]; /* x, y in `unit`; 0 where unknown */
    char unit[16];
    double origin[2]; /* column and row of the first pixel in the file's image */
};

/* -- making ----------------------------------------------------------------------------------- */

/* A new unsealed layer with undefined samples. `shape` is whole: kind, dtype, sizes; for instances
 * width and height are the canvas, dtype and planes 0. SEG_LIMIT: above the context's max_pixels;
 * SEG_USAGE: sizes below 1 or a dtype that the kind does not have; SEG_NOMEM. */
SEG_API int seg_layer_new(seg_context *context, const struct seg_shape *shape, seg_layer **layer,
                          struct seg_error *err);

/* A sealed layer over the caller's samples, without copying. They must stay and not change until
 * `release` is called (from any thread; NULL: never told). Masks must hold 0 and 1 only. */
SEG_API int seg_layer_wrap(seg_context *context, const struct seg_view *view,
                           void (*release)(void *user), void *user, seg_layer **layer,
                           struct seg_error *err);

SEG_API seg_layer *seg_layer_ref(seg_layer *layer); /* returns its argument */
SEG_API void seg_layer_unref(seg_layer *layer);     /* NULL is fine */
SEG_API void seg_layer_seal(seg_layer *layer);

/* -- looking ---------------------------------------------------------------------------------- */

SEG_API void seg_layer_shape(const seg_layer *layer, struct seg_shape *shape);

/* Its samples: to write while unsealed, else to read only. SEG_USAGE for instances. */
SEG_API int seg_layer_view(const seg_layer *layer, struct seg_view *view, struct seg_error *err);

/* Borrowed, valid as long as the layer. Empty for other kinds. */
SEG_API const struct seg_instance *seg_layer_instances(const seg_layer *layer, size_t *count);

/* Adds a copy to an unsealed layer of instances. SEG_USAGE: runs that are unsorted or outside. */
SEG_API int seg_layer_add_instance(seg_layer *layer, const struct seg_instance *one,
                                   struct seg_error *err);

/* -- properties ------------------------------------------------------------------------------- */

SEG_API void seg_layer_props(const seg_layer *layer, struct seg_props *props);
SEG_API int seg_layer_set_props(seg_layer *layer, const struct seg_props *props,
                                struct seg_error *err); /* unsealed only */
SEG_API const char *const *seg_layer_classes(const seg_layer *layer, size_t *count); /* borrowed */
SEG_API int seg_layer_set_classes(seg_layer *layer, const char *const *names, size_t count,
                                  struct seg_error *err); /* unsealed only; copied */

/* -- files ------------------------------------------------------------------------------------ */

/* Reads an image file: PNG, JPEG, TIFF, BigTIFF, PNM, PAM, PFM, NPY, BMP, or the regions of a COCO
 * or GeoJSON file, told by its content, never by its name. `path` "-" is standard input. `page`
 * counts from 0: of TIFF, or the images of COCO. `kind` 0: an image, of which samples of fewer than
 * 8 bits fill 0..255 and palettes become colours; else the layer is converted where that loses
 * nothing (0/non-zero to a mask, the stored integers and palette indices to labels, floating point
 * or planes that are no colours to scores, labels to instances and back); a NumPy array of scores
 * is (classes, rows, columns). The layer is sealed. SEG_IO: cannot be opened, read, understood or
 * converted; SEG_LIMIT. */
SEG_API int seg_layer_load(seg_context *context, const char *path, int page, enum seg_kind kind,
                           seg_layer **layer, struct seg_error *err);

/* Writes a layer in the form that the file's name asks for: .png .tif .pgm .ppm .pbm .pam .pfm
 * .npy, .json (COCO; instances as a list of results), .geojson, .svg, .txt (YOLO), .csv (region
 * properties), and overlay.png or another picture whose name ends so. "-" is standard output, as
 * PNG. The file appears whole or not at all. `image` (may be NULL) is what an overlay is drawn on
 * and intensities are measured in. SEG_IO; SEG_USAGE: the form cannot hold this layer. */
SEG_API int seg_layer_save(seg_context *context, const seg_layer *layer, const seg_layer *image,
                           const char *path, struct seg_error *err);

#ifdef __cplusplus
}
#endif
#endif
