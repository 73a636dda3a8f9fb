/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.crop and filter.pad: a rectangle of the image, or the image in a larger one. */
#include "common/border.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"

#include <string.h>

enum { CONSTANT = COMMON_NEAREST + 1 };

struct cut {
    struct seg_view in, out;
    int32_t x, y; /* of the image, where the output begins */
    int32_t border;
    struct seg_view constant; /* a row of it */
};

static void cut_row(const struct cut *cut, int32_t plane, int32_t y)
{
    const size_t size = seg_dtype_size(cut->in.dtype);
    const int64_t from = (int64_t)cut->y + y, left = -(int64_t)cut->x;
    const bool outside = from < 0 || from >= cut->in.height;
    char *to = seg_row(&cut->out, plane, y);
    if (cut->border == CONSTANT)
        memcpy(to, cut->constant.data, (size_t)cut->out.width * size);
    if (cut->border == CONSTANT && outside)
        return;
    const char *row = seg_row(&cut->in, plane, common_border(from, cut->in.height, cut->border));
    const int64_t begin = left > 0 ? left : 0; /* columns of the output that lie in the image */
    const int64_t end =
        left + cut->in.width < cut->out.width ? left + cut->in.width : cut->out.width;
    if (begin < end)
        memcpy(to + (size_t)begin * size, row + (size_t)(begin - left) * size,
               (size_t)(end - begin) * size);
    if (cut->border == CONSTANT)
        return;
    for (int64_t x = 0; x < cut->out.width; x++) {
        if (x == begin && begin < end)
            x = end;
        if (x < cut->out.width)
            memcpy(to + (size_t)x * size,
                   row + (size_t)common_border(x - left, cut->in.width, cut->border) * size, size);
    }
}

/* Rows of all planes, one plane after the other. */
static int cut_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct cut *cut = arg;
    const size_t height = (size_t)cut->out.height;
    for (size_t i = begin; i < end; i++)
        cut_row(cut, (int32_t)(i / height), (int32_t)(i % height));
    return SEG_OK;
}

static int make_constant(const struct common_env *env, struct cut *cut, double value)
{
    const size_t width = (size_t)cut->out.width;
    float *row;
    cut->constant = cut->out;
    cut->constant.data = env->host->scratch(env->call, width, seg_dtype_size(cut->in.dtype));
    if (!cut->constant.data || !COMMON_SCRATCH(env, row, width))
        return common_nomem(env);
    for (size_t x = 0; x < width; x++)
        row[x] = (float)value;
    common_store(&cut->constant, 0, 0, row, width);
    return SEG_OK;
}

static int cut_image(const struct seg_host *host, struct seg_call *call, int32_t x, int32_t y,
                     int32_t border, double value)
{
    const struct common_env env = {host, call};
    struct cut cut = {.x = x, .y = y, .border = border};
    int status = common_open(&env, &cut.in, &cut.out);
    if (!status && border == CONSTANT)
        status = make_constant(&env, &cut, value);
    if (!status)
        status = common_parallel(&env, (size_t)cut.out.height * (size_t)cut.out.planes,
                                 common_grain(cut.out.width), cut_rows, &cut);
    const double origin[2] = {x, y};
    return status ? status : host->set(call, 0, SEG_PROP_ORIGIN, origin, 2);
}

/* -- crop ------------------------------------------------------------------------------------- */

struct crop_params {
    int32_t x, y, width, height;
};

static int crop(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct crop_params *p = self;
    return cut_image(host, call, p->x, p->y, COMMON_NEAREST, 0);
}

/* One direction: how much of `whole` is left from `from` on; 0: nothing. */
static int32_t rest(int32_t from, int32_t wanted, int32_t whole)
{
    if (from >= whole || wanted > whole - from)
        return 0;
    return wanted ? wanted : whole - from;
}

static int crop_shape(const struct seg_host *host, struct seg_call *call, const void *self,
                      const struct seg_shape *in, struct seg_shape *out)
{
    const struct crop_params *p = self;
    out->width = rest(p->x, p->width, in->width);
    out->height = rest(p->y, p->height, in->height);
    if (!out->width || !out->height)
        return host->fail(call, SEG_STAGE, /* the values are fine, in a larger image */
                          "the rectangle from column %d, row %d on, %d x %d, does not lie in the "
                          "image of %d x %d; filter.pad makes images larger",
                          p->x, p->y, p->width, p->height, in->width, in->height);
    return SEG_OK;
}

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
#define CUT_OUTPUT(name_)                                                                          \
    {                                                                                              \
        .name = (name_), .summary = "of another size and the same type",                           \
        .kinds = SEG_KIND_BIT(SEG_IMAGE), .dtypes = SEG_ANY_SAMPLE, .flags = SEG_PORT_SIZED        \
    }

static const struct seg_param crop_rows[] = {
    {SEG_P_INT(struct crop_params, x, 0, 0, 1 << 30, "px", "the first column")},
    {SEG_P_INT(struct crop_params, y, 0, 0, 1 << 30, "px", "the first row")},
    {SEG_P_INT(struct crop_params, width, 0, 0, 1 << 30, "px",
               "how many columns; 0: all that are left")},
    {SEG_P_INT(struct crop_params, height, 0, 0, 1 << 30, "px",
               "how many rows; 0: all that are left")},
};
static const struct seg_port crop_outputs[] = {CUT_OUTPUT("part")};

const struct seg_stage filter_crop = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "filter.crop",
    .summary = "cut out a rectangle",
    .detail =
        "The rectangle has to lie in the image. The result knows where it comes from, so that "
        "outlines and tables of it can be laid over the whole image again.",
    .version = 1,
    SEG_TABLES(struct crop_params, crop_rows, inputs, crop_outputs),
    .process = crop,
    .shape = crop_shape,
};

/* -- pad -------------------------------------------------------------------------------------- */

struct pad_params {
    int32_t left, right, top, bottom, border;
    double value;
};

static int pad(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct pad_params *p = self;
    return cut_image(host, call, -p->left, -p->top, p->border, p->value);
}

static int pad_shape(const struct seg_host *host, struct seg_call *call, const void *self,
                     const struct seg_shape *in, struct seg_shape *out)
{
    const struct pad_params *p = self;
    const int64_t width = (int64_t)in->width + p->left + p->right;
    const int64_t height = (int64_t)in->height + p->top + p->bottom;
    if (width > INT32_MAX || height > INT32_MAX)
        return host->fail(call, SEG_LIMIT, "the result would be more than %d pixels wide or high",
                          INT32_MAX);
    out->width = (int32_t)width;
    out->height = (int32_t)height;
    return SEG_OK;
}

static const struct seg_choice pad_borders[] = {
    [COMMON_REFLECT] = {"reflect", "mirrored at the edge: b a | a b c"},
    [COMMON_MIRROR] = {"mirror", "mirrored at the last pixel: c b | a b c"},
    [COMMON_NEAREST] = {"nearest", "the last pixel repeated: a a | a b c"},
    [CONSTANT] = {"constant", "'value'"},
};

#define SIDE(field)                                                                                \
    {                                                                                              \
        SEG_P_INT(struct pad_params, field, 0, 0, 1 << 30, "px", "how much is added there")        \
    }
static const struct seg_param pad_rows[] = {
    SIDE(left),
    SIDE(right),
    SIDE(top),
    SIDE(bottom),
    {SEG_P_CHOICE(struct pad_params, border, CONSTANT, pad_borders, "what is added")},
    {SEG_P_FLOAT(struct pad_params, value, 0, -3.4e38, 3.4e38, NULL, "the constant")},
};
static const struct seg_port pad_outputs[] = {CUT_OUTPUT("padded")};

const struct seg_stage filter_pad = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "filter.pad",
    .summary = "put a margin around the image",
    .detail =
        "Names of borders are those of all filters: NumPy's pad says 'symmetric' for reflect, "
        "'reflect' for mirror and 'edge' for nearest.",
    .version = 1,
    SEG_TABLES(struct pad_params, pad_rows, inputs, pad_outputs),
    .process = pad,
    .shape = pad_shape,
};
