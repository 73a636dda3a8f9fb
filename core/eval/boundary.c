/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How well boundaries agree: DAVIS, thick outlines, bands. */
#include "boundary.h"

#include "nearest.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void segi_boundary_map(const int32_t *labels, int32_t width, int32_t height, uint8_t *map)
{
    size_t w = (size_t)width;
    for (int32_t y = 0; y < height; y++) {
        const int32_t *row = labels + (size_t)y * w;
        uint8_t *to = map + (size_t)y * w;
        if (y + 1 == height) {
            for (size_t x = 0; x + 1 < w; x++) {
                to[x] = row[x] != row[x + 1];
            }
            to[w - 1] = 0;
            continue;
        }
        const int32_t *below = row + w;
        for (size_t x = 0; x + 1 < w; x++) {
            to[x] = (row[x] != row[x + 1]) | (row[x] != below[x]) | (row[x] != below[x + 1]);
        }
        to[w - 1] = row[w - 1] != below[w - 1];
    }
}

/* The share of the set pixels of `from` that have one of `to` within the radius. */
static int share_near(const uint8_t *from, size_t count, const uint8_t *to, int32_t width,
                      int32_t height, double radius, double *share)
{
    static const double unit[2] = {1, 1};
    double *distances = malloc((count + 1) * sizeof *distances);
    size_t near = 0;
    if (!distances) {
        return SEG_NOMEM;
    }
    int status = segi_nearest(from, to, width, height, unit, distances);
    for (size_t i = 0; status == SEG_OK && i < count; i++) {
        near += distances[i] <= radius;
    }
    *share = (double)near / (double)count;
    free(distances);
    return status;
}

static double harmonic(double a, double b)
{
    return a + b > 0 ? 2 * a * b / (a + b) : 0;
}

int segi_boundary_davis(const uint8_t *truth, const uint8_t *pred, int32_t width, int32_t height,
                        double radius, struct segi_boundary_score *score)
{
    size_t n = (size_t)width * (size_t)height;
    size_t truths = segi_set_count(truth, n), preds = segi_set_count(pred, n);
    int status = SEG_OK;
    if (preds == 0 || truths == 0) {
        /* What is not there is neither wrong nor missed. */
        score->precision = preds == 0;
        score->recall = truths == 0;
    } else {
        status = share_near(pred, preds, truth, width, height, radius, &score->precision);
        if (status == SEG_OK) {
            status = share_near(truth, truths, pred, width, height, radius, &score->recall);
        }
    }
    score->f = harmonic(score->precision, score->recall);
    return status;
}

struct segi_boundary_score segi_boundary_match_score(const struct segi_boundary_match *m)
{
    struct segi_boundary_score s = {
        m->pred ? (double)m->matched / (double)m->pred : (double)NAN,
        m->truth ? (double)m->matched / (double)m->truth : (double)NAN,
        m->pred + m->truth ? 2 * (double)m->matched / (double)(m->pred + m->truth) : (double)NAN};
    return s;
}

int32_t segi_boundary_distance(int32_t width, int32_t height, double ratio)
{
    double diagonal = sqrt((double)width * (double)width + (double)height * (double)height);
    double distance = rint(ratio * diagonal); /* halves to even, as the reference rounds */
    return distance < 1 ? 1 : (int32_t)distance;
}

/* Along one row: a pixel stays set only where no pixel within the distance is unset. Outside is
 * unset. */
static void erode_line(uint8_t *row, int32_t n, int32_t distance, uint8_t *copy)
{
    int32_t run = 0;
    memcpy(copy, row, (size_t)n);
    memset(row, 0, (size_t)n);
    for (int32_t x = 0; x < n; x++) {
        run = copy[x] ? run + 1 : 0;
        if (run > 2 * distance) {
            row[x - distance] = 1;
        }
    }
}

/* The same down the columns, all at once: how many set pixels end at each row. */
static int erode_columns(uint8_t *set, int32_t width, int32_t height, int32_t distance)
{
    size_t w = (size_t)width;
    int32_t *run = calloc(w, sizeof *run);
    if (!run) {
        return SEG_NOMEM;
    }
    for (int32_t y = 0; y < height + distance; y++) {
        const uint8_t *row = set + (size_t)y * w;
        for (size_t x = 0; x < w; x++) {
            run[x] = y < height && row[x] ? run[x] + 1 : 0;
        }
        if (y >= distance) {
            uint8_t *centre = set + (size_t)(y - distance) * w;
            for (size_t x = 0; x < w; x++) {
                centre[x] = run[x] > 2 * distance;
            }
        }
    }
    free(run);
    return SEG_OK;
}

int segi_boundary_band(const uint8_t *mask, int32_t width, int32_t height, int32_t distance,
                       uint8_t *band)
{
    size_t w = (size_t)width, n = w * (size_t)height;
    int32_t least = width < height ? width : height;
    int status = SEG_OK;
    uint8_t *inner = calloc(n, 1), *line = malloc(w);
    if (!inner || !line) {
        status = SEG_NOMEM;
    } else if (distance <= least / 2) { /* else nothing is that far inside */
        memcpy(inner, mask, n);
        for (int32_t y = 0; y < height; y++) {
            erode_line(inner + (size_t)y * w, width, distance, line);
        }
        status = erode_columns(inner, width, height, distance);
    }
    for (size_t i = 0; status == SEG_OK && i < n; i++) {
        band[i] = mask[i] && !inner[i];
    }
    free(inner);
    free(line);
    return status;
}

int segi_dilate_square(const uint8_t *set, int32_t width, int32_t height, int32_t distance,
                       uint8_t *out)
{
    size_t w = (size_t)width;
    int64_t *last = malloc(w * sizeof *last);
    uint8_t *rows = malloc(w * (size_t)height);
    int status = last && rows ? SEG_OK : SEG_NOMEM;
    for (int32_t y = 0; status == SEG_OK && y < height; y++) {
        const uint8_t *row = set + (size_t)y * w;
        int64_t seen = -(int64_t)INT32_MAX * 2;
        int32_t ahead = 0;
        for (int32_t x = 0; x < width; x++) {
            for (; ahead < width && ahead <= (int64_t)x + distance; ahead++) {
                seen = row[ahead] ? ahead : seen;
            }
            rows[(size_t)y * w + (size_t)x] = seen >= (int64_t)x - distance;
        }
    }
    for (size_t x = 0; status == SEG_OK && x < w; x++) {
        last[x] = -(int64_t)INT32_MAX * 2;
    }
    int32_t ahead = 0;
    for (int32_t y = 0; status == SEG_OK && y < height; y++) {
        for (; ahead < height && ahead <= (int64_t)y + distance; ahead++) {
            for (size_t x = 0; x < w; x++) {
                last[x] = rows[(size_t)ahead * w + x] ? ahead : last[x];
            }
        }
        for (size_t x = 0; x < w; x++) {
            out[(size_t)y * w + x] = last[x] >= (int64_t)y - distance;
        }
    }
    free(last);
    free(rows);
    return status;
}
