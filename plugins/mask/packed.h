/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mask packed to one bit a pixel. */
#ifndef MASK_PACKED_H
#define MASK_PACKED_H

#include "common/env.h"

struct mask_packed {
    uint64_t *bits; /* the first pixel of a row is the lowest bit of its first word */
    size_t words;   /* of a row */
    uint64_t last;  /* the bits of a row's last word that are in the image; the others are 0 */
    int32_t width, height;
    size_t first; /* the row that `bits` begins with */
};

static inline uint64_t *mask_packed_row(const struct mask_packed *packed, size_t y)
{
    return packed->bits + (y - packed->first) * packed->words;
}

/* A mask of the size of `view` without any bits. */
struct mask_packed mask_packed_of(const struct seg_view *view);

/* Room for a mask of the size of `view`, scratch memory that is not cleared. */
int mask_packed_make(const struct common_env *env, const struct seg_view *view,
                     struct mask_packed *packed);

/* Rows of it, or of a part that begins with row `first`. */
void mask_pack_rows(const struct seg_view *view, const struct mask_packed *packed, size_t begin,
                    size_t end);
void mask_unpack_rows(const struct mask_packed *packed, const struct seg_view *view, size_t begin,
                      size_t end);

/* All rows. */
int mask_pack(const struct common_env *env, const struct seg_view *view,
              const struct mask_packed *packed);
int mask_unpack(const struct common_env *env, const struct mask_packed *packed,
                const struct seg_view *view);

#endif
