/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.arithmetic: two images, or one and a number, sample by sample. */
#include "common/cpu.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t operation;
    double value;
};

enum { ADD, SUBTRACT, MULTIPLY, DIVIDE, MIN, MAX, DIFFERENCE, MEAN };

struct arithmetic {
    struct seg_view in, other, out;
    bool given; /* there is another image */
    int32_t operation;
    float value;
    float *room; /* two rows for each worker */
};

#define EACH(expression)                                                                           \
    for (size_t x = 0; x < width; x++)                                                             \
        a[x] = (expression);                                                                       \
    break

COMMON_INLINE void combine_body(int32_t operation, float *restrict a, const float *restrict b,
                                size_t width)
{
    switch (operation) {
    case ADD:
        EACH(a[x] + b[x]);
    case SUBTRACT:
        EACH(a[x] - b[x]);
    case MULTIPLY:
        EACH(a[x] * b[x]);
    case DIVIDE:
        EACH(a[x] / b[x]);
    case MIN:
        EACH(a[x] < b[x] ? a[x] : b[x]);
    case MAX:
        EACH(a[x] > b[x] ? a[x] : b[x]);
    case DIFFERENCE:
        EACH(fabsf(a[x] - b[x]));
    default:
        EACH(0.5F * (a[x] + b[x]));
    }
}

COMMON_AVX2 static void combine_avx2(int32_t operation, float *a, const float *b, size_t width)
{
    combine_body(operation, a, b, width);
}

/* Rows of all planes, one plane after the other. */
static int combine_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct arithmetic *m = arg;
    const size_t width = (size_t)m->in.width, height = (size_t)m->in.height;
    float *a = m->room + 2 * worker * width, *b = a + width;
    for (size_t x = 0; x < width; x++)
        b[x] = m->value;
    for (size_t i = begin; i < end; i++) {
        const int32_t plane = (int32_t)(i / height), y = (int32_t)(i % height);
        common_floats(&m->in, plane, y, 0, width, a);
        if (m->given)
            common_floats(&m->other, m->other.planes > 1 ? plane : 0, y, 0, width, b);
        (common_cpu_avx2() ? combine_avx2 : combine_body)(m->operation, a, b, width);
        common_store(&m->out, plane, y, a, width);
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct arithmetic m = {
        .other = SEG_VIEW, .operation = params->operation, .value = (float)params->value};
    int status = common_open(&env, &m.in, &m.out);
    if (status)
        return status;
    status = host->input(call, 1, &m.other);
    if (status && status != SEG_ABSENT)
        return status;
    m.given = !status;
    m.room =
        host->scratch(call, 2 * (size_t)host->workers(call), (size_t)m.in.width * sizeof *m.room);
    if (!m.room)
        return common_nomem(&env);
    return common_parallel(&env, (size_t)m.in.height * (size_t)m.in.planes,
                           common_grain(m.in.width), combine_rows, &m);
}

static int check(const struct seg_host *host, struct seg_call *call, const void *params,
                 const struct seg_shape *in, struct seg_shape *out)
{
    (void)params, (void)out;
    if (in[1].kind && in[1].planes != 1 && in[1].planes != in[0].planes)
        return host->fail(call, SEG_USAGE,
                          "input 'other': %d planes; give one, or as many as the image has",
                          in[1].planes);
    return SEG_OK;
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_choice operations[] = {
    [ADD] = {"add", "the sum"},
    [SUBTRACT] = {"subtract", "the image less the other"},
    [MULTIPLY] = {"multiply", "the product"},
    [DIVIDE] = {"divide", "the image divided by the other"},
    [MIN] = {"min", "the smaller"},
    [MAX] = {"max", "the larger"},
    [DIFFERENCE] = {"difference", "the difference, never negative"},
    [MEAN] = {"mean", "half of the sum"},
};

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, operation, ADD, operations, "what becomes of two samples")},
    {SEG_P_FLOAT(struct params, value, 0, -3.4e38, 3.4e38, NULL,
                 "the second operand where no other image is connected")},
};

static const struct seg_port inputs[] = {
    FILTER_INPUT(SEG_ANY_SAMPLE),
    {.name = "other",
     .summary = "the second operand: as many planes, or one for all",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .flags = SEG_PORT_OPTIONAL},
};
static const struct seg_port outputs[] = {FILTER_OUTPUT("result", SEG_ANY_SAMPLE)};

const struct seg_stage filter_arithmetic = {
    FILTER_TABLES,
    .id = "filter.arithmetic",
    .summary = "add, subtract, multiply or compare two images",
    .detail =
        "Works on samples as they are, in single precision, and gives them the type of 'image': of "
        "8 and 16 bits results are rounded and cut where they leave the range, as OpenCV does; "
        "NumPy lets them wrap. A division of whole numbers by 0 gives the largest number, and 0 of "
        "0. To keep negative or large results, make the image floating point before: "
        "filter.rescale type=f32.",
    .version = 1,
    .process = process,
    .reach = reach,
    .shape = check,
};
