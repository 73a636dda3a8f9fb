/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tables of most stages of the family say. */
#ifndef FILTER_TABLE_H
#define FILTER_TABLE_H

#include <segkit/plugin-util.h>

#define FILTER_INPUT(dtypes_)                                                                      \
    {                                                                                              \
        .name = "image", .summary = "any number of planes", .kinds = SEG_KIND_BIT(SEG_IMAGE),      \
        .dtypes = (dtypes_)                                                                        \
    }
#define FILTER_OUTPUT(name_, dtypes_)                                                              \
    {                                                                                              \
        .name = (name_), .summary = "of the same type", .kinds = SEG_KIND_BIT(SEG_IMAGE),          \
        .dtypes = (dtypes_)                                                                        \
    }
#define FILTER_WHOLE (SEG_DTYPE_BIT(SEG_U8) | SEG_DTYPE_BIT(SEG_U16))

/* The members of struct seg_stage that point to tables of these names and to struct params. */
#define FILTER_TABLES                                                                              \
    .struct_size = sizeof(struct seg_stage), .flags = SEG_STAGE_REENTRANT,                         \
    .params_size = sizeof(struct params), .params = params, .inputs = inputs, .outputs = outputs,  \
    .param_count = SEG_COUNT(params), .input_count = SEG_COUNT(inputs),                            \
    .output_count = SEG_COUNT(outputs)

/* The span of a type's samples: what they are measured by where a parameter does not say. */
static inline float filter_span(uint32_t dtype)
{
    return dtype == SEG_U8 ? 255.0F : dtype == SEG_U16 ? 65535.0F : 1.0F;
}

/* A parameter in units of samples; 0: a tenth of the span. */
static inline float filter_tenth(double value, uint32_t dtype)
{
    return value > 0 ? (float)value : 0.1F * filter_span(dtype);
}
#define FILTER_TENTH "; 0: a tenth of the range of the samples, 0.1 for floating point"

#endif
