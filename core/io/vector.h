/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading regions back from vector formats. */
#ifndef SEGI_VECTOR_H
#define SEGI_VECTOR_H

#include "reading.h"

/* YOLO's text does not say how large its image is. The caller unrefs the layer of instances. */
int segi_yolo_load(seg_context *context, const char *path, int32_t width, int32_t height,
                   seg_layer **layer, struct seg_error *err);

#endif
