/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.bernsen, threshold.contrast, threshold.local_median, threshold.local_otsu and
 * threshold.midgrey: thresholds from which levels occur in a window, or how often. */
#include "apply.h"
#include "extremes.h"
#include "levels.h"
#include "stages.h"

#include "common/border.h"

enum { BERNSEN, CONTRAST, MEDIAN, OTSU, MIDGREY };
enum { CONVENTION_SKIMAGE, CONVENTION_IMAGEJ };

struct params {
    int32_t window;
    int32_t convention;
    double offset, contrast, level;
};

struct job {
    const struct common_env *env;
    struct seg_view image, mask;
    struct threshold_shape shape;
    struct params params;
    int method, border; /* border -1: outside counts for nothing */
    bool whole;
    uint32_t levels;
    double least, step;              /* level i stands for least + i * step */
    size_t band;                     /* rows of a piece: the same however many threads there are */
    struct threshold_levels *counts; /* these for each worker */
    uint32_t *count;
    uint16_t *ring;
    const uint16_t **rows;
};

/* Row `y`, which may lie outside, as levels, with what lies beside it. */
static void fetch(const struct job *job, int64_t y, uint16_t *row)
{
    const int32_t width = job->image.width, radius = job->shape.radius;
    const bool outside = job->border < 0 && (y < 0 || y >= job->image.height);
    const int border = job->border < 0 ? COMMON_NEAREST : job->border;
    const void *from = seg_row(&job->image, 0, common_border(y, job->image.height, border));
    uint16_t *middle = row + radius;
    for (int32_t x = 0; x < width; x++) {
        const double sample = job->image.dtype == SEG_U8    ? ((const uint8_t *)from)[x]
                              : job->image.dtype == SEG_U16 ? ((const uint16_t *)from)[x]
                                                            : (double)((const float *)from)[x];
        middle[x] = (uint16_t)((sample - job->least) / job->step + 0.5);
    }
    for (int32_t i = 1; i <= radius; i++) {
        middle[-i] = middle[common_border(-i, width, border)];
        middle[width - 1 + i] = middle[common_border((int64_t)width - 1 + i, width, border)];
    }
    for (int32_t x = -radius; x < width + radius && job->border < 0; x++)
        if (outside || x < 0 || x >= width)
            middle[x] = (uint16_t)job->levels;
}

/* Otsu's criterion as ImageJ's plug-in evaluates it, rounding and all: in a flat window nothing
 * else decides. 0: there is no threshold. */
static uint32_t otsu(const struct threshold_levels *l)
{
    const double term = 1.0 / l->total;
    double mean = 0, share = 0, below = 0, best = 0;
    uint32_t threshold = 0;
    for (uint32_t i = l->low; i <= l->high; i++)
        mean += i * (term * l->count[i]);
    for (uint32_t i = l->low; i <= l->high; i++) {
        if (!l->count[i])
            continue; /* as before */
        share += term * l->count[i];
        below += i * (term * l->count[i]);
        double between = mean * share - below;
        between *= between / (share * (1.0 - share));
        if (best < between) {
            best = between;
            threshold = i;
        }
    }
    return threshold;
}

static bool is_object(const struct job *job, const struct threshold_levels *l, uint32_t level)
{
    if (job->method == OTSU)
        return level > otsu(l) || level == job->levels - 1;
    const double value = job->least + level * job->step;
    return value > job->least + l->median * job->step - job->params.offset;
}

static int work(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct job *job = arg;
    const int32_t width = job->image.width, rows = job->shape.rows;
    const size_t stride = (size_t)width + 2 * (size_t)job->shape.radius;
    struct threshold_levels *counts = &job->counts[worker];
    uint16_t *ring = job->ring + worker * (size_t)rows * stride;
    const uint16_t **list = job->rows + worker * (size_t)rows;
    counts->count = job->count + worker * ((size_t)job->levels + 1);
    counts->levels = job->levels;
    for (size_t y = begin * job->band; y < end * job->band && y < (size_t)job->image.height; y++) {
        const bool anew = y == begin * job->band;
        const int status = job->env->host->progress(job->env->call, -1); /* a row may take long */
        if (status)
            return status;
        for (int32_t i = anew ? 0 : rows - 1; i < rows; i++) {
            const int64_t from = (int64_t)y + job->shape.first + i;
            fetch(job, from, ring + (size_t)((from + rows) % rows) * stride);
        }
        for (int32_t i = 0; i < rows; i++) {
            const int64_t from = (int64_t)y + job->shape.first + i;
            list[i] = ring + (size_t)((from + rows) % rows) * stride + job->shape.radius;
        }
        const uint16_t *here = list[-job->shape.first];
        uint8_t *mask = seg_row(&job->mask, 0, (int32_t)y);
        threshold_levels_begin(counts, &job->shape, list);
        mask[0] = is_object(job, counts, here[0]);
        for (int32_t x = 1; x < width; x++) {
            threshold_levels_move(counts, &job->shape, list, x);
            mask[x] = is_object(job, counts, here[x]);
        }
    }
    return SEG_OK;
}

/* Integers are their own levels; floats, and all for Otsu but 8 bits, are spread over levels. */
static int choose_levels(const struct common_env *env, struct job *job)
{
    double most;
    const int status = threshold_extent(env, &job->image, &job->least, &most);
    job->whole = job->image.dtype != SEG_F32;
    job->levels = job->method == OTSU || job->image.dtype == SEG_U8 ? 256 : LEVELS_MOST;
    job->step = most > job->least ? (most - job->least) / (job->levels - 1) : 1;
    const double range = job->image.dtype == SEG_U8 ? 255 : job->whole ? 65535 : 1;
    if (!(job->params.contrast > 0))
        job->params.contrast = range * 15 / 255;
    if (!(job->params.level > 0))
        job->params.level = job->whole ? (range + 1) / 2 : 0.5;
    return status;
}

static int by_extremes(const struct job *job)
{
    const struct threshold_extremes extremes = {
        .image = job->image,
        .mask = job->mask,
        .method = job->method == BERNSEN    ? EXTREMES_BERNSEN
                  : job->method == CONTRAST ? EXTREMES_CONTRAST
                                            : EXTREMES_MIDGREY,
        .radius = job->params.window / 2,
        .least = job->least,
        .step = job->step,
        .offset = job->params.offset,
        .contrast = job->params.contrast,
        .level = job->params.level,
    };
    return threshold_extremes(job->env, &extremes);
}

static int run(const struct params *params, const struct seg_host *host, struct seg_call *call,
               int method)
{
    const struct common_env env = {host, call};
    const bool skimage = method == MEDIAN && params->convention == CONVENTION_SKIMAGE;
    const int shape = method == OTSU ? SHAPE_OVAL : skimage ? SHAPE_SQUARE : SHAPE_DISK;
    struct job job = {.env = &env, .params = *params, .method = method};
    job.border = method == OTSU ? -1 : skimage ? COMMON_REFLECT : COMMON_NEAREST;
    int status = common_open(&env, &job.image, &job.mask);
    if (!status)
        status = choose_levels(&env, &job);
    if (status)
        return status;
    if (method != MEDIAN && method != OTSU)
        return by_extremes(&job);
    if (!threshold_shape(&env, shape, params->window, &job.shape))
        return common_nomem(&env);
    const size_t workers = host->workers(call), rows = workers * (size_t)job.shape.rows;
    const size_t stride = (size_t)job.image.width + 2 * (size_t)job.shape.radius;
    job.band = 4 * (size_t)params->window + 64; /* a piece first fetches the rows of a window */
    if (!COMMON_SCRATCH(&env, job.counts, workers) ||
        !COMMON_SCRATCH(&env, job.count, workers * ((size_t)job.levels + 1)) ||
        !COMMON_SCRATCH(&env, job.ring, rows * stride) || !COMMON_SCRATCH(&env, job.rows, rows))
        return common_nomem(&env);
    return common_parallel(&env, ((size_t)job.image.height + job.band - 1) / job.band, 1, work,
                           &job);
}

static const struct seg_choice conventions[] = {
    {"skimage", "square windows, mirrored at the edge"},
    {"imagej", "disks, the last pixel is repeated"},
};

#define WINDOW(dflt, text)                                                                         \
    {                                                                                              \
        SEG_P_INT(struct params, window, dflt, 1, 1023, "px", text), .flags = SEG_PARAM_ODD        \
    }
#define OFFSET(text)                                                                               \
    {                                                                                              \
        SEG_P_FLOAT(struct params, offset, 0, -3.4e38, 3.4e38, NULL, text)                         \
    }

static const struct seg_param bernsen_rows[] = {
    WINDOW(31, "width of the disk"),
    {SEG_P_FLOAT(struct params, contrast, 0, 0, 3.4e38, NULL,
                 "largest less least sample below which a window is flat; 0: 15 for 8 bits, 3855 "
                 "for 16, 15/255 for floating point")},
    {SEG_P_FLOAT(struct params, level, 0, 0, 3.4e38, NULL,
                 "mid-grey from which on a flat window is object; 0: 128 for 8 bits, 32768 for 16, "
                 "0.5 for floating point")},
};
static const struct seg_param contrast_rows[] = {WINDOW(31, "width of the disk")};
static const struct seg_param local_median_rows[] = {
    WINDOW(35, "side of the square window, or width of the disk"),
    OFFSET("how far the threshold lies below the median"),
    {SEG_P_CHOICE(struct params, convention, CONVENTION_SKIMAGE, conventions,
                  "whose definition to follow")},
};
static const struct seg_param local_otsu_rows[] = {WINDOW(31, "width of the disk, and one")};
static const struct seg_param midgrey_rows[] = {
    WINDOW(31, "width of the disk"), OFFSET("how far the threshold lies below the mid-grey")};

static const struct seg_port inputs[] = {THRESHOLD_INPUT};
static const struct seg_port outputs[] = {THRESHOLD_OUTPUT};

#define LEVELS_TEXT                                                                                \
    "The cost of a pixel grows with the side of the window, not with its area. Floating point is " \
    "taken in 65,536 steps between its least and its largest sample; samples that are not finite " \
    "are refused."
#define DISK_TEXT                                                                                  \
    "Windows are disks as those of ImageJ's Auto Local Threshold, whose radius r is a 'window' "   \
    "of 2 r + 1; the last pixel is repeated beyond the edge of the image. "

#define LEVELS_STAGE(name_, method, summary_, detail_, reference_)                                 \
    static int process_##name_(void *self, const struct seg_host *host, struct seg_call *call)     \
    {                                                                                              \
        return run(self, host, call, method);                                                      \
    }                                                                                              \
    const struct seg_stage threshold_##name_ = {                                                   \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "threshold." #name_,                                                                 \
        .summary = summary_,                                                                       \
        .detail = detail_,                                                                         \
        .reference = reference_,                                                                   \
        .version = 1,                                                                              \
        SEG_TABLES(struct params, name_##_rows, inputs, outputs),                                  \
        .process = process_##name_,                                                                \
    }

LEVELS_STAGE(bernsen, BERNSEN,
             "compare each pixel with the middle of the range around it (Bernsen)",
             "The threshold of a pixel is the mean of the least and the largest sample of the "
             "window around it, and a pixel that equals it is object. Where these two differ by "
             "less than 'contrast' the window is flat, and is object where that mean is not below "
             "'level'.\n\n" DISK_TEXT LEVELS_TEXT,
             "J. Bernsen, Dynamic thresholding of grey-level images, International Conference on "
             "Pattern Recognition, 1986");

LEVELS_STAGE(contrast, CONTRAST, "tell whether a pixel is nearer to the lightest one around it",
             "A pixel is object where it is not further from the largest sample of the window "
             "around it than from the least; of integers 0 never is.\n\n" DISK_TEXT LEVELS_TEXT,
             "P. Soille, Morphological Image Analysis, Springer, 2004");

LEVELS_STAGE(local_median, MEDIAN, "compare each pixel with the median around it",
             "The threshold of a pixel is the median of the window around it less "
             "'offset'.\n\n" LEVELS_TEXT,
             NULL);

/* Nothing to compare between different windows: the threshold of each is its own. */
LEVELS_STAGE(
    local_otsu, OTSU, "separate two classes of values around each pixel by Otsu's criterion",
    "The threshold of a pixel is Otsu's of the window around it, and 0 where the window "
    "is flat; the largest value of all is always object. The window is that of ImageJ's "
    "Auto Local Threshold: a disk of the even width 'window' - 1, whose middle is up and "
    "left of the pixel's; radius r there is a 'window' of 2 r + 1 here. Pixels outside the "
    "image do not count. 16 bits are taken in 256 steps, floating point in 256 between its "
    "least and its largest sample.\n\nThe cost of a pixel grows with the side of the window and "
    "the "
    "number of its different values. Samples that are not finite are refused.",
    "N. Otsu, A threshold selection method from gray-level histograms, IEEE "
    "Transactions on Systems, Man, and Cybernetics 9 (1), 1979");

LEVELS_STAGE(
    midgrey, MIDGREY, "compare each pixel with the middle of the range around it",
    "The threshold of a pixel is the mean of the least and the largest sample of the "
    "window around it, for integers rounded down, less 'offset'.\n\n" DISK_TEXT LEVELS_TEXT,
    NULL);
