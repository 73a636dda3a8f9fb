/* SPDX-License-Identifier: MIT */
/* A plugin of one stage, lines.multiscale: how much a pixel looks like a part of a thin line, such
 * as a vessel, a crack or a root. A line through the pixel is brighter than the square around it,
 * and is measured at every length up to the square's width, so that near lines do not merge.
 *
 * U. T. V. Nguyen, A. Bhuiyan, L. A. F. Park, K. Ramamohanarao: An effective retinal blood vessel
 * segmentation method using multi-scale line detection. Pattern Recognition 46 (2013) 703-715. */
#include <math.h>
#include <segkit/plugin-util.h>

#define ANGLES   12 /* 15 degrees apart, as in the paper */
#define HALF_MAX 31

struct params {
    int32_t window;
    bool dark;
};

struct job {
    struct seg_view in, out;
    const struct seg_host *host;
    struct seg_call *call;
    int half;
    float sign;
    int8_t dx[ANGLES][HALF_MAX], dy[ANGLES][HALF_MAX]; /* the i-th step from the centre */
};

/* The sample, with the image's border repeated outwards. */
static float at(const struct seg_view *v, int x, int y)
{
    x = x < 0 ? 0 : x < v->width ? x : v->width - 1;
    y = y < 0 ? 0 : y < v->height ? y : v->height - 1;
    const void *row = seg_row(v, 0, y);
    return v->dtype == SEG_U8    ? ((const uint8_t *)row)[x]
           : v->dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                 : ((const float *)row)[x];
}

static float square_mean(const struct job *job, int x, int y)
{
    float sum = 0;
    for (int dy = -job->half; dy <= job->half; dy++)
        for (int dx = -job->half; dx <= job->half; dx++)
            sum += at(&job->in, x + dx, y + dy);
    return sum / (float)((2 * job->half + 1) * (2 * job->half + 1));
}

/* The mean over all lengths of the brightest line of that length, less the square's mean. */
static float line_strength(const struct job *job, int x, int y)
{
    float sums[ANGLES], total = 0;
    for (int a = 0; a < ANGLES; a++)
        sums[a] = job->sign * at(&job->in, x, y);
    for (int i = 0; i < job->half; i++) {
        float best = -INFINITY;
        for (int a = 0; a < ANGLES; a++) {
            const int dx = job->dx[a][i], dy = job->dy[a][i];
            sums[a] += job->sign * (at(&job->in, x + dx, y + dy) + at(&job->in, x - dx, y - dy));
            best = sums[a] > best ? sums[a] : best;
        }
        total += best / (float)(2 * i + 3);
    }
    return total / (float)job->half - job->sign * square_mean(job, x, y);
}

static int rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct job *job = arg;
    (void)worker;
    for (size_t y = begin; y < end; y++) {
        float *out = seg_row(&job->out, 0, (int32_t)y);
        for (int x = 0; x < job->in.width; x++)
            out[x] = line_strength(job, x, (int)y);
        int status = job->host->progress(job->call, (double)y / job->in.height);
        if (status)
            return status;
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    struct job job = {.in = SEG_VIEW, .out = SEG_VIEW, .host = host, .call = call};
    int status = host->input(call, 0, &job.in);
    if (!status)
        status = host->output(call, 0, NULL, &job.out);
    if (status)
        return status;
    job.half = params->window / 2;
    job.sign = params->dark ? -1 : 1;
    for (int a = 0; a < ANGLES; a++)
        for (int i = 0; i < job.half; i++) {
            const double angle = a * 3.14159265358979323846 / ANGLES;
            job.dx[a][i] = (int8_t)lround((i + 1) * cos(angle));
            job.dy[a][i] = (int8_t)lround((i + 1) * sin(angle));
        }
    return host->parallel(call, (size_t)job.in.height, 8, rows, &job);
}

static int32_t reach(const void *params)
{
    return ((const struct params *)params)->window / 2;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, window, 15, 3, 2 * HALF_MAX + 1, "px",
               "width of the square; a little more than twice that of the widest line"),
     .flags = SEG_PARAM_ODD},
    {SEG_P_BOOL(struct params, dark, false,
                "look for lines that are darker than their surroundings")},
};
static const struct seg_port inputs[] = {{.name = "image",
                                          .summary = "the image to look at",
                                          .kinds = SEG_KIND_BIT(SEG_IMAGE),
                                          .dtypes = SEG_ANY_SAMPLE,
                                          .planes_min = 1,
                                          .planes_max = 1}};
static const struct seg_port outputs[] = {
    {.name = "strength",
     .summary = "grey levels by which the best line stands out",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32)}};

static const struct seg_stage multiscale = {
    .struct_size = sizeof multiscale,
    .flags = SEG_STAGE_REENTRANT,
    .id = "lines.multiscale",
    .summary = "Finds thin lines, such as vessels, cracks and roots",
    .detail = "Threshold the result to get the lines as a mask.",
    .reference = "U. T. V. Nguyen et al.: An effective retinal blood vessel segmentation method "
                 "using multi-scale line detection. Pattern Recognition 46 (2013) 703-715",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
    .reach = reach,
};
static const struct seg_stage *const stages[] = {&multiscale};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,
    .name = "lines",
    .version = "1.0",
    .license = "MIT",
    .origin = "an example of segkit",
    .stages = stages,
    .stage_count = SEG_COUNT(stages),
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);
const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
