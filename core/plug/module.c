/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening plugin files: trust, dlopen, the entry point. */
#include "module.h"

#include "isolate.h"

#include "../base/error.h"
#include "../base/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int segi_trust_check(const char *path, bool folder, struct seg_error *err)
{
    struct stat st;
    if (stat(path, &st))
        return segi_error(err, SEG_PLUGIN, "'%s': %s", path, strerror(errno));
    if (folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
        return segi_error(err, SEG_PLUGIN, "'%s': not a %s", path, folder ? "folder" : "file");
    if (st.st_uid != 0 && st.st_uid != geteuid())
        return segi_error(err, SEG_PLUGIN, "'%s': belongs to user %u, who is neither root nor you",
                          path, (unsigned)st.st_uid);
    const bool group = (st.st_mode & S_IWGRP) && st.st_gid != 0 && st.st_gid != getegid();
    if (group || (st.st_mode & S_IWOTH))
        return segi_error(err, SEG_PLUGIN, "'%s': others may write to it; chmod go-w it", path);
    return SEG_OK;
}

static int check_trust(const char *path, struct segi_arena *arena, struct seg_error *err)
{
    int status = segi_trust_check(path, false, err);
    if (status)
        return status;
    const char *slash = strrchr(path, '/');
    const char *folder = !slash          ? "."
                         : slash == path ? "/"
                                         : segi_arena_strndup(arena, path, (size_t)(slash - path));
    return folder ? segi_trust_check(folder, true, err) : segi_error_nomem(err);
}

/* A handle stays open for good: threads or destructors of the module may still be alive. */
static seg_plugin_entry find_entry(const char *path, struct seg_error *err)
{
    seg_plugin_entry entry = NULL;
    segi_loader_lock();
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    segi_loader_unlock();
    if (!handle) {
        const char *why = dlerror();
        segi_error(err, SEG_PLUGIN, "'%s': cannot be opened: %s", path, why ? why : "no reason");
        return NULL;
    }
    *(void **)&entry = dlsym(handle, SEG_PLUGIN_ENTRY);
    if (!entry) {
        segi_error(err, SEG_PLUGIN, "'%s': not a segkit plugin: it has no '%s'", path,
                   SEG_PLUGIN_ENTRY);
        dlclose(handle);
    }
    return entry;
}

/* dlopen looks a bare name up in the system's folders, which is never meant here. */
static const char *with_slash(struct segi_arena *arena, const char *path)
{
    if (strchr(path, '/'))
        return segi_arena_strdup(arena, path);
    char *full = segi_arena_alloc(arena, strlen(path) + 3, 1);
    return full ? strcat(strcpy(full, "./"), path) : NULL;
}

int segi_module_open(seg_context *context, const char *path, const char *family,
                     struct segi_module **out)
{
    struct segi_module *module = segi_calloc(&context->mem, 1, sizeof *module);
    if (!module)
        return SEG_NOMEM;
    module->arena.mem = &context->mem;
    module->path = with_slash(&module->arena, path);
    if (!module->path)
        goto nomem;
    struct seg_error *err = &module->error;
    module->foreign = segi_foreign(context, module->path);
    if (!check_trust(module->path, &module->arena, err) &&
        !(module->foreign && segi_isolate_open(context, module->path, err))) {
        seg_plugin_entry entry = find_entry(module->path, err);
        const struct seg_plugin *given = entry ? entry() : NULL;
        if (given)
            segi_tables_copy(given, family, module);
        else if (entry)
            segi_error(err, SEG_PLUGIN, "'%s': it returned no tables", module->path);
    }
    if (err->status == SEG_NOMEM)
        goto nomem;
    *out = module;
    return SEG_OK;
nomem:
    segi_module_free(&context->mem, module);
    return SEG_NOMEM;
}

void segi_module_free(const struct segi_mem *mem, struct segi_module *module)
{
    segi_arena_end(&module->arena);
    segi_free(mem, module);
}

const struct seg_stage *segi_module_stage(const struct segi_module *module, const char *id)
{
    for (uint32_t i = 0; module->plugin && i < module->plugin->stage_count; i++)
        if (!strcmp(module->plugin->stages[i]->id, id))
            return module->plugin->stages[i];
    return NULL;
}
