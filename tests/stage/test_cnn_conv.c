/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every convolution kernel, plain and vectorised, against the definition of convolution: many
 * shapes, any split between workers, nothing written outside. */
#include <criterion/criterion.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/table.h"

static uint32_t state = 1;

static int32_t pick(int32_t low, int32_t high)
{
    state = state * 1664525u + 1013904223u;
    return low + (int32_t)((state >> 8) % (uint32_t)(high - low + 1));
}

static void *get(void *ctx, size_t bytes)
{
    (void)ctx;
    void *memory = aligned_alloc(64, bytes / 64 * 64 + 64);
    cr_assert_not_null(memory);
    memset(memory, 0xff, bytes); /* not-a-numbers: what is not written shows */
    return memory;
}

static void give(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

/* Last piece first, each on another worker. */
static int backwards(void *ctx, size_t count, size_t grain, cnn_body body, void *arg)
{
    unsigned workers = *(unsigned *)ctx;
    (void)grain;
    for (size_t i = count; i-- > 0;) {
        int status = body(arg, i, i + 1, (unsigned)(i % workers));
        if (status)
            return status;
    }
    return 0;
}

static int at_once(void *ctx, size_t count, size_t grain, cnn_body body, void *arg)
{
    (void)ctx;
    (void)grain;
    return body(arg, 0, count, 0);
}

struct problem {
    struct cnn_conv conv;
    struct cnn_geometry geometry;
    float *weights, *bias, *slope, *in, *add, *expected;
    size_t in_floats, out_floats;
};

static float *fill(size_t count)
{
    float *values = get(NULL, count * sizeof(float));
    for (size_t i = 0; i < count; i++)
        values[i] = (float)pick(-1000, 1000) / 1000.0f;
    return values;
}

static float activate(const struct cnn_act *act, float x, int32_t channel)
{
    switch (act->kind) {
    case CNN_ACT_RELU:
        return fmaxf(x, 0);
    case CNN_ACT_LEAKY:
        return x < 0 ? x * act->a : x;
    case CNN_ACT_CLIP:
        return fminf(fmaxf(x, act->a), act->b);
    case CNN_ACT_SIGMOID:
        return 1 / (1 + expf(-x));
    case CNN_ACT_MISH:
        return x * tanhf(log1pf(expf(x)));
    case CNN_ACT_HARDSWISH:
        return x * fminf(fmaxf(act->a * x + act->b, 0), 1);
    case CNN_ACT_SWISH:
        return x / (1 + expf(-x));
    case CNN_ACT_PRELU:
        return x < 0 ? x * act->slope[channel] : x;
    case CNN_ACT_HARDSIGMOID:
        return fminf(fmaxf(act->a * x + act->b, 0), 1);
    case CNN_ACT_TANH:
        return tanhf(x);
    case CNN_ACT_GELU:
        return 0.5f * x * (1 + erff(x * 0.70710678f));
    case CNN_ACT_ELU:
        return x < 0 ? act->a * expm1f(x) : x;
    default:
        return x;
    }
}

static size_t at8(int32_t c, int32_t y, int32_t x, int32_t w, int32_t h)
{
    return (((size_t)(c / 8) * (size_t)h + (size_t)y) * (size_t)w + (size_t)x) * 8 + (size_t)c % 8;
}

/* The sum of one output, by the definition. */
static double sum_at(const struct problem *p, int32_t o, int32_t y, int32_t x)
{
    const struct cnn_conv *c = &p->conv;
    const struct cnn_geometry *g = &p->geometry;
    bool transposed = c->kind == CNN_DECONV || c->kind == CNN_DECONV_DEPTHWISE;
    bool alone = c->kind == CNN_DEPTHWISE || c->kind == CNN_DECONV_DEPTHWISE;
    double sum = c->bias ? (double)c->bias[o] : 0;
    for (int32_t ky = 0; ky < c->kernel_h; ky++)
        for (int32_t kx = 0; kx < c->kernel_w; kx++) {
            int32_t iy = y * c->stride_h - g->pad_top + ky * c->dilation_h;
            int32_t ix = x * c->stride_w - g->pad_left + kx * c->dilation_w;
            if (transposed) {
                iy = y + g->pad_top - ky * c->dilation_h;
                ix = x + g->pad_left - kx * c->dilation_w;
                if (iy % c->stride_h || ix % c->stride_w)
                    continue;
                iy /= c->stride_h;
                ix /= c->stride_w;
            }
            if (iy < 0 || iy >= g->in_h || ix < 0 || ix >= g->in_w)
                continue;
            for (int32_t i = alone ? o : 0; i < (alone ? o + 1 : c->in); i++) {
                size_t from =
                    g->in_pack == 8
                        ? at8(i, iy, ix, g->in_w, g->in_h)
                        : ((size_t)i * (size_t)g->in_h + (size_t)iy) * (size_t)g->in_w + (size_t)ix;
                size_t weight = ((alone ? (size_t)o : (size_t)o * (size_t)c->in + (size_t)i) *
                                     (size_t)c->kernel_h +
                                 (size_t)ky) *
                                    (size_t)c->kernel_w +
                                (size_t)kx;
                sum += (double)p->in[from] * (double)c->weights[weight];
            }
        }
    return sum;
}

static int32_t output_size(int32_t kind, int32_t in, int32_t kernel, int32_t stride,
                           int32_t dilation, int32_t pad)
{
    int32_t extent = (kernel - 1) * dilation + 1;
    if (kind == CNN_DECONV || kind == CNN_DECONV_DEPTHWISE)
        return (in - 1) * stride + extent - 2 * pad;
    return in + 2 * pad < extent ? 0 : (in + 2 * pad - extent) / stride + 1;
}

static void problem_make(struct problem *p)
{
    struct cnn_conv *c = &p->conv;
    struct cnn_geometry *g = &p->geometry;
    size_t kernel = (size_t)c->kernel_w * (size_t)c->kernel_h;
    bool alone = c->kind == CNN_DEPTHWISE || c->kind == CNN_DECONV_DEPTHWISE;
    size_t weights = kernel * (size_t)c->out * (alone ? 1 : (size_t)c->in);
    p->weights = fill(weights);
    for (size_t i = 0; i < weights; i++)
        p->weights[i] /= sqrtf((float)weights / (float)c->out);
    p->bias = fill((size_t)c->out);
    p->slope = fill((size_t)c->out + 8);
    c->weights = p->weights;
    c->bias = pick(0, 3) ? p->bias : NULL;
    c->act.slope = p->slope;
    c->post.slope = p->slope;
    size_t planes = g->in_pack == 8 ? ((size_t)c->in + 7) / 8 * 8 : (size_t)c->in;
    p->in_floats = planes * (size_t)g->in_w * (size_t)g->in_h;
    p->out_floats = ((size_t)c->out + 7) / 8 * 8 * (size_t)g->out_w * (size_t)g->out_h;
    if (c->kind == CNN_INNER)
        p->out_floats = (size_t)c->out;
    p->in = fill(p->in_floats);
    p->add = fill(p->out_floats);
    p->expected = get(NULL, p->out_floats * sizeof(float));
    for (int32_t o = 0; o < c->out; o++)
        for (int32_t y = 0; y < g->out_h; y++)
            for (int32_t x = 0; x < g->out_w; x++) {
                size_t at = at8(o, y, x, g->out_w, g->out_h);
                float r = activate(&c->act, (float)sum_at(p, o, y, x), o);
                p->expected[at] = activate(&c->post, r + (c->adds ? p->add[at] : 0), o);
            }
}

static void problem_free(struct problem *p)
{
    float *all[] = {p->weights, p->bias, p->slope, p->in, p->add, p->expected};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void compare(const struct problem *p, const char *name, const float *out)
{
    const struct cnn_geometry *g = &p->geometry;
    const struct cnn_conv *c = &p->conv;
    for (int32_t o = 0; o < c->out; o++)
        for (int32_t y = 0; y < g->out_h; y++)
            for (int32_t x = 0; x < g->out_w; x++) {
                size_t at = at8(o, y, x, g->out_w, g->out_h);
                cr_assert(fabsf(out[at] - p->expected[at]) <= 2e-5f,
                          "%s: kind %d, %d to %d channels, %dx%d to %dx%d, kernel %dx%d, stride "
                          "%dx%d, dilation %dx%d, pad %d %d, act %d: (%d, %d, %d) is %g, not %g",
                          name, c->kind, c->in, c->out, g->in_w, g->in_h, g->out_w, g->out_h,
                          c->kernel_w, c->kernel_h, c->stride_w, c->stride_h, c->dilation_w,
                          c->dilation_h, g->pad_left, g->pad_top, c->act.kind, o, y, x,
                          (double)out[at], (double)p->expected[at]);
            }
    for (size_t i = 0; i < p->out_floats; i++)
        cr_assert(isfinite(out[i]), "%s: an unused lane is not finite", name);
}

static void run_with(const struct problem *p, const struct cnn_conv_kernel *kernel,
                     unsigned workers, float *in_place)
{
    struct cnn_geometry geometry = p->geometry;
    geometry.workers = workers;
    struct cnn_env env = {.ctx = &workers,
                          .alloc = get,
                          .free = give,
                          .workers = workers,
                          .parallel = workers > 1 ? backwards : at_once,
                          .isa = kernel->isa};
    size_t packed_bytes = kernel->packed_size(&p->conv);
    size_t bytes = kernel->workspace ? kernel->workspace(&p->conv, &geometry) : 0;
    cr_assert_gt(packed_bytes, 0);
    char *packed = get(NULL, packed_bytes + 8), *workspace = get(NULL, bytes + 8);
    float *out = in_place ? in_place : get(NULL, (p->out_floats + 2) * sizeof(float));
    struct cnn_conv_call call = {.conv = &p->conv,
                                 .geometry = &geometry,
                                 .packed = packed,
                                 .in = p->in,
                                 .out = out,
                                 .workspace = workspace,
                                 .env = &env,
                                 .add = !p->conv.adds ? NULL
                                        : in_place    ? in_place
                                                      : p->add};
    memset(packed + packed_bytes, 0x5a, 8);
    memset(workspace + bytes, 0x5a, 8);
    kernel->prepare(&p->conv, packed);
    cr_assert_eq(kernel->run(&call), 0);
    cr_assert(memcmp(packed + packed_bytes, "ZZZZZZZZ", 8) == 0, "%s: packed", kernel->name);
    cr_assert(memcmp(workspace + bytes, "ZZZZZZZZ", 8) == 0, "%s: workspace", kernel->name);
    if (!in_place)
        cr_assert(isnan(out[p->out_floats]), "%s: wrote behind the output", kernel->name);
    compare(p, kernel->name, out);
    free(packed);
    free(workspace);
    if (!in_place)
        free(out);
}

static bool avx2(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

static void check(struct problem *p)
{
    const struct cnn_kernels *tables[2] = {&cnn_kernels_portable,
                                           avx2() ? cnn_kernels_of(CNN_AVX2) : NULL};
    struct cnn_geometry *g = &p->geometry;
    const struct cnn_conv *c = &p->conv;
    g->workers = 1;
    g->out_w = output_size(c->kind, g->in_w, c->kernel_w, c->stride_w, c->dilation_w, g->pad_left);
    g->out_h = output_size(c->kind, g->in_h, c->kernel_h, c->stride_h, c->dilation_h, g->pad_top);
    if (g->out_w <= 0 || g->out_h <= 0)
        return;
    problem_make(p);
    for (int t = 0; t < 2 && tables[t]; t++) {
        const struct cnn_conv_kernel *kernels = (const struct cnn_conv_kernel *)tables[t];
        for (size_t i = 0; i < offsetof(struct cnn_kernels, gemm) / sizeof *kernels; i++) {
            if (!kernels[i].fits(c, g))
                continue;
            run_with(p, &kernels[i], 1, NULL);
            run_with(p, &kernels[i], 3, NULL);
            if (c->adds) {
                float *copy = get(NULL, p->out_floats * sizeof(float));
                memcpy(copy, p->add, p->out_floats * sizeof(float));
                run_with(p, &kernels[i], 2, copy);
                free(copy);
            }
        }
    }
    problem_free(p);
}

static void random_problem(int32_t kind, struct problem *p)
{
    bool alone = kind == CNN_DEPTHWISE || kind == CNN_DECONV_DEPTHWISE;
    int32_t in = pick(1, 40);
    *p = (struct problem){
        .conv = {.kind = kind,
                 .in = in,
                 .out = alone ? in : pick(1, 60),
                 .kernel_w = pick(1, 5),
                 .kernel_h = pick(1, 5),
                 .stride_w = pick(1, 3),
                 .stride_h = pick(1, 3),
                 .dilation_w = pick(1, 3),
                 .dilation_h = pick(1, 3),
                 .act = {.kind = pick(0, 12), .a = 0.2f, .b = 0.5f},
                 .post = {.kind = pick(0, 1)},
                 .adds = pick(0, 1)},
        .geometry = {.in_w = pick(1, 21),
                     .in_h = pick(1, 21),
                     .pad_left = pick(0, 3),
                     .pad_top = pick(0, 3),
                     .in_pack = alone || pick(0, 3) ? 8 : 1},
    };
}

Test(cnn_conv, plain)
{
    for (int i = 0; i < 300; i++) {
        struct problem p;
        random_problem(CNN_CONV, &p);
        check(&p);
    }
}

Test(cnn_conv, pointwise)
{
    for (int i = 0; i < 60; i++) {
        struct problem p;
        random_problem(CNN_CONV, &p);
        p.conv.kernel_w = p.conv.kernel_h = 1;
        p.geometry.pad_left = p.geometry.pad_top = 0;
        p.conv.stride_w = p.conv.stride_h = pick(1, 2);
        p.conv.in = pick(1, 130);
        check(&p);
    }
}

Test(cnn_conv, three_by_three)
{
    for (int i = 0; i < 80; i++) {
        struct problem p;
        random_problem(CNN_CONV, &p);
        p.conv.kernel_w = p.conv.kernel_h = 3;
        p.conv.stride_w = p.conv.stride_h = 1;
        p.geometry.in_pack = 8;
        check(&p);
    }
}

Test(cnn_conv, three_by_three_of_many_tiles)
{
    struct problem p = {
        .conv = {.kind = CNN_CONV,
                 .in = 24,
                 .out = 40,
                 .kernel_w = 3,
                 .kernel_h = 3,
                 .stride_w = 1,
                 .stride_h = 1,
                 .dilation_w = 1,
                 .dilation_h = 1},
        .geometry = {.in_w = 67, .in_h = 45, .pad_left = 1, .pad_top = 1, .in_pack = 8},
    };
    check(&p);
}

Test(cnn_conv, transposed)
{
    for (int i = 0; i < 150; i++) {
        struct problem p;
        random_problem(CNN_DECONV, &p);
        check(&p);
    }
}

Test(cnn_conv, depthwise)
{
    for (int i = 0; i < 300; i++) {
        struct problem p;
        random_problem(i % 3 ? CNN_DEPTHWISE : CNN_DECONV_DEPTHWISE, &p);
        p.geometry.in_w = pick(1, 70);
        check(&p);
    }
}

Test(cnn_conv, fully_connected)
{
    for (int i = 0; i < 40; i++) {
        struct problem p;
        random_problem(CNN_INNER, &p);
        p.conv.kernel_w = p.conv.kernel_h = p.conv.stride_w = p.conv.stride_h = 1;
        p.geometry = (struct cnn_geometry){.in_w = 1, .in_h = 1, .in_pack = 1};
        check(&p);
    }
}

Test(cnn_gemm, is_the_matrix_product)
{
    for (int i = 0; i < 200; i++) {
        struct cnn_gemm g = {.m = (size_t)pick(1, 40),
                             .n = (size_t)pick(1, 70),
                             .k = (size_t)pick(1, 40),
                             .trans_a = pick(0, 1),
                             .trans_b = pick(0, 1)};
        g.lda = (g.trans_a ? g.m : g.k) + (size_t)pick(0, 3);
        g.ldb = (g.trans_b ? g.k : g.n) + (size_t)pick(0, 3);
        g.ldc = g.n + (size_t)pick(0, 3);
        float *a = fill(g.lda * (g.trans_a ? g.k : g.m)),
              *b = fill(g.ldb * (g.trans_b ? g.n : g.k));
        g.a = a;
        g.b = b;
        for (int isa = 0; isa < 2; isa++)
            for (unsigned workers = 1; workers < 4; workers += 2) {
                struct cnn_env env = {.ctx = &workers,
                                      .alloc = get,
                                      .free = give,
                                      .parallel = backwards,
                                      .workers = workers,
                                      .isa = isa && avx2() ? CNN_AVX2 : CNN_PORTABLE};
                void *workspace = get(NULL, cnn_gemm_workspace(&g, workers));
                g.c = get(NULL, g.m * g.ldc * sizeof(float));
                cr_assert_eq(cnn_gemm_run(&g, workspace, &env), 0);
                for (size_t m = 0; m < g.m; m++)
                    for (size_t n = 0; n < g.ldc; n++) {
                        double sum = 0;
                        for (size_t k = 0; n < g.n && k < g.k; k++)
                            sum += (double)a[g.trans_a ? k * g.lda + m : m * g.lda + k] *
                                   (double)b[g.trans_b ? n * g.ldb + k : k * g.ldb + n];
                        float c = g.c[m * g.ldc + n];
                        cr_assert(n < g.n ? fabs((double)c - sum) < 2e-5 : isnan(c),
                                  "%zux%zux%zu: (%zu, %zu) is %g, not %g", g.m, g.n, g.k, m, n,
                                  (double)c, n < g.n ? sum : 0.0);
                    }
                free(workspace);
                free(g.c);
            }
        free(a);
        free(b);
    }
}
