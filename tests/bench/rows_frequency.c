/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_frequency[] = {
    {"bandpass", "gray", "frequency.bandpass low=0.02 high=0.1"},
    {"bandpass wrap", "gray", "frequency.bandpass low=0.02 high=0.1 padding=wrap"},
    {"lowpass gaussian", "gray", "frequency.lowpass shape=gaussian cutoff=0.05"},
    {"richardson_lucy 10", "gray", "frequency.richardson_lucy sigma=2 iterations=10"},
    {"wiener", "gray", "frequency.wiener sigma=2"},
    {0},
};
