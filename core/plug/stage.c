/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding a stage by its id, and saying what was meant when there is none. */
#include "registry.h"

#include "../base/error.h"
#include "../base/text.h"

#include <string.h>

/* Ids are compared whole and, for one typed without its family, by their second half. */
struct search {
    struct segi_guess whole, half;
    const char *half_id;
};

static int try_stage(void *user, const struct seg_stage *stage)
{
    struct search *search = user;
    const char *half = strchr(stage->id, '.') + 1;
    const char *before = search->half.best;
    segi_guess_try(&search->whole, stage->id);
    segi_guess_try(&search->half, half);
    if (search->half.best != before)
        search->half_id = stage->id;
    return 0;
}

static int unknown(seg_context *context, const char *id, const struct seg_error *why,
                   struct seg_error *err)
{
    const char *dot = strchr(id, '.');
    struct search search = {.whole.typed = id, .half.typed = dot ? dot + 1 : id};
    /* the log has told of refused modules before, or will when they are asked for */
    seg_log_fn log = context->log;
    context->log = NULL;
    seg_stage_each(context, try_stage, &search);
    context->log = log;
    const char *best = search.whole.best                   ? search.whole.best
                       : search.half.distance == 0 || !dot ? search.half_id
                                                           : NULL;
    if (best)
        return segi_error(err, SEG_USAGE, "no stage '%s'; did you mean '%s'?", id, best);
    if (why->status == SEG_ABSENT)
        return segi_error(err, SEG_USAGE, "no stage '%s': %s", id, why->text);
    return segi_error(err, SEG_USAGE, "no stage '%s'; 'segkit stages' lists them", id);
}

/* The module that an id names. SEG_USAGE: it is no id. */
static int find_module(seg_context *context, const char *id, const struct segi_module **module,
                       struct seg_error *why)
{
    char family[128];
    const size_t n = strcspn(id, ".");
    if (!n || !id[n] || n >= sizeof family || memchr(id, '/', n))
        return SEG_USAGE;
    memcpy(family, id, n);
    family[n] = 0;
    return segi_registry_module(context, family, module, why);
}

bool segi_stage_foreign(seg_context *context, const struct seg_stage *stage)
{
    const struct segi_module *module;
    return context->isolate && !find_module(context, stage->id, &module, NULL) && module->foreign;
}

int seg_stage_find(seg_context *context, const char *id, const struct seg_stage **out,
                   struct seg_error *err)
{
    struct seg_error why = {0};
    const struct segi_module *module;
    int status = find_module(context, id, &module, &why);
    if (status == SEG_USAGE)
        return unknown(context, id, &why, err);
    if (status == SEG_ABSENT)
        return unknown(context, id, &why, err);
    if (status) {
        if (err)
            *err = why;
        return status;
    }
    *out = segi_module_stage(module, id);
    if (*out)
        return SEG_OK;
    for (uint32_t i = 0; i < module->refused_count; i++)
        if (!strcmp(module->refused[i].id, id)) {
            if (err)
                *err = module->refused[i].error;
            return segi_error_in(err, "plugin '%s'", module->path);
        }
    return unknown(context, id, &why, err);
}
