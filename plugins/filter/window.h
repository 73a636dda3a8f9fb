/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filters that look at a window around each sample, a row of windows at a time. */
#ifndef FILTER_WINDOW_H
#define FILTER_WINDOW_H

#include "common/env.h"

/* Which samples of a window of odd size count: of row i those up to half[i] from the middle. */
struct filter_footprint {
    int32_t size;
    const int32_t *half;
    size_t area;
};

enum { FILTER_SQUARE, FILTER_DISK };

static const struct seg_choice filter_shapes[] = {
    [FILTER_SQUARE] = {"square", "all of the window"},
    [FILTER_DISK] = {"disk",
                     "what is no further than half the size, rounded down, from the middle"},
};

/* `half` is scratch memory. */
int filter_footprint(const struct common_env *env, int32_t size, int32_t shape,
                     struct filter_footprint *footprint);

struct filter_windows {
    struct seg_view in, out;
    int32_t size, border;
    /* Filters a row of in.width windows: rows[i] is row i of all of them, and begins with the first
     * column of the first one. `room` is `room_size` bytes that hold what the row before left
     * there, zeros at first. */
    void (*row)(const void *arg, const void *const *rows, int32_t width, void *room, void *out);
    const void *arg;
    size_t room_size;
};

/* All planes. */
int filter_windows(const struct common_env *env, const struct filter_windows *windows);

/* Copies row `y`, which may lie outside, with half a window of border on either side. */
void filter_window_row(const struct filter_windows *windows, int32_t plane, int64_t y, void *to);

/* All planes as f32 with `pad` samples of border on each side: sample (x, y) of a plane is at
 * data[plane * plane_stride + y * stride + x], from -pad on. */
struct filter_padded {
    float *data;
    ptrdiff_t stride, plane_stride; /* floats */
};

int filter_pad_planes(const struct common_env *env, const struct seg_view *in, int32_t pad,
                      int32_t border, struct filter_padded *padded);

#endif
