/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folders in which plugins are looked for. */
#ifndef SEGI_FOLDERS_H
#define SEGI_FOLDERS_H

#include "../base/context.h"
#include "../base/text.h"

#define SEGI_PATH_MAX 4096

struct segi_folder {
    char *path;
    struct seg_error why; /* it is left out; SEG_OK: it is not */
};

struct segi_folders {
    const struct segi_mem *mem;
    struct segi_folder *list;
    size_t count, capacity;
    struct segi_text text; /* those that are not left out, for messages */
};

/* The context's plugin_path, or SEGKIT_PLUGIN_PATH (not when privileged), the user's data folder
 * and the installed one. Never the current folder: relative ones are left out. */
int segi_folders_init(struct segi_folders *folders, const seg_context *context);
void segi_folders_end(struct segi_folders *folders);
const char *segi_folders_text(const struct segi_folders *folders);

/* The path of the module `name` in the first folder that has it. */
bool segi_folders_find(const struct segi_folders *folders, const char *name,
                       char path[SEGI_PATH_MAX]);

/* Calls `each` for every module file, folder by folder, sorted by name. A result other than 0 ends
 * it. */
int segi_folders_each(const struct segi_folders *folders,
                      int (*each)(void *user, const char *path, const char *name), void *user);

#endif
