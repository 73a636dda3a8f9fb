/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "grid.h"

#include "common/border.h"
#include "common/sample.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* FFTW's planner keeps state of its own and may not run twice at once; its plans may. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

/* The next size that FFTW is fast at: few prime factors, and enough of them 2 for its vectors. */
static int32_t fast_size(int32_t least)
{
    for (int32_t size = (least + 7) / 8 * 8;; size += 8) {
        int32_t rest = size;
        static const int32_t factors[] = {2, 3, 5, 7};
        for (size_t i = 0; i < SEG_COUNT(factors); i++)
            while (rest % factors[i] == 0)
                rest /= factors[i];
        if (rest == 1)
            return size;
    }
}

/* Of a complex row, aligned as FFTW's plans expect. */
static size_t row_room(const struct frequency_grid *grid)
{
    return ((size_t)grid->width + 7) / 8 * 8;
}

static int plan(struct frequency_grid *grid, const char *wisdom)
{
    const struct common_env *env = grid->env;
    const unsigned flags = *wisdom ? FFTW_MEASURE : FFTW_ESTIMATE;
    const int height = grid->height, n = FREQUENCY_BLOCK;
    fftwf_complex *from = grid->room, *to = from + row_room(grid);
    char written[4096];
    int status = SEG_OK;
    pthread_mutex_lock(&planner);
    if (*wisdom)
        fftwf_import_wisdom_from_filename(wisdom); /* there may be none yet */
    grid->row_forward = fftwf_plan_dft_1d(grid->width, from, to, FFTW_FORWARD, flags);
    grid->row_backward = fftwf_plan_dft_1d(grid->width, from, to, FFTW_BACKWARD, flags);
    grid->column_forward =
        fftwf_plan_many_dft(1, &height, n, from, NULL, n, 1, from, NULL, n, 1, FFTW_FORWARD, flags);
    grid->column_backward = fftwf_plan_many_dft(1, &height, n, from, NULL, n, 1, from, NULL, n, 1,
                                                FFTW_BACKWARD, flags);
    if (!grid->row_forward || !grid->row_backward || !grid->column_forward ||
        !grid->column_backward)
        status = common_nomem(env);
    if (*wisdom && !status) {
        snprintf(written, sizeof written, "%s.part", wisdom);
        errno = 0;
        if (!fftwf_export_wisdom_to_filename(written) || rename(written, wisdom))
            status = env->host->fail(env->call, SEG_IO, "'%s' cannot be written: %s", wisdom,
                                     strerror(errno));
    }
    pthread_mutex_unlock(&planner);
    return status;
}

int frequency_open(struct frequency_grid *grid, const struct common_env *env,
                   const struct seg_view *image, int32_t margin, int padding, const char *wisdom)
{
    const unsigned workers = env->host->workers(env->call);
    const bool wrap = padding == FREQUENCY_WRAP;
    *grid = (struct frequency_grid){.env = env,
                                    .inner_width = image->width,
                                    .inner_height = image->height,
                                    .padding = padding,
                                    .width = image->width,
                                    .height = image->height};
    if (!wrap) {
        grid->width = fast_size(image->width + margin);
        grid->height = fast_size(image->height + margin);
    }
    grid->columns = grid->width / 2 + 1;
    grid->stride = ((size_t)grid->columns + 7) / 8 * 8;
    if (grid->stride % 512 == 0) /* else a column lies in few sets of the cache */
        grid->stride += 8;
    const size_t rows = 2 * row_room(grid), block = (size_t)grid->height * FREQUENCY_BLOCK;
    grid->share = rows > block ? rows : block;
    if (!COMMON_SCRATCH(env, grid->data, grid->stride * (size_t)grid->height) ||
        !COMMON_SCRATCH(env, grid->room, grid->share * workers))
        return common_nomem(env);
    return plan(grid, wisdom);
}

void frequency_close(struct frequency_grid *grid)
{
    const fftwf_plan plans[] = {grid->row_forward, grid->row_backward, grid->column_forward,
                                grid->column_backward};
    pthread_mutex_lock(&planner);
    for (size_t i = 0; i < SEG_COUNT(plans); i++)
        if (plans[i])
            fftwf_destroy_plan(plans[i]);
    pthread_mutex_unlock(&planner);
}

/* -- rows ------------------------------------------------------------------------------------- */

struct rows {
    struct frequency_grid *grid;
    frequency_row *row;
    void *arg;
    int32_t count;
};

/* From the transform of a + i b to those of the real rows a and b, the half that is not its own
 * mirror image. */
static void untangle(fftwf_complex *both, int32_t width, fftwf_complex *a, fftwf_complex *b)
{
    for (int32_t k = 0; k <= width / 2; k++) {
        const float *left = both[k], *right = both[k ? width - k : 0];
        a[k][0] = (left[0] + right[0]) / 2;
        a[k][1] = (left[1] - right[1]) / 2;
        b[k][0] = (left[1] + right[1]) / 2;
        b[k][1] = (right[0] - left[0]) / 2;
    }
}

static void tangle(fftwf_complex *a, fftwf_complex *b, int32_t width, float scale,
                   fftwf_complex *both)
{
    for (int32_t k = 0; k <= width / 2; k++) {
        both[k][0] = (a[k][0] - b[k][1]) * scale;
        both[k][1] = (a[k][1] + b[k][0]) * scale;
    }
    for (int32_t k = 1; k < width - width / 2; k++) {
        both[width - k][0] = (a[k][0] + b[k][1]) * scale;
        both[width - k][1] = (b[k][0] - a[k][1]) * scale;
    }
}

/* Of an odd number of rows the last goes with itself. */
static int rows_forward(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct rows *rows = arg;
    const struct frequency_grid *grid = rows->grid;
    fftwf_complex *from = grid->room + worker * grid->share, *to = from + row_room(grid);
    for (size_t pair = begin; pair < end; pair++) {
        const int32_t first = (int32_t)(2 * pair), second = first + (first + 1 < grid->height);
        float *a = (float *)to, *b = a + grid->width;
        int status = rows->row(rows->arg, first, a);
        if (!status)
            status = rows->row(rows->arg, second, b);
        if (status)
            return status;
        for (int32_t x = 0; x < grid->width; x++) {
            from[x][0] = a[x];
            from[x][1] = b[x];
        }
        fftwf_execute_dft(grid->row_forward, from, to);
        untangle(to, grid->width, grid->data + (size_t)first * grid->stride,
                 grid->data + (size_t)second * grid->stride);
    }
    return SEG_OK;
}

static int rows_backward(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct rows *rows = arg;
    const struct frequency_grid *grid = rows->grid;
    const float scale = 1 / ((float)grid->width * (float)grid->height);
    fftwf_complex *from = grid->room + worker * grid->share, *to = from + row_room(grid);
    for (size_t pair = begin; pair < end; pair++) {
        const int32_t first = (int32_t)(2 * pair), second = first + (first + 1 < grid->height);
        float *a = (float *)from, *b = a + grid->width;
        tangle(grid->data + (size_t)first * grid->stride,
               grid->data + (size_t)second * grid->stride, grid->width, scale, from);
        fftwf_execute_dft(grid->row_backward, from, to);
        for (int32_t x = 0; x < grid->width; x++) {
            a[x] = to[x][0];
            b[x] = to[x][1];
        }
        int status = rows->row(rows->arg, first, a);
        if (!status && second > first && second < rows->count)
            status = rows->row(rows->arg, second, b);
        if (status)
            return status;
    }
    return SEG_OK;
}

int frequency_rows_forward(struct frequency_grid *grid, frequency_row *give, void *arg)
{
    struct rows rows = {grid, give, arg, grid->height};
    return common_parallel(grid->env, ((size_t)grid->height + 1) / 2, common_grain(grid->width),
                           rows_forward, &rows);
}

int frequency_rows_backward(struct frequency_grid *grid, int32_t count, frequency_row *take,
                            void *arg)
{
    struct rows rows = {grid, take, arg, count};
    return common_parallel(grid->env, ((size_t)count + 1) / 2, common_grain(grid->width),
                           rows_backward, &rows);
}

/* -- columns ---------------------------------------------------------------------------------- */

struct columns {
    struct frequency_grid *grid;
    frequency_change *change;
    void *arg;
    bool back;
};

static int columns_work(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct columns *c = arg;
    const struct frequency_grid *grid = c->grid;
    const size_t height = (size_t)grid->height;
    fftwf_complex *block = grid->room + worker * grid->share;
    for (size_t b = begin; b < end; b++) {
        const size_t first = b * FREQUENCY_BLOCK, left = (size_t)grid->columns - first;
        const size_t bytes = (left < FREQUENCY_BLOCK ? left : FREQUENCY_BLOCK) * sizeof *block;
        if (left < FREQUENCY_BLOCK)
            memset(block, 0, height * FREQUENCY_BLOCK * sizeof *block);
        for (size_t y = 0; y < height; y++)
            memcpy(block + y * FREQUENCY_BLOCK, grid->data + y * grid->stride + first, bytes);
        fftwf_execute_dft(grid->column_forward, block, block);
        if (c->change)
            c->change(c->arg, grid, (int32_t)first, block);
        if (c->back)
            fftwf_execute_dft(grid->column_backward, block, block);
        for (size_t y = 0; y < height; y++)
            memcpy(grid->data + y * grid->stride + first, block + y * FREQUENCY_BLOCK, bytes);
    }
    return SEG_OK;
}

int frequency_columns(struct frequency_grid *grid, frequency_change *change, void *arg, bool back)
{
    struct columns c = {grid, change, arg, back};
    const size_t blocks = ((size_t)grid->columns + FREQUENCY_BLOCK - 1) / FREQUENCY_BLOCK;
    return common_parallel(grid->env, blocks, 1, columns_work, &c);
}

/* -- planes ----------------------------------------------------------------------------------- */

/* The pixel of 0..count-1 that stands at `i` of 0..full-1: the nearer half of the border goes with
 * either edge. */
static int32_t inner(int32_t i, int32_t count, int32_t full, int padding)
{
    const int32_t at = i < count + (full - count + 1) / 2 ? i : i - full;
    return common_border(at, count, padding == FREQUENCY_EDGE ? COMMON_NEAREST : COMMON_REFLECT);
}

int frequency_give_plane(void *arg, int32_t y, float *row)
{
    const struct frequency_plane *p = arg;
    const struct frequency_grid *grid = p->grid;
    const int32_t from = inner(y, grid->inner_height, grid->height, grid->padding);
    const int32_t width = grid->inner_width;
    common_floats(&p->view, p->plane, from, 0, (size_t)width, row);
    for (int32_t x = 0; x < width && p->view.dtype == SEG_F32; x++)
        if (!isfinite(row[x]))
            return grid->env->host->fail(grid->env->call, SEG_STAGE,
                                         "the sample at column %d, row %d is %g; a Fourier "
                                         "transform needs finite samples: replace it",
                                         x, from, (double)row[x]);
    for (int32_t x = width; x < grid->width; x++)
        row[x] = row[inner(x, width, grid->width, grid->padding)];
    return SEG_OK;
}

int frequency_take_plane(void *arg, int32_t y, float *row)
{
    const struct frequency_plane *p = arg;
    const size_t width = (size_t)p->grid->inner_width;
    for (size_t x = 0; x < width && p->offset != 0; x++)
        row[x] += p->offset;
    common_store(&p->view, p->plane, y, row, width);
    return SEG_OK;
}

int frequency_filter(struct frequency_grid *grid, const struct seg_view *in,
                     const struct seg_view *out, float offset, frequency_change *change, void *arg)
{
    int status = SEG_OK;
    for (int32_t p = 0; p < in->planes && !status; p++) {
        struct frequency_plane from = {.grid = grid, .view = *in, .plane = p};
        struct frequency_plane to = {.grid = grid, .view = *out, .plane = p, .offset = offset};
        status = frequency_rows_forward(grid, frequency_give_plane, &from);
        if (!status)
            status = frequency_columns(grid, change, arg, true);
        if (!status)
            status = frequency_rows_backward(grid, grid->inner_height, frequency_take_plane, &to);
    }
    return status;
}
