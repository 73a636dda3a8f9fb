/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef FREQUENCY_STAGES_H
#define FREQUENCY_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage frequency_auto_notch;
extern const struct seg_stage frequency_bandpass;
extern const struct seg_stage frequency_bandstop;
extern const struct seg_stage frequency_convolve;
extern const struct seg_stage frequency_highpass;
extern const struct seg_stage frequency_homomorphic;
extern const struct seg_stage frequency_lowpass;
extern const struct seg_stage frequency_notch;
extern const struct seg_stage frequency_richardson_lucy;
extern const struct seg_stage frequency_spectrum;
extern const struct seg_stage frequency_wiener;

#endif
