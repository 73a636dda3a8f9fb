/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the frequency stages: filters in the Fourier domain. FFTW is under the GPL, and with
 * it this module. */
#include <segkit/plugin-util.h>

#include "stages.h"

static const struct seg_stage *const stages[] = {
    &frequency_auto_notch,      &frequency_bandpass,    &frequency_bandstop, &frequency_convolve,
    &frequency_highpass,        &frequency_homomorphic, &frequency_lowpass,  &frequency_notch,
    &frequency_richardson_lucy, &frequency_spectrum,    &frequency_wiener,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "frequency",
    .version = "1.0", .license = "GPL-2.0-or-later",    .origin = "segkit",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
