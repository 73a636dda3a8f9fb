/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sorting and greedy non-maximum suppression. */
#include "layer/boxes.h"

#include <stdlib.h>

bool cnn_boxes_add(struct cnn_boxes *boxes, struct cnn_box box)
{
    if (boxes->count == boxes->room) {
        size_t room = boxes->room ? boxes->room * 2 : 64;
        struct cnn_box *list = realloc(boxes->list, room * sizeof *list);
        if (!list)
            return false;
        boxes->list = list;
        boxes->room = room;
    }
    boxes->list[boxes->count++] = box;
    return true;
}

/* Quicksort around the middle element, Hoare's way. Maps that were enlarged have many equal scores,
 * and which of them comes first decides what is suppressed: other sorts give other boxes. */
static void sort(struct cnn_box *list, ptrdiff_t left, ptrdiff_t right)
{
    while (left < right) {
        ptrdiff_t i = left, j = right;
        float pivot = list[(left + right) / 2].score;
        while (i <= j) {
            while (list[i].score > pivot)
                i++;
            while (list[j].score < pivot)
                j--;
            if (i <= j) {
                struct cnn_box swap = list[i];
                list[i++] = list[j];
                list[j--] = swap;
            }
        }
        if (j - left < right - i) { /* the shorter part by recursion: its depth is a logarithm */
            sort(list, left, j);
            left = i;
        } else {
            sort(list, i, right);
            right = j;
        }
    }
}

void cnn_boxes_sort(struct cnn_boxes *boxes, size_t first)
{
    sort(boxes->list, (ptrdiff_t)first, (ptrdiff_t)boxes->count - 1);
}

static float intersection(const struct cnn_box *a, const struct cnn_box *b)
{
    float x0 = a->x0 > b->x0 ? a->x0 : b->x0, x1 = a->x1 < b->x1 ? a->x1 : b->x1;
    float y0 = a->y0 > b->y0 ? a->y0 : b->y0, y1 = a->y1 < b->y1 ? a->y1 : b->y1;
    return x1 > x0 && y1 > y0 ? (x1 - x0) * (y1 - y0) : 0;
}

static float area(const struct cnn_box *a)
{
    return (a->x1 - a->x0) * (a->y1 - a->y0);
}

void cnn_boxes_thin(struct cnn_boxes *boxes, size_t first, float overlap)
{
    size_t kept = first;
    for (size_t i = first; i < boxes->count; i++) {
        const struct cnn_box *a = &boxes->list[i];
        bool keep = true;
        for (size_t k = first; k < kept && keep; k++) {
            const struct cnn_box *b = &boxes->list[k];
            float common = intersection(a, b);
            keep = !(common > overlap * (area(a) + area(b) - common));
        }
        if (keep)
            boxes->list[kept++] = *a;
    }
    boxes->count = kept;
}
