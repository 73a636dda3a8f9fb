/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin with one fault in its head, which one is said by HEAD_* or
 * FAULT_*. Without any it is good. */
#include "stage.h"

#ifndef HEAD_MAJOR
#define HEAD_MAJOR SEG_ABI_MAJOR
#endif
#ifndef HEAD_MINOR
#define HEAD_MINOR 0
#endif
#ifndef HEAD_SIZE
#define HEAD_SIZE sizeof(struct seg_plugin)
#endif
#ifndef HEAD_PARAM
#define HEAD_PARAM sizeof(struct seg_param)
#endif

static const struct seg_stage one = {
    .struct_size = sizeof one,
    .id = FAMILY ".one",
    .summary = "Labels every pixel 1",
    .version = 1,
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .process = process,
};

#ifdef FAULT_STAGE
/* its neighbour must not suffer */
static const struct seg_stage two = {
    .struct_size = sizeof two,
    .id = FAMILY ".two",
    .summary = "Has no process function",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
};
#endif

static const struct seg_stage *const stages[] = {
    &one,
#ifdef FAULT_STAGE
    &two,
    &one,
#endif
};

static const struct seg_plugin plugin = {
    .struct_size = HEAD_SIZE,
    .abi_major = HEAD_MAJOR,
    .abi_minor = SEG_ABI_MINOR,
    .needs_minor = HEAD_MINOR,
    .param_size = HEAD_PARAM,
    .port_size = sizeof(struct seg_port),
    .choice_size = sizeof(struct seg_choice),
    .name = FAMILY,
    .version = "1.0",
    .license = "MIT",
    .stages = stages,
    .stage_count = SEG_COUNT(stages),
};

#ifdef FAULT_SYMBOL
const struct seg_plugin *nobody_has_this(void);
#endif

#ifndef FAULT_ENTRY
SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);
const struct seg_plugin *segkit_plugin_v1(void)
{
#ifdef FAULT_NULL
    return NULL;
#endif
#ifdef FAULT_SYMBOL
    return nobody_has_this();
#endif
    return &plugin;
}
#else
SEG_EXPORT const struct seg_plugin *something_else(void);
const struct seg_plugin *something_else(void)
{
    return &plugin;
}
#endif
