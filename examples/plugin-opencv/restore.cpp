// SPDX-License-Identifier: MIT
// A plugin that lends a function of OpenCV to pipelines: restore.inpaint fills what a mask covers,
// such as a scratch or a caption, from its surroundings. OpenCV stays behind one function, shim(),
// which turns views into matrices and exceptions into a status.
#include <cstring>
#include <opencv2/core.hpp>
#include <opencv2/photo.hpp>
#include <segkit/plugin-util.h>

namespace {

struct params {
    int32_t method;
    double radius;
};

// A matrix over a view cannot have a negative step, so rows are copied.
cv::Mat matrix_of(const seg_view &view)
{
    cv::Mat matrix(view.height, view.width, CV_8U);
    for (int32_t y = 0; y < view.height; y++)
        std::memcpy(matrix.ptr(y), seg_row(&view, 0, y), static_cast<size_t>(view.width));
    return matrix;
}

int shim(const params &values, const seg_view &image, const seg_view &mask, const seg_view &out,
         const seg_host *host, seg_call *call)
try {
    static const int methods[] = {cv::INPAINT_TELEA, cv::INPAINT_NS};
    const cv::Mat holes = matrix_of(mask);
    cv::Mat whole = matrix_of(image);
    if (cv::countNonZero(holes))
        cv::inpaint(whole, holes, whole, values.radius, methods[values.method]);
    for (int32_t y = 0; y < out.height; y++)
        std::memcpy(seg_row(&out, 0, y), whole.ptr(y), static_cast<size_t>(out.width));
    return SEG_OK;
} catch (const std::exception &error) {
    return host->fail(call, SEG_STAGE, "OpenCV: %s", error.what());
}

extern "C" int process(void *self, const seg_host *host, seg_call *call)
{
    seg_view image{}, mask{}, out{};
    image.struct_size = mask.struct_size = out.struct_size = sizeof(seg_view);
    int status = host->input(call, 0, &image);
    if (!status)
        status = host->input(call, 1, &mask);
    if (!status)
        status = host->output(call, 0, nullptr, &out);
    return status ? status : shim(*static_cast<const params *>(self), image, mask, out, host, call);
}

const seg_choice methods[] = {{"telea", "by fast marching (Telea)"},
                              {"navier_stokes", "by following lines of equal brightness"}};
const seg_param rows[] = {
    {SEG_P_CHOICE(params, method, 0, methods, "how holes are filled")},
    {SEG_P_FLOAT(params, radius, 3, 1, 30, "px", "of the surroundings that a pixel is made from")},
};
const seg_port inputs[] = {
    {.name = "image",
     .summary = "one plane of grey levels",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_U8),
     .planes_min = 1,
     .planes_max = 1},
    {.name = "mask", .summary = "the holes", .kinds = SEG_KIND_BIT(SEG_MASK)}};
const seg_port outputs[] = {
    {.name = "image", .summary = "without holes", .kinds = SEG_KIND_BIT(SEG_IMAGE)}};

const seg_stage inpaint = {
    .struct_size = sizeof(seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "restore.inpaint",
    .summary = "Fills what a mask covers from its surroundings, by OpenCV",
    .detail = "What the mask does not cover stays as it is.",
    .reference =
        "A. Telea: An image inpainting technique based on the fast marching method. Journal "
        "of Graphics Tools 9 (2004) 23-34",
    .version = 1,
    SEG_TABLES(params, rows, inputs, outputs),
    .process = process,
};
const seg_stage *const stages[] = {&inpaint};

const seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "restore", .version = "1.0",
    .license = "MIT", .origin = "an example of segkit", .stages = stages,
};

} // namespace

extern "C" SEG_EXPORT const seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
