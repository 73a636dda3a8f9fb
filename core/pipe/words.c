/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command-line form: family.stage key=value ... ! family.stage ... */
#include "ast.h"

#include "../base/error.h"

#include <string.h>

struct words {
    seg_pipeline *pipeline;
    struct seg_faults *faults;
    struct segi_node *node;   /* the stage that is being filled; NULL: one must begin */
    struct segi_node *last;   /* the stage before, for the list */
    struct segi_entry *entry; /* the stage's last key */
};

/* `out.port=name` names the result of one port; several make one mapping. */
static bool add_out_port(struct words *w, const char *port, size_t length, const char *name,
                         struct segi_place place)
{
    struct segi_entry *entry = w->node->entries;
    while (entry && (strcmp(entry->key, "out") || entry->form != SEGI_MAP))
        entry = entry->next;
    if (!entry) {
        entry = w->entry = segi_entry_add(w->pipeline, w->node, w->entry, "out", 3, place);
        if (!entry)
            return false;
        entry->form = SEGI_MAP;
    }
    struct segi_scalar *last = entry->values;
    while (last && last->next)
        last = last->next;
    last = segi_scalar_add(w->pipeline, entry, last, name, strlen(name), place);
    if (last)
        last->key = segi_arena_strndup(&w->pipeline->arena, port, length);
    return last && last->key;
}

/* `out=a,b` names several results, as `out: [a, b]` does. */
static bool add_out(struct words *w, const char *names, struct segi_place place)
{
    w->entry = segi_entry_add(w->pipeline, w->node, w->entry, "out", 3, place);
    if (!w->entry)
        return false;
    struct segi_scalar *last = NULL;
    for (const char *at = names;; at++) {
        const size_t n = strcspn(at, ",");
        last = segi_scalar_add(w->pipeline, w->entry, last, at, n, place);
        if (!last)
            return false;
        at += n;
        if (!*at)
            break;
    }
    w->entry->form = w->entry->count > 1 ? SEGI_LIST : SEGI_SCALAR;
    return true;
}

static int add_key(struct words *w, const char *word, struct segi_place place)
{
    const char *equals = strchr(word, '=');
    if (!equals) {
        segi_fault_at(w->faults, w->pipeline, place, SEG_INVALID,
                      "expected key=value, or '!' before the next stage");
        return SEG_OK;
    }
    const size_t length = (size_t)(equals - word);
    if (length == 3 && !strncmp(word, "out", 3))
        return add_out(w, equals + 1, place) ? SEG_OK : SEG_NOMEM;
    if (length > 4 && !strncmp(word, "out.", 4))
        return add_out_port(w, word + 4, length - 4, equals + 1, place) ? SEG_OK : SEG_NOMEM;
    w->entry = segi_entry_add(w->pipeline, w->node, w->entry, word, length, place);
    if (!w->entry ||
        !segi_scalar_add(w->pipeline, w->entry, NULL, equals + 1, strlen(equals + 1), place))
        return SEG_NOMEM;
    return SEG_OK;
}

static int add_word(struct words *w, const char *word, struct segi_place place)
{
    if (strcmp(word, "!")) {
        if (w->node)
            return add_key(w, word, place);
        w->node = segi_node_add(w->pipeline, w->last, word, strlen(word), place);
        w->entry = NULL;
        if (w->node && strchr(word, '='))
            segi_fault_at(w->faults, w->pipeline, place, SEG_INVALID,
                          "expected a stage, such as threshold.otsu");
        return w->node ? SEG_OK : SEG_NOMEM;
    }
    if (!w->node)
        segi_fault_at(w->faults, w->pipeline, place, SEG_INVALID, "no stage stands before it");
    else
        w->last = w->node;
    w->node = NULL;
    return SEG_OK;
}

static int copy_words(seg_pipeline *pipeline, int count, const char *const *words)
{
    const char **copy = segi_arena_alloc(&pipeline->arena, (size_t)count + 1, sizeof *copy);
    if (!copy)
        return SEG_NOMEM;
    pipeline->words = copy;
    for (int i = 0; i < count; i++) {
        copy[i] = segi_arena_strdup(&pipeline->arena, words[i]);
        if (!copy[i])
            return SEG_NOMEM;
    }
    return SEG_OK;
}

static int read_words(struct words *w, int count)
{
    seg_pipeline *pipeline = w->pipeline;
    for (int i = 0; i < count; i++) {
        const char *word = pipeline->words[i];
        const struct segi_place place = {0, i + 1};
        struct segi_place bad;
        if (!segi_utf8_check(word, strlen(word), &bad.line, &bad.column))
            segi_fault_at(w->faults, pipeline, place, SEG_INVALID, "not UTF-8");
        if (pipeline->node_count > SEGI_STAGES_MAX)
            return segi_fault_at(w->faults, pipeline, place, SEG_INVALID, "more than %d stages",
                                 SEGI_STAGES_MAX);
        if (add_word(w, word, place))
            return SEG_NOMEM;
    }
    if (!w->node)
        segi_fault_at(w->faults, pipeline, (struct segi_place){0, count}, SEG_INVALID,
                      count ? "no stage follows" : "no stages");
    return w->faults->count ? SEG_INVALID : SEG_OK;
}

int seg_pipeline_parse_words(seg_context *context, int count, const char *const *words,
                             seg_pipeline **out, struct seg_faults *faults)
{
    faults->count = faults->more = 0;
    int status = SEG_NOMEM;
    struct words w = {.pipeline = segi_pipeline_new(context, "", NULL), .faults = faults};
    if (w.pipeline)
        status = copy_words(w.pipeline, count, words);
    if (!status)
        status = read_words(&w, count);
    if (!status) {
        *out = w.pipeline;
        return SEG_OK;
    }
    segi_pipeline_unref(w.pipeline);
    return status == SEG_NOMEM ? segi_fault(faults, "", 0, 0, SEG_NOMEM, "out of memory") : status;
}
