/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Canvas, levels, and bilinear resampling with pixel centres at + 0.5, as networks are trained
 * with. */
#include "prepare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -- canvas ------------------------------------------------------------------------------------ */

enum { CANVAS_MAX = 1 << 28 }; /* pixels, the usual limit of an image too */

static void fit(const int32_t size[2], int32_t width, int32_t height, int32_t content[2])
{
    int64_t h = (int64_t)height * size[0] / width;
    int64_t w = (int64_t)width * size[1] / height;
    content[0] = h <= size[1] ? size[0] : (int32_t)(w > 1 ? w : 1);
    content[1] = h <= size[1] ? (int32_t)(h > 1 ? h : 1) : size[1];
}

int cnn_canvas_plan(const struct cnn_sidecar *sidecar, const int32_t fixed[2], int32_t width,
                    int32_t height, struct cnn_canvas *canvas, struct cnn_error *err)
{
    const int32_t image[2] = {width, height};
    int32_t size[2];
    memset(canvas, 0, sizeof *canvas);
    for (int i = 0; i < 2; i++) {
        size[i] = sidecar->size[i] ? sidecar->size[i] : fixed[i];
        canvas->image[i] = image[i];
        canvas->content[i] = size[i] ? size[i] : image[i];
    }
    bool sized = size[0] && size[1];
    bool fits = sidecar->resize == CNN_PAD && (!sized || (width <= size[0] && height <= size[1]));
    if (fits)
        memcpy(canvas->content, image, sizeof image);
    else if (sized && sidecar->resize != CNN_STRETCH)
        fit(size, width, height, canvas->content);
    for (int i = 0; i < 2; i++) {
        int64_t multiple = sidecar->resize == CNN_STRETCH ? 1 : sidecar->multiple[i];
        int64_t full = (canvas->content[i] + multiple - 1) / multiple * multiple;
        canvas->size[i] = (int32_t)(full > CANVAS_MAX ? CANVAS_MAX + 1 : full);
        canvas->offset[i] = (canvas->size[i] - canvas->content[i]) / 2;
    }
    if ((int64_t)canvas->size[0] * canvas->size[1] > CANVAS_MAX)
        return cnn_fail(err, SEG_LIMIT,
                        "an image of %d x %d becomes %d x %d for the network, which is more than "
                        "%d pixels",
                        (int)width, (int)height, (int)canvas->size[0], (int)canvas->size[1],
                        CANVAS_MAX);
    return SEG_OK;
}

void cnn_canvas_mirror(struct cnn_canvas *canvas, bool x, bool y)
{
    for (int i = 0; i < 2; i++)
        if (i ? y : x)
            canvas->offset[i] = canvas->size[i] - canvas->offset[i] - canvas->content[i];
}

/* -- levels ------------------------------------------------------------------------------------ */

enum { BINS = 1 << 16 };

static int32_t colours(const struct seg_view *image)
{
    return image->planes >= 3 ? 3 : 1;
}

static const void *row_of(const struct seg_view *image, int32_t plane, int32_t y)
{
    return (const char *)image->data + plane * image->plane_stride + y * image->row_stride;
}

/* The range of the finite samples; empty (low > high) where there are none. */
static void f32_range(const struct seg_view *image, float *low, float *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int32_t p = 0; p < colours(image); p++)
        for (int32_t y = 0; y < image->height; y++) {
            const float *row = row_of(image, p, y);
            for (int32_t x = 0; x < image->width; x++) {
                if (!isfinite(row[x]))
                    continue;
                *low = row[x] < *low ? row[x] : *low;
                *high = row[x] > *high ? row[x] : *high;
            }
        }
}

/* Counts samples; f32 in BINS bins over low..high. Returns how many there are. */
static uint64_t histogram(const struct seg_view *image, float low, float high, uint64_t *count)
{
    uint64_t total = 0;
    double gain = high > low ? (BINS - 1) / ((double)high - low) : 0;
    for (int32_t p = 0; p < colours(image); p++)
        for (int32_t y = 0; y < image->height; y++) {
            const void *row = row_of(image, p, y);
            for (int32_t x = 0; x < image->width; x++) {
                if (image->dtype == SEG_U8)
                    count[((const uint8_t *)row)[x]]++;
                else if (image->dtype == SEG_U16)
                    count[((const uint16_t *)row)[x]]++;
                else if (isfinite(((const float *)row)[x]))
                    count[(size_t)(((double)((const float *)row)[x] - low) * gain)]++;
                else
                    continue;
                total++;
            }
        }
    return total;
}

/* The smallest value that at least `percent` of the samples do not exceed. */
static double percentile(const uint64_t *count, uint64_t total, double percent)
{
    double want = ceil(percent / 100 * (double)total);
    uint64_t below = 0;
    size_t bin = 0;
    while (bin < BINS - 1 && (double)(below += count[bin]) < want)
        bin++;
    return (double)bin;
}

int cnn_levels_find(const struct cnn_sidecar *sidecar, const struct seg_view *image,
                    struct cnn_levels *levels, struct cnn_error *err)
{
    bool real = image->dtype == SEG_F32;
    *levels = (struct cnn_levels){0, image->dtype == SEG_U16 ? 1.0f / 257 : 1};
    if (sidecar->contrast[1] <= 0)
        return SEG_OK;
    uint64_t *count = calloc(BINS, sizeof *count);
    if (!count)
        return cnn_nomem(err);
    float low = 0, high = BINS - 1;
    if (real)
        f32_range(image, &low, &high);
    if (low <= high) {
        double unit = real ? ((double)high - low) / (BINS - 1) : 1;
        uint64_t total = histogram(image, low, high, count);
        double a = percentile(count, total, sidecar->contrast[0]) * unit + low;
        double b = percentile(count, total, sidecar->contrast[1]) * unit + low;
        double span = real ? b - a : fmax(b - a, 1);
        *levels = (struct cnn_levels){(float)a, span > 0 ? (float)(255 / span) : 0};
    }
    free(count);
    return SEG_OK;
}

static void read_levels(const struct seg_view *image, int32_t plane, int32_t y,
                        const struct cnn_levels *levels, float *out)
{
    const void *row = row_of(image, plane, y);
    for (int32_t x = 0; x < image->width; x++) {
        float v = image->dtype == SEG_U8    ? (float)((const uint8_t *)row)[x]
                  : image->dtype == SEG_U16 ? (float)((const uint16_t *)row)[x]
                                            : ((const float *)row)[x];
        v = (v - levels->low) * levels->gain;
        out[x] = v > 0 ? (v < 255 ? v : 255) : 0; /* NaN becomes 0 */
    }
}

/* -- resampling -------------------------------------------------------------------------------- */

struct tap {
    int32_t low, high;
    float weight; /* of high */
};

static void place_taps(struct tap *taps, int32_t from, int32_t to)
{
    for (int32_t i = 0; i < to; i++) {
        double at = (i + 0.5) * from / to - 0.5;
        at = at < 0 ? 0 : at > from - 1 ? from - 1 : at;
        int32_t low = (int32_t)at;
        taps[i] = (struct tap){low, low + 1 < from ? low + 1 : low, (float)(at - low)};
    }
}

struct resampler {
    const struct seg_view *image;
    const struct cnn_levels *levels;
    int32_t width, height;
    struct tap *x, *y; /* NULL: nothing changes */
    float *rows[2];    /* two source rows as levels */
    int32_t held[2];   /* which ones; -1: none */
};

static void hold(struct resampler *r, int32_t plane, int32_t y, int slot)
{
    if (r->held[slot] == y)
        return;
    if (r->held[!slot] == y) { /* moving down: what was below is now above */
        float *swap = r->rows[0];
        r->rows[0] = r->rows[1];
        r->rows[1] = swap;
        r->held[!slot] = r->held[slot];
        r->held[slot] = y;
        return;
    }
    read_levels(r->image, plane, y, r->levels, r->rows[slot]);
    r->held[slot] = y;
}

static void resample_row(struct resampler *r, int32_t plane, int32_t y, float *out)
{
    if (!r->x) {
        read_levels(r->image, plane, y, r->levels, out);
        return;
    }
    const struct tap *v = r->y + y;
    hold(r, plane, v->low, 0);
    if (v->high != v->low)
        hold(r, plane, v->high, 1);
    const float *top = r->rows[0], *bottom = v->high != v->low ? r->rows[1] : r->rows[0];
    for (int32_t x = 0; x < r->width; x++) {
        const struct tap *h = r->x + x;
        float a = top[h->low] + (top[h->high] - top[h->low]) * h->weight;
        float b = bottom[h->low] + (bottom[h->high] - bottom[h->low]) * h->weight;
        out[x] = floorf(a + (b - a) * v->weight + 0.5f);
    }
}

int32_t cnn_channels(const struct cnn_sidecar *sidecar)
{
    return sidecar->order == CNN_GRAY ? 1 : 3;
}

/* Rec. 601, as 8-bit grey images are made. */
static void add_luma(const float *row, int32_t plane, int32_t width, float *sum)
{
    static const float share[3] = {0.299f, 0.587f, 0.114f};
    for (int32_t x = 0; x < width; x++)
        sum[x] = (plane ? sum[x] : 0) + share[plane] * row[x];
}

static void normalise(float *row, int32_t width, double mean, double norm)
{
    const float m = (float)mean, n = (float)norm;
    for (int32_t x = 0; x < width; x++)
        row[x] = (row[x] - m) * n;
}

static void fill(const struct cnn_sidecar *sidecar, const struct cnn_canvas *canvas, float *out)
{
    size_t area = (size_t)canvas->size[0] * (size_t)canvas->size[1];
    if (canvas->size[0] == canvas->content[0] && canvas->size[1] == canvas->content[1])
        return;
    for (int32_t c = 0; c < cnn_channels(sidecar); c++) {
        float value = (float)((sidecar->pad_value - sidecar->mean[c]) * sidecar->norm[c]);
        for (size_t i = 0; i < area; i++)
            out[(size_t)c * area + i] = value;
    }
}

static void convert(struct resampler *r, const struct cnn_sidecar *sidecar,
                    const struct cnn_canvas *canvas, float *luma, float *out)
{
    const int32_t channels = cnn_channels(sidecar);
    const size_t width = (size_t)canvas->size[0], area = width * (size_t)canvas->size[1];
    const bool mix = channels == 1 && colours(r->image) == 3;
    for (int32_t c = 0; c < channels; c++) {
        int32_t plane = colours(r->image) == 1 ? 0 : sidecar->order == CNN_BGR ? 2 - c : c;
        float *row =
            out + (size_t)c * area + (size_t)canvas->offset[1] * width + (size_t)canvas->offset[0];
        r->held[0] = r->held[1] = -1;
        for (int32_t y = 0; y < r->height; y++, row += width) {
            for (int32_t p = 0; mix && p < 3; p++) {
                r->held[0] = r->held[1] = -1;
                resample_row(r, p, y, luma);
                add_luma(luma, p, r->width, row);
            }
            if (!mix)
                resample_row(r, plane, y, row);
            normalise(row, r->width, sidecar->mean[c], sidecar->norm[c]);
        }
    }
}

int cnn_prepare(const struct cnn_sidecar *sidecar, const struct cnn_canvas *canvas,
                const struct cnn_levels *levels, const struct seg_view *image, float *out,
                struct cnn_error *err)
{
    struct resampler r = {.image = image,
                          .levels = levels,
                          .width = canvas->content[0],
                          .height = canvas->content[1]};
    const bool same = r.width == image->width && r.height == image->height;
    const size_t w = (size_t)r.width, h = (size_t)r.height, source = (size_t)image->width;
    float *rows = malloc((2 * source + w) * sizeof *rows);
    struct tap *taps = same ? NULL : malloc((w + h) * sizeof *taps);
    if (!rows || (!same && !taps)) {
        free(rows);
        free(taps);
        return cnn_nomem(err);
    }
    r.rows[0] = rows;
    r.rows[1] = rows + source;
    if (taps) {
        r.x = taps;
        r.y = taps + w;
        place_taps(r.x, image->width, r.width);
        place_taps(r.y, image->height, r.height);
    }
    fill(sidecar, canvas, out);
    convert(&r, sidecar, canvas, rows + 2 * source, out);
    free(rows);
    free(taps);
    return SEG_OK;
}
