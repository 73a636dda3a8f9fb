/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef THRESHOLD_STAGES_H
#define THRESHOLD_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage threshold_all;
extern const struct seg_stage threshold_bernsen;
extern const struct seg_stage threshold_contrast;
extern const struct seg_stage threshold_default;
extern const struct seg_stage threshold_fixed;
extern const struct seg_stage threshold_huang2;
extern const struct seg_stage threshold_huang;
extern const struct seg_stage threshold_hysteresis;
extern const struct seg_stage threshold_intermodes;
extern const struct seg_stage threshold_isodata;
extern const struct seg_stage threshold_li;
extern const struct seg_stage threshold_local_gaussian;
extern const struct seg_stage threshold_local_mean;
extern const struct seg_stage threshold_local_median;
extern const struct seg_stage threshold_local_otsu;
extern const struct seg_stage threshold_maxentropy;
extern const struct seg_stage threshold_mean;
extern const struct seg_stage threshold_midgrey;
extern const struct seg_stage threshold_minerror;
extern const struct seg_stage threshold_minimum;
extern const struct seg_stage threshold_moments;
extern const struct seg_stage threshold_multiotsu;
extern const struct seg_stage threshold_niblack;
extern const struct seg_stage threshold_nick;
extern const struct seg_stage threshold_otsu;
extern const struct seg_stage threshold_percentile;
extern const struct seg_stage threshold_phansalkar;
extern const struct seg_stage threshold_range;
extern const struct seg_stage threshold_renyi;
extern const struct seg_stage threshold_sauvola;
extern const struct seg_stage threshold_shanbhag;
extern const struct seg_stage threshold_triangle;
extern const struct seg_stage threshold_wolf;
extern const struct seg_stage threshold_yen;

#endif
