/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The search path of plugins. */
#include "folders.h"

#include "module.h"

#include "../base/error.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX ".so"

static int add_folder(struct segi_folders *folders, const char *path, size_t length)
{
    if (!length)
        return SEG_OK;
    void *list = folders->list;
    if (!segi_reserve(folders->mem, &list, &folders->capacity, folders->count + 1,
                      sizeof *folders->list))
        return SEG_NOMEM;
    folders->list = list;
    struct segi_folder *folder = &folders->list[folders->count];
    memset(folder, 0, sizeof *folder);
    folder->path = segi_alloc(folders->mem, length + 1, 1);
    if (!folder->path)
        return SEG_NOMEM;
    memcpy(folder->path, path, length);
    folder->path[length] = 0;
    folders->count++;
    if (path[0] != '/')
        segi_error(&folder->why, SEG_PLUGIN, "'%s': not an absolute path", folder->path);
    else if (!access(folder->path, F_OK))
        segi_trust_check(folder->path, true, &folder->why);
    if (!folder->why.status)
        segi_text_addf(&folders->text, "%s%s", folders->text.length ? ", " : "", folder->path);
    return folders->text.failed ? SEG_NOMEM : SEG_OK;
}

static int add_list(struct segi_folders *folders, const char *path)
{
    int status = SEG_OK;
    while (path && *path && !status) {
        const size_t n = strcspn(path, ":");
        status = add_folder(folders, path, n);
        path += n + (path[n] == ':');
    }
    return status;
}

static int add_user_folder(struct segi_folders *folders)
{
    char path[SEGI_PATH_MAX];
    const char *data = secure_getenv("XDG_DATA_HOME"), *home = secure_getenv("HOME");
    int n = 0;
    if (data && *data)
        n = snprintf(path, sizeof path, "%s/segkit/plugins-1", data);
    else if (home && *home)
        n = snprintf(path, sizeof path, "%s/.local/share/segkit/plugins-1", home);
    return n > 0 && (size_t)n < sizeof path ? add_folder(folders, path, (size_t)n) : SEG_OK;
}

int segi_folders_init(struct segi_folders *folders, const seg_context *context)
{
    folders->mem = &context->mem;
    folders->text.mem = &context->mem;
    int status;
    if (context->plugin_path) {
        status = add_list(folders, context->plugin_path);
    } else {
        status = add_list(folders, secure_getenv("SEGKIT_PLUGIN_PATH"));
        if (!status)
            status = add_user_folder(folders);
        if (!status)
            status = add_list(folders, SEGI_PLUGIN_DIR);
    }
    for (size_t i = 0; !status && i < folders->count; i++)
        if (folders->list[i].why.status)
            segi_log(context, SEG_LOG_WARN, "plugin folder left out: %s",
                     folders->list[i].why.text);
    return status;
}

void segi_folders_end(struct segi_folders *folders)
{
    for (size_t i = 0; i < folders->count; i++)
        segi_free(folders->mem, folders->list[i].path);
    segi_free(folders->mem, folders->list);
    segi_text_end(&folders->text);
}

const char *segi_folders_text(const struct segi_folders *folders)
{
    return folders->text.data ? folders->text.data : "any folder";
}

bool segi_folders_find(const struct segi_folders *folders, const char *name,
                       char path[SEGI_PATH_MAX])
{
    for (size_t i = 0; i < folders->count; i++) {
        if (folders->list[i].why.status)
            continue;
        int n = snprintf(path, SEGI_PATH_MAX, "%s/%s" SUFFIX, folders->list[i].path, name);
        if (n > 0 && n < SEGI_PATH_MAX && !access(path, F_OK))
            return true;
    }
    return false;
}

static int is_module(const struct dirent *entry)
{
    const size_t n = strlen(entry->d_name), suffix = strlen(SUFFIX);
    return n > suffix && !strcmp(entry->d_name + n - suffix, SUFFIX);
}

static int each_in(const char *folder, int (*each)(void *, const char *, const char *), void *user)
{
    struct dirent **entries;
    int result = 0;
    const int count = scandir(folder, &entries, is_module, alphasort);
    for (int i = 0; i < count; i++) {
        char path[SEGI_PATH_MAX], name[256];
        int n = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        int m = snprintf(name, sizeof name, "%.*s",
                         (int)(strlen(entries[i]->d_name) - strlen(SUFFIX)), entries[i]->d_name);
        if (!result && n > 0 && (size_t)n < sizeof path && m > 0)
            result = each(user, path, name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return result;
}

int segi_folders_each(const struct segi_folders *folders,
                      int (*each)(void *user, const char *path, const char *name), void *user)
{
    int result = 0;
    for (size_t i = 0; i < folders->count && !result; i++)
        if (!folders->list[i].why.status)
            result = each_in(folders->list[i].path, each, user);
    return result;
}
