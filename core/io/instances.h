/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between labels and instances. */
#ifndef SEGI_INSTANCES_H
#define SEGI_INSTANCES_H

#include "../data/layer.h"

/* Each label above 0 becomes an instance of that id. */
int segi_instances_from_labels(seg_context *context, const seg_layer *labels, seg_layer **instances,
                               struct seg_error *err);

/* All pixels of any instance. */
int segi_instances_to_mask(seg_context *context, const seg_layer *instances, seg_layer **mask,
                           struct seg_error *err);

#endif
