/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Run lengths down the columns: making, reading and writing them, and their overlap. */
#include "rle.h"

#include "boundary.h"

#include <segkit/plugin.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void segi_rle_free(struct segi_rle *rle)
{
    free(rle->counts);
    memset(rle, 0, sizeof *rle);
}

/* The area and box of what the counts say; columns are the long way round. */
static void measure(struct segi_rle *rle)
{
    int64_t at = 0, h = rle->height;
    int64_t x0 = rle->width, x1 = -1, y0 = h, y1 = -1;
    rle->area = 0;
    for (size_t i = 0; i < rle->count; i++) {
        int64_t run = rle->counts[i], end = at + run;
        if (i % 2 && run > 0) {
            int64_t first = at / h, last = (end - 1) / h;
            rle->area += run;
            x0 = first < x0 ? first : x0;
            x1 = last > x1 ? last : x1;
            if (first < last) {
                y0 = 0;
                y1 = h - 1;
            } else {
                y0 = at % h < y0 ? at % h : y0;
                y1 = (end - 1) % h > y1 ? (end - 1) % h : y1;
            }
        }
        at = end;
    }
    rle->box[0] = rle->area ? (int32_t)x0 : 0;
    rle->box[1] = rle->area ? (int32_t)y0 : 0;
    rle->box[2] = rle->area ? (int32_t)(x1 - x0 + 1) : 0;
    rle->box[3] = rle->area ? (int32_t)(y1 - y0 + 1) : 0;
}

static int begin(struct segi_rle *rle, int32_t width, int32_t height, size_t room)
{
    memset(rle, 0, sizeof *rle);
    if (width < 1 || height < 1) {
        return SEG_INVALID;
    }
    if ((int64_t)width * height > UINT32_MAX || room > SIZE_MAX / sizeof *rle->counts) {
        return SEG_LIMIT;
    }
    rle->width = width;
    rle->height = height;
    rle->counts = malloc((room ? room : 1) * sizeof *rle->counts);
    return rle->counts ? SEG_OK : SEG_NOMEM;
}

int segi_rle_encode(struct segi_rle *rle, const uint8_t *mask, int32_t width, int32_t height)
{
    size_t w = (size_t)width, h = (size_t)height, changes = 1;
    uint8_t last = 0;
    for (size_t x = 0; x < w; x++) {
        for (size_t y = 0; y < h; y++) {
            uint8_t now = mask[y * w + x] != 0;
            changes += now != last;
            last = now;
        }
    }
    int status = begin(rle, width, height, changes);
    if (status != SEG_OK) {
        return status;
    }
    uint32_t run = 0;
    last = 0;
    for (size_t x = 0; x < w; x++) {
        for (size_t y = 0; y < h; y++) {
            uint8_t now = mask[y * w + x] != 0;
            if (now != last) {
                rle->counts[rle->count++] = run;
                run = 0;
                last = now;
            }
            run++;
        }
    }
    rle->counts[rle->count++] = run;
    measure(rle);
    return SEG_OK;
}

int segi_rle_from_counts(struct segi_rle *rle, const uint32_t *counts, size_t count, int32_t width,
                         int32_t height)
{
    int status = begin(rle, width, height, count);
    uint64_t sum = 0;
    if (status != SEG_OK) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        rle->counts[i] = counts[i];
        sum += counts[i];
    }
    rle->count = count;
    if (sum != (uint64_t)width * (uint64_t)height) {
        segi_rle_free(rle);
        return SEG_INVALID;
    }
    measure(rle);
    return SEG_OK;
}

/* Five bits a letter, low ones first, a sixth says that more follow; the top bit of the last is the
 * sign. From the fourth run on it is the difference to the run two before. */
int segi_rle_from_text(struct segi_rle *rle, const char *text, size_t size, int32_t width,
                       int32_t height)
{
    int status = begin(rle, width, height, size);
    uint64_t sum = 0, all = (uint64_t)width * (uint64_t)height;
    if (status != SEG_OK) {
        return status;
    }
    for (size_t i = 0; i < size && status == SEG_OK;) {
        int64_t value = 0;
        unsigned letter, shift = 0;
        do {
            letter = i < size ? (unsigned)(unsigned char)text[i++] - 48 : 64;
            if (letter > 63 || shift > 30) {
                status = SEG_INVALID;
                break;
            }
            value |= (int64_t)(letter & 31) << shift;
            shift += 5;
        } while (letter & 32);
        if (status == SEG_OK && letter & 16) {
            value |= (int64_t)-1 * ((int64_t)1 << shift);
        }
        value += rle->count > 2 ? (int64_t)rle->counts[rle->count - 2] : 0;
        sum += (uint64_t)value;
        if (status != SEG_OK || value < 0 || sum > all) {
            status = SEG_INVALID;
        } else {
            rle->counts[rle->count++] = (uint32_t)value;
        }
    }
    if (status == SEG_OK && sum != all) {
        status = SEG_INVALID;
    }
    if (status != SEG_OK) {
        segi_rle_free(rle);
        return status;
    }
    measure(rle);
    return SEG_OK;
}

char *segi_rle_text(const struct segi_rle *rle)
{
    char *text = malloc(rle->count * 7 + 1);
    size_t n = 0;
    if (!text) {
        return NULL;
    }
    for (size_t i = 0; i < rle->count; i++) {
        int64_t value = rle->counts[i];
        bool more = true;
        value -= i > 2 ? (int64_t)rle->counts[i - 2] : 0;
        while (more) {
            unsigned letter = (unsigned)(value & 31);
            value = (value - (int64_t)letter) / 32;
            more = letter & 16 ? value != -1 : value != 0;
            text[n++] = (char)(letter + (more ? 32 : 0) + 48);
        }
    }
    text[n] = 0;
    return text;
}

void segi_rle_decode(const struct segi_rle *rle, uint8_t *mask)
{
    size_t w = (size_t)rle->width, h = (size_t)rle->height, x = 0, y = 0;
    for (size_t i = 0; i < rle->count; i++) {
        for (uint32_t k = 0; k < rle->counts[i]; k++) {
            mask[y * w + x] = i % 2;
            if (++y == h) {
                y = 0;
                x++;
            }
        }
    }
}

/* Walks two lists of runs together: the length of the next piece on which neither changes. */
struct walk {
    const struct segi_rle *rle;
    size_t next;
    uint32_t left;
    bool on;
};

static bool load(struct walk *w)
{
    while (w->left == 0) {
        if (w->next == w->rle->count) {
            return false;
        }
        w->on = w->next % 2;
        w->left = w->rle->counts[w->next++];
    }
    return true;
}

static uint32_t advance(struct walk *a, struct walk *b)
{
    uint32_t step = a->left < b->left ? a->left : b->left;
    a->left -= step;
    b->left -= step;
    return step;
}

int segi_rle_union(struct segi_rle *rle, const struct segi_rle *a, const struct segi_rle *b)
{
    struct walk wa = {.rle = a}, wb = {.rle = b};
    if (a->width != b->width || a->height != b->height) {
        memset(rle, 0, sizeof *rle);
        return SEG_INVALID;
    }
    int status = begin(rle, a->width, a->height, a->count + b->count + 1);
    if (status != SEG_OK) {
        return status;
    }
    bool last = false;
    rle->counts[0] = 0;
    rle->count = 1;
    while (load(&wa) && load(&wb)) {
        bool now = wa.on || wb.on;
        uint32_t step = advance(&wa, &wb);
        if (now == last) {
            rle->counts[rle->count - 1] += step;
        } else {
            rle->counts[rle->count++] = step;
        }
        last = now;
    }
    measure(rle);
    return SEG_OK;
}

int64_t segi_rle_common(const struct segi_rle *a, const struct segi_rle *b)
{
    struct walk wa = {.rle = a}, wb = {.rle = b};
    int64_t common = 0;
    while (load(&wa) && load(&wb)) {
        bool both = wa.on && wb.on;
        uint32_t step = advance(&wa, &wb);
        common += both ? step : 0;
    }
    return common;
}

static bool apart(const int32_t a[4], const int32_t b[4])
{
    return a[0] >= b[0] + b[2] || b[0] >= a[0] + a[2] || a[1] >= b[1] + b[3] || b[1] >= a[1] + a[3];
}

double segi_rle_iou(const struct segi_rle *pred, const struct segi_rle *truth, int crowd)
{
    if (pred->area == 0 || truth->area == 0 || apart(pred->box, truth->box)) {
        return 0;
    }
    int64_t common = segi_rle_common(pred, truth);
    return (double)common / (double)(crowd ? pred->area : pred->area + truth->area - common);
}

double segi_box_iou(const double pred[4], const double truth[4], int crowd)
{
    double x0 = pred[0] > truth[0] ? pred[0] : truth[0];
    double y0 = pred[1] > truth[1] ? pred[1] : truth[1];
    double px = pred[0] + pred[2], tx = truth[0] + truth[2];
    double py = pred[1] + pred[3], ty = truth[1] + truth[3];
    double w = (px < tx ? px : tx) - x0, h = (py < ty ? py : ty) - y0;
    if (!(w > 0) || !(h > 0)) {
        return 0;
    }
    double all = pred[2] * pred[3] + (crowd ? 0 : truth[2] * truth[3] - w * h);
    return w * h / all;
}

int segi_rle_band(struct segi_rle *rle, const struct segi_rle *mask, int32_t distance)
{
    memset(rle, 0, sizeof *rle);
    if (mask->area == 0) {
        return segi_rle_from_counts(rle, mask->counts, mask->count, mask->width, mask->height);
    }
    size_t n = (size_t)mask->width * (size_t)mask->height;
    uint8_t *pixels = malloc(n);
    if (!pixels) {
        return SEG_NOMEM;
    }
    segi_rle_decode(mask, pixels);
    int status = segi_boundary_band(pixels, mask->width, mask->height, distance, pixels);
    if (status == SEG_OK) {
        status = segi_rle_encode(rle, pixels, mask->width, mask->height);
    }
    free(pixels);
    return status;
}
