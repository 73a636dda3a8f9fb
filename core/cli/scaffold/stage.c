/* SPDX-License-Identifier: MIT */
/* @NAME@.@STAGE@: pixels that are brighter than the mean of the square around them. Put your own
 * method in its place: the parameters, is_object() and the words for the manual are all of it. */
#include "stages.h"

struct params {
    int32_t radius;
    double offset;
};

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, radius, 7, 1, 31, "px", "half the side of the square")},
    {SEG_P_FLOAT(struct params, offset, 10, 0, 65535, NULL,
                 "grey levels by which a pixel is brighter than the mean")},
};

struct job {
    struct seg_view in, out;
    const struct params *params;
    const struct seg_host *host;
    struct seg_call *call;
};

static double sample(const struct seg_view *view, int32_t x, int32_t y)
{
    const void *row = seg_row(view, 0, y); /* rows may be padded, or stand on their head */
    return view->dtype == SEG_U8    ? ((const uint8_t *)row)[x]
           : view->dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                    : (double)((const float *)row)[x];
}

static bool is_object(const struct job *job, int32_t x, int32_t y)
{
    const struct seg_view *in = &job->in;
    const int32_t r = job->params->radius;
    double sum = 0;
    int32_t count = 0;
    for (int32_t v = y > r ? y - r : 0; v <= y + r && v < in->height; v++)
        for (int32_t u = x > r ? x - r : 0; u <= x + r && u < in->width; u++, count++)
            sum += sample(in, u, v);
    return sample(in, x, y) > sum / count + job->params->offset;
}

/* Some rows, on one of the host's threads. */
static int rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct job *job = arg;
    (void)worker;
    for (size_t y = begin; y < end; y++) {
        uint8_t *out = seg_row(&job->out, 0, (int32_t)y);
        for (int32_t x = 0; x < job->in.width; x++)
            out[x] = is_object(job, x, (int32_t)y);
        int status = job->host->progress(job->call, (double)y / job->in.height);
        if (status) /* the user wants to stop */
            return status;
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct job job = {.in = SEG_VIEW, .out = SEG_VIEW, .params = self, .host = host, .call = call};
    int status = host->input(call, 0, &job.in);
    if (!status)
        status = host->output(call, 0, NULL, &job.out);
    return status ? status : host->parallel(call, (size_t)job.in.height, 1, rows, &job);
}

/* How many pixels away the result at a pixel looks. */
static int32_t reach(const void *self)
{
    return ((const struct params *)self)->radius;
}

static const struct seg_port inputs[] = {{.name = "image",
                                          .summary = "one plane of grey levels",
                                          .kinds = SEG_KIND_BIT(SEG_IMAGE),
                                          .dtypes = SEG_ANY_SAMPLE,
                                          .planes_min = 1,
                                          .planes_max = 1}};
static const struct seg_port outputs[] = {
    {.name = "mask", .summary = "where it is bright", .kinds = SEG_KIND_BIT(SEG_MASK)}};

const struct seg_stage @NAME@_@STAGE@ = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT, /* process keeps nothing between calls */
    .id = "@NAME@.@STAGE@",
    .summary = "Finds what is brighter than its surroundings",
    .detail = "What the manual says: units, what the cost depends on, where others differ.",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
    .reach = reach,
};
