/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipeline as it was written, from YAML or from words: no stage is known yet. */
#ifndef SEGI_AST_H
#define SEGI_AST_H

#include "../base/context.h"

#include <segkit/pipeline.h>

#define SEGI_FORMAT     1                 /* of `segkit:` */
#define SEGI_TEXT_MAX   ((size_t)1 << 20) /* bytes of a pipeline */
#define SEGI_STAGES_MAX 1000              /* of a pipeline */
#define SEGI_KEYS_MAX   1000              /* of a stage, and values of a key */

/* Line and column in a file; among words line 0 and the number of the word, from 1. */
struct segi_place {
    int line, column;
};

/* One value: a text, and in a mapping the key before it. */
struct segi_scalar {
    struct segi_scalar *next;
    const char *key; /* NULL outside mappings */
    const char *text;
    bool none; /* YAML's empty value: nothing, ~ or null, without quotes */
    struct segi_place place;
};

enum segi_form { SEGI_SCALAR, SEGI_LIST, SEGI_MAP, SEGI_DEEP /* nested: nothing takes it */ };

/* A key of a stage. */
struct segi_entry {
    struct segi_entry *next;
    const char *key;
    struct segi_place place;
    enum segi_form form;
    struct segi_scalar *values;
    size_t count;
};

/* A stage. */
struct segi_node {
    struct segi_node *next;
    const char *id;
    struct segi_place place;
    struct segi_entry *entries;
    size_t entry_count;
};

struct seg_pipeline {
    atomic_int refs; /* a plan holds one: its messages name places too */
    atomic_bool warned;
    seg_context *context;
    struct segi_arena arena;  /* holds all that follows */
    const char *file;         /* what messages call it; "" for words */
    const char *base;         /* the folder of its file, for paths; NULL: the current one */
    const char *const *words; /* NULL for YAML */
    struct segi_node *nodes;
    size_t node_count;
};

/* NULL: out of memory. `path` is a file's, for `base`, or NULL. */
seg_pipeline *segi_pipeline_new(seg_context *context, const char *file, const char *path);
void segi_pipeline_unref(seg_pipeline *pipeline); /* NULL is fine */

/* yaml.c: reads terminated text into an empty pipeline. SEG_INVALID with faults; SEG_NOMEM. */
int segi_yaml_read(seg_pipeline *pipeline, const char *text, size_t length,
                   struct seg_faults *faults);

/* Append; NULL: out of memory. The texts are copied. */
struct segi_node *segi_node_add(seg_pipeline *pipeline, struct segi_node *last, const char *id,
                                size_t length, struct segi_place place);
struct segi_entry *segi_entry_add(seg_pipeline *pipeline, struct segi_node *node,
                                  struct segi_entry *last, const char *key, size_t length,
                                  struct segi_place place);
struct segi_scalar *segi_scalar_add(seg_pipeline *pipeline, struct segi_entry *entry,
                                    struct segi_scalar *last, const char *text, size_t length,
                                    struct segi_place place);

/* Adds a fault at a place: a file's name, line and column; or no line, the number of a word and its
 * text in front of the message. */
int segi_fault_at(struct seg_faults *faults, const seg_pipeline *pipeline, struct segi_place place,
                  int status, const char *format, ...) SEG_PRINTF(5, 6);

/* "cells.yaml:4:7" or "word 3 'sigma=1'", for a message. Returns `text`. */
char *segi_place_text(const seg_pipeline *pipeline, struct segi_place place, char *text,
                      size_t size);

/* Whether all of `text` is UTF-8. *line and *column are those of the first byte that is not, or of
 * the end. */
bool segi_utf8_check(const char *text, size_t length, int *line, int *column);

#endif
