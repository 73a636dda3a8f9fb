/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing, range checks and printing of parameters. */
#include "params.h"

#include "../base/error.h"
#include "../base/names.h"
#include "../base/text.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <segkit/pipeline.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct seg_param *segi_param_find(const struct seg_stage *stage, const char *name)
{
    for (uint32_t i = 0; i < stage->param_count; i++) {
        const struct seg_param *p = &stage->params[i];
        if (!strcmp(p->name, name) || (p->alias && !strcmp(p->alias, name)))
            return p;
    }
    return NULL;
}

size_t segi_param_size(uint32_t type)
{
    static const size_t sizes[] = {
        [SEG_BOOL] = sizeof(bool),
        [SEG_INT] = sizeof(int32_t),
        [SEG_FLOAT] = sizeof(double),
        [SEG_CHOICE] = sizeof(int32_t),
        [SEG_STRING] = sizeof(const char *),
        [SEG_PATH] = sizeof(const char *),
        [SEG_FLOATS] = sizeof(struct seg_floats),
    };
    return type < sizeof sizes / sizeof *sizes ? sizes[type] : 0;
}

char *segi_choice_list(const struct seg_param *param, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < param->choice_count; i++) {
        int n = snprintf(text + used, size - used, "%s%s", i ? ", " : "", param->choices[i].name);
        if (n < 0 || (size_t)n >= size - used)
            break;
        used += (size_t)n;
    }
    return text;
}

/* -- one value -------------------------------------------------------------------------------- */

/* A number of the C locale, whatever the program's is; true when all of `text` was one, but for
 * the parameter's own unit behind it. */
static bool read_number(const struct seg_param *param, const char *text, double *value)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return false;
    locale_t old = uselocale(c);
    char *end;
    *value = strtod(text, &end);
    uselocale(old);
    freelocale(c);
    if (end == text)
        return false;
    end += strspn(end, " ");
    return !*end || (param->unit && !strcmp(end, param->unit));
}

static int bad(struct seg_error *err, const struct seg_param *param, const char *text,
               const char *want)
{
    return segi_error(err, SEG_INVALID, "parameter '%s': '%s' is not %s", param->name, text, want);
}

static int set_bool(const struct seg_param *param, const char *text, bool *field,
                    struct seg_error *err)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(words[i], text)) {
            *field = i % 2;
            return SEG_OK;
        }
    return bad(err, param, text, "true or false");
}

static int set_number(const struct seg_param *param, const char *text, double *field,
                      struct seg_error *err)
{
    double value;
    if (!read_number(param, text, &value)) {
        char want[80];
        snprintf(want, sizeof want, "%s%s%s", param->type == SEG_INT ? "an integer" : "a number",
                 param->unit ? " in " : "", param->unit ? param->unit : "");
        return bad(err, param, text, want);
    }
    if (param->type == SEG_INT && value != floor(value))
        return bad(err, param, text, "an integer");
    if (!(value >= param->min && value <= param->max))
        return segi_error(err, SEG_INVALID, "parameter '%s': %s is not in %.10g..%.10g",
                          param->name, text, param->min, param->max);
    if ((param->flags & SEG_PARAM_ODD) && fmod(value, 2) == 0)
        return bad(err, param, text, "odd");
    *field = value;
    return SEG_OK;
}

static int set_choice(const struct seg_param *param, const char *text, int32_t *field,
                      struct seg_error *err)
{
    struct segi_guess guess = {.typed = text};
    for (uint32_t i = 0; i < param->choice_count; i++) {
        if (!strcmp(param->choices[i].name, text)) {
            *field = (int32_t)i;
            return SEG_OK;
        }
        segi_guess_try(&guess, param->choices[i].name);
    }
    char list[400];
    segi_choice_list(param, list, sizeof list);
    if (guess.best && strlen(text) > 2)
        return segi_error(err, SEG_INVALID,
                          "parameter '%s': %s is not one of %s; did you mean '%s'?", param->name,
                          text, list, guess.best);
    return segi_error(err, SEG_INVALID, "parameter '%s': %s is not one of %s", param->name, text,
                      list);
}

static int set_path(const char *text, const char *base, struct segi_arena *arena,
                    const char **field, struct seg_error *err)
{
    char *copy;
    if (base && *base && *text && text[0] != '/') {
        const size_t size = strlen(base) + strlen(text) + 2;
        copy = segi_arena_alloc(arena, size, 1);
        if (copy)
            snprintf(copy, size, "%s/%s", base, text);
    } else {
        copy = segi_arena_strdup(arena, text);
    }
    *field = copy;
    return copy ? SEG_OK : segi_error_nomem(err);
}

/* -- lists ------------------------------------------------------------------------------------ */

static int add_floats(const struct seg_param *param, const char *text, double *list,
                      uint32_t *count, uint32_t room, struct seg_error *err)
{
    while (*text) {
        char word[64];
        const size_t n = strcspn(text, ",");
        if (n >= sizeof word)
            return bad(err, param, text, "a list of numbers");
        memcpy(word, text, n);
        word[n] = 0;
        if (*count == room)
            return segi_error(err, SEG_INVALID, "parameter '%s': more than %u numbers", param->name,
                              param->count_max);
        int status = set_number(param, word, &list[*count], err);
        if (status)
            return status;
        (*count)++;
        text += n + (text[n] == ',');
    }
    return SEG_OK;
}

static int set_floats(const struct seg_param *param, const char *const *values, size_t count,
                      struct segi_arena *arena, struct seg_floats *field, struct seg_error *err)
{
    size_t commas = count;
    for (size_t i = 0; i < count; i++)
        for (const char *c = values[i]; *c; c++)
            commas += *c == ',';
    const uint32_t room = commas < param->count_max ? (uint32_t)commas : param->count_max;
    double *list = segi_arena_alloc(arena, room ? room : 1, sizeof *list);
    if (!list)
        return segi_error_nomem(err);
    uint32_t used = 0;
    for (size_t i = 0; i < count; i++) {
        int status = add_floats(param, values[i], list, &used, room, err);
        if (status)
            return status;
    }
    if (used < param->count_min)
        return segi_error(err, SEG_INVALID, "parameter '%s': %u numbers; it takes %u to %u",
                          param->name, used, param->count_min, param->count_max);
    field->values = list;
    field->count = used;
    return SEG_OK;
}

/* -- the struct ------------------------------------------------------------------------------- */

static int set_field(const struct seg_param *param, void *field, const char *const *values,
                     size_t count, struct segi_arena *arena, const char *base,
                     struct seg_error *err)
{
    double number = 0;
    int status;
    switch (param->type) {
    case SEG_BOOL:
        return set_bool(param, values[0], field, err);
    case SEG_INT:
        status = set_number(param, values[0], &number, err);
        *(int32_t *)field = (int32_t)number;
        return status;
    case SEG_FLOAT:
        return set_number(param, values[0], field, err);
    case SEG_CHOICE:
        return set_choice(param, values[0], field, err);
    case SEG_STRING:
        return set_path(values[0], NULL, arena, field, err);
    case SEG_PATH:
        return set_path(values[0], base, arena, field, err);
    default:
        return set_floats(param, values, count, arena, field, err);
    }
}

int segi_params_set(const struct seg_stage *stage, void *params, const char *name,
                    const char *const *values, size_t count, struct segi_arena *arena,
                    const char *base, struct seg_error *err)
{
    const struct seg_param *param = segi_param_find(stage, name);
    if (!param)
        return segi_error(err, SEG_INVALID, "no parameter '%s'", name);
    if (count != 1 && param->type != SEG_FLOATS)
        return segi_error(err, SEG_INVALID, "parameter '%s': a list where one %s is wanted",
                          param->name, segi_type_name(param->type));
    return set_field(param, (char *)params + param->offset, values, count, arena, base, err);
}

int segi_params_defaults(const struct seg_stage *stage, void *params, struct segi_arena *arena,
                         struct seg_error *err)
{
    memset(params, 0, stage->params_size);
    for (uint32_t i = 0; i < stage->param_count; i++) {
        const struct seg_param *p = &stage->params[i];
        void *field = (char *)params + p->offset;
        const char *text = p->text ? p->text : "";
        int status = SEG_OK;
        if (p->type == SEG_BOOL)
            *(bool *)field = p->def != 0;
        else if (p->type == SEG_FLOAT)
            *(double *)field = p->def;
        else if (p->type == SEG_INT || p->type == SEG_CHOICE)
            *(int32_t *)field = (int32_t)p->def;
        else if (p->type != SEG_FLOATS || *text)
            status = set_field(p, field, &text, 1, arena, NULL, err);
        if (status)
            return status;
    }
    return SEG_OK;
}

/* The shortest text that reads back as the same number. */
static int number_text(char *text, size_t size, double value)
{
    for (int digits = 6; digits < 17; digits++) {
        char try[40];
        int n = snprintf(try, sizeof try, "%.*g", digits, value);
        if (n > 0 && strtod(try, NULL) == value)
            return snprintf(text, size, "%s", try);
    }
    return snprintf(text, size, "%.17g", value);
}

static int floats_text(const struct seg_floats *list, char *text, size_t size)
{
    size_t used = 0;
    if (size)
        text[0] = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        char one[48];
        int n = number_text(one, sizeof one, list->values[i]);
        if (used < size)
            snprintf(text + used, size - used, "%s%s", i ? "," : "", one);
        used += (size_t)n + (i > 0);
    }
    return (int)used;
}

int seg_param_text(const struct seg_param *param, const void *params, char *text, size_t size)
{
    const void *field = (const char *)params + param->offset;
    switch (param->type) {
    case SEG_BOOL:
        return snprintf(text, size, "%s", *(const bool *)field ? "true" : "false");
    case SEG_INT:
        return snprintf(text, size, "%d", *(const int32_t *)field);
    case SEG_FLOAT:
        return number_text(text, size, *(const double *)field);
    case SEG_CHOICE:
        return snprintf(text, size, "%s", param->choices[*(const int32_t *)field].name);
    case SEG_FLOATS:
        return floats_text(field, text, size);
    default: {
        const char *string = *(const char *const *)field;
        return snprintf(text, size, "%s", string ? string : "");
    }
    }
}
