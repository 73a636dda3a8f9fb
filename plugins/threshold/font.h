/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small letters for titles in pictures. */
#ifndef THRESHOLD_FONT_H
#define THRESHOLD_FONT_H

#include <segkit/plugin-util.h>

enum { FONT_WIDTH = 6, FONT_HEIGHT = 7 }; /* of a letter with the gap behind it */

/* Draws ASCII text into plane 0 with its upper left corner at x, y; what does not fit is cut. */
void threshold_font_draw(const struct seg_view *view, int32_t x, int32_t y, const char *text,
                         uint8_t value);

#endif
