/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "packed.h"

#include "common/bits.h"

struct pass {
    const struct seg_view *view;
    const struct mask_packed *packed;
};

void mask_pack_rows(const struct seg_view *view, const struct mask_packed *packed, size_t begin,
                    size_t end)
{
    int32_t width = packed->width;
    for (size_t y = begin; y < end; y++) {
        const uint8_t *row = seg_row(view, 0, (int32_t)y);
        uint64_t *to = mask_packed_row(packed, y);
        int32_t x = 0;
        for (; x + 64 <= width; x += 64)
            *to++ = common_bits64(row + x);
        if (x < width)
            *to = common_bits_tail(row + x, width - x);
    }
}

void mask_unpack_rows(const struct mask_packed *packed, const struct seg_view *view, size_t begin,
                      size_t end)
{
    int32_t width = packed->width;
    for (size_t y = begin; y < end; y++) {
        uint8_t *row = seg_row(view, 0, (int32_t)y);
        const uint64_t *from = mask_packed_row(packed, y);
        for (int32_t x = 0; x < width; x += 64)
            common_bytes64(*from++, row + x, width - x < 64 ? width - x : 64);
    }
}

static int pack_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    mask_pack_rows(pass->view, pass->packed, begin, end);
    return SEG_OK;
}

static int unpack_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    mask_unpack_rows(pass->packed, pass->view, begin, end);
    return SEG_OK;
}

struct mask_packed mask_packed_of(const struct seg_view *view)
{
    const size_t words = ((size_t)view->width + 63) / 64;
    return (struct mask_packed){.words = words,
                                .last = UINT64_MAX >> (words * 64 - (size_t)view->width),
                                .width = view->width,
                                .height = view->height};
}

int mask_packed_make(const struct common_env *env, const struct seg_view *view,
                     struct mask_packed *packed)
{
    *packed = mask_packed_of(view);
    return COMMON_SCRATCH(env, packed->bits, (size_t)view->height * packed->words)
               ? SEG_OK
               : common_nomem(env);
}

int mask_pack(const struct common_env *env, const struct seg_view *view,
              const struct mask_packed *packed)
{
    struct pass pass = {view, packed};
    return common_parallel(env, (size_t)view->height, common_grain(view->width), pack_rows, &pass);
}

int mask_unpack(const struct common_env *env, const struct mask_packed *packed,
                const struct seg_view *view)
{
    struct pass pass = {view, packed};
    return common_parallel(env, (size_t)view->height, common_grain(view->width), unpack_rows,
                           &pass);
}
