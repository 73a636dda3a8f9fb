/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done with one trial. */
#ifndef VERIFY_CHECKS_H
#define VERIFY_CHECKS_H

#include "run.h"

/* Runs it, and again in all ways that must not make a difference. Returns the first result. */
const struct verify_result *verify_check_same(const struct verify_trial *trial);

/* Cancels at each call of progress. */
void verify_check_cancel(const struct verify_trial *trial);

/* Makes each allocation fail in turn. */
void verify_check_memory(const struct verify_trial *trial);

/* Compares a part of the picture by itself with the same part of the whole. */
void verify_check_reach(const struct verify_trial *trial);

/* Looks for a combination in which the stage takes a value of parameter `index` that it refused
 * with the status `refused`. */
void verify_check_limit(const struct verify_trial *trial, uint32_t index, unsigned limit,
                        int refused);

#endif
