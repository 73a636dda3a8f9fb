/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a kind of case is put as a pipeline. */
#ifndef GOLDEN_STAGE_ROWS_H
#define GOLDEN_STAGE_ROWS_H

#include <stddef.h>

enum form {
    PIXELS,  /* the result's samples */
    SQUARES, /* their squares */
    PHASES,  /* which of two phases is the object does not matter */
    POINTS,  /* where labels are */
    SUM,     /* the sum of the samples */
    VALUE    /* what a stage reported */
};

struct row {
    const char *kind, *metric;
    const char *inputs; /* role:KIND, the first one becomes `input`; i image, f as f32, m mask, l
                           labels, r a mask that leaves out six pixels at the border */
    const char *words;  /* @NAME is a parameter of the case; @se its structuring element, @side the
                           width of what has a radius */
    enum form form;
    const char *value; /* the name of the reported value */
};

extern const struct row rows[];
extern const size_t row_count;

#endif
