/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choices that many stages offer. */
#ifndef COMMON_CHOICES_H
#define COMMON_CHOICES_H

#include <segkit/plugin-util.h>

enum { COMMON_FOUR = 0, COMMON_EIGHT = 1 };

static const struct seg_choice common_connectivity[] = {
    {"4", "pixels that share an edge are neighbours"},
    {"8", "pixels that share an edge or a corner are neighbours"},
};

#endif
