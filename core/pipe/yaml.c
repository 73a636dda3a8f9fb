/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipeline from YAML: libyaml's events to the tree. Of YAML a pipeline takes mappings, lists and
 * texts; anchors, aliases and tags are refused, so that a small file stays small in memory. */
#include "ast.h"

#include "../base/error.h"
#include "../base/text.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    const char *text;
    seg_pipeline *pipeline;
    struct seg_faults *faults;
    struct segi_node *last;
    int depth;            /* of mappings and lists */
    bool version, stages; /* keys that were met */
    bool anchors;         /* one was told of; it stands for all */
    bool ended;           /* nothing more can be read */
    bool nomem;
};

static struct segi_place place_of(yaml_mark_t mark)
{
    return (struct segi_place){(int)mark.line + 1, (int)mark.column + 1};
}

static struct segi_place here(const struct reader *r)
{
    return place_of(r->event.start_mark);
}

#define FAULT(r, place, ...)                                                                       \
    ((void)segi_fault_at((r)->faults, (r)->pipeline, (place), SEG_INVALID, __VA_ARGS__))

static void *end_nomem(struct reader *r)
{
    r->ended = r->nomem = true;
    return NULL;
}

/* -- events ------------------------------------------------------------------------------------ */

/* The column of a tab in the indentation of a line, from 1; 0: there is none. */
static int indent_tab(const char *text, size_t line)
{
    for (; line; line--) {
        text = strchr(text, '\n');
        if (!text)
            return 0;
        text++;
    }
    const size_t blanks = strspn(text, " ");
    return text[blanks] == '\t' ? (int)blanks + 1 : 0;
}

static void syntax_fault(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    struct segi_place place = place_of(p->problem_mark);
    if (p->error == YAML_READER_ERROR) /* which has no mark */
        segi_utf8_check(r->text, p->problem_offset, &place.line, &place.column);
    if (p->error == YAML_MEMORY_ERROR) {
        end_nomem(r);
        return;
    }
    const int tab = indent_tab(r->text, p->problem_mark.line);
    const char *problem = p->problem ? p->problem : "not YAML";
    if (tab)
        FAULT(r, ((struct segi_place){place.line, tab}), "a tab: indent with spaces");
    else if (p->context && p->context_mark.line != p->problem_mark.line)
        FAULT(r, place, "%s %s, which begins at line %zu", problem, p->context,
              p->context_mark.line + 1);
    else if (p->context)
        FAULT(r, place, "%s %s", problem, p->context);
    else
        FAULT(r, place, "%s", problem);
    r->ended = true;
}

static void check_event(struct reader *r)
{
    const yaml_event_t *e = &r->event;
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (e->type == YAML_SCALAR_EVENT) {
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
        if (memchr(e->data.scalar.value, 0, e->data.scalar.length))
            FAULT(r, here(r), "a text holds a NUL character");
    } else if (e->type == YAML_SEQUENCE_START_EVENT) {
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
    } else if (e->type == YAML_MAPPING_START_EVENT) {
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
    }
    if (e->type == YAML_ALIAS_EVENT)
        anchor = e->data.alias.anchor;
    if (anchor && !r->anchors)
        FAULT(r, here(r), "'%s': a pipeline takes no anchors and aliases; write the value out",
              (const char *)anchor);
    r->anchors |= anchor != NULL;
    if (tag)
        FAULT(r, here(r), "tag '%s': a pipeline takes no tags", (const char *)tag);
}

/* A pipeline is six deep at most. libyaml needs the square of the depth in time. */
#define DEPTH_MAX 32

static void check_depth(struct reader *r)
{
    const yaml_event_type_t type = r->event.type;
    if (type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT)
        r->depth++;
    else if (type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT)
        r->depth--;
    if (r->depth > DEPTH_MAX) {
        FAULT(r, here(r), "nested deeper than %d levels", DEPTH_MAX);
        r->ended = true;
    }
}

/* The next event; false when there is none, or when reading has ended. */
static bool next(struct reader *r)
{
    if (r->ended)
        return false;
    yaml_event_delete(&r->event);
    if (!yaml_parser_parse(&r->parser, &r->event)) {
        memset(&r->event, 0, sizeof r->event);
        syntax_fault(r);
        return false;
    }
    check_event(r);
    check_depth(r);
    return !r->ended;
}

static bool at(const struct reader *r, yaml_event_type_t type)
{
    return r->event.type == type;
}

/* Goes to the end of the node that begins here, however deep it is. */
static void skip(struct reader *r)
{
    size_t depth = 0;
    do {
        if (at(r, YAML_SEQUENCE_START_EVENT) || at(r, YAML_MAPPING_START_EVENT))
            depth++;
        else if (at(r, YAML_SEQUENCE_END_EVENT) || at(r, YAML_MAPPING_END_EVENT))
            depth--;
    } while (depth && next(r));
}

/* The text of a scalar; an alias, which has had its fault, is an empty one. */
static const char *text_of(const struct reader *r)
{
    return at(r, YAML_SCALAR_EVENT) ? (const char *)r->event.data.scalar.value : "";
}

static bool is_scalar(const struct reader *r)
{
    return at(r, YAML_SCALAR_EVENT) || at(r, YAML_ALIAS_EVENT);
}

static bool is_none(const struct reader *r)
{
    static const char *const none[] = {"", "~", "null", "Null", "NULL"};
    if (at(r, YAML_ALIAS_EVENT))
        return true;
    if (!at(r, YAML_SCALAR_EVENT) || r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (!strcmp(text_of(r), none[i]))
            return true;
    return false;
}

/* -- a stage ----------------------------------------------------------------------------------- */

static struct segi_scalar *add_scalar(struct reader *r, struct segi_entry *entry,
                                      struct segi_scalar *last)
{
    const char *text = text_of(r);
    last = segi_scalar_add(r->pipeline, entry, last, text, strlen(text), here(r));
    if (!last)
        return end_nomem(r);
    last->none = is_none(r);
    if (entry->count > SEGI_KEYS_MAX) {
        FAULT(r, here(r), "'%s': more than %d values", entry->key, SEGI_KEYS_MAX);
        r->ended = true;
    }
    return last;
}

static void read_list(struct reader *r, struct segi_entry *entry)
{
    struct segi_scalar *last = NULL;
    entry->form = SEGI_LIST;
    while (next(r) && !at(r, YAML_SEQUENCE_END_EVENT)) {
        if (is_scalar(r)) {
            last = add_scalar(r, entry, last);
        } else {
            entry->form = SEGI_DEEP;
            skip(r);
        }
    }
}

static void read_map(struct reader *r, struct segi_entry *entry)
{
    struct segi_scalar *last = NULL;
    entry->form = SEGI_MAP;
    while (next(r) && !at(r, YAML_MAPPING_END_EVENT)) {
        char *key = NULL;
        if (is_scalar(r)) {
            key = segi_arena_strdup(&r->pipeline->arena, text_of(r));
            if (!key) {
                end_nomem(r);
                return;
            }
        } else {
            skip(r);
        }
        if (!next(r))
            return;
        if (key && is_scalar(r)) {
            last = add_scalar(r, entry, last);
            if (last)
                last->key = key;
        } else {
            entry->form = SEGI_DEEP;
            skip(r);
        }
    }
}

static void read_value(struct reader *r, struct segi_entry *entry)
{
    if (at(r, YAML_SEQUENCE_START_EVENT))
        read_list(r, entry);
    else if (at(r, YAML_MAPPING_START_EVENT))
        read_map(r, entry);
    else
        add_scalar(r, entry, NULL);
}

/* After the key, a skipped value. */
static void skip_pair(struct reader *r)
{
    skip(r);
    if (next(r))
        skip(r);
}

static void read_keys(struct reader *r, struct segi_node *node)
{
    struct segi_entry *last = NULL;
    while (next(r) && !at(r, YAML_MAPPING_END_EVENT)) {
        if (!is_scalar(r)) {
            FAULT(r, here(r), "stage '%s': a key must be a name", node->id);
            skip_pair(r);
            continue;
        }
        if (node->entry_count == SEGI_KEYS_MAX) {
            FAULT(r, here(r), "stage '%s': more than %d keys", node->id, SEGI_KEYS_MAX);
            r->ended = true;
            return;
        }
        const char *key = text_of(r);
        last = segi_entry_add(r->pipeline, node, last, key, strlen(key), here(r));
        if (!last)
            end_nomem(r);
        else if (next(r))
            read_value(r, last);
    }
}

static struct segi_node *add_node(struct reader *r)
{
    const char *id = text_of(r);
    if (is_none(r))
        FAULT(r, here(r), "expected a stage, such as threshold.otsu");
    r->last = segi_node_add(r->pipeline, r->last, id, strlen(id), here(r));
    return r->last ? r->last : end_nomem(r);
}

/* `family.stage: { ... }`; the mapping has begun. */
static void read_stage(struct reader *r)
{
    if (!next(r))
        return;
    if (!is_scalar(r)) {
        FAULT(r, here(r), "expected a stage, such as threshold.otsu");
        while (!at(r, YAML_MAPPING_END_EVENT) && !r->ended) {
            skip_pair(r);
            next(r);
        }
        return;
    }
    const struct segi_node *node = add_node(r);
    if (!node || !next(r))
        return;
    if (at(r, YAML_MAPPING_START_EVENT)) {
        read_keys(r, r->last);
    } else if (!is_none(r)) {
        FAULT(r, here(r), "stage '%s': expected its keys, such as { out: cells }", node->id);
        skip(r);
    }
    bool told = false;
    while (next(r) && !at(r, YAML_MAPPING_END_EVENT)) {
        if (!told)
            FAULT(r, here(r),
                  "'%s' stands beside the stage '%s': indent it below the stage, or begin another "
                  "stage with '- '",
                  text_of(r), node->id);
        told = true;
        skip_pair(r);
    }
}

/* -- the document ------------------------------------------------------------------------------ */

static void read_stages(struct reader *r)
{
    if (!at(r, YAML_SEQUENCE_START_EVENT)) {
        FAULT(r, here(r), "'stages': expected a list, each stage begun with '- '");
        skip(r);
        return;
    }
    while (next(r) && !at(r, YAML_SEQUENCE_END_EVENT)) {
        if (r->pipeline->node_count == SEGI_STAGES_MAX) {
            FAULT(r, here(r), "more than %d stages", SEGI_STAGES_MAX);
            r->ended = true;
        } else if (at(r, YAML_MAPPING_START_EVENT)) {
            read_stage(r);
        } else if (is_scalar(r)) {
            add_node(r);
        } else {
            FAULT(r, here(r), "expected a stage, such as threshold.otsu");
            skip(r);
        }
    }
    if (!r->ended && !r->pipeline->nodes)
        FAULT(r, here(r), "'stages': there is none");
}

static void read_version(struct reader *r)
{
    if (!is_scalar(r))
        FAULT(r, here(r), "'segkit': expected the version, %d", SEGI_FORMAT);
    else if (strcmp(text_of(r), "1"))
        FAULT(r, here(r), "'segkit': version '%s' is not known: this segkit reads %d", text_of(r),
              SEGI_FORMAT);
    skip(r);
}

static void read_top_key(struct reader *r)
{
    const struct segi_place place = here(r);
    char key[64];
    snprintf(key, sizeof key, "%s", text_of(r));
    bool *met = !strcmp(key, "segkit") ? &r->version : !strcmp(key, "stages") ? &r->stages : NULL;
    if (!met) {
        struct segi_guess guess = {.typed = key};
        segi_guess_try(&guess, "segkit");
        segi_guess_try(&guess, "stages");
        if (guess.best)
            FAULT(r, place, "no key '%s'; did you mean '%s'?", key, guess.best);
        else
            FAULT(r, place, "no key '%s': a pipeline has 'segkit' and 'stages'", key);
        skip_pair(r);
        return;
    }
    if (*met)
        FAULT(r, place, "'%s' stands twice", key);
    if (!next(r))
        return;
    if (*met)
        skip(r);
    else if (met == &r->version)
        read_version(r);
    else
        read_stages(r);
    *met = true;
}

static void read_document(struct reader *r)
{
    const struct segi_place place = here(r);
    if (!at(r, YAML_MAPPING_START_EVENT)) {
        FAULT(r, place, "expected the keys 'segkit' and 'stages'");
        skip(r);
        return;
    }
    while (next(r) && !at(r, YAML_MAPPING_END_EVENT)) {
        if (is_scalar(r)) {
            read_top_key(r);
        } else {
            FAULT(r, here(r), "expected the keys 'segkit' and 'stages'");
            skip_pair(r);
        }
    }
    if (!r->ended && !r->version)
        FAULT(r, place, "the key 'segkit' is missing: begin with 'segkit: %d'", SEGI_FORMAT);
    if (!r->ended && !r->stages)
        FAULT(r, place, "the key 'stages' is missing");
}

static void read_stream(struct reader *r)
{
    next(r); /* the stream's start */
    if (!next(r))
        return;
    if (at(r, YAML_STREAM_END_EVENT)) {
        FAULT(r, ((struct segi_place){1, 1}), "no pipeline: the text is empty");
        return;
    }
    if (next(r)) /* after the document's start */
        read_document(r);
    next(r); /* its end */
    if (next(r) && !at(r, YAML_STREAM_END_EVENT))
        FAULT(r, here(r), "a second document: a file holds one pipeline");
}

/* -- all of it --------------------------------------------------------------------------------- */

int segi_yaml_read(seg_pipeline *pipeline, const char *text, size_t length,
                   struct seg_faults *faults)
{
    struct segi_place place;
    if (length > SEGI_TEXT_MAX)
        return segi_fault_at(faults, pipeline, (struct segi_place){0, 0}, SEG_INVALID,
                             "larger than the %zu bytes that a pipeline may have", SEGI_TEXT_MAX);
    if (!segi_utf8_check(text, length, &place.line, &place.column))
        return segi_fault_at(faults, pipeline, place, SEG_INVALID, "not UTF-8");
    if (memchr(text, 0, length))
        return segi_fault_at(faults, pipeline, (struct segi_place){0, 0}, SEG_INVALID,
                             "not text: it holds NUL bytes");
    struct reader r = {.text = text, .pipeline = pipeline, .faults = faults};
    if (!yaml_parser_initialize(&r.parser))
        return SEG_NOMEM;
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, length);
    read_stream(&r);
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    return r.nomem ? SEG_NOMEM : faults->count ? SEG_INVALID : SEG_OK;
}
