/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What reading and writing TIFF share. */
#ifndef SEGI_TIFF_H
#define SEGI_TIFF_H

#include "format.h"
#include "tiff_lib.h"

/* An open TIFF file and the first thing that libtiff said about it. */
struct segi_tiff {
    struct segi_tiff_lib lib;
    TIFF *tif;
    struct segi_source *source; /* one of these two */
    struct segi_sink *sink;
    uint64_t at, end; /* place and size of the file */
    char said[256];
};

/* `mode` as TIFFOpen has it. Fails with what libtiff said. */
int segi_tiff_open(struct segi_tiff *tiff, const char *mode, struct seg_error *err);
void segi_tiff_close(struct segi_tiff *tiff);

/* Pixel size, origin, colour profile and georeference from and to the current directory. */
int segi_tiff_get_props(struct segi_tiff *tiff, seg_layer *layer, struct seg_error *err);
void segi_tiff_set_props(struct segi_tiff *tiff, const seg_layer *layer);

/* The description of the first page, where it tells how the image was made. */
int segi_tiff_provenance(struct segi_source *source, struct segi_blob *text, struct seg_error *err);

int segi_tiff_save(struct segi_writing *writing);

#endif
