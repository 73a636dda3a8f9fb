/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables of names. */
#include "names.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {
    [SEG_IMAGE] = "image",   [SEG_MASK] = "mask",           [SEG_LABELS] = "labels",
    [SEG_SCORES] = "scores", [SEG_INSTANCES] = "instances",
};
static const char *const dtypes[] = {
    [SEG_U8] = "u8", [SEG_U16] = "u16", [SEG_F32] = "f32", [SEG_I32] = "i32"};
static const char *const colors[] = {
    [SEG_COLOR_UNKNOWN] = "unknown",
    [SEG_COLOR_GRAY] = "gray",
    [SEG_COLOR_RGB] = "rgb",
    [SEG_COLOR_RGBA] = "rgba",
    [SEG_COLOR_GRAY_ALPHA] = "gray+alpha",
    [SEG_COLOR_HSV] = "hsv",
    [SEG_COLOR_LAB] = "lab",
    [SEG_COLOR_LUV] = "luv",
    [SEG_COLOR_YCRCB] = "ycrcb",
};
static const char *const types[] = {
    [SEG_BOOL] = "boolean",   [SEG_INT] = "integer",   [SEG_FLOAT] = "number",
    [SEG_CHOICE] = "choice",  [SEG_STRING] = "string", [SEG_PATH] = "path",
    [SEG_FLOATS] = "numbers",
};

#define COUNT(table) ((uint32_t)(sizeof(table) / sizeof *(table)))

static const char *name_of(const char *const *table, uint32_t count, uint32_t value)
{
    return value < count && table[value] ? table[value] : "?";
}

static uint32_t find(const char *const *table, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (table[i] && !strcmp(table[i], name))
            return i;
    return 0;
}

static char *list(const char *const *table, uint32_t count, uint32_t set, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!table[i] || !(set & 1u << i))
            continue;
        set &= ~(1u << i);
        int n =
            snprintf(text + used, size - used, "%s%s", used ? set ? ", " : " or " : "", table[i]);
        if (n < 0 || (size_t)n >= size - used)
            break;
        used += (size_t)n;
    }
    return text;
}

const char *segi_kind_name(uint32_t kind)
{
    return name_of(kinds, COUNT(kinds), kind);
}

const char *segi_dtype_name(uint32_t dtype)
{
    return name_of(dtypes, COUNT(dtypes), dtype);
}

const char *segi_color_name(uint32_t color)
{
    return name_of(colors, COUNT(colors), color);
}

const char *segi_type_name(uint32_t type)
{
    return name_of(types, COUNT(types), type);
}

uint32_t segi_kind_find(const char *name)
{
    return find(kinds, COUNT(kinds), name);
}

uint32_t segi_dtype_find(const char *name)
{
    return find(dtypes, COUNT(dtypes), name);
}

char *segi_kind_list(uint32_t set, char *text, size_t size)
{
    return list(kinds, COUNT(kinds), set, text, size);
}

char *segi_dtype_list(uint32_t set, char *text, size_t size)
{
    return list(dtypes, COUNT(dtypes), set, text, size);
}

uint32_t segi_kind_dtypes(uint32_t kind)
{
    static const uint32_t sets[] = {
        [SEG_IMAGE] = SEG_ANY_SAMPLE,
        [SEG_MASK] = SEG_DTYPE_BIT(SEG_U8),
        [SEG_LABELS] = SEG_DTYPE_BIT(SEG_I32),
        [SEG_SCORES] = SEG_DTYPE_BIT(SEG_F32),
    };
    return kind < COUNT(sets) ? sets[kind] : 0;
}
