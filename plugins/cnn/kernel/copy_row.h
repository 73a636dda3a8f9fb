/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Padding of a row as it is copied. */
#ifndef CNN_COPY_ROW_H
#define CNN_COPY_ROW_H

#include "kernel/micro.h"

/* memcpy may choose `rep movsb`, which is several times slower here on some processors. */
static inline void copy_floats(float *to, const float *from, size_t count)
{
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        v8 a = v8_load(from + i), b = v8_load(from + i + 8);
        v8 c = v8_load(from + i + 16), d = v8_load(from + i + 24);
        v8_store(to + i, a);
        v8_store(to + i + 8, b);
        v8_store(to + i + 16, c);
        v8_store(to + i + 24, d);
    }
    for (; i + 8 <= count; i += 8)
        v8_store(to + i, v8_load(from + i));
    for (; i < count; i++)
        to[i] = from[i];
}

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
            copy_floats(to + (size_t)left * unit, from, (size_t)(right - left) * unit);
        else if (unit == 8)
            for (int32_t x = left; x < right; x++, from += (ptrdiff_t)step * 8)
                v8_store(to + (size_t)x * 8, v8_load(from));
        else
            for (int32_t x = left; x < right; x++, from += step)
                to[x] = *from;
    }
    memset(to + (size_t)right * unit, 0, (size_t)(count - right) * unit * sizeof(float));
}

#endif
