/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an image to the network's input: where the image lies on the canvas, and its samples. */
#ifndef CNN_PREPARE_H
#define CNN_PREPARE_H

#include "kernel/kernel.h"
#include "sidecar.h"

/* The image, scaled to `content`, lies at `offset` on a canvas of `size`; [0] is x. */
struct cnn_canvas {
    int32_t image[2], content[2], offset[2], size[2];
};

/* `fixed`: the size that the network itself states, which counts where the sidecar has none; 0, 0:
 * it has none either, and the canvas is as large as the image. */
int cnn_canvas_plan(const struct cnn_sidecar *sidecar, const int32_t fixed[2], int32_t width,
                    int32_t height, struct cnn_canvas *canvas, struct cnn_error *err);

/* The same canvas mirrored left to right (x), top to bottom (y): margins change sides. */
void cnn_canvas_mirror(struct cnn_canvas *canvas, bool x, bool y);

/* level = clamp((sample - low) * gain, 0, 255) */
struct cnn_levels {
    float low, gain;
};

/* How the samples of a whole image become levels. u16 is divided by 257; f32 counts as 0 to 255;
 * with the sidecar's `contrast`, two percentiles of all samples become 0 and 255. */
int cnn_levels_find(const struct cnn_sidecar *sidecar, const struct seg_view *image,
                    struct cnn_levels *levels, struct cnn_error *err);

/* How many channels the input has: 1 or 3. */
int32_t cnn_channels(const struct cnn_sidecar *sidecar);

/* Writes channels x canvas height x canvas width floats. `image` has the size that the canvas was
 * planned for; of its planes the first three are colours, or the first is grey. */
int cnn_prepare(const struct cnn_sidecar *sidecar, const struct cnn_canvas *canvas,
                const struct cnn_levels *levels, const struct seg_view *image, float *out,
                struct cnn_error *err);

#endif
