/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A picture of a result on the image that it came from. */
#ifndef SEGI_OVERLAY_H
#define SEGI_OVERLAY_H

#include "../data/layer.h"

/* Makes an image of red, green and blue bytes: `image` in gray or colour (NULL: black), with the
 * regions of a mask, labels or instances tinted and outlined. The caller unrefs it. */
int segi_overlay(seg_context *context, const seg_layer *result, const seg_layer *image,
                 seg_layer **picture, struct seg_error *err);

#endif
