/* SPDX-License-Identifier: MIT */
/* Rows for the tables of plugin.h that read well, and a few helpers for loops. Nothing here is
 * needed: it all expands to plain initialisers and inline functions. */
#ifndef SEGKIT_PLUGIN_UTIL_H
#define SEGKIT_PLUGIN_UTIL_H

#include <segkit/plugin.h>
#include <stdbool.h>

/* The offset of a field, which must have exactly this C type: another does not compile. */
#ifdef __cplusplus
extern "C++" {
#include <type_traits>
#include <utility>
template <class Want, class Have> constexpr uint32_t seg_checked_offset(size_t offset)
{
    static_assert(std::is_same<Want, std::remove_reference_t<Have>>::value,
                  "the field has another type than its row");
    return static_cast<uint32_t>(offset);
}
}
#define SEG_FIELD(T, field, ctype)                                                                 \
    seg_checked_offset<ctype, decltype((std::declval<T &>().field))>(offsetof(T, field))
#else
#define SEG_FIELD(T, field, ctype) _Generic(((T *)0)->field, ctype : (uint32_t)offsetof(T, field))
#endif

/* One row of seg_stage.params each: the struct and its field, default, range, unit, summary.
 * Further members can follow: SEG_P_INT(...), .alias = "x" goes in the same braces. */
#define SEG_P_BOOL(T, field, dflt, text_)                                                          \
    .name = #field, .summary = (text_), .type = SEG_BOOL, .offset = SEG_FIELD(T, field, bool),     \
    .min = 0, .max = 1, .def = (dflt)
#define SEG_P_INT(T, field, dflt, lo, hi, unit_, text_)                                            \
    .name = #field, .summary = (text_), .unit = (unit_), .type = SEG_INT,                          \
    .offset = SEG_FIELD(T, field, int32_t), .min = (lo), .max = (hi), .def = (dflt)
#define SEG_P_FLOAT(T, field, dflt, lo, hi, unit_, text_)                                          \
    .name = #field, .summary = (text_), .unit = (unit_), .type = SEG_FLOAT,                        \
    .offset = SEG_FIELD(T, field, double), .min = (lo), .max = (hi), .def = (dflt)
#define SEG_P_CHOICE(T, field, dflt, list, text_)                                                  \
    .name = #field, .summary = (text_), .type = SEG_CHOICE,                                        \
    .offset = SEG_FIELD(T, field, int32_t), .max = SEG_COUNT(list) - 1, .def = (dflt),             \
    .choices = (list), .choice_count = SEG_COUNT(list)
#define SEG_P_STRING(T, field, dflt, text_)                                                        \
    .name = #field, .summary = (text_), .type = SEG_STRING,                                        \
    .offset = SEG_FIELD(T, field, const char *), .text = (dflt)
#define SEG_P_PATH(T, field, dflt, text_)                                                          \
    .name = #field, .summary = (text_), .type = SEG_PATH,                                          \
    .offset = SEG_FIELD(T, field, const char *), .text = (dflt)
#define SEG_P_FLOATS(T, field, dflt, least, most, lo, hi, unit_, text_)                            \
    .name = #field, .summary = (text_), .unit = (unit_), .type = SEG_FLOATS,                       \
    .offset = SEG_FIELD(T, field, struct seg_floats), .min = (lo), .max = (hi), .text = (dflt),    \
    .count_min = (least), .count_max = (most)

#define SEG_COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* The tables of a stage: the struct of its parameters, their rows, and its ports; or only these. */
#define SEG_TABLES(T, params_, inputs_, outputs_)                                                  \
    .params_size = sizeof(T), .params = (params_), .inputs = (inputs_), .outputs = (outputs_),     \
    .param_count = SEG_COUNT(params_), .input_count = SEG_COUNT(inputs_),                          \
    .output_count = SEG_COUNT(outputs_)
#define SEG_PORTS(inputs_, outputs_)                                                               \
    .inputs = (inputs_), .outputs = (outputs_), .input_count = SEG_COUNT(inputs_),                 \
    .output_count = SEG_COUNT(outputs_)

/* The members of struct seg_plugin that only state sizes and versions. */
#define SEG_PLUGIN_HEAD                                                                            \
    .struct_size = sizeof(struct seg_plugin), .abi_major = SEG_ABI_MAJOR,                          \
    .abi_minor = SEG_ABI_MINOR, .needs_minor = 0, .param_size = sizeof(struct seg_param),          \
    .port_size = sizeof(struct seg_port), .choice_size = sizeof(struct seg_choice)

#if defined(__GNUC__)
#define SEG_EXPORT __attribute__((visibility("default")))
#else
#define SEG_EXPORT
#endif

/* An empty view or shape to hand to the host. */
#ifndef __cplusplus
#define SEG_VIEW  ((struct seg_view){.struct_size = sizeof(struct seg_view)})
#define SEG_SHAPE ((struct seg_shape){.struct_size = sizeof(struct seg_shape)})
#endif

/* Row `y` of plane `plane`. */
static inline void *seg_row(const struct seg_view *view, int32_t plane, int32_t y)
{
    return (char *)view->data + plane * view->plane_stride + y * view->row_stride;
}

/* Bytes of one sample; 0 for no dtype. */
static inline size_t seg_dtype_size(uint32_t dtype)
{
    static const unsigned char size[] = {0, 1, 2, 4, 4};
    return dtype < sizeof size ? size[dtype] : 0;
}

#endif
