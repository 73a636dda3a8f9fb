/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame of a stage whose tables have the usual names. */
#ifndef COMMON_STAGE_H
#define COMMON_STAGE_H

#include <segkit/plugin-util.h>

/* The reentrant stage FAMILY.NAME of the function process_NAME, with `struct params`, the rows
 * NAME_params, and the ports `inputs` and `outputs`. Its texts follow as members: .summary = ...,
 * and others. */
#define COMMON_STAGE(family, name, ...)                                                            \
    const struct seg_stage family##_##name = {                                                     \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = #family "." #name,                                                                   \
        .version = 1,                                                                              \
        SEG_TABLES(struct params, name##_params, inputs, outputs),                                 \
        .process = process_##name,                                                                 \
        __VA_ARGS__}

#endif
