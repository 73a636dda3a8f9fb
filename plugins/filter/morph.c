/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Grey-level morphology: filter.erode, dilate, open, close, tophat, bottomhat, morph_gradient. */
#include "common/cpu.h"
#include "common/gray_morph.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"

/* What is made of the image, and what of that is the result. */
struct recipe {
    enum common_morph first, second;
    enum { SINGLE, CHAIN, IMAGE_MINUS_CHAIN, CHAIN_MINUS_IMAGE, FIRST_MINUS_SECOND } form;
};

struct difference {
    struct seg_view from, less, out;
};

COMMON_INLINE void subtract_row(uint32_t dtype, const void *from_, const void *less_, void *out_,
                                int32_t width)
{
    if (dtype == SEG_U8) {
        const uint8_t *from = from_, *less = less_;
        uint8_t *restrict out = out_;
        for (int32_t x = 0; x < width; x++)
            out[x] = (uint8_t)(from[x] - less[x]);
    } else if (dtype == SEG_U16) {
        const uint16_t *from = from_, *less = less_;
        uint16_t *restrict out = out_;
        for (int32_t x = 0; x < width; x++)
            out[x] = (uint16_t)(from[x] - less[x]);
    } else {
        const float *from = from_, *less = less_;
        float *restrict out = out_;
        for (int32_t x = 0; x < width; x++)
            out[x] = from[x] - less[x];
    }
}

COMMON_AVX2 static void subtract_row_avx2(uint32_t dtype, const void *from, const void *less,
                                          void *out, int32_t width)
{
    subtract_row(dtype, from, less, out, width);
}

static int subtract_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct difference *d = arg;
    for (size_t y = begin; y < end; y++)
        (common_cpu_avx2() ? subtract_row_avx2 : subtract_row)(
            d->out.dtype, seg_row(&d->from, 0, (int32_t)y), seg_row(&d->less, 0, (int32_t)y),
            seg_row(&d->out, 0, (int32_t)y), d->out.width);
    return SEG_OK;
}

static int run_plane(const struct common_env *env, const struct recipe *recipe,
                     const struct common_element *element, const struct seg_view spare[2],
                     const struct seg_view *in, const struct seg_view *out)
{
    bool chain = recipe->form == CHAIN, both = recipe->form == FIRST_MINUS_SECOND;
    int status = common_gray_morph(env, in, recipe->form == SINGLE ? out : &spare[0], element,
                                   recipe->first);
    if (status || recipe->form == SINGLE)
        return status;
    const struct seg_view *last = chain ? out : &spare[1];
    status = common_gray_morph(env, both ? in : &spare[0], last, element, recipe->second);
    if (status || chain)
        return status;
    struct difference difference = {*in, *last, *out};
    if (recipe->form == CHAIN_MINUS_IMAGE)
        difference = (struct difference){*last, *in, *out};
    else if (both)
        difference.from = spare[0];
    return common_parallel(env, (size_t)in->height, common_grain(in->width), subtract_rows,
                           &difference);
}

static int run(const struct recipe *recipe, const struct common_element *element,
               const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct seg_view in, out, spare[2];
    int status = common_open(&env, &in, &out);
    for (int i = 0; i < 2 && !status && (int)recipe->form >= CHAIN + i; i++)
        status = common_scratch_view(&env, &in, in.dtype, &spare[i]);
    for (int32_t plane = 0; plane < in.planes && !status; plane++) {
        struct seg_view from = in, to = out;
        from.data = seg_row(&in, plane, 0);
        to.data = seg_row(&out, plane, 0);
        status = run_plane(&env, recipe, element, spare, &from, &to);
    }
    return status;
}

static int32_t reach_once(const void *params)
{
    return ((const struct common_element *)params)->radius;
}

static int32_t reach_twice(const void *params)
{
    return 2 * ((const struct common_element *)params)->radius;
}

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct common_element, shape, COMMON_DISK, common_shapes,
                  "form of the structuring element")},
    {SEG_P_INT(struct common_element, radius, 1, 0, 4096, "px", "size of the structuring element")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};

static const struct seg_port outputs[] = {FILTER_OUTPUT("result", SEG_ANY_SAMPLE)};

#define COMMON_DETAIL                                                                              \
    "\n\nThe disk is the one of scikit-image, x^2 + y^2 <= radius^2; OpenCV's ellipse is "         \
    "another. "                                                                                    \
    "Each plane is treated by itself. What lies outside the image does not count, nor does NaN; "  \
    "where the element covers nothing else the result is infinite.\n\n"                            \
    "Time grows with the radius of a disk or diamond and hardly with that of the others."

#define STAGE(NAME, FIRST, SECOND, FORM, REACH, SUMMARY, DETAIL)                                   \
    static int process_##NAME(void *self, const struct seg_host *host, struct seg_call *call)      \
    {                                                                                              \
        static const struct recipe recipe = {FIRST, SECOND, FORM};                                 \
        return run(&recipe, self, host, call);                                                     \
    }                                                                                              \
    const struct seg_stage filter_##NAME = {                                                       \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "filter." #NAME,                                                                     \
        .summary = SUMMARY,                                                                        \
        .detail = DETAIL COMMON_DETAIL,                                                            \
        .reference = "J. Serra, Image Analysis and Mathematical Morphology, Academic Press 1982",  \
        .version = 1,                                                                              \
        SEG_TABLES(struct common_element, params, inputs, outputs),                                \
        .process = process_##NAME,                                                                 \
        .reach = REACH,                                                                            \
    }

STAGE(erode, COMMON_ERODE, COMMON_ERODE, SINGLE, reach_once,
      "take the least sample under the structuring element",
      "Bright things shrink and dark ones grow by the element.");
STAGE(dilate, COMMON_DILATE, COMMON_DILATE, SINGLE, reach_once,
      "take the largest sample under the structuring element",
      "Bright things grow and dark ones shrink by the element.");
STAGE(open, COMMON_ERODE, COMMON_DILATE, CHAIN, reach_twice,
      "remove what is bright and narrower than the structuring element",
      "An erosion followed by a dilation: bright things into which the element does not fit "
      "sink to what is around them, everything else stays.");
STAGE(close, COMMON_DILATE, COMMON_ERODE, CHAIN, reach_twice,
      "remove what is dark and narrower than the structuring element",
      "A dilation followed by an erosion: dark things into which the element does not fit rise "
      "to what is around them, everything else stays.");
STAGE(tophat, COMMON_ERODE, COMMON_DILATE, IMAGE_MINUS_CHAIN, reach_twice,
      "keep what is bright and narrower than the structuring element",
      "The image minus its opening, also called white top-hat: bright things into which the "
      "element does not fit, on an even background. It takes uneven light away before a global "
      "threshold.");
STAGE(bottomhat, COMMON_DILATE, COMMON_ERODE, CHAIN_MINUS_IMAGE, reach_twice,
      "keep what is dark and narrower than the structuring element",
      "The closing minus the image, also called black top-hat: dark things into which the "
      "element does not fit, as bright ones on an even background.");
STAGE(morph_gradient, COMMON_DILATE, COMMON_ERODE, FIRST_MINUS_SECOND, reach_once,
      "take the range of the samples under the structuring element",
      "The dilation minus the erosion, Beucher's gradient: high along edges, and a relief whose "
      "basins a watershed can flood. With 'shape' square and 'radius' 1 it is that of a 3 x 3 "
      "window.");
