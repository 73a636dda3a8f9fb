/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of the enums of plugin.h, told once for messages, help, reports and parsing. */
#ifndef SEGI_NAMES_H
#define SEGI_NAMES_H

#include <segkit/plugin.h>

const char *segi_kind_name(uint32_t kind);   /* "image", ...; "?" for another value */
const char *segi_dtype_name(uint32_t dtype); /* "u8", ... */
const char *segi_color_name(uint32_t color); /* "rgb", ... */
const char *segi_type_name(uint32_t type);   /* "integer", ... */

/* 0 where there is no such name. */
uint32_t segi_kind_find(const char *name);
uint32_t segi_dtype_find(const char *name);

/* "image or labels" for the bits of `set`, SEG_KIND_BIT or SEG_DTYPE_BIT. Returns `text`. */
char *segi_kind_list(uint32_t set, char *text, size_t size);
char *segi_dtype_list(uint32_t set, char *text, size_t size);

/* The dtypes that a kind may have, SEG_DTYPE_BIT. */
uint32_t segi_kind_dtypes(uint32_t kind);

#endif
