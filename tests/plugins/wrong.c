/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stage for each thing that `segkit plugin verify` finds, named for it. All of them copy an image
 * of bytes, and would pass but for that one thing. */
#include <segkit/plugin-util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct params {
    int32_t level;
};

struct job {
    struct seg_view in, out;
    const struct seg_host *host;
    struct seg_call *call;
};

static int copy(const struct seg_host *host, struct seg_call *call, struct job *job)
{
    *job = (struct job){.in = SEG_VIEW, .out = SEG_VIEW, .host = host, .call = call};
    int status = host->input(call, 0, &job->in);
    if (!status)
        status = host->output(call, 0, NULL, &job->out);
    for (int32_t y = 0; !status && y < job->in.height; y++)
        memcpy(seg_row(&job->out, 0, y), seg_row(&job->in, 0, y), (size_t)job->in.width);
    return status;
}

/* The first byte of the last row. */
static uint8_t *last_row(const struct seg_view *view)
{
    return seg_row(view, 0, view->height - 1);
}

#define PROCESS(name)                                                                              \
    static int name(void *self, const struct seg_host *host, struct seg_call *call)
#define BEGIN                                                                                      \
    struct job job;                                                                                \
    int status = copy(host, call, &job);                                                           \
    (void)self;                                                                                    \
    if (status)                                                                                    \
    return status

PROCESS(crash)
{
    BEGIN;
    volatile uint8_t *volatile nowhere = NULL;
    if (job.in.width == 5)
        *nowhere = 1;
    return SEG_OK;
}

PROCESS(hang)
{
    BEGIN;
    volatile bool forever = job.in.width == 5;
    while (forever)
        ;
    return SEG_OK;
}

PROCESS(leave)
{
    BEGIN;
    if (job.in.width == 5)
        exit(3);
    return SEG_OK;
}

PROCESS(prints)
{
    BEGIN;
    puts("hello");
    return SEG_OK;
}

PROCESS(status)
{
    BEGIN;
    return job.in.width == 5 ? 99 : SEG_OK;
}

PROCESS(refuses)
{
    (void)self;
    return host->fail(call, SEG_STAGE, "not today");
}

PROCESS(overrun)
{
    BEGIN;
    last_row(&job.out)[job.out.width] = 0;
    return SEG_OK;
}

PROCESS(input)
{
    BEGIN;
    last_row(&job.in)[0] ^= 1;
    return SEG_OK;
}

PROCESS(unwritten)
{
    struct seg_view in = SEG_VIEW, out = SEG_VIEW;
    int status = host->input(call, 0, &in);
    (void)self;
    if (!status)
        status = host->output(call, 0, NULL, &out);
    for (int32_t y = 1; !status && y < in.height; y++) /* the first row is forgotten */
        memcpy(seg_row(&out, 0, y), seg_row(&in, 0, y), (size_t)in.width);
    return status;
}

PROCESS(uninitialised)
{
    BEGIN;
    const uint8_t *sum = host->scratch(call, 1, 1);
    if (!sum)
        return SEG_NOMEM;
    last_row(&job.out)[0] ^= *sum & 1;
    return SEG_OK;
}

PROCESS(outside)
{
    BEGIN;
    const uint8_t *row = last_row(&job.in);
    last_row(&job.out)[0] = row[job.in.width] > row[0];
    return SEG_OK;
}

PROCESS(strides)
{
    BEGIN;
    if (job.in.row_stride % 16)
        last_row(&job.out)[0] ^= 1;
    return SEG_OK;
}

/* Each sample is the one to its left, which has been overwritten in place. */
PROCESS(in_place)
{
    struct seg_view in = SEG_VIEW, out = SEG_VIEW;
    int status = host->input(call, 0, &in);
    (void)self;
    if (!status)
        status = host->output(call, 0, NULL, &out);
    for (int32_t y = 0; !status && y < in.height; y++)
        for (int32_t x = 0; x < in.width; x++)
            ((uint8_t *)seg_row(&out, 0, y))[x] =
                ((const uint8_t *)seg_row(&in, 0, y))[x ? x - 1 : 0];
    return status;
}

static int rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct job *job = arg;
    (void)worker;
    (void)end;
    ((uint8_t *)seg_row(&job->out, 0, (int32_t)begin))[0] ^= 1;
    return SEG_OK;
}

PROCESS(threads)
{
    BEGIN;
    return host->parallel(call, (size_t)job.in.height, 8, rows, &job);
}

/* Differs in every other run only, and so not from the first run to the second. */
PROCESS(unsteady)
{
    BEGIN;
    static unsigned runs;
    last_row(&job.out)[0] = (uint8_t)(runs++ / 2);
    return SEG_OK;
}

static int state_create(const struct seg_host *host, struct seg_call *call, const void *params,
                        void **self)
{
    (void)params;
    *self = host->alloc(call, 1, 1);
    if (!*self)
        return SEG_NOMEM;
    *(uint8_t *)*self = 0;
    return SEG_OK;
}

static void state_destroy(void *self, const struct seg_host *host, struct seg_call *call)
{
    host->free(call, self);
}

PROCESS(state)
{
    uint8_t *calls = self;
    BEGIN;
    last_row(&job.out)[0] ^= (*calls)++;
    return SEG_OK;
}

PROCESS(values)
{
    BEGIN;
    for (int32_t x = 0; x < job.out.width; x++)
        last_row(&job.out)[x] = last_row(&job.out)[x] > 99 ? 255 : 0;
    for (int32_t y = 0; y + 1 < job.out.height; y++)
        memset(seg_row(&job.out, 0, y), 0, (size_t)job.out.width);
    return SEG_OK;
}

/* Stretches the first row of samples over 0..1, which a row of one value does not stand. */
PROCESS(not_a_number)
{
    struct seg_view in = SEG_VIEW, out = SEG_VIEW;
    int status = host->input(call, 0, &in);
    (void)self;
    if (!status)
        status = host->output(call, 0, NULL, &out);
    for (int32_t y = 0; !status && y < in.height; y++) {
        const uint8_t *from = seg_row(&in, 0, y), *first = in.data;
        float *to = seg_row(&out, 0, y);
        for (int32_t x = 0; x < in.width; x++)
            to[x] = (float)(from[x] - first[0]) / (float)(first[in.width - 1] - first[0]);
    }
    return status;
}

PROCESS(leak)
{
    BEGIN;
    return host->alloc(call, 100, 1) ? SEG_OK : SEG_NOMEM;
}

PROCESS(memory)
{
    BEGIN;
    if (!host->scratch(call, 100, 1))
        return host->fail(call, SEG_STAGE, "something went wrong");
    return SEG_OK;
}

PROCESS(cancel)
{
    BEGIN;
    host->progress(call, 0.5);
    return SEG_OK;
}

PROCESS(limit)
{
    const struct params *params = self;
    if (params->level > 9)
        return host->fail(call, SEG_USAGE, "'level': %d is not in 0..9", (int)params->level);
    BEGIN;
    return SEG_OK;
}

PROCESS(reach)
{
    BEGIN;
    for (int32_t y = 0; y < job.in.height; y++)
        for (int32_t x = 0; x < job.in.width; x++)
            ((uint8_t *)seg_row(&job.out, 0, y))[x] =
                ((const uint8_t *)seg_row(&job.in, 0, y))[x > 1 ? x - 2 : 0];
    return SEG_OK;
}

static int32_t reach_one(const void *params)
{
    (void)params;
    return 1;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, level, 5, 0, 10, NULL, "a number")}};
static const struct seg_port inputs[] = {{.name = "image",
                                          .summary = "bytes",
                                          .kinds = SEG_KIND_BIT(SEG_IMAGE),
                                          .dtypes = SEG_DTYPE_BIT(SEG_U8),
                                          .planes_min = 1,
                                          .planes_max = 1}};
static const struct seg_port image[] = {
    {.name = "image", .summary = "the same", .kinds = SEG_KIND_BIT(SEG_IMAGE)}};
static const struct seg_port shared[] = {{.name = "image",
                                          .summary = "the same",
                                          .kinds = SEG_KIND_BIT(SEG_IMAGE),
                                          .flags = SEG_PORT_IN_PLACE}};
static const struct seg_port mask[] = {
    {.name = "mask", .summary = "a mask", .kinds = SEG_KIND_BIT(SEG_MASK)}};
static const struct seg_port floats[] = {{.name = "image",
                                          .summary = "numbers",
                                          .kinds = SEG_KIND_BIT(SEG_IMAGE),
                                          .dtypes = SEG_DTYPE_BIT(SEG_F32)}};

#define STAGE_WITH(name_, process_, outputs_, create_, destroy_, reach_)                           \
    &(const struct seg_stage)                                                                      \
    {                                                                                              \
        .struct_size = sizeof(struct seg_stage), .id = "wrong." name_,                             \
        .summary = "Has the fault that it is named for", .version = 1,                             \
        .params_size = sizeof(struct params), .params = params, .param_count = SEG_COUNT(params),  \
        .inputs = inputs, .input_count = 1, .outputs = outputs_, .output_count = 1,                \
        .process = process_, .create = create_, .destroy = destroy_, .reach = reach_,              \
    }
#define STAGE(name, process, outputs) STAGE_WITH(name, process, outputs, NULL, NULL, NULL)

/* clang-format off */
static const struct seg_stage *const stages[] = {
    STAGE("crash", crash, image),
    STAGE("hang", hang, image),
    STAGE("exit", leave, image),
    STAGE("prints", prints, image),
    STAGE("status", status, image),
    STAGE("refuses", refuses, image),
    STAGE("overrun", overrun, image),
    STAGE("input", input, image),
    STAGE("unwritten", unwritten, image),
    STAGE("uninitialised", uninitialised, image),
    STAGE("outside", outside, image),
    STAGE("strides", strides, image),
    STAGE("in_place", in_place, shared),
    STAGE("threads", threads, image),
    STAGE("unsteady", unsteady, image),
    STAGE_WITH("state", state, image, state_create, state_destroy, NULL),
    STAGE("values", values, mask),
    STAGE("nan", not_a_number, floats),
    STAGE("leak", leak, image),
    STAGE("memory", memory, image),
    STAGE("cancel", cancel, image),
    STAGE("limit", limit, image),
    STAGE_WITH("reach", reach, image, NULL, NULL, reach_one),
};
/* clang-format on */

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "wrong",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit's tests",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);
const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
