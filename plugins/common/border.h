/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a window sees beyond the border of the image. */
#ifndef COMMON_BORDER_H
#define COMMON_BORDER_H

#include <segkit/plugin-util.h>

enum { COMMON_REFLECT, COMMON_MIRROR, COMMON_NEAREST };

static const struct seg_choice common_borders[] = {
    [COMMON_REFLECT] = {"reflect", "mirrored at the edge: b a | a b c"},
    [COMMON_MIRROR] = {"mirror", "mirrored at the last pixel: c b | a b c"},
    [COMMON_NEAREST] = {"nearest", "the last pixel repeated: a a | a b c"},
};

/* The pixel of 0..count-1 that stands at `i`, any number. */
static inline int32_t common_border(int64_t i, int32_t count, int32_t border)
{
    if (i >= 0 && i < count)
        return (int32_t)i;
    if (border == COMMON_NEAREST || count == 1)
        return i < 0 ? 0 : count - 1;
    int64_t period = border == COMMON_REFLECT ? 2 * (int64_t)count : 2 * (int64_t)count - 2;
    i %= period;
    i = i < 0 ? i + period : i;
    if (i < count)
        return (int32_t)i;
    return (int32_t)(border == COMMON_REFLECT ? period - 1 - i : period - i);
}

#endif
