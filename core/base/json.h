/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A strict reader (RFC 8259) of hostile JSON into one compact tree, and a writer. */
#ifndef SEGI_JSON_H
#define SEGI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum segi_json_type {
    SEGI_JSON_NULL,
    SEGI_JSON_FALSE,
    SEGI_JSON_TRUE,
    SEGI_JSON_NUMBER,
    SEGI_JSON_STRING,
    SEGI_JSON_ARRAY,
    SEGI_JSON_OBJECT
};

/* One value. The children of an array or object follow it, each after the whole of the one before;
 * a member of an object carries its name. */
struct segi_json {
    uint8_t type;       /* enum segi_json_type */
    uint32_t name_size; /* bytes of the name, without the terminator */
    const char *name;   /* of a member; NULL in an array */
    size_t count;       /* children, or bytes of the text */
    size_t skip;        /* nodes of the whole value, itself included */
    union {
        double number;
        const char *text; /* UTF-8, terminated; may hold NUL from \u0000 */
    } u;
};

struct segi_json_doc {
    struct segi_json *root; /* the nodes, root first; NULL where reading failed */
    char *strings;
    size_t line, column; /* where reading failed, from 1 */
    const char *problem; /* why; constant text */
};

/* How deep arrays and objects may nest. */
#define SEGI_JSON_DEPTH 64

/* Reads `size` bytes. SEG_OK, SEG_NOMEM, or SEG_IO with doc->problem and its place set. The result
 * is freed with segi_json_free, also after a failure. */
int segi_json_read(const char *text, size_t size, struct segi_json_doc *doc);
void segi_json_free(struct segi_json_doc *doc);

/* The first child (NULL: none) and the sibling after a child; the caller counts. */
const struct segi_json *segi_json_first(const struct segi_json *value);
static inline const struct segi_json *segi_json_next(const struct segi_json *child)
{
    return child + child->skip;
}

/* The member of that name; NULL where `object` is NULL, no object, or lacks it. The last one wins
 * where a name is given twice. */
const struct segi_json *segi_json_get(const struct segi_json *object, const char *name);

/* The value as a number, text or truth value, or the fallback where it is missing or another. */
double segi_json_number(const struct segi_json *value, double fallback);
const char *segi_json_text(const struct segi_json *value, const char *fallback);
bool segi_json_bool(const struct segi_json *value, bool fallback);

/* Steps over the children of an array or object. */
#define SEGI_JSON_EACH(child, value)                                                               \
    for (size_t child##_i = 0, child##_n = segi_json_children(value); child##_i < child##_n;       \
         child##_i = child##_n)                                                                    \
        for (const struct segi_json *child = segi_json_first(value); child##_i < child##_n;        \
             child##_i++, child = segi_json_next(child))
size_t segi_json_children(const struct segi_json *value);

/* -- writing: commas and indentation are the writer's ---------------------------------------- */

struct segi_json_out {
    FILE *file;
    int depth;
    bool compact; /* no line breaks below this */
    bool first;
    bool after_name;
};

void segi_json_open(struct segi_json_out *out, char bracket);  /* '{' or '[' */
void segi_json_close(struct segi_json_out *out, char bracket); /* '}' or ']' */
void segi_json_name(struct segi_json_out *out, const char *name);
void segi_json_put_text(struct segi_json_out *out, const char *text);
void segi_json_put_int(struct segi_json_out *out, int64_t number);
void segi_json_put_bool(struct segi_json_out *out, bool value);
/* The shortest digits that read back to the same number; null where it is not finite. */
void segi_json_put_number(struct segi_json_out *out, double number);
/* A whole parsed value, as it was. */
void segi_json_put_value(struct segi_json_out *out, const struct segi_json *value);

#endif
