/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.smooth: gives each pixel the label that most have around it. */
#include "keep.h"

struct params {
    int32_t size;
};

struct tally {
    int32_t label, count;
};

struct pass {
    struct seg_view labels, smoothed;
    int32_t radius;
    struct tally *tallies; /* for a window, for each worker */
    int32_t *even;         /* for a row, for each worker */
};

struct window {
    int32_t left, right, top, bottom; /* the last two are exclusive, cut at the border */
};

static struct window window_at(const struct pass *pass, int32_t x, int32_t y)
{
    int32_t r = pass->radius, width = pass->labels.width, height = pass->labels.height;
    return (struct window){x > r ? x - r : 0, width - x > r ? x + r + 1 : width, y > r ? y - r : 0,
                           height - y > r ? y + r + 1 : height};
}

/* The label that occurs most; of equally frequent ones that of the centre, then the lowest. */
static int32_t majority(const struct seg_view *labels, const struct window *w, int32_t centre,
                        struct tally *tallies)
{
    int32_t kinds = 1, last = 0;
    tallies[0] = (struct tally){centre, 0};
    for (int32_t y = w->top; y < w->bottom; y++) {
        const int32_t *row = seg_row(labels, 0, y);
        for (int32_t x = w->left; x < w->right; x++) {
            if (row[x] < 0)
                continue;
            if (tallies[last].label != row[x])
                for (last = 0; last < kinds && tallies[last].label != row[x];)
                    last++;
            if (last == kinds)
                tallies[kinds++] = (struct tally){row[x], 0};
            tallies[last].count++;
        }
    }
    struct tally best = tallies[0];
    for (int32_t i = 1; i < kinds; i++)
        if (tallies[i].count > best.count ||
            (tallies[i].count == best.count && best.label != centre &&
             tallies[i].label < best.label))
            best = tallies[i];
    return best.label;
}

/* even[x]: how many columns up to x have one label in all rows of the window, all the same one. */
static void find_even(const struct pass *pass, int32_t y, int32_t *even)
{
    const int32_t *row = seg_row(&pass->labels, 0, y);
    const struct window w = window_at(pass, 0, y);
    int32_t width = pass->labels.width;
    for (int32_t x = 0; x < width; x++)
        even[x] = 1;
    for (int32_t v = w.top; v < w.bottom; v++) {
        const int32_t *other = seg_row(&pass->labels, 0, v);
        for (int32_t x = 0; x < width; x++)
            even[x] &= row[x] == other[x];
    }
    for (int32_t x = 1; x < width; x++)
        if (even[x] && row[x] == row[x - 1])
            even[x] += even[x - 1];
}

static int smooth_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct pass *pass = arg;
    size_t width = (size_t)pass->labels.width, size = 2 * (size_t)pass->radius + 1;
    struct tally *tallies = pass->tallies + (size * size + 1) * worker;
    int32_t *even = pass->even + width * worker;
    for (size_t y = begin; y < end; y++) {
        const int32_t *row = seg_row(&pass->labels, 0, (int32_t)y);
        int32_t *to = seg_row(&pass->smoothed, 0, (int32_t)y);
        find_even(pass, (int32_t)y, even);
        for (int32_t x = 0; x < pass->labels.width; x++) {
            const struct window w = window_at(pass, x, (int32_t)y);
            bool settled = row[x] < 0 || even[w.right - 1] >= w.right - w.left;
            to[x] = settled ? row[x] : majority(&pass->labels, &w, row[x], tallies);
        }
    }
    return SEG_OK;
}

static int process_smooth(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct pass pass = {.radius = params->size / 2};
    size_t size = (size_t)params->size, workers = host->workers(call);
    int status = common_open(&env, &pass.labels, &pass.smoothed);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, pass.tallies, (size * size + 1) * workers) ||
        !COMMON_SCRATCH(&env, pass.even, (size_t)pass.labels.width * workers))
        return common_nomem(&env);
    return common_parallel(&env, (size_t)pass.labels.height, common_grain(pass.labels.width),
                           smooth_rows, &pass);
}

static int32_t reach(const void *params)
{
    return ((const struct params *)params)->size / 2;
}

static const struct seg_param smooth_params[] = {
    {SEG_P_INT(struct params, size, 3, 1, 255, "px", "width and height of the window"),
     .flags = SEG_PARAM_ODD},
};

static const struct seg_port inputs[] = {LABELS_INPUT};
static const struct seg_port outputs[] = {
    {.name = "smoothed", .summary = "the smoothed regions", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

COMMON_STAGE(labels, smooth, .summary = "smooth the borders of regions",
             .detail =
                 "Each pixel gets the label that occurs most in the window around it, "
                 "background included; of equally frequent ones it keeps its own, or else "
                 "gets the lowest. At the border of the image the window is cut. Void (-1) "
                 "stays, and does not count.\n\n"
                 "Windows with one label cost 'size' steps a pixel, the others 'size' squared.",
             .reach = reach);
