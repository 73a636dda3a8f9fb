/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How functions of this plugin say what went wrong: once, where it happened. */
#ifndef CNN_ERROR_H
#define CNN_ERROR_H

#include <segkit/plugin.h>

struct cnn_error {
    int status; /* enum seg_status; SEG_OK: nothing went wrong yet */
    char text[1024];
};

/* Sets the first error and returns its status; later ones change nothing. */
int cnn_fail(struct cnn_error *err, enum seg_status status, const char *format, ...)
    SEG_PRINTF(3, 4);

int cnn_nomem(struct cnn_error *err);

/* Puts "prefix: " in front of the message. */
void cnn_error_prefix(struct cnn_error *err, const char *format, ...) SEG_PRINTF(2, 3);

#endif
