/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The modules of a context: where they are looked for, which are open. */
#ifndef SEGI_REGISTRY_H
#define SEGI_REGISTRY_H

#include "module.h"

#include <segkit/registry.h>

/* The open module of a plugin name; opens it when it is on the search path. SEG_ABSENT: there is no
 * such file, and *err lists where it was looked for; SEG_PLUGIN: it was refused. */
int segi_registry_module(seg_context *context, const char *name, const struct segi_module **module,
                         struct seg_error *err);

/* Whether a stage that was found is of a module that must be isolated. */
bool segi_stage_foreign(seg_context *context, const struct seg_stage *stage);

/* A service of a plugin, "module.name/revision"; NULL: not to be had. */
const void *segi_registry_extension(seg_context *context, const char *id);

/* Calls `each` for every folder of the search path, with why it is left out (SEG_OK: it is not).
 * A result other than 0 ends the walk and is returned. */
int segi_registry_folders(seg_context *context,
                          int (*each)(void *user, const char *folder, const struct seg_error *why),
                          void *user);

/* Stages of an open module that were refused. */
const struct segi_refusal *segi_registry_refusals(seg_context *context, const char *path,
                                                  uint32_t *count);

#endif
