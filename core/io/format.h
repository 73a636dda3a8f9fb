/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of file formats: one file each, and in it one constant struct. */
#ifndef SEGI_FORMAT_H
#define SEGI_FORMAT_H

#include "reading.h"
#include "save.h"
#include "sink.h"

/* What is written. */
struct segi_writing {
    seg_context *context;
    const seg_layer *layer;
    const seg_layer *image; /* may be NULL */
    struct segi_sink *sink;
    const char *path;
    struct segi_save_options options;
    const char *ending; /* of the file's name, such as ".png" */
    struct seg_error *err;
};

/* Row `y` of some of the planes of a view, the samples of a pixel side by side. `count` is at most
 * 4 where it is not 1. */
void segi_writing_interleave(const struct seg_view *view, int32_t first, int32_t count, int32_t y,
                             void *to);

struct segi_format {
    const char *name;
    /* Reading. NULL: files of this format are not read. */
    bool (*match)(const unsigned char *head, size_t size);
    int (*load)(struct segi_reading *reading);
    /* Writing. NULL: files of this format are not written. `endings` are separated by spaces. */
    const char *endings;
    int (*save)(struct segi_writing *writing);
    bool vector; /* can hold instances; the others get label images of them */
    bool tells;  /* has room for the provenance */
    /* Takes it out again, unless the file is JSON itself; empty where there is none. */
    int (*provenance)(struct segi_source *source, struct segi_blob *text, struct seg_error *err);
};

/* For readers of the provenance. Refuses what is larger than any pipeline. */
int segi_provenance_copy(seg_context *context, const void *data, size_t size,
                         struct segi_blob *text, struct seg_error *err);

extern const struct segi_format segi_format_png, segi_format_jpeg, segi_format_tiff,
    segi_format_pnm, segi_format_npy, segi_format_bmp, segi_format_csv, segi_format_json,
    segi_format_geojson, segi_format_svg, segi_format_yolo;

#endif
