/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes JSON: the caller says what, the writer puts commas, quotes and indentation. */
#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void line_break(struct segi_json_out *out)
{
    if (out->compact) {
        return;
    }
    fputc('\n', out->file);
    for (int i = 0; i < out->depth; i++) {
        fputs("  ", out->file);
    }
}

/* What stands before a value: nothing after a name, else a comma and a new line. */
static void before(struct segi_json_out *out)
{
    if (out->after_name) {
        out->after_name = false;
        return;
    }
    if (out->depth == 0) {
        return;
    }
    if (!out->first) {
        fputc(',', out->file);
    }
    out->first = false;
    line_break(out);
}

static void quoted(FILE *file, const char *text)
{
    fputc('"', file);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\') {
            fputc('\\', file);
            fputc(*p, file);
        } else if (*p < 0x20 || *p == 0x7f) {
            fprintf(file, "\\u%04x", *p);
        } else if (*p == '<') {
            fputs("\\u003c", file); /* safe inside a script element */
        } else {
            fputc(*p, file);
        }
    }
    fputc('"', file);
}

void segi_json_open(struct segi_json_out *out, char bracket)
{
    before(out);
    fputc(bracket, out->file);
    out->depth++;
    out->first = true;
}

void segi_json_close(struct segi_json_out *out, char bracket)
{
    out->depth--;
    if (!out->first) {
        line_break(out);
    }
    fputc(bracket, out->file);
    out->first = false;
    if (out->depth == 0 && !out->compact) {
        fputc('\n', out->file);
    }
}

void segi_json_name(struct segi_json_out *out, const char *name)
{
    before(out);
    quoted(out->file, name);
    fputs(out->compact ? ":" : ": ", out->file);
    out->after_name = true;
}

void segi_json_put_text(struct segi_json_out *out, const char *text)
{
    before(out);
    quoted(out->file, text);
}

void segi_json_put_int(struct segi_json_out *out, int64_t number)
{
    before(out);
    fprintf(out->file, "%" PRId64, number);
}

void segi_json_put_bool(struct segi_json_out *out, bool value)
{
    before(out);
    fputs(value ? "true" : "false", out->file);
}

void segi_json_put_number(struct segi_json_out *out, double number)
{
    char text[40];
    before(out);
    if (!isfinite(number)) {
        fputs("null", out->file);
        return;
    }
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (digits == 17 || strtod(text, NULL) == number) {
            break;
        }
    }
    fputs(text, out->file);
}

void segi_json_put_value(struct segi_json_out *out, const struct segi_json *value)
{
    switch (value->type) {
    case SEGI_JSON_STRING:
        segi_json_put_text(out, value->u.text);
        break;
    case SEGI_JSON_NUMBER:
        segi_json_put_number(out, value->u.number);
        break;
    case SEGI_JSON_TRUE:
    case SEGI_JSON_FALSE:
        segi_json_put_bool(out, value->type == SEGI_JSON_TRUE);
        break;
    case SEGI_JSON_ARRAY:
    case SEGI_JSON_OBJECT:
        segi_json_open(out, value->type == SEGI_JSON_ARRAY ? '[' : '{');
        SEGI_JSON_EACH(child, value)
        {
            if (child->name) {
                segi_json_name(out, child->name);
            }
            segi_json_put_value(out, child);
        }
        segi_json_close(out, value->type == SEGI_JSON_ARRAY ? ']' : '}');
        break;
    default:
        before(out);
        fputs("null", out->file);
    }
}
