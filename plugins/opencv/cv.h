/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of OpenCV the stages use, as plain C.
 *
 * The module `opencv` offers this table under CV_TABLE_ID and has no stages. It is a module of its
 * own so that OpenCV's start-up, several milliseconds, is paid only where a stage asks for it:
 *
 *     const struct cv_table *cv = host->extension(call, CV_TABLE_ID);
 *
 * No function throws, prints or starts a thread. */
#ifndef OPENCV_CV_H
#define OPENCV_CV_H

#include <segkit/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CV_TABLE_ID "opencv.cv/1"
#define CV_REASON   256 /* bytes for the text of an error */

/* One plane; rows go by the byte stride, which is above 0. */
struct cv_plane {
    void *data;
    ptrdiff_t stride;
    int32_t width, height;
    uint32_t dtype; /* enum seg_dtype */
};

/* Functions return 0, or another number and why. */
struct cv_table {
    uint32_t struct_size;
    /* cv::medianBlur: `size` odd, u8 above 5; the last pixel is repeated beyond the border. */
    int (*median)(const struct cv_plane *in, const struct cv_plane *out, int32_t size,
                  char why[CV_REASON]);
};

#ifdef __cplusplus
}
#endif
#endif
