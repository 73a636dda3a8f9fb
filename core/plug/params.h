/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parameters: from the text that a user typed to the fields of a stage's own struct, and back. */
#ifndef SEGI_PARAMS_H
#define SEGI_PARAMS_H

#include "../base/memory.h"

/* The row of a parameter, by name or alias; NULL: there is none. */
const struct seg_param *segi_param_find(const struct seg_stage *stage, const char *name);

/* Bytes of the C field of a parameter; 0 for an unknown type. */
size_t segi_param_size(uint32_t type);

/* Fills `params` (params_size bytes) with the defaults. Strings and lists live in `arena`. */
int segi_params_defaults(const struct seg_stage *stage, void *params, struct segi_arena *arena,
                         struct seg_error *err);

/* Sets one parameter from text. Several values are a list; one value with commas is one too.
 * `base` is the folder that relative paths start from; NULL: they stay as they are. SEG_INVALID
 * with a text such as "parameter 'connectivity': 5 is not one of 4, 8". */
int segi_params_set(const struct seg_stage *stage, void *params, const char *name,
                    const char *const *values, size_t count, struct segi_arena *arena,
                    const char *base, struct seg_error *err);

/* The names of the choices, "4, 8"; cut where they do not fit. Returns `text`. */
char *segi_choice_list(const struct seg_param *param, char *text, size_t size);

#endif
