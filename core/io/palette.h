/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colours that tell labels apart. */
#ifndef SEGI_PALETTE_H
#define SEGI_PALETTE_H

#include <stdint.h>

/* Red, green, blue of a label above 0; neighbours in number differ clearly. */
void segi_palette_color(int32_t label, uint8_t rgb[3]);

#endif
