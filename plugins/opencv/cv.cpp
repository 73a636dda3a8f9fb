/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one C++ file: calls OpenCV and turns exceptions into error texts. */
#include "cv.h"

#include <segkit/plugin-util.h>

#include <cstdio>
#include <exception>
#include <opencv2/imgproc.hpp>

namespace {

cv::Mat wrap(const struct cv_plane *plane)
{
    int type = plane->dtype == SEG_U8 ? CV_8U : plane->dtype == SEG_U16 ? CV_16U : CV_32F;
    return cv::Mat(plane->height, plane->width, type, plane->data,
                   static_cast<size_t>(plane->stride));
}

template <class Work> int guard(char *why, Work work)
{
    try {
        cv::setNumThreads(1); /* threads are the host's business */
        work();
        return 0;
    } catch (const std::exception &error) {
        std::snprintf(why, CV_REASON, "OpenCV: %s", error.what());
    } catch (...) {
        std::snprintf(why, CV_REASON, "OpenCV failed for an unknown reason");
    }
    return 1;
}

int median(const struct cv_plane *in, const struct cv_plane *out, int32_t size, char *why)
{
    return guard(why, [&] {
        cv::Mat to = wrap(out);
        cv::medianBlur(wrap(in), to, size);
        CV_Assert(to.data == out->data); /* not made anew elsewhere */
    });
}

const struct cv_table table = {sizeof(struct cv_table), median};

const void *extension(const char *id)
{
    return cv::String(id) == CV_TABLE_ID ? &table : nullptr;
}

} // namespace

extern "C" SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

extern "C" const struct seg_plugin *segkit_plugin_v1(void)
{
    static const struct seg_plugin plugin = {
        sizeof(struct seg_plugin),
        SEG_ABI_MAJOR,
        SEG_ABI_MINOR,
        0,
        sizeof(struct seg_param),
        sizeof(struct seg_port),
        sizeof(struct seg_choice),
        0,
        "opencv",
        "1.0",
        "LGPL-2.1-or-later",
        "segkit",
        nullptr,
        extension,
    };
    return &plugin;
}
