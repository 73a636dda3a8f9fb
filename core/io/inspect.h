/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file holds, above all which of the many ways of writing masks it is. */
#ifndef SEGI_INSPECT_H
#define SEGI_INSPECT_H

#include "../data/layer.h"

/* How labels lie in a file. */
enum segi_labels_form {
    SEGI_LABELS_AUTO,    /* to be found out */
    SEGI_LABELS_INDEX,   /* the stored numbers are the labels */
    SEGI_LABELS_BINARY,  /* 0 and 255 or 65535 */
    SEGI_LABELS_PALETTE, /* indices into a palette are the labels */
    SEGI_LABELS_RGB,     /* every colour is a label */
    SEGI_LABELS_REGIONS, /* COCO or GeoJSON */
    SEGI_LABELS_NONE     /* a picture */
};
extern const char *const segi_labels_names[SEGI_LABELS_NONE + 1]; /* "auto", "index", ... */

struct segi_inspection {
    const char *format;     /* "PNG" */
    struct seg_shape shape; /* as an image, or as instances */
    struct seg_props props;
    unsigned bits; /* of a stored sample; 0: told by the dtype */
    bool palette;
    double least, most; /* of the stored numbers */
    uint64_t distinct;  /* numbers, or colours, that occur; instances */
    double flat;        /* share of pixels that are as the one on their left */
    enum segi_labels_form form;
};

int segi_inspect(seg_context *context, const char *path, int page, struct segi_inspection *result,
                 struct seg_error *err);

/* Reads labels that lie in a file in the given way. Of colours, black is 0 and the others count up
 * by red, green, blue. */
int segi_labels_load(seg_context *context, const char *path, int page, enum segi_labels_form form,
                     seg_layer **labels, struct seg_error *err);

#endif
