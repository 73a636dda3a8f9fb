/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building a pipeline's tree, and naming places in it. */
#include "ast.h"

#include "../base/error.h"

#include <stdio.h>
#include <string.h>

seg_pipeline *segi_pipeline_new(seg_context *context, const char *file, const char *path)
{
    seg_pipeline *pipeline = segi_calloc(&context->mem, 1, sizeof *pipeline);
    if (!pipeline)
        return NULL;
    atomic_init(&pipeline->refs, 1);
    pipeline->context = context;
    pipeline->arena.mem = &context->mem;
    pipeline->file = segi_arena_strdup(&pipeline->arena, file);
    bool whole = pipeline->file != NULL;
    const char *slash = path ? strrchr(path, '/') : NULL;
    if (slash) {
        const size_t length = slash == path ? 1 : (size_t)(slash - path);
        pipeline->base = segi_arena_strndup(&pipeline->arena, path, length);
        whole = whole && pipeline->base;
    }
    if (whole)
        return pipeline;
    segi_pipeline_unref(pipeline);
    return NULL;
}

void segi_pipeline_unref(seg_pipeline *pipeline)
{
    if (!pipeline || atomic_fetch_sub(&pipeline->refs, 1) > 1)
        return;
    segi_arena_end(&pipeline->arena);
    segi_free(&pipeline->context->mem, pipeline);
}

void seg_pipeline_free(seg_pipeline *pipeline)
{
    segi_pipeline_unref(pipeline);
}

struct segi_node *segi_node_add(seg_pipeline *pipeline, struct segi_node *last, const char *id,
                                size_t length, struct segi_place place)
{
    struct segi_node *node = segi_arena_alloc(&pipeline->arena, 1, sizeof *node);
    if (!node)
        return NULL;
    node->id = segi_arena_strndup(&pipeline->arena, id, length);
    node->place = place;
    *(last ? &last->next : &pipeline->nodes) = node;
    pipeline->node_count++;
    return node->id ? node : NULL;
}

struct segi_entry *segi_entry_add(seg_pipeline *pipeline, struct segi_node *node,
                                  struct segi_entry *last, const char *key, size_t length,
                                  struct segi_place place)
{
    struct segi_entry *entry = segi_arena_alloc(&pipeline->arena, 1, sizeof *entry);
    if (!entry)
        return NULL;
    entry->key = segi_arena_strndup(&pipeline->arena, key, length);
    entry->place = place;
    *(last ? &last->next : &node->entries) = entry;
    node->entry_count++;
    return entry->key ? entry : NULL;
}

struct segi_scalar *segi_scalar_add(seg_pipeline *pipeline, struct segi_entry *entry,
                                    struct segi_scalar *last, const char *text, size_t length,
                                    struct segi_place place)
{
    struct segi_scalar *scalar = segi_arena_alloc(&pipeline->arena, 1, sizeof *scalar);
    if (!scalar)
        return NULL;
    scalar->text = segi_arena_strndup(&pipeline->arena, text, length);
    scalar->place = place;
    *(last ? &last->next : &entry->values) = scalar;
    entry->count++;
    return scalar->text ? scalar : NULL;
}

/* -- places ------------------------------------------------------------------------------------ */

static void word_text(const seg_pipeline *pipeline, int word, char *text, size_t size)
{
    snprintf(text, size, "word %d '%.60s'", word, pipeline->words[word - 1]);
}

int segi_fault_at(struct seg_faults *faults, const seg_pipeline *pipeline, struct segi_place place,
                  int status, const char *format, ...)
{
    char text[SEG_ERROR_TEXT], word[100];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!pipeline->words)
        return segi_fault(faults, pipeline->file, place.line, place.column, status, "%s", text);
    if (place.column < 1)
        return segi_fault(faults, "", 0, 0, status, "%s", text);
    word_text(pipeline, place.column, word, sizeof word);
    return segi_fault(faults, "", 0, place.column, status, "%s: %s", word, text);
}

char *segi_place_text(const seg_pipeline *pipeline, struct segi_place place, char *text,
                      size_t size)
{
    if (pipeline->words)
        word_text(pipeline, place.column, text, size);
    else
        snprintf(text, size, "%s:%d:%d", pipeline->file, place.line, place.column);
    return text;
}

/* -- UTF-8 ------------------------------------------------------------------------------------- */

/* Bytes of the character at `s`, of which `left` are there; 0: it is none. Overlong forms,
 * surrogates and what lies beyond U+10FFFF are none. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t n = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (n < 2 || s[0] > 0xF4 || n > left)
        return n == 1;
    unsigned code = s[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3Fu);
    }
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    return code < least[n] || code > 0x10FFFF || surrogate ? 0 : n;
}

bool segi_utf8_check(const char *text, size_t length, int *line, int *column)
{
    *line = *column = 1;
    for (size_t at = 0; at < length;) {
        const size_t n = utf8_length((const unsigned char *)text + at, length - at);
        if (!n)
            return false;
        if (text[at] == '\n') {
            ++*line;
            *column = 0;
        }
        ++*column;
        at += n;
    }
    return true;
}
