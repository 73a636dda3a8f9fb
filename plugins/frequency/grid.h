/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plane with a border around it, and its Fourier transform in the same memory.
 *
 * The transform is done by rows, two of which are the real and the imaginary part of one complex
 * row, then by blocks of adjacent columns that are copied together: the processor's caches like
 * that better than a two-dimensional plan of FFTW, and the host's threads can share it. A real row
 * of `width` samples becomes `columns` coefficients. */
#ifndef FREQUENCY_GRID_H
#define FREQUENCY_GRID_H

#include "common/env.h"

#include <fftw3.h>

enum { FREQUENCY_BLOCK = 16 }; /* columns that are transformed together */
enum { FREQUENCY_MIRROR, FREQUENCY_EDGE, FREQUENCY_WRAP };

struct frequency_grid {
    const struct common_env *env;
    int32_t inner_width, inner_height; /* of the image */
    int32_t width, height;             /* with the border */
    int32_t columns;
    size_t stride; /* coefficients from one row to the next */
    int padding;
    fftwf_complex *data;
    fftwf_complex *room; /* `share` for each worker */
    size_t share;
    fftwf_plan row_forward, row_backward, column_forward, column_backward;
};

/* Memory and plans for the plane of an image with at least `margin` pixels between one edge and the
 * opposite one; none for FREQUENCY_WRAP. `wisdom` is a file that plans are read from and written
 * to; "": plans are estimated. Call frequency_close() whatever it returns. */
int frequency_open(struct frequency_grid *grid, const struct common_env *env,
                   const struct seg_view *image, int32_t margin, int padding, const char *wisdom);
void frequency_close(struct frequency_grid *grid);

/* Gives or takes row `y` with its border: grid->width samples, in memory for this row alone. */
typedef int frequency_row(void *arg, int32_t y, float *row);

/* Asks for all rows and transforms them; transforms the first `count` rows back and gives them
 * away, divided by width * height. */
int frequency_rows_forward(struct frequency_grid *grid, frequency_row *give, void *arg);
int frequency_rows_backward(struct frequency_grid *grid, int32_t count, frequency_row *take,
                            void *arg);

/* Changes the coefficients of the columns from `first` on: block[y * FREQUENCY_BLOCK + i] stands in
 * row y and column first + i. Columns past the last are zero. */
typedef void frequency_change(void *arg, const struct frequency_grid *grid, int32_t first,
                              fftwf_complex *block);

/* Transforms the columns, lets `change` (may be NULL) work on them, and where `back` transforms
 * them back. */
int frequency_columns(struct frequency_grid *grid, frequency_change *change, void *arg, bool back);

/* A plane as what rows are asked from and given to. */
struct frequency_plane {
    const struct frequency_grid *grid;
    struct seg_view view;
    int32_t plane;
    float offset; /* added to what is stored */
};
frequency_row frequency_give_plane, frequency_take_plane;

/* Every plane of an image in turn: forward, change, back. */
int frequency_filter(struct frequency_grid *grid, const struct seg_view *in,
                     const struct seg_view *out, float offset, frequency_change *change, void *arg);

/* Cycles a pixel of a row of coefficients. */
static inline float frequency_of(int32_t index, int32_t count)
{
    return (float)(index <= count / 2 ? index : index - count) / (float)count;
}

#define FREQUENCY_PORT                                                                             \
    {                                                                                              \
        .name = "image", .summary = "samples of any number of channels",                           \
        .kinds = SEG_KIND_BIT(SEG_IMAGE), .dtypes = SEG_ANY_SAMPLE                                 \
    }
#define FREQUENCY_RESULT                                                                           \
    {                                                                                              \
        .name = "result", .summary = "each channel, filtered", .kinds = SEG_KIND_BIT(SEG_IMAGE),   \
        .dtypes = SEG_ANY_SAMPLE                                                                   \
    }

static const struct seg_choice frequency_paddings[] = {
    [FREQUENCY_MIRROR] = {"mirror", "the border mirrors the image"},
    [FREQUENCY_EDGE] = {"edge", "the border repeats the last pixel"},
    [FREQUENCY_WRAP] = {"wrap", "there is no border: opposite edges touch"},
};
#define FREQUENCY_PADDING(T)                                                                       \
    {                                                                                              \
        SEG_P_CHOICE(T, padding, FREQUENCY_MIRROR, frequency_paddings,                             \
                     "what lies beyond the edge of the image")                                     \
    }
#define FREQUENCY_WISDOM(T)                                                                        \
    {                                                                                              \
        SEG_P_PATH(T, wisdom, "",                                                                  \
                   "file that FFTW's measured plans are read from and written to; without it "     \
                   "plans are estimated")                                                          \
    }

#define FREQUENCY_TEXT                                                                             \
    "The image is transformed in single precision, with a border around it so that its edges do "  \
    "not ring, to a size whose only prime factors are 2, 3, 5 and 7. The time is that of n log n " \
    "for n pixels. Samples that are not finite are refused."

#endif
