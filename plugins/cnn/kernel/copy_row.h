/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Padding of a row as it is copied. */
#ifndef CNN_COPY_ROW_H
#define CNN_COPY_ROW_H

#include "kernel/micro.h"

/* Columns of one row of the input, with zeros for what is outside. */
static inline void copy_row(const float *row, size_t unit, int32_t first, int32_t step,
                            int32_t count, int32_t in_w, float *to)
{
    int32_t left = first < 0 ? int_min(count, (step - 1 - first) / step) : 0;
    int64_t inside = in_w > first ? ((int64_t)in_w - first + step - 1) / step : 0;
    int32_t right = inside < count ? int_max(left, (int32_t)inside) : count;
    memset(to, 0, (size_t)left * unit * sizeof(float));
    if (right > left) {
        const float *from = row + ((ptrdiff_t)first + (ptrdiff_t)left * step) * (ptrdiff_t)unit;
        if (step == 1)
            memcpy(to + (size_t)left * unit, from, (size_t)(right - left) * unit * sizeof(float));
        else
            for (int32_t x = left; x < right; x++, from += (ptrdiff_t)step * (ptrdiff_t)unit)
                memcpy(to + (size_t)x * unit, from, unit * sizeof(float));
    }
    memset(to + (size_t)right * unit, 0, (size_t)(count - right) * unit * sizeof(float));
}

#endif
