/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times of the convolution kernels on shapes that occur in networks: processor time of one thread,
 * best of many runs, for every kernel that can compute the shape.
 *
 *   conv [KIND IN OUT KERNEL STRIDE DILATION WIDTH HEIGHT]
 *
 * KIND is conv, depthwise or deconv. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/table.h"

struct shape {
    int32_t kind, in, out, kernel, stride, dilation, width, height;
};

static const struct shape shapes[] = {
    {CNN_CONV, 3, 16, 3, 2, 1, 640, 640},       {CNN_CONV, 3, 64, 7, 2, 1, 224, 224},
    {CNN_CONV, 16, 32, 3, 2, 1, 320, 320},      {CNN_CONV, 128, 128, 3, 2, 1, 56, 56},
    {CNN_CONV, 32, 32, 3, 1, 1, 256, 256},      {CNN_CONV, 64, 64, 3, 1, 1, 56, 56},
    {CNN_CONV, 256, 256, 3, 1, 1, 14, 14},      {CNN_CONV, 512, 512, 3, 1, 1, 7, 7},
    {CNN_CONV, 16, 16, 3, 1, 2, 96, 96},        {CNN_CONV, 128, 64, 1, 1, 1, 80, 80},
    {CNN_CONV, 64, 256, 1, 1, 1, 56, 56},       {CNN_CONV, 1024, 256, 1, 1, 1, 14, 14},
    {CNN_CONV, 256, 512, 1, 2, 1, 56, 56},      {CNN_DEPTHWISE, 32, 32, 3, 1, 1, 112, 112},
    {CNN_DEPTHWISE, 96, 96, 3, 2, 1, 112, 112}, {CNN_DEPTHWISE, 960, 960, 3, 1, 1, 7, 7},
    {CNN_DEPTHWISE, 240, 240, 5, 1, 1, 28, 28}, {CNN_DECONV, 64, 64, 2, 2, 1, 80, 80},
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int at_once(void *ctx, size_t count, size_t grain, cnn_body body, void *arg)
{
    (void)ctx;
    (void)grain;
    return body(arg, 0, count, 0);
}

static float *numbers(size_t count)
{
    float *all = aligned_alloc(64, (count * sizeof(float) + 127) / 64 * 64);
    if (!all)
        exit(1);
    for (size_t i = 0; i < count; i++)
        all[i] = (float)(rand() % 2001 - 1000) / 1000.0f;
    return all;
}

static double best_of(const struct cnn_conv_kernel *kernel, struct cnn_conv_call *call)
{
    double best = 1e9, start = now();
    float *packed = numbers(kernel->packed_size(call->conv) / sizeof(float));
    float *workspace = numbers(
        kernel->workspace ? kernel->workspace(call->conv, call->geometry) / sizeof(float) : 0);
    kernel->prepare(call->conv, packed);
    call->packed = packed;
    call->workspace = workspace;
    for (int i = 0; i < 3 || now() - start < 0.2; i++) {
        double begin = now();
        kernel->run(call);
        double time = now() - begin;
        best = time < best ? time : best;
    }
    free(packed);
    free(workspace);
    return best;
}

static void measure(const struct shape *s, enum cnn_isa isa)
{
    int32_t extent = (s->kernel - 1) * s->dilation + 1;
    int32_t pad = s->kind == CNN_DECONV ? (s->kernel - s->stride) / 2 : extent / 2;
    struct cnn_geometry g = {.in_w = s->width,
                             .in_h = s->height,
                             .pad_left = pad,
                             .pad_top = pad,
                             .in_pack = s->in < 8 ? 1 : 8,
                             .workers = 1};
    bool transposed = s->kind == CNN_DECONV;
    g.out_w = transposed ? (s->width - 1) * s->stride + extent - 2 * pad
                         : (s->width + 2 * pad - extent) / s->stride + 1;
    g.out_h = transposed ? (s->height - 1) * s->stride + extent - 2 * pad
                         : (s->height + 2 * pad - extent) / s->stride + 1;
    size_t area = (size_t)s->kernel * (size_t)s->kernel;
    size_t weights = area * (size_t)s->out * (s->kind == CNN_DEPTHWISE ? 1 : (size_t)s->in);
    size_t in = (size_t)g.in_w * (size_t)g.in_h, out = (size_t)g.out_w * (size_t)g.out_h;
    float *values[] = {numbers(weights), numbers((size_t)s->out), numbers(in * ((size_t)s->in + 7)),
                       numbers(out * ((size_t)s->out + 7))};
    struct cnn_conv conv = {.kind = s->kind,
                            .in = s->in,
                            .out = s->out,
                            .kernel_w = s->kernel,
                            .kernel_h = s->kernel,
                            .stride_w = s->stride,
                            .stride_h = s->stride,
                            .dilation_w = s->dilation,
                            .dilation_h = s->dilation,
                            .weights = values[0],
                            .bias = values[1],
                            .act = {.kind = CNN_ACT_RELU}};
    struct cnn_env env = {.parallel = at_once, .workers = 1, .isa = isa};
    struct cnn_conv_call call = {
        .conv = &conv, .geometry = &g, .in = values[2], .out = values[3], .env = &env};
    double work = 2.0 * (double)weights * (double)(transposed ? in : out);
    const struct cnn_conv_kernel *chosen = cnn_conv_choose(&conv, &g, isa);
    const struct cnn_conv_kernel *all = (const struct cnn_conv_kernel *)cnn_kernels_of(isa);
    for (size_t i = 0; i < offsetof(struct cnn_kernels, gemm) / sizeof *all; i++)
        if (all[i].fits(&conv, &g)) {
            double time = best_of(&all[i], &call);
            printf("%5d -> %-5d %dx%d /%d *%d  %4dx%-4d %-18s %9.3f ms %7.1f GFLOP/s%s\n", s->in,
                   s->out, s->kernel, s->kernel, s->stride, s->dilation, s->width, s->height,
                   all[i].name, time * 1e3, work / time * 1e-9,
                   chosen && strcmp(chosen->name, all[i].name) == 0 ? "  chosen" : "");
        }
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        free(values[i]);
}

int main(int argc, char **argv)
{
    const char *cpu = getenv("SEGKIT_CPU");
    enum cnn_isa isa = CNN_PORTABLE;
#if defined(__x86_64__)
    if (!(cpu && strcmp(cpu, "portable") == 0) && __builtin_cpu_supports("avx2") &&
        __builtin_cpu_supports("fma"))
        isa = CNN_AVX2;
#endif
    (void)cpu;
    if (argc == 9) {
        int32_t v[7];
        for (int i = 0; i < 7; i++) {
            v[i] = atoi(argv[2 + i]);
            if (v[i] < 1 || v[i] > 4096) {
                fprintf(stderr, "conv: '%s' is not in 1..4096\n", argv[2 + i]);
                return 2;
            }
        }
        int32_t kind = strcmp(argv[1], "depthwise") == 0 ? CNN_DEPTHWISE
                       : strcmp(argv[1], "deconv") == 0  ? CNN_DECONV
                                                         : CNN_CONV;
        measure(&(struct shape){kind, v[0], v[1], v[2], v[3], v[4], v[5], v[6]}, isa);
        return 0;
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        measure(&shapes[i], isa);
    return 0;
}
