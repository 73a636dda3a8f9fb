/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OpenCV as a program would use it. */
#include "peer_opencv.h"

#include "toolbox.h"

#include <cstring>

using namespace cv;

static const Job *const families[] = {
    opencv_cluster,  opencv_filter,     opencv_frequency, opencv_markers,   opencv_mask,
    opencv_pipeline, opencv_superpixel, opencv_threshold, opencv_watershed,
};

static Mat wrap(const struct seg_view &view)
{
    const int type = view.dtype == SEG_U8    ? CV_8U
                     : view.dtype == SEG_U16 ? CV_16U
                     : view.dtype == SEG_I32 ? CV_32S
                                             : CV_32F;
    std::vector<Mat> planes;
    for (int p = view.planes; p-- > 0;)
        planes.emplace_back(view.height, view.width, type, seg_row(&view, p, 0),
                            static_cast<size_t>(view.row_stride));
    if (planes.size() == 1)
        return planes[0];
    Mat together;
    merge(planes, together);
    return together;
}

static void *prepare(const struct bench_row *row, const struct bench_layers *layers,
                     unsigned threads)
{
    setNumThreads(static_cast<int>(threads));
    for (const Job *family : families)
        for (const Job *job = family; job->row; job++)
            if (!std::strcmp(job->row, row->name)) {
                Mats in;
                for (size_t i = 0; i < layers->count; i++)
                    in.push_back(wrap(layers->views[i]));
                return new Work(job->prepare(in));
            }
    return nullptr;
}

static void once(void *work)
{
    (*static_cast<Work *>(work))();
}

const struct bench_toolbox bench_opencv = {"OpenCV " CV_VERSION, prepare, once};
