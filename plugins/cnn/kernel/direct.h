/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Direct convolution as planned for one shape: any kernel, stride and dilation, and transposed
 * convolution as one plain convolution for each phase of its stride.
 *
 * The output is cut into bands of rows whose input fits the cache. A band's input is copied with
 * its padding (or used in place where there is none) and the output's channels pass over it in
 * groups of 8, 16 or 24, in tiles of up to 12, 6 or 4 pixels whose sums stay in registers. An image
 * of one pixel per row takes the place of a 1x1 convolution's, so that tiles do not end with rows.
 */
#ifndef CNN_DIRECT_H
#define CNN_DIRECT_H

#include "kernel/micro.h"

#define DIRECT_MAX_KERNEL 64
#define DIRECT_MAX_GROUP  3

/* One direction of one phase. Output number j, at first_out + j * step_out, reads the inputs
 * first + j * step + delta[k] with the weights index[k]. */
struct direct_axis {
    int32_t count, first_out, step_out;
    int32_t first, step;
    int32_t taps, span; /* span: the largest delta; the least is 0 */
    int32_t delta[DIRECT_MAX_KERNEL], index[DIRECT_MAX_KERNEL];
};

struct direct_plan {
    int32_t in_w, in_h, out_w, out_h;
    size_t unit;                       /* floats a pixel: 8, or 1 for planar input */
    size_t planes;                     /* blocks or planes of the input */
    size_t out_blocks, groups, splits; /* the groups are split between so many work items */
    int32_t phases_x, phases_y;
    bool copies; /* the input of a band is copied */
    int32_t band_rows;
    size_t bands;                          /* of the phase that has most */
    size_t band_floats, band_pixels, taps; /* the largest of any phase */
    size_t worker_bytes;
};

int32_t direct_phases(const struct cnn_conv *conv, int32_t stride);
void direct_axis_of(const struct cnn_conv *conv, bool vertical, int32_t phase, int32_t pad,
                    int32_t out, struct direct_axis *axis);
void direct_plan_make(const struct cnn_conv *conv, const struct cnn_geometry *geometry,
                      struct direct_plan *plan);

/* How many blocks of 8 the group of output channels has, and its first. */
static inline size_t direct_group_blocks(size_t out_blocks, size_t group)
{
    if (out_blocks == 1)
        return 1;
    return out_blocks % 2 && group == 0 ? 3 : 2;
}

static inline size_t direct_group_first(size_t out_blocks, size_t group)
{
    return group == 0 ? 0 : 2 * group + out_blocks % 2;
}

static inline size_t direct_group_count(size_t out_blocks)
{
    return out_blocks == 1 ? 1 : out_blocks / 2;
}

/* The columns (rows) of a copied band: 1x1 copies only those that are read. */
static inline int32_t direct_copy_step(const struct direct_axis *axis)
{
    return axis->span == 0 ? axis->step : 1;
}

static inline int32_t direct_extent(const struct direct_axis *axis, int32_t count)
{
    return (count - 1) * (axis->step / direct_copy_step(axis)) + axis->span + 1;
}

/* Floats of one plane or block of a copied band. */
static inline size_t direct_plane(const struct direct_plan *plan, const struct direct_axis *x,
                                  const struct direct_axis *y, int32_t rows)
{
    return odd_lines((size_t)direct_extent(x, x->count) * (size_t)direct_extent(y, rows) *
                     plan->unit);
}

/* Whether kernel, stride and so on are of sizes that the plans can hold. */
bool direct_sizes_fit(const struct cnn_conv *conv, const struct cnn_geometry *geometry);
bool direct_fits(const struct cnn_conv *conv, const struct cnn_geometry *geometry);
size_t direct_packed_size(const struct cnn_conv *conv);
void direct_prepare(const struct cnn_conv *conv, void *packed);
size_t direct_workspace(const struct cnn_conv *conv, const struct cnn_geometry *geometry);

/* Floats of the prepared weights before those of a phase. */
size_t direct_phase_offset(const struct cnn_conv *conv, int32_t phase_y, int32_t phase_x);

#endif
