/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes into a stage: one of the combinations of kinds, types, sizes and contents that its
 * ports allow. */
#ifndef VERIFY_FORM_H
#define VERIFY_FORM_H

#include <segkit/plugin-util.h>

enum verify_content {
    VERIFY_TEXTURE,   /* blots, slopes and noise */
    VERIFY_FLAT,      /* one value */
    VERIFY_EXTREMES,  /* the least and the largest value of the type in turn */
    VERIFY_NOT_FINITE /* NaN and infinities here and there; f32 only */
};

struct verify_form {
    int32_t width, height;
    int32_t x, y; /* the place of the first pixel in the endless picture that this is a part of */
    enum verify_content content;
    unsigned choice; /* which of its kinds and types each port takes */
    bool colour;     /* of several planes, where that is allowed */
    bool connected;  /* optional inputs too */
};

/* How many choices differ, and whether `colour` and `connected` make a difference. */
unsigned verify_form_choices(const struct seg_stage *stage);
bool verify_form_has_colour(const struct seg_stage *stage);
bool verify_form_has_optional(const struct seg_stage *stage);
bool verify_form_has_floats(const struct seg_stage *stage, const struct verify_form *form);

/* What an input gets; kind 0: it is not connected. */
void verify_form_shape(const struct seg_stage *stage, const struct verify_form *form, uint32_t port,
                       struct seg_shape *shape);

/* Fills the samples of an input. */
void verify_form_paint(const struct verify_form *form, const struct seg_view *view);

/* "image u8 5 x 3, flat". */
void verify_form_text(const struct seg_stage *stage, const struct verify_form *form, char *text,
                      size_t size);

#endif
