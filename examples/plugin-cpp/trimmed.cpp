// SPDX-License-Identifier: MIT
// A plugin in C++ of one stage, trimmed.mean: the mean of a square without its darkest and
// brightest pixels, which takes out speckles like a median and keeps slopes like a mean.
//
// J. Bednar, T. Watt: Alpha-trimmed means and their relationship to median filters. IEEE
// Transactions on Acoustics, Speech, and Signal Processing 32 (1984) 145-153.
#include <algorithm>
#include <new>
#include <numeric>
#include <segkit/plugin-util.h>
#include <vector>

namespace {

struct params {
    int32_t radius;
    double trim;
};

struct job {
    seg_view in{}, out{};
    const params *values = nullptr;
    const seg_host *host = nullptr;
    seg_call *call = nullptr;
};

template <class T> double trimmed(const job &job, int32_t x, int32_t y, std::vector<T> &square)
{
    const int32_t r = job.values->radius;
    square.clear();
    for (int32_t v = std::max(y - r, 0); v <= std::min(y + r, job.in.height - 1); v++) {
        const T *row = static_cast<const T *>(seg_row(&job.in, 0, v));
        square.insert(square.end(), row + std::max(x - r, 0),
                      row + std::min(x + r + 1, job.in.width));
    }
    std::sort(square.begin(), square.end());
    const auto left =
        std::min(static_cast<std::ptrdiff_t>(job.values->trim * static_cast<double>(square.size())),
                 static_cast<std::ptrdiff_t>(square.size() - 1) / 2);
    const double sum = std::accumulate(square.begin() + left, square.end() - left, 0.0);
    return sum / static_cast<double>(square.end() - square.begin() - 2 * left);
}

template <class T> int some_rows(const job &job, size_t begin, size_t end)
{
    std::vector<T> square;
    for (size_t y = begin; y < end; y++) {
        auto *out = static_cast<float *>(seg_row(&job.out, 0, static_cast<int32_t>(y)));
        for (int32_t x = 0; x < job.in.width; x++)
            out[x] = static_cast<float>(trimmed<T>(job, x, static_cast<int32_t>(y), square));
        if (int status = job.host->progress(job.call, static_cast<double>(y) / job.in.height))
            return status;
    }
    return SEG_OK;
}

// No exception may leave the plugin.
extern "C" int rows(void *arg, size_t begin, size_t end, unsigned)
try {
    const job &one = *static_cast<const job *>(arg);
    return one.in.dtype == SEG_U8 ? some_rows<uint8_t>(one, begin, end)
                                  : some_rows<uint16_t>(one, begin, end);
} catch (const std::bad_alloc &) {
    return SEG_NOMEM;
}

extern "C" int process(void *self, const seg_host *host, seg_call *call)
{
    job one;
    one.in.struct_size = one.out.struct_size = sizeof(seg_view);
    one.values = static_cast<const params *>(self);
    one.host = host;
    one.call = call;
    int status = host->input(call, 0, &one.in);
    if (!status)
        status = host->output(call, 0, nullptr, &one.out);
    return status ? status
                  : host->parallel(call, static_cast<size_t>(one.in.height), 4, rows, &one);
}

extern "C" int32_t reach(const void *values)
{
    return static_cast<const params *>(values)->radius;
}

const seg_param rows_of_params[] = {
    {SEG_P_INT(params, radius, 2, 1, 15, "px", "half the side of the square")},
    {SEG_P_FLOAT(params, trim, 0.25, 0, 0.5, nullptr,
                 "share of the square that is left out at either end; 0: mean, 0.5: median")},
};

// Members of these tables stand in the order of plugin.h, as C++20 wants it.
const seg_port inputs[] = {{.name = "image",
                            .summary = "one plane of grey levels",
                            .kinds = SEG_KIND_BIT(SEG_IMAGE),
                            .dtypes = SEG_DTYPE_BIT(SEG_U8) | SEG_DTYPE_BIT(SEG_U16),
                            .planes_min = 1,
                            .planes_max = 1}};
const seg_port outputs[] = {{.name = "image",
                             .summary = "smoothed, in grey levels",
                             .kinds = SEG_KIND_BIT(SEG_IMAGE),
                             .dtypes = SEG_DTYPE_BIT(SEG_F32)}};

const seg_stage mean = {
    .struct_size = sizeof(seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "trimmed.mean",
    .summary = "Smooths by the mean without the darkest and brightest pixels",
    .detail = "Windows end at the border of the image. Time grows with the window's area.",
    .reference =
        "J. Bednar, T. Watt: Alpha-trimmed means and their relationship to median filters. "
        "IEEE Transactions on ASSP 32 (1984) 145-153",
    .version = 1,
    SEG_TABLES(params, rows_of_params, inputs, outputs),
    .process = process,
    .reach = reach,
};
const seg_stage *const stages[] = {&mean};

const seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "trimmed", .version = "1.0",
    .license = "MIT", .origin = "an example of segkit", .stages = stages,
};

} // namespace

extern "C" SEG_EXPORT const seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
