/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sample is above its threshold while the sum of its window is not above a limit, which depends
 * on the sample alone: 256 of them are found first. What is left is adding whole numbers up, first
 * down the columns and then along the row. */
#include "byte_means.h"

#include "common/border.h"
#include "common/cpu.h"

#include <string.h>

struct mean {
    struct seg_view image, mask;
    int32_t window, radius, border;
    int32_t limit[256];
    uint16_t *room; /* `share` for each worker: sums of columns, as wide as the windows see */
    size_t share;
};

static void find_limits(struct mean *m, const struct local_rule *rule)
{
    const double area = (double)m->window * m->window;
    for (int32_t value = 0; value < 256; value++) {
        const float sample = (float)value;
        int32_t low = -1, high = 255 * m->window * m->window;
        while (low < high) { /* above its threshold with `low`, not with more than `high` */
            const int32_t middle = low + (high - low + 1) / 2;
            const double sum = middle;
            uint8_t above;
            threshold_local_compare(rule, &sample, &sum, &sum, area, 1, &above);
            if (above)
                low = middle;
            else
                high = middle - 1;
        }
        m->limit[value] = low;
    }
}

COMMON_INLINE void move_body(uint16_t *restrict column, const uint8_t *restrict enter,
                             const uint8_t *restrict leave, size_t width)
{
    for (size_t x = 0; x < width; x++)
        column[x] = (uint16_t)(column[x] + enter[x] - leave[x]);
}

COMMON_AVX2 static void move_avx2(uint16_t *column, const uint8_t *enter, const uint8_t *leave,
                                  size_t width)
{
    move_body(column, enter, leave, width);
}

static const uint8_t *row_at(const struct mean *m, int64_t y)
{
    return seg_row(&m->image, 0, common_border(y, m->image.height, m->border));
}

static void start(const struct mean *m, int64_t y, uint16_t *column)
{
    memset(column, 0, (size_t)m->image.width * sizeof *column);
    for (int64_t i = y - m->radius; i <= y + m->radius; i++) {
        const uint8_t *row = row_at(m, i);
        for (int32_t x = 0; x < m->image.width; x++)
            column[x] = (uint16_t)(column[x] + row[x]);
    }
}

/* What lies beyond the ends of a row of sums. */
static void extend(const struct mean *m, uint16_t *column)
{
    const int32_t width = m->image.width;
    for (int32_t i = 1; i <= m->radius; i++) {
        column[-i] = column[common_border(-i, width, m->border)];
        column[width - 1 + i] = column[common_border((int64_t)width - 1 + i, width, m->border)];
    }
}

static void compare(const struct mean *m, const uint16_t *first, const uint8_t *row, uint8_t *mask)
{
    const uint16_t *after = first + m->window;
    int32_t sum = 0;
    for (int32_t i = 0; i < m->window; i++)
        sum += first[i];
    for (int32_t x = 0; x < m->image.width; x++) {
        mask[x] = sum <= m->limit[row[x]];
        sum += after[x] - first[x];
    }
}

static int compare_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct mean *m = arg;
    uint16_t *column = m->room + worker * m->share + m->radius;
    for (size_t i = begin; i < end; i++) {
        const int32_t y = (int32_t)i;
        if (i == begin)
            start(m, y, column);
        else
            (common_cpu_avx2() ? move_avx2 : move_body)(column, row_at(m, (int64_t)y + m->radius),
                                                        row_at(m, (int64_t)y - m->radius - 1),
                                                        (size_t)m->image.width);
        extend(m, column);
        compare(m, column - m->radius, seg_row(&m->image, 0, y), seg_row(&m->mask, 0, y));
    }
    return SEG_OK;
}

int threshold_byte_means(const struct common_env *env, const struct seg_view *image,
                         const struct seg_view *mask, const struct local_rule *rule, int32_t window)
{
    struct mean m = {.image = *image,
                     .mask = *mask,
                     .window = window,
                     .radius = window / 2,
                     .border = rule->border};
    const size_t workers = env->host->workers(env->call);
    m.share = (size_t)image->width + (size_t)window; /* one is read behind the last window */
    if (!COMMON_SCRATCH(env, m.room, workers * m.share))
        return common_nomem(env);
    memset(m.room, 0, workers * m.share * sizeof *m.room);
    find_limits(&m, rule);
    size_t grain = common_grain(image->width), least = 4 * (size_t)window;
    return common_parallel(env, (size_t)image->height, grain < least ? least : grain, compare_rows,
                           &m);
}
