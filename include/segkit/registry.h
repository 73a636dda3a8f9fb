/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding stages and the plugins they live in. */
#ifndef SEGKIT_REGISTRY_H
#define SEGKIT_REGISTRY_H

#include <segkit/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The validated copy of a stage's table, by id ("family.stage"); opens the module `family` when it
 * is not open yet. Borrowed, valid as long as the context. SEG_USAGE: there is no such stage (the
 * text suggests near names); SEG_PLUGIN: the module or this stage was refused. */
SEG_API int seg_stage_find(seg_context *context, const char *id, const struct seg_stage **stage,
                           struct seg_error *err);

/* Calls `each` for every stage of every plugin on the search path, sorted by id; opens them all.
 * Plugins that are refused are logged. A result other than 0 ends the walk and is returned. */
SEG_API int seg_stage_each(seg_context *context,
                           int (*each)(void *user, const struct seg_stage *stage), void *user);

/* One module that was looked at. `plugin` is NULL when it was refused; `error` says why. */
struct seg_plugin_info {
    uint32_t struct_size;
    const char *path;
    const struct seg_plugin *plugin;
    const struct seg_error *error;
    uint32_t stages_refused;
};

/* Calls `each` for every module on the search path, those that were refused too. */
SEG_API int seg_plugin_each(seg_context *context,
                            int (*each)(void *user, const struct seg_plugin_info *info),
                            void *user);

#ifdef __cplusplus
}
#endif
#endif
