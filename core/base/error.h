/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filling struct seg_error. */
#ifndef SEGI_ERROR_H
#define SEGI_ERROR_H

#include <segkit/status.h>
#include <stdarg.h>

/* Sets *err (which may be NULL) and returns `status`, so that a function can return the call. */
int segi_error(struct seg_error *err, int status, const char *format, ...) SEG_PRINTF(3, 4);
int segi_error_list(struct seg_error *err, int status, const char *format, va_list args);

/* Out of memory needs no wording of its own. */
int segi_error_nomem(struct seg_error *err);

/* Puts context and ": " in front of the text that is there. Returns err's status. */
int segi_error_in(struct seg_error *err, const char *format, ...) SEG_PRINTF(2, 3);

/* Adds a fault, or counts it when the list is full. Returns `status`. */
int segi_fault(struct seg_faults *faults, const char *file, int line, int column, int status,
               const char *format, ...) SEG_PRINTF(6, 7);

#endif
