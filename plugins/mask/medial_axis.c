/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.medial_axis: pixels go in the order of their distance from the background. */
#include "common/distance.h"
#include "padded.h"
#include "stages.h"

#include <stdlib.h>

struct candidate {
    float distance;
    int32_t gaps;   /* neighbours that are background */
    uint64_t shade; /* a hash, so that among equals no direction comes first */
    size_t place;
};

static int in_turn(const void *a, const void *b)
{
    const struct candidate *p = a, *q = b;
    if (p->distance != q->distance)
        return p->distance < q->distance ? -1 : 1;
    if (p->gaps != q->gaps)
        return p->gaps < q->gaps ? -1 : 1;
    if (p->shade != q->shade)
        return p->shade < q->shade ? -1 : 1;
    return (p->place > q->place) - (p->place < q->place);
}

static void list_objects(const struct mask_padded *mask, const struct seg_view *distance,
                         struct candidate *list)
{
    for (int32_t y = 0; y < mask->height; y++) {
        const float *row = seg_row(distance, 0, y);
        for (int32_t x = 0; x < mask->width; x++) {
            size_t place = mask_padded_place(mask, x, y);
            if (mask->pixels[place])
                *list++ = (struct candidate){
                    .distance = row[x],
                    .gaps = 8 - __builtin_popcount(mask_padded_code(mask, place)),
                    .shade = (place + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 16,
                    .place = place};
        }
    }
}

/* A pixel stays where it joins parts, is one of its own, or ends a line. */
static void remove_in_turn(struct mask_padded *mask, const struct candidate *list)
{
    for (size_t i = 0; i < mask->objects; i++) {
        unsigned code = mask_padded_code(mask, list[i].place);
        mask->pixels[list[i].place] = mask_code_parts(code) != 1 || __builtin_popcount(code) < 2;
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    (void)self;
    const struct common_env env = {host, call};
    struct seg_view in, out;
    struct mask_padded mask;
    struct candidate *list;
    float *distances;
    int status = common_open(&env, &in, &out);
    if (!status)
        status = mask_padded_read(&env, &in, &mask);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, list, mask.objects + 1) ||
        !COMMON_SCRATCH(&env, distances, common_pixels(&in)))
        return common_nomem(&env);
    struct seg_view distance = in;
    distance.data = distances;
    distance.dtype = SEG_F32;
    distance.row_stride = in.width * (ptrdiff_t)sizeof *distances;
    status = common_distance(&env, &in, COMMON_EUCLIDEAN, &distance);
    if (status)
        return status;
    list_objects(&mask, &distance, list);
    qsort(list, mask.objects, sizeof *list, in_turn);
    remove_in_turn(&mask, list);
    mask_padded_write(&mask, &out);
    return SEG_OK;
}

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "axis",
     .summary = "the middle lines of the objects",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_IN_PLACE},
};

const struct seg_stage mask_medial_axis = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "mask.medial_axis",
    .summary = "reduce objects to the ridges of their distance map",
    .detail = "Removes the pixels of objects in the order of their distance from the background "
              "unless that breaks a connection or shortens a line. Of equal distances, those with "
              "fewer background neighbours go first. What is left has more side branches than "
              "mask.skeleton, and markers.distance along it tells the width of the objects.\n\n"
              "Pixels that are equal in both go in a fixed, scattered order; scikit-image draws "
              "that by chance. Costs n log n for n object pixels.",
    .reference = "H. Blum, A transformation for extracting new descriptors of shape, in: Models "
                 "for the Perception of Speech and Visual Form, MIT Press 1967",
    .version = 1,
    SEG_PORTS(inputs, outputs),
    .process = process,
};
