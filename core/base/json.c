/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON by RFC 8259: strict, without recursion, depth-limited. Nodes live in one array in the order
 * of the text and all strings in one pool, so that a file of a million boxes costs two blocks. */
#include "json.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *at, *end, *begin;
    struct segi_json *nodes;
    size_t used, room;
    char *pool; /* as large as the text, so it never moves */
    size_t pooled;
    const char *problem;
};

static int fail(struct reader *r, const char *problem)
{
    r->problem = problem;
    return SEG_IO;
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end &&
           (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) {
        r->at++;
    }
}

static int hex4(struct reader *r, unsigned *code)
{
    if (r->end - r->at < 4) {
        return fail(r, "\\u needs four hexadecimal digits");
    }
    *code = 0;
    for (int i = 0; i < 4; i++) {
        char c = *r->at++;
        unsigned digit;
        if (c >= '0' && c <= '9') {
            digit = (unsigned)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            digit = (unsigned)(c - 'a') + 10;
        } else if (c >= 'A' && c <= 'F') {
            digit = (unsigned)(c - 'A') + 10;
        } else {
            return fail(r, "\\u needs four hexadecimal digits");
        }
        *code = *code * 16 + digit;
    }
    return SEG_OK;
}

static void put_utf8(struct reader *r, unsigned code)
{
    char *out = r->pool + r->pooled;
    size_t n = 0;
    if (code < 0x80) {
        out[n++] = (char)code;
    } else if (code < 0x800) {
        out[n++] = (char)(0xc0 | code >> 6);
        out[n++] = (char)(0x80 | (code & 63));
    } else if (code < 0x10000) {
        out[n++] = (char)(0xe0 | code >> 12);
        out[n++] = (char)(0x80 | (code >> 6 & 63));
        out[n++] = (char)(0x80 | (code & 63));
    } else {
        out[n++] = (char)(0xf0 | code >> 18);
        out[n++] = (char)(0x80 | (code >> 12 & 63));
        out[n++] = (char)(0x80 | (code >> 6 & 63));
        out[n++] = (char)(0x80 | (code & 63));
    }
    r->pooled += n;
}

static int escape(struct reader *r)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end) {
        return fail(r, "the text ends inside a string");
    }
    char c = *r->at++;
    const char *known = c ? strchr(from, c) : NULL;
    if (known) {
        r->pool[r->pooled++] = to[known - from];
        return SEG_OK;
    }
    if (c != 'u') {
        return fail(r, "unknown escape in a string");
    }
    unsigned code, low;
    int status = hex4(r, &code);
    if (status == SEG_OK && code >= 0xd800 && code < 0xdc00) {
        if (r->end - r->at < 6 || r->at[0] != '\\' || r->at[1] != 'u') {
            return fail(r, "half of a surrogate pair");
        }
        r->at += 2;
        status = hex4(r, &low);
        if (status == SEG_OK && (low < 0xdc00 || low > 0xdfff)) {
            return fail(r, "half of a surrogate pair");
        }
        code = 0x10000 + ((code - 0xd800) << 10) + (status == SEG_OK ? low - 0xdc00 : 0);
    } else if (status == SEG_OK && code >= 0xdc00 && code < 0xe000) {
        return fail(r, "half of a surrogate pair");
    }
    if (status == SEG_OK) {
        put_utf8(r, code);
    }
    return status;
}

/* Length of the well-formed UTF-8 sequence at `s`; 0 for none (overlong, surrogate, cut off). */
static size_t utf8_length(const unsigned char *s, size_t left)
{
    static const struct {
        unsigned char lead_min, lead_max, next_min, next_max, length;
    } rows[] = {{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
                {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
                {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (s[0] < rows[i].lead_min || s[0] > rows[i].lead_max) {
            continue;
        }
        if (left < rows[i].length || s[1] < rows[i].next_min || s[1] > rows[i].next_max) {
            return 0;
        }
        for (size_t k = 2; k < rows[i].length; k++) {
            if ((s[k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return rows[i].length;
    }
    return 0;
}

static int string(struct reader *r, const char **text, size_t *size)
{
    size_t from = r->pooled;
    r->at++; /* the quote */
    while (r->at < r->end && *r->at != '"') {
        unsigned char c = (unsigned char)*r->at;
        if (c < 0x20) {
            return fail(r, "control character in a string");
        }
        if (c == '\\') {
            r->at++;
            int status = escape(r);
            if (status != SEG_OK) {
                return status;
            }
            continue;
        }
        size_t n =
            c < 0x80 ? 1 : utf8_length((const unsigned char *)r->at, (size_t)(r->end - r->at));
        if (n == 0) {
            return fail(r, "a string is not UTF-8");
        }
        memcpy(r->pool + r->pooled, r->at, n);
        r->pooled += n;
        r->at += n;
    }
    if (r->at == r->end) {
        return fail(r, "the text ends inside a string");
    }
    r->at++;
    *text = r->pool + from;
    *size = r->pooled - from;
    r->pool[r->pooled++] = 0;
    return SEG_OK;
}

static size_t digits(struct reader *r)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        r->at++;
    }
    return (size_t)(r->at - from);
}

/* Decimal digits to a double: whole numbers below 2^53 at once, the rest through strtod on a
 * terminated copy, because the text need not end in NUL. */
static int number(struct reader *r, double *value)
{
    const char *from = r->at;
    bool whole = true;
    if (*r->at == '-') {
        r->at++;
    }
    const char *first = r->at;
    size_t count = digits(r);
    if (count == 0) {
        return fail(r, "a number has no digits");
    }
    if (count > 1 && *first == '0') {
        return fail(r, "a number begins with 0");
    }
    if (r->at < r->end && *r->at == '.') {
        whole = false;
        r->at++;
        if (digits(r) == 0) {
            return fail(r, "no digits after the decimal point");
        }
    }
    if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
        whole = false;
        r->at++;
        if (r->at < r->end && (*r->at == '+' || *r->at == '-')) {
            r->at++;
        }
        if (digits(r) == 0) {
            return fail(r, "no digits in the exponent");
        }
    }
    if (whole && count < 16) {
        int64_t sum = 0;
        for (const char *p = first; p < r->at; p++) {
            sum = sum * 10 + (*p - '0');
        }
        *value = *from == '-' ? -(double)sum : (double)sum;
        return SEG_OK;
    }
    /* The pool has room: it is as large as the text, and this number's bytes are not in it. */
    size_t size = (size_t)(r->at - from);
    memcpy(r->pool + r->pooled, from, size);
    r->pool[r->pooled + size] = 0;
    *value = strtod(r->pool + r->pooled, NULL);
    return isfinite(*value) ? SEG_OK : fail(r, "a number is too large");
}

static int literal(struct reader *r, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0) {
        return fail(r, "a value is expected here");
    }
    r->at += size;
    return SEG_OK;
}

static int add_node(struct reader *r, struct segi_json **node)
{
    if (r->used == r->room) {
        if (r->room > SIZE_MAX / 2 / sizeof *r->nodes) {
            return SEG_NOMEM;
        }
        size_t room = r->room ? r->room * 2 : 64;
        struct segi_json *grown = realloc(r->nodes, room * sizeof *grown);
        if (!grown) {
            return SEG_NOMEM;
        }
        r->nodes = grown;
        r->room = room;
    }
    *node = &r->nodes[r->used++];
    memset(*node, 0, sizeof **node);
    (*node)->skip = 1;
    return SEG_OK;
}

/* One value that is not an array or object. */
static int scalar(struct reader *r, struct segi_json *node)
{
    switch (*r->at) {
    case '"':
        node->type = SEGI_JSON_STRING;
        return string(r, &node->u.text, &node->count);
    case 't':
        node->type = SEGI_JSON_TRUE;
        return literal(r, "true");
    case 'f':
        node->type = SEGI_JSON_FALSE;
        return literal(r, "false");
    case 'n':
        return literal(r, "null");
    default:
        if (*r->at != '-' && (*r->at < '0' || *r->at > '9')) {
            return fail(r, "a value is expected here");
        }
        node->type = SEGI_JSON_NUMBER;
        return number(r, &node->u.number);
    }
}

/* The name and colon of a member, into `name`. */
static int member_name(struct reader *r, const char **name, size_t *size)
{
    if (r->at == r->end || *r->at != '"') {
        return fail(r, "a name in quotes is expected here");
    }
    int status = string(r, name, size);
    if (status != SEG_OK) {
        return status;
    }
    if (*size > UINT32_MAX) {
        return fail(r, "a name is too long");
    }
    skip_space(r);
    if (r->at == r->end || *r->at != ':') {
        return fail(r, "':' is expected here");
    }
    r->at++;
    skip_space(r);
    return SEG_OK;
}

/* The arrays and objects around the place that is being read, as indices of their nodes. */
struct nest {
    size_t open[SEGI_JSON_DEPTH];
    size_t depth;
};

static struct segi_json *innermost(struct reader *r, const struct nest *nest)
{
    return nest->depth ? &r->nodes[nest->open[nest->depth - 1]] : NULL;
}

static char closer(const struct segi_json *node)
{
    return node->type == SEGI_JSON_OBJECT ? '}' : ']';
}

/* A value, or the begin of one that holds others, which `nest` then ends with. */
static int value(struct reader *r, struct nest *nest)
{
    struct segi_json *parent = innermost(r, nest), *node;
    const char *name = NULL;
    size_t name_size = 0;
    int status = SEG_OK;
    if (parent && parent->type == SEGI_JSON_OBJECT)
        status = member_name(r, &name, &name_size);
    if (status == SEG_OK && r->at == r->end)
        status = fail(r, "the text ends too early");
    if (status == SEG_OK)
        status = add_node(r, &node);
    if (status != SEG_OK)
        return status;
    parent = innermost(r, nest); /* nodes may have moved */
    if (parent)
        parent->count++;
    node->name = name;
    node->name_size = (uint32_t)name_size;
    if (*r->at != '[' && *r->at != '{')
        return scalar(r, node);
    if (nest->depth == SEGI_JSON_DEPTH)
        return fail(r, "nested too deep");
    node->type = *r->at++ == '[' ? SEGI_JSON_ARRAY : SEGI_JSON_OBJECT;
    nest->open[nest->depth++] = r->used - 1;
    return SEG_OK;
}

/* After a value: closes what ends here, up to a comma, or to the end with `nest` empty. */
static int after_value(struct reader *r, struct nest *nest)
{
    for (;;) {
        struct segi_json *top = innermost(r, nest);
        skip_space(r);
        if (!top)
            return r->at == r->end ? SEG_OK : fail(r, "text after the end");
        if (r->at == r->end)
            return fail(r, "the text ends too early");
        if (*r->at == ',') {
            r->at++;
            return SEG_OK;
        }
        if (*r->at != closer(top))
            return fail(r, top->type == SEGI_JSON_OBJECT ? "',' or '}' is expected here"
                                                         : "',' or ']' is expected here");
        r->at++;
        top->skip = r->used - nest->open[nest->depth - 1];
        nest->depth--;
    }
}

static int parse(struct reader *r)
{
    struct nest nest = {.depth = 0};
    int status = SEG_OK;
    do {
        const size_t depth = nest.depth;
        const struct segi_json *parent = innermost(r, &nest);
        skip_space(r);
        const bool empty = parent && !parent->count && r->at < r->end && *r->at == closer(parent);
        if (!empty)
            status = value(r, &nest);
        if (status == SEG_OK && nest.depth <= depth)
            status = after_value(r, &nest);
    } while (status == SEG_OK && nest.depth);
    return status;
}

int segi_json_read(const char *text, size_t size, struct segi_json_doc *doc)
{
    struct reader r = {.at = text, .begin = text, .end = text + size};
    memset(doc, 0, sizeof *doc);
    if (size > SIZE_MAX / 2 - 16) {
        return SEG_NOMEM;
    }
    /* A string takes at most its own bytes: the quotes pay for the terminator. */
    r.pool = malloc(size + 16);
    if (!r.pool) {
        return SEG_NOMEM;
    }
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        r.at += 3;
    }
    int status = parse(&r);
    if (status == SEG_OK) {
        doc->root = r.nodes;
        doc->strings = r.pool;
        return SEG_OK;
    }
    doc->problem = r.problem;
    doc->line = 1;
    const char *start = text;
    for (const char *p = text; p < r.at; p++) {
        if (*p == '\n') {
            doc->line++;
            start = p + 1;
        }
    }
    doc->column = (size_t)(r.at - start) + 1;
    free(r.nodes);
    free(r.pool);
    return status;
}

void segi_json_free(struct segi_json_doc *doc)
{
    free(doc->root);
    free(doc->strings);
    doc->root = NULL;
    doc->strings = NULL;
}

size_t segi_json_children(const struct segi_json *value)
{
    return value && value->type >= SEGI_JSON_ARRAY ? value->count : 0;
}

const struct segi_json *segi_json_first(const struct segi_json *value)
{
    return segi_json_children(value) ? value + 1 : NULL;
}

const struct segi_json *segi_json_get(const struct segi_json *object, const char *name)
{
    const struct segi_json *found = NULL;
    if (!object || object->type != SEGI_JSON_OBJECT) {
        return NULL;
    }
    size_t size = strlen(name);
    SEGI_JSON_EACH(member, object)
    {
        if (member->name_size == size && memcmp(member->name, name, size) == 0) {
            found = member;
        }
    }
    return found;
}

double segi_json_number(const struct segi_json *value, double fallback)
{
    return value && value->type == SEGI_JSON_NUMBER ? value->u.number : fallback;
}

const char *segi_json_text(const struct segi_json *value, const char *fallback)
{
    return value && value->type == SEGI_JSON_STRING ? value->u.text : fallback;
}

bool segi_json_bool(const struct segi_json *value, bool fallback)
{
    if (!value || (value->type != SEGI_JSON_TRUE && value->type != SEGI_JSON_FALSE)) {
        return fallback;
    }
    return value->type == SEGI_JSON_TRUE;
}
