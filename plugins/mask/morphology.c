/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.erode, dilate, open and close. */
#include "binary.h"
#include "stages.h"

static int32_t reach(const void *params)
{
    const struct mask_element *element = params;
    if (element->shape != MASK_RECTANGLE)
        return element->radius;
    return (element->width > element->height ? element->width : element->height) / 2;
}

static int32_t reach_twice(const void *params)
{
    return 2 * reach(params);
}

static const struct seg_choice shapes[] = {
    [MASK_DISK] = {"disk", "x^2 + y^2 <= radius^2"},
    [MASK_SQUARE] = {"square", "2 radius + 1 pixels wide and high"},
    [MASK_DIAMOND] = {"diamond", "|x| + |y| <= radius"},
    [MASK_RECTANGLE] = {"rectangle", "'width' pixels wide and 'height' high"},
};

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct mask_element, shape, MASK_DISK, shapes,
                  "form of the structuring element")},
    {SEG_P_INT(struct mask_element, radius, 1, 0, 4096, "px", "size of a disk, square or diamond")},
    {SEG_P_INT(struct mask_element, width, 3, 1, 8193, "px", "width of a rectangle"),
     .flags = SEG_PARAM_ODD},
    {SEG_P_INT(struct mask_element, height, 3, 1, 8193, "px", "height of a rectangle"),
     .flags = SEG_PARAM_ODD},
};

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "result",
     .summary = "the objects afterwards",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_IN_PLACE},
};

#define MORPH_TEXT                                                                                 \
    "\n\nWhat lies outside the image neither erodes nor dilates. A disk is that of scikit-image: " \
    "every pixel whose centre is within the radius. The mask is packed to one bit a pixel; the "   \
    "cost rises with the height of the element, 64 pixels at a time, and not with its area."

#define MORPH_STAGE(name_, first, second, reach_, summary_, detail_)                               \
    static int process_##name_(void *self, const struct seg_host *host, struct seg_call *call)     \
    {                                                                                              \
        const struct common_env env = {host, call};                                                \
        return mask_morph(&env, self, (enum mask_step[]){first, second});                          \
    }                                                                                              \
    const struct seg_stage mask_##name_ = {                                                        \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "mask." #name_,                                                                      \
        .summary = summary_,                                                                       \
        .detail = detail_ MORPH_TEXT,                                                              \
        .reference = "J. Serra, Image Analysis and Mathematical Morphology, Academic Press 1982; " \
                     "R. van den Boomgaard, R. van Balen, Methods for fast morphological image "   \
                     "transforms using bitmapped binary images, CVGIP 54 (3), 1992",               \
        .version = 1,                                                                              \
        SEG_TABLES(struct mask_element, params, inputs, outputs),                                  \
        .process = process_##name_,                                                                \
        .reach = reach_,                                                                           \
    }

MORPH_STAGE(erode, MASK_ERODE, MASK_END, reach, "shrink objects by a structuring element",
            "A pixel stays where the element, put on it, lies wholly in an object.");

MORPH_STAGE(dilate, MASK_DILATE, MASK_END, reach, "grow objects by a structuring element",
            "A pixel is set where the element, put on it, meets an object.");

MORPH_STAGE(open, MASK_ERODE, MASK_DILATE, reach_twice,
            "remove what is thinner than the structuring element",
            "An erosion followed by a dilation with the same element: what the element does not "
            "fit into disappears, thin bridges between objects are cut, and everything else keeps "
            "its size.");

MORPH_STAGE(close, MASK_DILATE, MASK_ERODE, reach_twice,
            "fill gaps that are thinner than the structuring element",
            "A dilation followed by an erosion with the same element: gaps and holes that the "
            "element does not fit into are filled, and everything else keeps its size.");
