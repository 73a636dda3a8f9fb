/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pixel's label where either labels or a mask were given. */
#ifndef REFINE_LABEL_H
#define REFINE_LABEL_H

#include <segkit/plugin-util.h>

static inline int32_t refine_label(const struct seg_view *view, int32_t x, int32_t y)
{
    const void *row = seg_row(view, 0, y);
    return view->kind == SEG_MASK ? ((const uint8_t *)row)[x] : ((const int32_t *)row)[x];
}

#endif
