/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors and lists of faults. */
#include "error.h"

#include <stdio.h>
#include <string.h>

const char *seg_status_name(int status)
{
    static const char *const names[] = {
        "done",           "absent",           "cancelled",       "no memory",
        "usage",          "invalid pipeline", "input or output", "stage failed",
        "plugin refused", "limit exceeded"};
    const int count = (int)(sizeof names / sizeof *names);
    return status >= 0 && status < count ? names[status] : "unknown status";
}

/* A message is one line whatever was in the file that it quotes. */
static void one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            *text = ' ';
}

int segi_error_list(struct seg_error *err, int status, const char *format, va_list args)
{
    if (err) {
        err->status = status;
        vsnprintf(err->text, sizeof err->text, format, args);
        one_line(err->text);
    }
    return status;
}

int segi_error(struct seg_error *err, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    segi_error_list(err, status, format, args);
    va_end(args);
    return status;
}

int segi_error_nomem(struct seg_error *err)
{
    return segi_error(err, SEG_NOMEM, "out of memory");
}

int segi_error_in(struct seg_error *err, const char *format, ...)
{
    if (!err)
        return SEG_USAGE;
    char old[SEG_ERROR_TEXT];
    memcpy(old, err->text, sizeof old);
    va_list args;
    va_start(args, format);
    int n = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof err->text - 3)
        snprintf(err->text + n, sizeof err->text - (size_t)n, ": %.*s",
                 (int)sizeof err->text - n - 3, old);
    one_line(err->text);
    return err->status;
}

int segi_fault(struct seg_faults *faults, const char *file, int line, int column, int status,
               const char *format, ...)
{
    if (faults->count == SEG_FAULTS_MAX) {
        faults->more++;
        return status;
    }
    struct seg_fault *fault = &faults->list[faults->count++];
    fault->line = line;
    fault->column = column;
    snprintf(fault->file, sizeof fault->file, "%s", file ? file : "");
    va_list args;
    va_start(args, format);
    segi_error_list(&fault->error, status, format, args);
    va_end(args);
    return status;
}
