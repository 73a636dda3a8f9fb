/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One image being read: from whatever samples a file holds to a layer. */
#ifndef SEGI_READING_H
#define SEGI_READING_H

#include "source.h"

#include "../data/layer.h"

/* What samples of a file are. */
enum segi_sample {
    SEGI_S_U8,
    SEGI_S_U16,
    SEGI_S_U32,
    SEGI_S_U64,
    SEGI_S_I8,
    SEGI_S_I16,
    SEGI_S_I32,
    SEGI_S_I64,
    SEGI_S_F32,
    SEGI_S_F64
};

size_t segi_sample_size(enum segi_sample sample);

struct segi_reading {
    seg_context *context;
    struct segi_source *source;
    int page;
    enum seg_kind kind; /* 0: an image */
    struct seg_error *err;

    /* What the file says of itself, by the format that reads it. */
    const char *format; /* its name; NULL: not known */
    unsigned bits;      /* of a stored sample, where the samples that are handed over have more */
    bool palette;

    /* From here on by segi_reading_start. */
    seg_layer *layer;
    struct seg_view view; /* of the layer */
    enum segi_sample sample;
    int32_t planes; /* of the file */
    uint32_t color;
    bool direct; /* the file's samples are the layer's */
    bool avx2;
    void *chunk; /* a row of the file in planes, where it is not direct */
};

/* Reads `path` into reading->layer, sealed; context, page, kind and err are set. */
int segi_load(struct segi_reading *reading, const char *path);

/* The provenance that `path` carries (see struct segi_save_options), as foreign text: what it says
 * must be checked. Empty where the file is JSON, which the caller reads; SEG_IO where an image has
 * none. text->data is freed with segi_free. */
int segi_load_provenance(seg_context *context, const char *path, struct segi_blob *text,
                         struct seg_error *err);

/* What a file holds. */
struct segi_picture {
    uint64_t width, height, planes;
    enum segi_sample sample;
    uint32_t color; /* enum seg_color */
};

/* Masks and labels want the numbers that are stored, images what they look like: without a palette,
 * and fewer than 8 bits stretched to 0..255. */
bool segi_reading_wants_numbers(const struct segi_reading *reading);

/* Makes the layer, which is not larger than allowed. Fails where the kind cannot hold the picture.
 */
int segi_reading_start(struct segi_reading *reading, const struct segi_picture *picture);
void segi_reading_end(struct segi_reading *reading); /* frees all but the layer */

/* Stores samples of row `y`, from column `x` on: of one plane, or of all planes in turn. They need
 * no alignment, and must be in this machine's byte order. */
int segi_reading_plane(struct segi_reading *reading, int32_t plane, int32_t y, int32_t x, int32_t n,
                       const void *samples);
int segi_reading_chunky(struct segi_reading *reading, int32_t y, int32_t x, int32_t n,
                        const void *samples);

/* For n samples of `size` bytes each of `planes` planes: to[plane] are rows. */
void segi_deinterleave(void *const *to, int32_t planes, const void *from, size_t n, size_t size,
                       bool avx2);

/* The other way: `from` are rows. */
void segi_interleave(void *to, const void *const *from, int32_t planes, size_t n, size_t size);

/* Swaps the bytes of each sample of 2, 4 or 8 bytes. */
void segi_swap_bytes(void *samples, size_t n, size_t size);

/* Stretches or spreads n samples of 1, 2 or 4 bits, the first in the highest bits, one a byte. */
void segi_unpack_bits(uint8_t *to, const uint8_t *from, size_t n, unsigned bits, bool stretch);

/* Turns the layer the way that orientation 1..8 of EXIF and TIFF says. */
int segi_reading_orient(struct segi_reading *reading, unsigned orientation);

/* "truncated: 312 of 512 rows" */
int segi_reading_truncated(struct segi_reading *reading, uint64_t rows, uint64_t of);

#endif
