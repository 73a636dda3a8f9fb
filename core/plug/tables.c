/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copying a plugin's tables: versions, sizes, then element by element. After this the plugin's
 * memory is not looked at again. */
#include "module.h"

#include "../base/error.h"

#include <string.h>

/* The size of a struct in ABI 1.0, which ended with this field; no plugin may have less. */
#define SIZE_1_0(T, last) (offsetof(T, last) + sizeof(((T *)0)->last))

#define ELEMENTS_MAX 4096  /* of one array; a table with more is broken */
#define STRING_MAX   65536 /* of one text */

struct copier {
    struct segi_arena *arena;
    const struct seg_plugin *plugin; /* our copy of the head */
    struct seg_error *err;
    bool failed;
};

static void nomem(struct copier *c)
{
    c->failed = true;
    segi_error_nomem(c->err);
}

static const char *copy_string(struct copier *c, const char *text)
{
    if (!text || c->failed)
        return NULL;
    const char *copy = segi_arena_strndup(c->arena, text, strnlen(text, STRING_MAX));
    if (!copy)
        nomem(c);
    return copy;
}

/* An array whose elements are `theirs` bytes apart as one of elements of `ours` bytes: what they
 * do not have stays zero, what we do not know is left out. */
static void *copy_array(struct copier *c, const void *array, uint32_t count, size_t theirs,
                        size_t ours, const char *what)
{
    if (c->failed || !count)
        return NULL;
    if (!array || count > ELEMENTS_MAX) {
        c->failed = true;
        segi_error(c->err, SEG_PLUGIN, "%s: %u of them%s", what, count, array ? "" : " at NULL");
        return NULL;
    }
    char *copy = segi_arena_alloc(c->arena, count, ours);
    if (!copy) {
        nomem(c);
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++)
        memcpy(copy + i * ours, (const char *)array + i * theirs, theirs < ours ? theirs : ours);
    return copy;
}

static void copy_params(struct copier *c, struct seg_stage *stage)
{
    struct seg_param *params =
        copy_array(c, stage->params, stage->param_count, c->plugin->param_size,
                   sizeof(struct seg_param), "parameters");
    stage->params = params;
    for (uint32_t i = 0; params && !c->failed && i < stage->param_count; i++) {
        struct seg_param *p = &params[i];
        p->name = copy_string(c, p->name);
        p->summary = copy_string(c, p->summary);
        p->unit = copy_string(c, p->unit);
        p->alias = copy_string(c, p->alias);
        p->text = copy_string(c, p->text);
        struct seg_choice *choices =
            copy_array(c, p->choices, p->choice_count, c->plugin->choice_size,
                       sizeof(struct seg_choice), "choices");
        p->choices = choices;
        for (uint32_t k = 0; choices && k < p->choice_count; k++) {
            choices[k].name = copy_string(c, choices[k].name);
            choices[k].summary = copy_string(c, choices[k].summary);
        }
    }
}

static const struct seg_port *copy_ports(struct copier *c, const struct seg_port *given,
                                         uint32_t count, const char *what)
{
    struct seg_port *ports =
        copy_array(c, given, count, c->plugin->port_size, sizeof(struct seg_port), what);
    for (uint32_t i = 0; ports && i < count; i++) {
        ports[i].name = copy_string(c, ports[i].name);
        ports[i].summary = copy_string(c, ports[i].summary);
        ports[i].like = copy_string(c, ports[i].like);
    }
    return ports;
}

static struct seg_stage *copy_stage(struct copier *c, const struct seg_stage *given)
{
    const size_t least = SIZE_1_0(struct seg_stage, extension);
    if (!given || given->struct_size < least) {
        c->failed = true;
        segi_error(c->err, SEG_PLUGIN, "stage table of %u bytes; the least is %zu",
                   given ? given->struct_size : 0, least);
        return NULL;
    }
    struct seg_stage *stage =
        copy_array(c, given, 1, given->struct_size, sizeof *stage, "stage table");
    if (!stage)
        return NULL;
    stage->id = copy_string(c, stage->id);
    stage->summary = copy_string(c, stage->summary);
    stage->detail = copy_string(c, stage->detail);
    stage->reference = copy_string(c, stage->reference);
    copy_params(c, stage);
    stage->inputs = copy_ports(c, stage->inputs, stage->input_count, "inputs");
    stage->outputs = copy_ports(c, stage->outputs, stage->output_count, "outputs");
    return c->failed ? NULL : stage;
}

static int check_head(const struct seg_plugin *given, const char *path, struct seg_error *err)
{
    const size_t least = SIZE_1_0(struct seg_plugin, extension);
    if (given->struct_size < least)
        return segi_error(err, SEG_PLUGIN, "'%s': plugin table of %u bytes; the least is %zu", path,
                          given->struct_size, least);
    if (given->abi_major != SEG_ABI_MAJOR || given->needs_minor > SEG_ABI_MINOR)
        return segi_error(
            err, SEG_PLUGIN, "'%s': needs plugin ABI %u.%u, this segkit has %d.%d; %s", path,
            given->abi_major, given->needs_minor, SEG_ABI_MAJOR, SEG_ABI_MINOR,
            given->abi_major < SEG_ABI_MAJOR ? "rebuild the plugin" : "install a newer segkit");
    if (given->param_size < SIZE_1_0(struct seg_param, count_max) ||
        given->port_size < SIZE_1_0(struct seg_port, planes_max) ||
        given->choice_size < SIZE_1_0(struct seg_choice, summary))
        return segi_error(err, SEG_PLUGIN,
                          "'%s': elements of %u, %u and %u bytes (parameters, ports, choices) are "
                          "too small",
                          path, given->param_size, given->port_size, given->choice_size);
    return SEG_OK;
}

static int check_name(const struct seg_plugin *plugin, const char *path, const char *family,
                      struct seg_error *err)
{
    if (!plugin->name || !*plugin->name || !plugin->version || !plugin->license)
        return segi_error(err, SEG_PLUGIN, "'%s': it has no name, version or license", path);
    if (family && strcmp(family, plugin->name) != 0)
        return segi_error(err, SEG_PLUGIN, "'%s': the plugin's name is '%s', the file's '%s'", path,
                          plugin->name, family);
    return SEG_OK;
}

static bool has_stage(const struct seg_plugin *plugin, const char *id)
{
    for (uint32_t i = 0; i < plugin->stage_count; i++)
        if (!strcmp(plugin->stages[i]->id, id))
            return true;
    return false;
}

/* One stage that breaks a rule does not take its neighbours with it. */
static void take_stage(struct segi_module *module, struct seg_plugin *plugin,
                       const struct seg_stage **stages, const struct seg_stage *given)
{
    struct seg_error why = {0};
    struct copier copier = {&module->arena, plugin, &why, false};
    const struct seg_stage *stage = copy_stage(&copier, given);
    if (stage && !segi_stage_validate(stage, plugin->name, &why) && has_stage(plugin, stage->id))
        segi_error(&why, SEG_PLUGIN, "stage '%s': the plugin has two of that id", stage->id);
    if (why.status == SEG_OK) {
        stages[plugin->stage_count++] = stage;
        return;
    }
    struct segi_refusal *refusal = &module->refused[module->refused_count++];
    refusal->id = stage && stage->id ? stage->id : "?";
    refusal->error = why;
    if (why.status == SEG_NOMEM)
        module->error = why;
}

int segi_tables_copy(const struct seg_plugin *given, const char *family, struct segi_module *module)
{
    struct seg_error *err = &module->error;
    int status = check_head(given, module->path, err);
    if (status)
        return status;
    struct copier c = {&module->arena, given, err, false};
    struct seg_plugin *plugin =
        copy_array(&c, given, 1, given->struct_size, sizeof *plugin, "plugin table");
    if (!plugin)
        return err->status;
    plugin->name = copy_string(&c, plugin->name);
    plugin->version = copy_string(&c, plugin->version);
    plugin->license = copy_string(&c, plugin->license);
    plugin->origin = copy_string(&c, plugin->origin);
    const uint32_t count = plugin->stage_count;
    const struct seg_stage *const *theirs =
        copy_array(&c, plugin->stages, count, sizeof *theirs, sizeof *theirs, "stages");
    const struct seg_stage **stages = segi_arena_alloc(&module->arena, count + 1, sizeof *stages);
    module->refused = segi_arena_alloc(&module->arena, count + 1, sizeof *module->refused);
    if (!stages || !module->refused)
        nomem(&c);
    if (c.failed || check_name(plugin, module->path, family, err))
        return err->status;
    plugin->stages = stages;
    plugin->stage_count = 0;
    for (uint32_t i = 0; i < count && err->status != SEG_NOMEM; i++)
        take_stage(module, plugin, stages, theirs[i]);
    if (err->status == SEG_OK)
        module->plugin = plugin;
    return err->status;
}
