/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of scored boxes, which detection layers sort and thin out. */
#ifndef CNN_BOXES_H
#define CNN_BOXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cnn_box {
    float score, x0, y0, x1, y1;
    int32_t label;
};

struct cnn_boxes {
    struct cnn_box *list; /* owned */
    size_t count, room;
};

bool cnn_boxes_add(struct cnn_boxes *boxes, struct cnn_box box); /* false: no memory */
void cnn_boxes_sort(struct cnn_boxes *boxes, size_t first);      /* from `first` on, best first */
/* Greedy suppression from `first` on, of a sorted list. */
void cnn_boxes_thin(struct cnn_boxes *boxes, size_t first, float overlap);

#endif
