/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of a stage's parameters: the defaults, and the limits of each. */
#ifndef VERIFY_VALUES_H
#define VERIFY_VALUES_H

#include "verify.h"

/* The default of each; where there is none, a number in the middle of what pictures hold. */
void verify_values_default(const struct seg_stage *stage, void **values);

/* How many limits a parameter has: its least and largest value, or each choice. */
unsigned verify_values_limits(const struct seg_param *param);

/* Sets parameter `index` to one of them, and writes "name=value". */
void verify_values_set(const struct seg_stage *stage, void *values, uint32_t index, unsigned limit,
                       char *text, size_t size);

#endif
