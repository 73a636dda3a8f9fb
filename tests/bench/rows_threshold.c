/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_threshold[] = {
    {"otsu", "gray", "threshold.otsu"},
    {"multiotsu 5", "gray", "threshold.multiotsu classes=5"},
    {"triangle", "gray", "threshold.triangle"},
    {"li", "gray", "threshold.li"},
    {"yen", "gray", "threshold.yen"},
    {"local_mean 51", "gray", "threshold.local_mean window=51 offset=5"},
    {"niblack 51", "page", "threshold.niblack window=51 k=0.2"},
    {"sauvola 51", "page", "threshold.sauvola window=51 k=0.2"},
    {"wolf 51", "page", "threshold.wolf window=51 k=0.2"},
    {"nick 51", "page", "threshold.nick window=51 k=-0.2"},
    {"local_gaussian 51", "gray", "threshold.local_gaussian window=51 offset=5"},
    {"local_median 21", "gray", "threshold.local_median window=21 offset=5"},
    {"local_otsu 31", "gray", "threshold.local_otsu window=31"},
    {"bernsen 31", "gray", "threshold.bernsen window=31"},
    {"phansalkar 31", "gray", "threshold.phansalkar window=31"},
    {"hysteresis", "gray", "threshold.hysteresis low=100 high=150"},
    {0},
};
