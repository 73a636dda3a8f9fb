/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What reading and writing PNG share. */
#ifndef SEGI_PNG_H
#define SEGI_PNG_H

#include "format.h"

#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"

enum { PNG_GRAY = 0, PNG_RGB = 2, PNG_PALETTE = 3, PNG_GRAY_ALPHA = 4, PNG_RGBA = 6 };
enum { PNG_NONE, PNG_SUB, PNG_UP, PNG_AVERAGE, PNG_PAETH };

static inline uint32_t segi_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Undoes a row's filter: `to` and `from` may be the same; `above` is the row above, undone, or
 * zeros. `step` is the distance to the pixel on the left. False: there is no such filter. */
bool segi_png_unfilter(unsigned filter, uint8_t *to, const uint8_t *from, const uint8_t *above,
                       size_t size, size_t step);

/* Undoes Paeth's filter in SEGI_PNG_WAVE rows of single bytes, of which `above` is above the first.
 */
#define SEGI_PNG_WAVE 4
void segi_png_unfilter_wave(uint8_t *const *to, const uint8_t *const *from, const uint8_t *above,
                            size_t size);

/* The chunks 'pHYs' and 'iCCP' to the layer's properties; what is wrong in them is passed over.
 * False: no memory. */
bool segi_png_get_size(seg_layer *layer, const uint8_t *data, size_t size);
bool segi_png_get_icc(seg_layer *layer, const uint8_t *data, size_t size);

/* The other way: how many bytes were written to `data`, which has room for 9, or to *data, which
 * the caller frees (0, and NULL, where there is nothing to say). */
size_t segi_png_put_size(const seg_layer *layer, uint8_t *data);
size_t segi_png_put_icc(const seg_layer *layer, uint8_t **data);

/* The chunk 'iTXt' that tells how the image was made: what stands before the text, and reading it.
 */
#define PNG_PROVENANCE_HEAD 11
extern const char segi_png_provenance_head[PNG_PROVENANCE_HEAD];
int segi_png_provenance(struct segi_source *source, struct segi_blob *text, struct seg_error *err);

int segi_png_save(struct segi_writing *writing);

#endif
