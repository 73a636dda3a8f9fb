/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frequency.convolve and frequency.wiener: an image times a kernel, or divided by it. */
#include "kernel.h"
#include "stages.h"

struct params {
    int32_t padding;
    bool normalize, correlate;
    double sigma, noise, offset;
    const char *wisdom;
};

/* conj(K) / (|K|^2 + noise) takes the place of the kernel's K. */
static void invert(struct frequency_grid *kernel, float noise)
{
    for (int32_t y = 0; y < kernel->height; y++)
        for (int32_t x = 0; x < kernel->columns; x++) {
            float *k = kernel->data[(size_t)y * kernel->stride + (size_t)x];
            const float scale = 1 / (k[0] * k[0] + k[1] * k[1] + noise);
            k[0] *= scale;
            k[1] *= -scale;
        }
}

static int run(const struct params *params, const struct seg_host *host, struct seg_call *call,
               bool divide)
{
    const struct common_env env = {host, call};
    const struct frequency_kernel_spec spec = {params->normalize || divide, params->sigma};
    struct frequency_grid grid, kernel;
    struct seg_view in, out;
    int32_t reach;
    int status = common_open(&env, &in, &out);
    if (!status)
        status = frequency_kernel_reach(&env, &spec, &reach);
    if (status)
        return status;
    const int32_t margin = 2 * reach > 32 ? 2 * reach : 32;
    status = frequency_open(&grid, &env, &in, margin, params->padding, params->wisdom);
    if (!status) {
        status = frequency_kernel(&kernel, &grid, &spec, params->wisdom);
        if (!status) {
            struct frequency_product product = {&kernel, params->correlate && !divide};
            if (divide)
                invert(&kernel, (float)params->noise);
            status = frequency_filter(&grid, &in, &out, (float)params->offset, frequency_multiply,
                                      &product);
        }
        frequency_close(&kernel);
    }
    frequency_close(&grid);
    return status;
}

static int process_convolve(void *self, const struct seg_host *host, struct seg_call *call)
{
    return run(self, host, call, false);
}

static int process_wiener(void *self, const struct seg_host *host, struct seg_call *call)
{
    return run(self, host, call, true);
}

static const struct seg_param convolve_rows[] = {
    {SEG_P_BOOL(struct params, normalize, true, "divide the kernel by the sum of its samples")},
    {SEG_P_BOOL(struct params, correlate, false, "do not turn the kernel around")},
    {SEG_P_FLOAT(struct params, offset, 0, -3.4e38, 3.4e38, NULL, "added to the result")},
    FREQUENCY_PADDING(struct params),
    FREQUENCY_WISDOM(struct params),
};
static const struct seg_param wiener_rows[] = {
    {SEG_P_FLOAT(struct params, sigma, 1.5, 0.1, 1000, "px",
                 "of the Gaussian that blurred the image, where 'kernel' is not connected")},
    {SEG_P_FLOAT(struct params, noise, 0.01, 1e-9, 1e9, NULL,
                 "power of the noise as a share of the image's")},
    FREQUENCY_PADDING(struct params),
    FREQUENCY_WISDOM(struct params),
};

static const struct seg_port convolve_inputs[] = {
    FREQUENCY_PORT, FREQUENCY_KERNEL_PORT(0, "the weights, of any size; its middle is the origin")};
static const struct seg_port wiener_inputs[] = {
    FREQUENCY_PORT,
    FREQUENCY_KERNEL_PORT(SEG_PORT_OPTIONAL, "what a point was blurred to, of any size")};
static const struct seg_port outputs[] = {FREQUENCY_RESULT};

const struct seg_stage frequency_convolve = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "frequency.convolve",
    .summary = "convolve an image with another layer as the kernel",
    .detail = "Each result is the sum of the samples around it, weighted by the kernel turned "
              "around by 180 degrees, or as it is with 'correlate'. The kernel may be as large as "
              "the image: the time does not depend on it. Its origin is the pixel at half its "
              "width and height.\n\n" FREQUENCY_TEXT,
    .reference = "T. G. Stockham, High-speed convolution and correlation, Spring Joint Computer "
                 "Conference, 1966",
    .version = 1,
    SEG_TABLES(struct params, convolve_rows, convolve_inputs, outputs),
    .process = process_convolve,
};

const struct seg_stage frequency_wiener = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "frequency.wiener",
    .summary = "undo a blur in one step (Wiener)",
    .detail = "Divides the image's transform by that of the blur, K, where K is not weak: it is "
              "multiplied by conj(K) / (|K|^2 + noise). A larger 'noise' gives a smoother result. "
              "The kernel is normalized.\n\n" FREQUENCY_TEXT,
    .reference = "N. Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time "
                 "Series, Wiley, 1949",
    .version = 1,
    SEG_TABLES(struct params, wiener_rows, wiener_inputs, outputs),
    .process = process_wiener,
};
