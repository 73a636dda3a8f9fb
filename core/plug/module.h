/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One plugin file that was opened, or refused. */
#ifndef SEGI_MODULE_H
#define SEGI_MODULE_H

#include "../base/context.h"

/* A stage that its host will not run, and why. */
struct segi_refusal {
    const char *id;
    struct seg_error error;
};

struct segi_module {
    struct segi_module *next;
    struct segi_arena arena; /* holds all that follows */
    const char *path;
    struct seg_error error;          /* why it was refused; status SEG_OK: it was not */
    bool foreign;                    /* not of the installed folder, and such are isolated */
    const struct seg_plugin *plugin; /* validated copy; NULL when refused */
    struct segi_refusal *refused;
    uint32_t refused_count;
};

/* Opens a file and copies its tables. A refused module is a result too: only SEG_NOMEM returns no
 * module. `family`, unless NULL, is the name that the plugin must have. */
int segi_module_open(seg_context *context, const char *path, const char *family,
                     struct segi_module **module);
void segi_module_free(const struct segi_mem *mem, struct segi_module *module);

/* SEG_OK when nobody but root and the user can have changed the file or folder; else says why. */
int segi_trust_check(const char *path, bool folder, struct seg_error *err);

/* The plugin's tables copied to the arena, with what is unknown left out; sets the module's fields.
 * Stages that break a rule land in `refused`. */
int segi_tables_copy(const struct seg_plugin *given, const char *family,
                     struct segi_module *module);

/* Whether a copied stage keeps the rules of plugin.h. */
int segi_stage_validate(const struct seg_stage *stage, const char *family, struct seg_error *err);

/* A stage of the module by id; NULL: none. */
const struct seg_stage *segi_module_stage(const struct segi_module *module, const char *id);

#endif
