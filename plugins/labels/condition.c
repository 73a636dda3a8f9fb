/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "condition.h"

#include <stdlib.h>
#include <string.h>

static const char *const relations[] = {
    [LABELS_LESS] = "<",       [LABELS_NOT_ABOVE] = "<=", [LABELS_ABOVE] = ">",
    [LABELS_NOT_BELOW] = ">=", [LABELS_IS] = "==",        [LABELS_IS_NOT] = "!=",
};

static const char *skip(const char *at)
{
    return at + strspn(at, " \t\n");
}

static int bad(const struct common_env *env, const char *at, const char *what)
{
    return env->host->fail(env->call, SEG_USAGE,
                           "parameter 'where': %s at '%.24s'; write as 'area>30 and "
                           "circularity>=0.7'",
                           what, at);
}

static int read_property(const struct common_env *env, const struct seg_regions_api *api,
                         const char **at, struct labels_condition *condition)
{
    size_t length = strcspn(*at, " \t\n<>=!");
    if (!length)
        return bad(env, *at, "there is no property");
    const char *name;
    for (uint32_t i = 0; (name = api->name(i)); i++)
        if (strlen(name) == length && !memcmp(name, *at, length)) {
            condition->property[condition->count] = i;
            condition->of_image = condition->of_image || api->of_image(i);
            *at = skip(*at + length);
            return SEG_OK;
        }
    return env->host->fail(env->call, SEG_USAGE,
                           "parameter 'where': regions have no property '%.*s'; the columns of a "
                           "table (-o x.csv) are their names",
                           (int)length, *at);
}

static int read_relation(const struct common_env *env, const char **at,
                         struct labels_condition *condition)
{
    size_t length = strspn(*at, "<>=!");
    for (size_t i = 0; i < SEG_COUNT(relations); i++)
        if (strlen(relations[i]) == length && !memcmp(relations[i], *at, length)) {
            condition->relation[condition->count] = (enum labels_relation)i;
            *at = skip(*at + length);
            return SEG_OK;
        }
    return bad(env, *at, "none of < <= > >= == !=");
}

/* "and" or a comma between two conditions; false at the end. */
static int read_and(const struct common_env *env, const char **at, bool *more)
{
    *at = skip(*at);
    *more = **at != 0;
    size_t length = **at == ','                                                ? 1
                    : strncmp(*at, "and", 3) == 0 && strchr(" \t\n", (*at)[3]) ? 3
                                                                               : 0;
    if (*more && !length)
        return bad(env, *at, "no 'and'");
    *at = skip(*at + length);
    return SEG_OK;
}

int labels_condition_parse(const struct common_env *env, const struct seg_regions_api *api,
                           const char *text, struct labels_condition *condition)
{
    const char *at = skip(text);
    *condition = (struct labels_condition){0};
    for (bool more = true; more; condition->count++) {
        char *end;
        if (condition->count == LABELS_CONDITIONS)
            return env->host->fail(env->call, SEG_USAGE,
                                   "parameter 'where': more than %d conditions", LABELS_CONDITIONS);
        int status = read_property(env, api, &at, condition);
        if (!status)
            status = read_relation(env, &at, condition);
        if (status)
            return status;
        condition->value[condition->count] = strtod(at, &end);
        if (end == at)
            return bad(env, at, "no number");
        at = end;
        status = read_and(env, &at, &more);
        if (status)
            return status;
    }
    return SEG_OK;
}

static bool compare(enum labels_relation relation, double a, double b)
{
    switch (relation) {
    case LABELS_LESS:
        return a < b;
    case LABELS_NOT_ABOVE:
        return a <= b;
    case LABELS_ABOVE:
        return a > b;
    case LABELS_NOT_BELOW:
        return a >= b;
    case LABELS_IS:
        return a == b;
    default:
        return a != b;
    }
}

bool labels_condition_holds(const struct labels_condition *condition, const double *values)
{
    for (uint32_t i = 0; i < condition->count; i++)
        if (!compare(condition->relation[i], values[i], condition->value[i]))
            return false;
    return true;
}
