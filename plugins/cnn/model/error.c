/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Error messages of fixed size. */
#include "model/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int cnn_fail(struct cnn_error *err, enum seg_status status, const char *format, ...)
{
    if (err->status != SEG_OK)
        return err->status;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    err->status = (int)status;
    return (int)status;
}

int cnn_nomem(struct cnn_error *err)
{
    return cnn_fail(err, SEG_NOMEM, "out of memory");
}

void cnn_error_prefix(struct cnn_error *err, const char *format, ...)
{
    char rest[sizeof err->text];
    memcpy(rest, err->text, sizeof rest);
    va_list args;
    va_start(args, format);
    int n = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof err->text - 3)
        snprintf(err->text + n, sizeof err->text - (size_t)n, ": %.*s",
                 (int)sizeof err->text - n - 3, rest);
}
