/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every run must keep, whatever the result should be. */
#ifndef VERIFY_AUDIT_H
#define VERIFY_AUDIT_H

#include "run.h"

/* That what is no sample of the frame is still `around` or, with `before`, that nothing changed. */
void verify_audit_frame(struct verify_report *report, const char *what, const char *port,
                        const struct verify_frame *frame, const uint8_t *before, uint8_t around);

/* That samples are what their kind allows, and finite where those of the inputs were. */
void verify_audit_values(const struct verify_trial *trial, const struct verify_result *result);

/* That it failed with a status and in words of its own. */
void verify_audit_status(const struct verify_trial *trial, const struct verify_result *result,
                         bool cancelled);

#endif
