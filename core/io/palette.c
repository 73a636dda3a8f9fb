/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colours that tell labels apart: hues at steps of the golden angle never come close to those just
 * before, and three kinds of lightness set apart what hue alone would not. */
#include "palette.h"

#include <math.h>

static double channel(double hue, double saturation, double value, double shift)
{
    const double k = fmod(shift + hue * 6, 6);
    const double f = fmin(fmin(k, 4 - k), 1);
    return value - value * saturation * fmax(f, 0);
}

void segi_palette_color(int32_t label, uint8_t rgb[3])
{
    static const struct {
        double saturation, value;
    } kinds[] = {{0.85, 1.0}, {0.55, 1.0}, {1.0, 0.78}};
    const uint32_t i = label > 0 ? (uint32_t)label - 1 : 0;
    const double hue = fmod(0.14 + i * 0.61803398874989484820, 1.0);
    const double saturation = kinds[i % 3].saturation, value = kinds[i % 3].value;
    rgb[0] = (uint8_t)(255 * channel(hue, saturation, value, 5) + 0.5);
    rgb[1] = (uint8_t)(255 * channel(hue, saturation, value, 3) + 0.5);
    rgb[2] = (uint8_t)(255 * channel(hue, saturation, value, 1) + 0.5);
}
