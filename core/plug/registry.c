/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding modules. Nothing is remembered between processes: what is on the path now is what
 * there is. */
#include "registry.h"

#include "folders.h"

#include "../base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct segi_registry {
    struct segi_module *first, **last;
    struct segi_folders folders;
    bool all_open;
};

static void registry_free(seg_context *context)
{
    struct segi_registry *registry = context->registry;
    for (struct segi_module *m = registry->first, *next; m; m = next) {
        next = m->next;
        segi_module_free(&context->mem, m);
    }
    segi_folders_end(&registry->folders);
    segi_free(&context->mem, registry);
    context->registry = NULL;
    context->registry_free = NULL;
}

static int add_module(seg_context *context, const char *path, const char *family,
                      struct segi_module **out)
{
    struct segi_registry *registry = context->registry;
    int status = segi_module_open(context, path, family, out);
    if (status)
        return status;
    struct segi_module *module = *out;
    *registry->last = module;
    registry->last = &module->next;
    if (module->error.status)
        segi_log(context, SEG_LOG_WARN, "plugin refused: %s", module->error.text);
    for (uint32_t i = 0; i < module->refused_count; i++)
        segi_log(context, SEG_LOG_WARN, "plugin '%s': %s", module->path,
                 module->refused[i].error.text);
    return SEG_OK;
}

/* Under the lock. Files that the user named are opened first and count before all others. */
static int open_registry(seg_context *context, struct seg_error *err)
{
    if (context->registry)
        return SEG_OK;
    struct segi_registry *registry = segi_calloc(&context->mem, 1, sizeof *registry);
    if (!registry)
        return segi_error_nomem(err);
    registry->last = &registry->first;
    context->registry = registry;
    context->registry_free = registry_free;
    int status = segi_folders_init(&registry->folders, context);
    for (char **path = context->plugins; !status && *path; path++) {
        struct segi_module *module;
        status = add_module(context, *path, NULL, &module);
    }
    if (status) {
        registry_free(context);
        return segi_error_nomem(err);
    }
    return SEG_OK;
}

static struct segi_module *find_open(const struct segi_registry *registry, const char *name)
{
    for (struct segi_module *m = registry->first; m; m = m->next)
        if (m->plugin && !strcmp(m->plugin->name, name))
            return m;
    return NULL;
}

static struct segi_module *find_path(const struct segi_registry *registry, const char *path)
{
    for (struct segi_module *m = registry->first; m; m = m->next)
        if (!strcmp(m->path, path))
            return m;
    return NULL;
}

/* A refused file of that name that was opened by its path; its plugin's name is not known. */
static struct segi_module *find_refused(const struct segi_registry *registry, const char *name)
{
    const size_t n = strlen(name);
    for (struct segi_module *m = registry->first; m; m = m->next) {
        const char *slash = strrchr(m->path, '/'), *file = slash ? slash + 1 : m->path;
        if (!m->plugin && !strncmp(file, name, n) && !strcmp(file + n, ".so"))
            return m;
    }
    return NULL;
}

/* Under the lock. */
static int find_module(seg_context *context, const char *name, struct segi_module **out,
                       struct seg_error *err)
{
    int status = open_registry(context, err);
    if (status)
        return status;
    struct segi_registry *registry = context->registry;
    struct segi_module *module = find_open(registry, name);
    char path[SEGI_PATH_MAX];
    if (!module && segi_folders_find(&registry->folders, name, path)) {
        module = find_path(registry, path);
        if (!module)
            status = add_module(context, path, name, &module);
    }
    if (status)
        return segi_error_nomem(err);
    if (!module)
        module = find_refused(registry, name);
    if (!module)
        return segi_error(err, SEG_ABSENT, "no plugin '%s' in %s", name,
                          segi_folders_text(&registry->folders));
    if (!module->plugin) {
        if (err)
            *err = module->error;
        return module->error.status;
    }
    *out = module;
    return SEG_OK;
}

int segi_registry_module(seg_context *context, const char *name, const struct segi_module **module,
                         struct seg_error *err)
{
    struct segi_module *found = NULL;
    pthread_mutex_lock(&context->registry_lock);
    int status = find_module(context, name, &found, err);
    pthread_mutex_unlock(&context->registry_lock);
    *module = found;
    return status;
}

const void *segi_registry_extension(seg_context *context, const char *id)
{
    char name[128];
    const size_t n = strcspn(id, ".");
    const struct segi_module *module;
    if (!id[n] || n >= sizeof name)
        return NULL;
    memcpy(name, id, n);
    name[n] = 0;
    if (segi_registry_module(context, name, &module, NULL) || !module->plugin->extension)
        return NULL;
    return module->plugin->extension(id);
}

/* -- every module ----------------------------------------------------------------------------- */

struct opening {
    seg_context *context;
    int status;
};

static int open_one(void *user, const char *path, const char *name)
{
    struct opening *opening = user;
    struct segi_registry *registry = opening->context->registry;
    struct segi_module *module;
    if (!find_path(registry, path))
        opening->status = add_module(opening->context, path, name, &module);
    return opening->status;
}

static int open_all(seg_context *context, struct seg_error *err)
{
    pthread_mutex_lock(&context->registry_lock);
    int status = open_registry(context, err);
    if (!status && !context->registry->all_open) {
        struct opening opening = {context, SEG_OK};
        segi_folders_each(&context->registry->folders, open_one, &opening);
        status = opening.status;
        context->registry->all_open = !status;
    }
    pthread_mutex_unlock(&context->registry_lock);
    return status;
}

int seg_plugin_each(seg_context *context,
                    int (*each)(void *user, const struct seg_plugin_info *info), void *user)
{
    int status = open_all(context, NULL);
    for (struct segi_module *m = status ? NULL : context->registry->first; m && !status;
         m = m->next) {
        const struct seg_plugin_info info = {sizeof info, m->path, m->plugin, &m->error,
                                             m->refused_count};
        status = each(user, &info);
    }
    return status;
}

const struct segi_refusal *segi_registry_refusals(seg_context *context, const char *path,
                                                  uint32_t *count)
{
    const struct segi_module *module = find_path(context->registry, path);
    *count = module ? module->refused_count : 0;
    return module ? module->refused : NULL;
}

static int by_id(const void *a, const void *b)
{
    return strcmp((*(const struct seg_stage *const *)a)->id,
                  (*(const struct seg_stage *const *)b)->id);
}

/* Of two plugins of one name the first on the path counts. */
static size_t collect(const struct segi_registry *registry, const struct seg_stage **list)
{
    size_t count = 0;
    for (struct segi_module *m = registry->first; m; m = m->next)
        if (m->plugin && find_open(registry, m->plugin->name) == m)
            for (uint32_t i = 0; i < m->plugin->stage_count; i++, count++)
                if (list)
                    list[count] = m->plugin->stages[i];
    return count;
}

int seg_stage_each(seg_context *context, int (*each)(void *user, const struct seg_stage *stage),
                   void *user)
{
    int status = open_all(context, NULL);
    if (status)
        return status;
    const size_t count = collect(context->registry, NULL);
    const struct seg_stage **list = segi_alloc(&context->mem, count, sizeof *list);
    if (!list)
        return SEG_NOMEM;
    collect(context->registry, list);
    qsort(list, count, sizeof *list, by_id);
    for (size_t i = 0; i < count && !status; i++)
        status = each(user, list[i]);
    segi_free(&context->mem, list);
    return status;
}

int segi_registry_folders(seg_context *context,
                          int (*each)(void *user, const char *folder, const struct seg_error *why),
                          void *user)
{
    struct seg_error err;
    pthread_mutex_lock(&context->registry_lock);
    int status = open_registry(context, &err);
    pthread_mutex_unlock(&context->registry_lock);
    for (size_t i = 0; !status && i < context->registry->folders.count; i++)
        status = each(user, context->registry->folders.list[i].path,
                      &context->registry->folders.list[i].why);
    return status;
}
