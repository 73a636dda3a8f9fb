/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text form of a param file: tokens between white space, as scanf reads them; line breaks mean
 * nothing but are counted for messages. */
#include "model/net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct text {
    const char *at, *end;
    int32_t line;
};

struct token {
    const char *at;
    size_t length;
};

#define TOKEN_MAX 255 /* of names and strings */
#define VALUE_MAX 15  /* of numbers */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_space(struct text *text)
{
    for (; text->at < text->end && is_space(*text->at); text->at++)
        if (*text->at == '\n')
            text->line++;
}

static struct token next(struct text *text)
{
    skip_space(text);
    struct token token = {text->at, 0};
    while (text->at < text->end && !is_space(*text->at))
        text->at++;
    token.length = (size_t)(text->at - token.at);
    return token;
}

/* The decimal integer at the start of at..end; 0 characters when there is none or it does not fit.
 */
static size_t scan_int(const char *at, const char *end, int32_t *value)
{
    const char *p = at;
    bool minus = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    const char *digits = p;
    int64_t v = 0;
    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        v = v * 10 + (*p - '0');
        if (v > (int64_t)INT32_MAX + 1)
            return 0;
    }
    v = minus ? -v : v;
    if (p == digits || v > INT32_MAX)
        return 0;
    *value = (int32_t)v;
    return (size_t)(p - at);
}

static bool token_int(struct token token, int32_t *value)
{
    return token.length && scan_int(token.at, token.at + token.length, value) == token.length;
}

static int shown(struct token token) /* how much of it a message shows */
{
    return token.length < 60 ? (int)token.length : 60;
}

/* -- values ----------------------------------------------------------------------------------- */

static bool is_float(struct token token)
{
    for (size_t i = 0; i < token.length; i++)
        if (token.at[i] == '.' || token.at[i] == 'e' || token.at[i] == 'E')
            return true;
    return false;
}

static uint32_t digits(const char **p, const char *end, uint32_t *unit)
{
    uint32_t value = 0;
    for (; *p < end && **p >= '0' && **p <= '9'; ++*p) {
        value = value * 10 + (uint32_t)(**p - '0');
        *unit *= 10;
    }
    return value;
}

/* Whole part and fraction are 32-bit numbers that wrap around, as files were written to be read; so
 * more than nine digits behind the point mean something else than they say. */
static bool scan_float(const char *p, const char *end, float *value)
{
    uint32_t unit = 1, ignored = 1;
    int32_t exponent = 0;
    bool minus = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    const char *start = p;
    double v = digits(&p, end, &ignored);
    if (p < end && *p == '.') {
        p++;
        uint32_t fraction = digits(&p, end, &unit);
        v += fraction / (double)unit;
    }
    if (p == start)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        size_t n = scan_int(p + 1, end, &exponent);
        if (n == 0)
            return false;
        p += 1 + n;
    }
    if (p != end || exponent < -999 || exponent > 999)
        return false;
    v = exponent < 0 ? v / pow(10, -exponent) : v * pow(10, exponent);
    *value = (float)(minus ? -v : v);
    return true;
}

/* A number, int or float as its spelling tells or as `as_float` forces. */
static bool number(struct token token, bool as_float, union cnn_word *word)
{
    const char *end = token.at + token.length;
    if (token.length == 0 || token.length > VALUE_MAX)
        return false;
    return as_float ? scan_float(token.at, end, &word->f)
                    : scan_int(token.at, end, &word->i) == token.length;
}

static struct token element(struct text *text) /* up to a comma or white space */
{
    struct token token = {text->at, 0};
    while (text->at < text->end && *text->at != ',' && !is_space(*text->at))
        text->at++;
    token.length = (size_t)(text->at - token.at);
    return token;
}

static bool comma(struct text *text)
{
    bool yes = text->at < text->end && *text->at == ',';
    text->at += yes;
    return yes;
}

static int array_push(struct cnn_param *param, size_t *room, union cnn_word word,
                      struct cnn_error *err)
{
    if (param->count == *room) {
        *room = *room ? *room * 2 : 4;
        union cnn_word *array = realloc(param->array, *room * sizeof *array);
        if (!array)
            return cnn_nomem(err);
        param->array = array;
    }
    param->array[param->count++] = word;
    return SEG_OK;
}

static int bad_value(struct token token, int32_t id, struct cnn_error *err)
{
    return cnn_fail(err, SEG_IO,
                    "parameter %d: '%.*s' is no number of at most %d characters that fits 32 bits",
                    id, shown(token), token.at, VALUE_MAX);
}

/* -233NN=length,value,value: each element tells its own type. */
static int old_array(struct text *text, struct cnn_param *param, struct cnn_error *err)
{
    struct token token = element(text);
    int32_t length;
    if (!token_int(token, &length) || length < 0)
        return cnn_fail(err, SEG_IO, "parameter %d: '%.*s' is no array length", param->id,
                        shown(token), token.at);
    size_t room = 0;
    param->kind = CNN_PARAM_ARRAY;
    for (int32_t i = 0; i < length; i++) {
        union cnn_word word;
        if (!comma(text))
            return cnn_fail(err, SEG_IO, "parameter %d: the array ends after %d of %d elements",
                            param->id, i, length);
        token = element(text);
        if (!number(token, is_float(token), &word))
            return bad_value(token, param->id, err);
        if (array_push(param, &room, word, err) != SEG_OK)
            return err->status;
    }
    return SEG_OK;
}

static int string_value(struct text *text, struct cnn_param *param, struct cnn_error *err)
{
    struct token token = {text->at, 0};
    if (*text->at == '"') {
        const char *end = memchr(text->at + 1, '"', (size_t)(text->end - text->at) - 1);
        const char *line = memchr(text->at, '\n', (size_t)(text->end - text->at));
        if (!end || (line && line < end))
            return cnn_fail(err, SEG_IO, "parameter %d: the string has no closing quote",
                            param->id);
        token = (struct token){text->at + 1, (size_t)(end - text->at) - 1};
        text->at = end + 1;
    } else {
        token = next(text);
    }
    if (token.length > TOKEN_MAX)
        return cnn_fail(err, SEG_IO, "parameter %d: a string of %zu characters (at most %d)",
                        param->id, token.length, TOKEN_MAX);
    param->kind = CNN_PARAM_STRING;
    param->string = strndup(token.at, token.length);
    return param->string ? SEG_OK : cnn_nomem(err);
}

/* NN=value, or NN=value,value,... whose first element tells the type of all. */
static int new_value(struct text *text, struct cnn_param *param, struct cnn_error *err)
{
    skip_space(text);
    char c = text->at < text->end ? *text->at : '\0';
    if (c == '"' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return string_value(text, param, err);
    struct token token = element(text);
    bool as_float = is_float(token);
    if (!number(token, as_float, &param->word))
        return bad_value(token, param->id, err);
    if (!comma(text))
        return SEG_OK;
    size_t room = 0;
    union cnn_word word = param->word;
    param->kind = CNN_PARAM_ARRAY;
    for (;;) {
        if (array_push(param, &room, word, err) != SEG_OK)
            return err->status;
        token = element(text);
        if (token.length == 0)
            return SEG_OK;
        if (!number(token, as_float, &word))
            return bad_value(token, param->id, err);
        if (!comma(text))
            return array_push(param, &room, word, err);
    }
}

/* All `id=value` up to the first token of another form. */
static int parameters(struct text *text, struct cnn_params *params, struct cnn_error *err)
{
    for (;;) {
        int32_t id;
        skip_space(text);
        size_t n = scan_int(text->at, text->end, &id);
        if (n == 0 || text->at + n == text->end || text->at[n] != '=')
            return SEG_OK;
        text->at += n + 1;
        bool old = id <= -23300;
        struct cnn_param param = {.id = old ? -(id + 23300) : id};
        if (param.id < 0 || param.id >= CNN_PARAM_IDS)
            return cnn_fail(err, SEG_IO, "parameter id %d is outside 0..%d", id, CNN_PARAM_IDS - 1);
        int status = old ? old_array(text, &param, err) : new_value(text, &param, err);
        if (status != SEG_OK) {
            free(param.array);
            free(param.string);
            return status;
        }
        if (cnn_params_add(params, &param, err) != SEG_OK)
            return err->status;
    }
}

/* -- layers ----------------------------------------------------------------------------------- */

static int blobs(struct cnn_net *net, struct text *text, struct cnn_layer *layer, bool output,
                 struct cnn_error *err)
{
    int32_t count = output ? layer->out_count : layer->in_count;
    for (int32_t i = 0; i < count; i++) {
        struct token token = next(text);
        if (token.length == 0 || token.length > TOKEN_MAX)
            return cnn_fail(err, SEG_IO, "%s %d of %d has a name of %zu characters (1 to %d)",
                            output ? "output" : "input", i + 1, count, token.length, TOKEN_MAX);
        int32_t blob = cnn_net_blob(net, token.at, token.length, err);
        if (blob < 0 || cnn_net_connect(net, layer, output, i, blob, err) != SEG_OK)
            return err->status;
    }
    return SEG_OK;
}

static int row(struct cnn_net *net, struct text *text, struct cnn_error *err)
{
    struct token type = next(text), name, in, out;
    int32_t line = text->line, in_count, out_count;
    name = next(text);
    in = next(text);
    out = next(text);
    size_t left = (size_t)(text->end - text->at) / 2; /* a blob takes a space and a character */
    int status;
    if (type.length == 0)
        status = cnn_fail(err, SEG_IO, "the file ends after %zu layers", net->layer_count);
    else if (type.length > TOKEN_MAX || name.length == 0 || name.length > TOKEN_MAX)
        status =
            cnn_fail(err, SEG_IO, "'%.*s' is no layer: a type and a name of 1 to %d characters",
                     shown(type), type.at, TOKEN_MAX);
    else if (!token_int(in, &in_count) || in_count < 0 || (size_t)in_count > left)
        status = cnn_fail(err, SEG_IO, "layer '%.*s': input count '%.*s' (0 to %zu)", shown(name),
                          name.at, shown(in), in.at, left);
    else if (!token_int(out, &out_count) || out_count < 0 || (size_t)out_count > left)
        status = cnn_fail(err, SEG_IO, "layer '%.*s': output count '%.*s' (0 to %zu)", shown(name),
                          name.at, shown(out), out.at, left);
    else
        status = SEG_OK;
    if (status != SEG_OK) {
        cnn_error_prefix(err, "%s:%d", net->path, line);
        return status;
    }
    struct cnn_layer *layer = cnn_net_add_layer(net, type.at, type.length, name.at, name.length,
                                                in_count, out_count, err);
    if (!layer)
        return err->status;
    layer->line = line;
    if (blobs(net, text, layer, false, err) != SEG_OK ||
        blobs(net, text, layer, true, err) != SEG_OK ||
        parameters(text, &layer->params, err) != SEG_OK)
        cnn_layer_blame(net, layer, err);
    return err->status;
}

int cnn_text_parse(struct cnn_net *net, const char *data, size_t size, struct cnn_error *err)
{
    struct text text = {data, data + size, 1};
    int32_t magic, layer_count, blob_count;
    if (!token_int(next(&text), &magic) || magic != 7767517)
        return cnn_fail(err, SEG_IO,
                        "%s: no ncnn param file: neither its text nor its binary form begins so",
                        net->path);
    if (memchr(data, '\0', size)) /* names end where it stands */
        return cnn_fail(err, SEG_IO, "%s: a text with a zero byte", net->path);
    if (!token_int(next(&text), &layer_count) || !token_int(next(&text), &blob_count) ||
        layer_count <= 0 || blob_count <= 0)
        return cnn_fail(err, SEG_IO,
                        "%s:%d: the counts of layers and blobs are no positive numbers", net->path,
                        text.line);
    /* The shortest layer is "A a 0 0" and a line break. */
    if (cnn_net_reserve(net, layer_count, 7, size, err) != SEG_OK)
        return err->status;
    for (int32_t i = 0; i < layer_count; i++)
        if (row(net, &text, err) != SEG_OK)
            return err->status;
    return SEG_OK;
}
