/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be found, and noting it. */
#include "verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct verify_kind_info verify_kinds[VERIFY_KINDS] = {
    [VERIFY_CRASH] = {"crash", "ended by a signal"},
    [VERIFY_HANG] = {"hang", "neither ends nor listens to cancel"},
    [VERIFY_EXIT] = {"exit", "ends the process"},
    [VERIFY_PRINTS] = {"prints", "writes to standard output or error"},
    [VERIFY_STATUS] = {"status", "returns what it should not, or fails without words"},
    [VERIFY_REFUSES] = {"refuses", "takes none of the inputs that its tables allow"},
    [VERIFY_OVERRUN] = {"overrun", "writes outside the memory that it was given"},
    [VERIFY_INPUT] = {"input", "writes into an input"},
    [VERIFY_UNWRITTEN] = {"unwritten", "leaves samples of an output as they were"},
    [VERIFY_UNINITIALISED] = {"uninitialised", "the result depends on memory that nobody wrote"},
    [VERIFY_OUTSIDE] = {"outside", "the result depends on what lies around an input's rows"},
    [VERIFY_STRIDES] = {"strides", "the result depends on padded or negative strides"},
    [VERIFY_IN_PLACE] = {"in_place", "the result is another one in an input's storage"},
    [VERIFY_THREADS] = {"threads", "the result depends on threads or on how work is split"},
    [VERIFY_UNSTEADY] = {"unsteady", "the result differs from run to run, and no flag says so"},
    [VERIFY_STATE] = {"state", "an earlier call changes the result"},
    [VERIFY_VALUES] = {"values", "a mask, labels or scores hold what they must not"},
    [VERIFY_NAN] = {"nan", "NaN comes out of finite samples"},
    [VERIFY_LEAK] = {"leak", "does not give memory back"},
    [VERIFY_MEMORY] = {"memory", "does not tell that an allocation failed"},
    [VERIFY_CANCEL] = {"cancel", "goes on when it is cancelled"},
    [VERIFY_LIMIT] = {"limit", "refuses a value that its table allows"},
    [VERIFY_REACH] = {"reach", "depends on pixels that are further away than 'reach' says"},
};

void verify_found(struct verify_report *report, enum verify_kind kind, const char *format, ...)
{
    struct verify_finding *finding = &report->found[kind];
    if (finding->count++)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(finding->what, sizeof finding->what, format, args);
    va_end(args);
    snprintf(finding->where, sizeof finding->where, "%s", report->where);
}

void *verify_need(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        _exit(VERIFY_KINDS);
    return memory;
}
