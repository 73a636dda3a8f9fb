/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small stages for tests of pipelines: one for every way in which ports and parameters differ. */
#include <segkit/plugin-util.h>
#include <string.h>

#define IMAGE     SEG_KIND_BIT(SEG_IMAGE)
#define MASK      SEG_KIND_BIT(SEG_MASK)
#define LABELS    SEG_KIND_BIT(SEG_LABELS)
#define SCORES    SEG_KIND_BIT(SEG_SCORES)
#define INSTANCES SEG_KIND_BIT(SEG_INSTANCES)

struct none {
    char unused;
};

static int views(const struct seg_host *host, struct seg_call *call, struct seg_view *in,
                 struct seg_view *out)
{
    *in = *out = SEG_VIEW;
    int status = host->input(call, 0, in);
    return status ? status : host->output(call, 0, NULL, out);
}

static void clear(const struct seg_view *v)
{
    for (int32_t p = 0; p < v->planes; p++)
        for (int32_t y = 0; y < v->height; y++)
            memset(seg_row(v, p, y), 0, (size_t)v->width * seg_dtype_size(v->dtype));
}

/* -- toy.add: image to image in place, any dtype; reentrant ------------------------------------ */

struct add {
    double by;
    int32_t times;
};

static const struct seg_param add_params[] = {
    {SEG_P_FLOAT(struct add, by, 1, -1000, 1000, NULL, "what is added"), .alias = "plus"},
    {SEG_P_INT(struct add, times, 1, 1, 9, NULL, "how often"), .flags = SEG_PARAM_ODD},
};

static int add_process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct add *p = self;
    struct seg_view in, out;
    int status = views(host, call, &in, &out);
    for (int32_t k = 0; !status && k < in.planes; k++)
        for (int32_t y = 0; y < in.height; y++)
            for (int32_t x = 0; x < in.width; x++) {
                const double by = p->by * p->times;
                const void *from = seg_row(&in, k, y);
                void *to = seg_row(&out, k, y);
                if (in.dtype == SEG_U8)
                    ((uint8_t *)to)[x] = (uint8_t)(((const uint8_t *)from)[x] + by);
                else if (in.dtype == SEG_U16)
                    ((uint16_t *)to)[x] = (uint16_t)(((const uint16_t *)from)[x] + by);
                else
                    ((float *)to)[x] = (float)(((const float *)from)[x] + by);
            }
    if (!status)
        status = host->value(call, "in_place", in.data == out.data);
    return status;
}

static const struct seg_port image_in[] = {
    {.name = "image", .summary = "any image", .kinds = IMAGE},
};
static const struct seg_port add_out[] = {
    {.name = "image", .summary = "the sums", .kinds = IMAGE, .flags = SEG_PORT_IN_PLACE},
};

static const struct seg_stage add_stage = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "toy.add",
    .summary = "adds a number",
    .version = 1,
    SEG_TABLES(struct add, add_params, image_in, add_out),
    .process = add_process,
};

/* -- toy.gray: one plane of u16 or f32 only
 * --------------------------------------------------------- */

static int gray_process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct seg_view in, out;
    int status = views(host, call, &in, &out);
    (void)self;
    for (int32_t y = 0; !status && y < in.height; y++)
        memcpy(seg_row(&out, 0, y), seg_row(&in, 0, y),
               (size_t)in.width * seg_dtype_size(in.dtype));
    return status;
}

static const struct seg_port gray_in[] = {
    {.name = "image",
     .summary = "one plane",
     .kinds = IMAGE,
     .dtypes = SEG_DTYPE_BIT(SEG_U16) | SEG_DTYPE_BIT(SEG_F32),
     .planes_min = 1,
     .planes_max = 1},
};
static const struct seg_port gray_out[] = {
    {.name = "image", .summary = "the same", .kinds = IMAGE},
};

static const struct seg_stage gray_stage = {
    .struct_size = sizeof(struct seg_stage),
    .id = "toy.gray",
    .summary = "copies one plane",
    .version = 1,
    .params_size = sizeof(struct none),
    SEG_PORTS(gray_in, gray_out),
    .process = gray_process,
};

/* -- toy.level: image to mask, with a parameter of each type
 * ---------------------------------------- */

static const struct seg_choice sides[] = {{"above", "larger"}, {"below", "smaller"}};

struct level {
    double level;
    bool invert;
    int32_t side;
    const char *note, *table;
    struct seg_floats weights;
};

static const struct seg_param level_params[] = {
    {SEG_P_FLOAT(struct level, level, 0, 0, 65535, NULL, "the level"), .flags = SEG_PARAM_REQUIRED},
    {SEG_P_BOOL(struct level, invert, 0, "swap")},
    {SEG_P_CHOICE(struct level, side, 0, sides, "which side")},
    {SEG_P_STRING(struct level, note, "", "a note")},
    {SEG_P_PATH(struct level, table, "", "a file")},
    {SEG_P_FLOATS(struct level, weights, "1", 1, 3, 0, 1, NULL, "weights")},
};

static int level_process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct level *p = self;
    struct seg_view in, out;
    int status = views(host, call, &in, &out);
    for (int32_t y = 0; !status && y < in.height; y++)
        for (int32_t x = 0; x < in.width; x++) {
            const void *row = seg_row(&in, 0, y);
            const double v = in.dtype == SEG_U8    ? ((const uint8_t *)row)[x]
                             : in.dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                                   : (double)((const float *)row)[x];
            ((uint8_t *)seg_row(&out, 0, y))[x] = (v > p->level) ^ (p->side == 1) ^ p->invert;
        }
    return status;
}

static const struct seg_port level_out[] = {
    {.name = "mask", .summary = "where it holds", .kinds = MASK, .flags = SEG_PORT_IN_PLACE},
};

static const struct seg_stage level_stage = {
    .struct_size = sizeof(struct seg_stage),
    .id = "toy.level",
    .summary = "compares with a level",
    .version = 1,
    SEG_TABLES(struct level, level_params, image_in, level_out),
    .process = level_process,
};

/* -- toy.split: mask and optional image to labels and a second mask
 * ---------------------------------- */

static int split_process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct seg_view in, out, line = SEG_VIEW;
    int status = views(host, call, &in, &out);
    (void)self;
    if (!status)
        status = host->output(call, 1, NULL, &line);
    if (status)
        return status;
    clear(&line);
    for (int32_t y = 0; y < in.height; y++)
        for (int32_t x = 0; x < in.width; x++)
            ((int32_t *)seg_row(&out, 0, y))[x] =
                ((const uint8_t *)seg_row(&in, 0, y))[x] ? 1 + (x & 1) : 0;
    return SEG_OK;
}

static const struct seg_port split_in[] = {
    {.name = "mask", .summary = "what is split", .kinds = MASK},
    {.name = "image", .summary = "a guide", .kinds = IMAGE, .flags = SEG_PORT_OPTIONAL},
};
static const struct seg_port split_out[] = {
    {.name = "labels", .summary = "the parts", .kinds = LABELS},
    {.name = "lines", .summary = "between them", .kinds = MASK},
};

static const struct seg_stage split_stage = {
    .struct_size = sizeof(struct seg_stage),
    .id = "toy.split",
    .summary = "splits a mask",
    .version = 1,
    .params_size = sizeof(struct none),
    SEG_PORTS(split_in, split_out),
    .process = split_process,
};

/* -- toy.grow: labels within an optional mask, in place
 * ----------------------------------------------- */

static int grow_process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct seg_view in, out;
    int status = views(host, call, &in, &out);
    (void)self;
    for (int32_t y = 0; !status && y < in.height; y++)
        for (int32_t x = 0; x < in.width; x++)
            ((int32_t *)seg_row(&out, 0, y))[x] = ((const int32_t *)seg_row(&in, 0, y))[x];
    return status;
}

static const struct seg_port grow_in[] = {
    {.name = "labels", .summary = "what grows", .kinds = LABELS},
    {.name = "mask", .summary = "the limits", .kinds = MASK, .flags = SEG_PORT_OPTIONAL},
};
static const struct seg_port grow_out[] = {
    {.name = "labels", .summary = "grown", .kinds = LABELS, .flags = SEG_PORT_IN_PLACE},
};

static const struct seg_stage grow_stage = {
    .struct_size = sizeof(struct seg_stage),
    .id = "toy.grow",
    .summary = "grows labels",
    .version = 1,
    .params_size = sizeof(struct none),
    SEG_PORTS(grow_in, grow_out),
    .process = grow_process,
};

/* -- toy.half: half the size, told before it runs or only then
 * ----------------------------------------- */

struct half {
    bool late;
};

static const struct seg_param half_params[] = {
    {SEG_P_BOOL(struct half, late, 0, "the size is told when it runs")},
};

static int half_shape(const struct seg_host *host, struct seg_call *call, const void *params,
                      const struct seg_shape *in, struct seg_shape *out)
{
    const struct half *p = params;
    if (in[0].width < 2 || in[0].height < 2)
        return host->fail(call, SEG_STAGE, "%d x %d pixels have no half", (int)in[0].width,
                          (int)in[0].height);
    if (!p->late) {
        out[0].width = in[0].width / 2;
        out[0].height = in[0].height / 2;
    }
    return SEG_OK;
}

static int half_process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct seg_view in = SEG_VIEW, out = SEG_VIEW;
    int status = host->input(call, 0, &in);
    struct seg_shape shape = SEG_SHAPE;
    (void)self;
    shape.width = in.width / 2;
    shape.height = in.height / 2;
    if (!status)
        status = host->output(call, 0, &shape, &out);
    if (!status)
        clear(&out);
    return status;
}

static const struct seg_port half_out[] = {
    {.name = "image", .summary = "smaller", .kinds = IMAGE, .flags = SEG_PORT_SIZED},
};

static const struct seg_stage half_stage = {
    .struct_size = sizeof(struct seg_stage),
    .id = "toy.half",
    .summary = "halves the size",
    .version = 1,
    SEG_TABLES(struct half, half_params, image_in, half_out),
    .process = half_process,
    .shape = half_shape,
};

/* -- toy.find: labels to instances; toy.draw: instances to labels
 * --------------------------------------- */

static int find_process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct seg_run run = {0, 0, 1};
    const struct seg_instance one = {.struct_size = sizeof one,
                                     .id = 1,
                                     .class_id = -1,
                                     .score = 1,
                                     .box = {0, 0, 1, 1},
                                     .runs = &run,
                                     .run_count = 1};
    (void)self;
    return host->instance(call, 0, &one);
}

static int draw_process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct seg_view out = SEG_VIEW;
    int status = host->output(call, 0, NULL, &out);
    (void)self;
    if (!status)
        clear(&out);
    return status;
}

static const struct seg_port labels_in[] = {
    {.name = "labels", .summary = "regions", .kinds = LABELS},
};
static const struct seg_port instances_port[] = {
    {.name = "instances", .summary = "objects", .kinds = INSTANCES},
};
static const struct seg_port labels_out[] = {
    {.name = "labels", .summary = "regions", .kinds = LABELS},
};

static const struct seg_stage find_stage = {
    .struct_size = sizeof(struct seg_stage),
    .id = "toy.find",
    .summary = "finds objects",
    .version = 1,
    .params_size = sizeof(struct none),
    SEG_PORTS(labels_in, instances_port),
    .process = find_process,
};

static const struct seg_stage draw_stage = {
    .struct_size = sizeof(struct seg_stage),
    .id = "toy.draw",
    .summary = "draws objects",
    .version = 1,
    .params_size = sizeof(struct none),
    SEG_PORTS(instances_port, labels_out),
    .process = draw_process,
};

/* -- toy.count: owns an instance; counts its calls, which must not overlap
 * ------------------------------ */

struct count {
    int calls, inside;
};

static int count_create(const struct seg_host *host, struct seg_call *call, const void *params,
                        void **self)
{
    struct count *count = host->alloc(call, 1, sizeof *count);
    (void)params;
    if (!count)
        return host->fail(call, SEG_NOMEM, NULL);
    *count = (struct count){0};
    *self = count;
    return SEG_OK;
}

static int count_process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct count *count = self;
    struct seg_view in, out;
    if (count->inside++)
        return host->fail(call, SEG_STAGE, "two calls at once");
    int status = views(host, call, &in, &out);
    for (int32_t k = 0; !status && k < in.planes; k++)
        for (int32_t y = 0; y < in.height; y++)
            memcpy(seg_row(&out, k, y), seg_row(&in, k, y),
                   (size_t)in.width * seg_dtype_size(in.dtype));
    if (!status)
        status = host->value(call, "calls", ++count->calls);
    count->inside--;
    return status;
}

static void count_destroy(void *self, const struct seg_host *host, struct seg_call *call)
{
    host->free(call, self);
}

static const struct seg_stage count_stage = {
    .struct_size = sizeof(struct seg_stage),
    .id = "toy.count",
    .summary = "counts calls",
    .version = 1,
    .params_size = sizeof(struct none),
    SEG_PORTS(image_in, gray_out),
    .create = count_create,
    .process = count_process,
    .destroy = count_destroy,
};

/* -- toy.fail: fails in the way that is asked for
 * ------------------------------------------------------- */

static const struct seg_choice ways[] = {
    {"say", "with a text"},        {"silent", "without"},    {"strange", "with no status"},
    {"usage", "with SEG_USAGE"},   {"nothing", "no output"}, {"wait", "until it is cancelled"},
    {"create", "when it is made"},
};

struct fail {
    int32_t way;
};

static const struct seg_param fail_params[] = {
    {SEG_P_CHOICE(struct fail, way, 0, ways, "how it fails")},
};

static int fail_create(const struct seg_host *host, struct seg_call *call, const void *params,
                       void **self)
{
    const struct fail *p = params;
    *self = (void *)(uintptr_t)params;
    return p->way == 6 ? host->fail(call, SEG_IO, "no such model") : SEG_OK;
}

static int fail_process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct fail *p = self;
    switch (p->way) {
    case 0:
        return host->fail(call, SEG_STAGE, "the markers are empty");
    case 1:
        return SEG_STAGE;
    case 2:
        return 4711;
    case 3:
        return SEG_USAGE;
    case 4:
        return SEG_OK;
    default:
        for (;;)
            if (host->progress(call, 0.5))
                return SEG_CANCELLED;
    }
}

static const struct seg_stage fail_stage = {
    .struct_size = sizeof(struct seg_stage),
    .id = "toy.fail",
    .summary = "fails",
    .version = 1,
    SEG_TABLES(struct fail, fail_params, image_in, gray_out),
    .create = fail_create,
    .process = fail_process,
};

/* ---------------------------------------------------------------------------------------------- */

static const struct seg_stage *const stages[] = {
    &add_stage,  &gray_stage, &level_stage, &split_stage, &grow_stage,
    &half_stage, &find_stage, &draw_stage,  &count_stage, &fail_stage,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "toy",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit's tests",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);
const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
