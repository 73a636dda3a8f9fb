/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef FILTER_STAGES_H
#define FILTER_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage filter_area_close;
extern const struct seg_stage filter_area_open;
extern const struct seg_stage filter_arithmetic;
extern const struct seg_stage filter_background;
extern const struct seg_stage filter_bilateral;
extern const struct seg_stage filter_bottomhat;
extern const struct seg_stage filter_canny;
extern const struct seg_stage filter_channel;
extern const struct seg_stage filter_clahe;
extern const struct seg_stage filter_close;
extern const struct seg_stage filter_color;
extern const struct seg_stage filter_crop;
extern const struct seg_stage filter_diffusion;
extern const struct seg_stage filter_dilate;
extern const struct seg_stage filter_dog;
extern const struct seg_stage filter_entropy;
extern const struct seg_stage filter_equalize;
extern const struct seg_stage filter_erode;
extern const struct seg_stage filter_frangi;
extern const struct seg_stage filter_gabor;
extern const struct seg_stage filter_gamma;
extern const struct seg_stage filter_gaussian;
extern const struct seg_stage filter_gradient;
extern const struct seg_stage filter_gray;
extern const struct seg_stage filter_guided;
extern const struct seg_stage filter_invert;
extern const struct seg_stage filter_laplacian;
extern const struct seg_stage filter_log;
extern const struct seg_stage filter_median;
extern const struct seg_stage filter_morph_gradient;
extern const struct seg_stage filter_nlmeans;
extern const struct seg_stage filter_open;
extern const struct seg_stage filter_pad;
extern const struct seg_stage filter_prewitt;
extern const struct seg_stage filter_rank;
extern const struct seg_stage filter_reconstruct;
extern const struct seg_stage filter_rescale;
extern const struct seg_stage filter_resize;
extern const struct seg_stage filter_sato;
extern const struct seg_stage filter_scharr;
extern const struct seg_stage filter_sobel;
extern const struct seg_stage filter_stain;
extern const struct seg_stage filter_tophat;
extern const struct seg_stage filter_tv;
extern const struct seg_stage filter_unsharp;

#endif
