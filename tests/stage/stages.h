/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of the classical stages share: small layers from text, and pipelines of words. */
#ifndef TEST_STAGES_H
#define TEST_STAGES_H

#include <segkit/plugin-util.h>
#include <segkit/segkit.h>

/* A sealed layer of rows separated by '/', a digit a pixel (for labels '-' is -1). */
seg_layer *stage_layer(enum seg_kind kind, enum seg_dtype dtype, const char *rows);

/* A sealed one-plane layer whose samples are value(x, y). */
seg_layer *stage_filled(enum seg_kind kind, enum seg_dtype dtype, int32_t width, int32_t height,
                        double (*value)(int32_t x, int32_t y));

/* Runs words on `input` (unreferenced afterwards), and `extra` as the layer "extra" (may be NULL).
 * The last layer comes back; NULL: it failed, and stage_why() says why. */
seg_layer *stage_run(const char *words, seg_layer *input, seg_layer *extra, unsigned threads);
const char *stage_why(void);

/* A value that the last run's first stage reported; NaN: none of that name. */
double stage_value(const char *name);

/* Whether a layer (unreferenced afterwards) is what the text says. */
bool stage_is(seg_layer *layer, const char *rows);

/* Whether two layers hold the same samples; both are unreferenced. */
bool stage_same(seg_layer *a, seg_layer *b);

#endif
