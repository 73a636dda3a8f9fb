/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.entropy: how many bits a window's samples tell. */
#include "common/border.h"
#include "stages.h"
#include "table.h"
#include "window.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t size, shape, border;
};

/* Of n samples of which c have each value the entropy is log2(n) - sum(c log2(c)) / n. The sum is
 * kept while the window slides, in whole numbers, so that it does not drift. */
struct entropy {
    struct filter_footprint footprint;
    uint32_t dtype;
    int64_t *terms; /* c log2(c) for c from 0 to the area, in units of 1 / UNIT */
};

#define UNIT 4294967296.0

struct window {
    const struct entropy *entropy;
    uint32_t *count;
    int64_t sum;
};

static void count(struct window *w, const void *row, int32_t x, bool enter)
{
    const int64_t *terms = w->entropy->terms;
    const uint32_t value =
        w->entropy->dtype == SEG_U8 ? ((const uint8_t *)row)[x] : ((const uint16_t *)row)[x];
    const uint32_t before = w->count[value], after = enter ? before + 1 : before - 1;
    w->sum += terms[after] - terms[before];
    w->count[value] = after;
}

static void filter_row(const void *arg, const void *const *rows, int32_t width, void *room,
                       void *out)
{
    const struct entropy *entropy = arg;
    const struct filter_footprint *f = &entropy->footprint;
    const int32_t middle = f->size / 2;
    const double area = (double)f->area, bits = log2(area);
    struct window w = {.entropy = entropy, .count = room};
    for (int32_t i = 0; i < f->size; i++) /* all but the last column */
        for (int32_t x = middle - f->half[i]; x < middle + f->half[i]; x++)
            count(&w, rows[i], x, true);
    for (int32_t x = 0; x < width; x++) {
        for (int32_t i = 0; i < f->size; i++)
            count(&w, rows[i], x + middle + f->half[i], true);
        ((float *)out)[x] = (float)fmax(bits - (double)w.sum / UNIT / area, 0);
        for (int32_t i = 0; i < f->size; i++)
            count(&w, rows[i], x + middle - f->half[i], false);
    }
    for (int32_t i = 0; i < f->size; i++) /* empty again, for the next row */
        for (int32_t x = middle - f->half[i]; x < middle + f->half[i]; x++)
            count(&w, rows[i], x + width, false);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct entropy entropy;
    struct filter_windows windows = {
        .size = params->size, .border = params->border, .row = filter_row, .arg = &entropy};
    int status = common_open(&env, &windows.in, &windows.out);
    if (!status)
        status = filter_footprint(&env, params->size, params->shape, &entropy.footprint);
    if (status)
        return status;
    entropy.dtype = windows.in.dtype;
    if (!COMMON_SCRATCH(&env, entropy.terms, entropy.footprint.area + 1))
        return common_nomem(&env);
    entropy.terms[0] = 0;
    for (size_t c = 1; c <= entropy.footprint.area; c++)
        entropy.terms[c] = llrint((double)c * log2((double)c) * UNIT);
    windows.room_size = sizeof(uint32_t) * (entropy.dtype == SEG_U8 ? 256 : 65536);
    return filter_windows(&env, &windows);
}

static int32_t reach(const void *params)
{
    return ((const struct params *)params)->size / 2;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, size, 9, 1, 255, "px", "width and height of the window, odd"),
     .flags = SEG_PARAM_ODD},
    {SEG_P_CHOICE(struct params, shape, FILTER_DISK, filter_shapes, "which samples count")},
    {SEG_P_CHOICE(struct params, border, COMMON_REFLECT, common_borders,
                  "what lies beyond the border")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(FILTER_WHOLE)};
static const struct seg_port outputs[] = {
    {.name = "entropy",
     .summary = "in bits",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32)},
};

const struct seg_stage filter_entropy = {
    FILTER_TABLES,
    .id = "filter.entropy",
    .summary = "measure texture by the entropy of the samples around each",
    .detail = "The least number of bits that code the samples of a window, in the mean of a "
              "sample: 0 where all are equal. scikit-image's rank filter counts only the part of "
              "the window that lies in the image, so that values near the border differ. Floating "
              "point is refused: how many bits it tells depends on how it is rounded, which "
              "filter.rescale says.\n\n"
              "Time grows with the size of the window, not its area.",
    .reference = "C. E. Shannon, A mathematical theory of communication, Bell System Technical "
                 "Journal 27, 1948",
    .version = 1,
    .process = process,
    .reach = reach,
};
