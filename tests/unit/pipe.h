/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of pipelines share: a context with the plugin `toy`, and pipelines checked to text. */
#ifndef TEST_PIPE_H
#define TEST_PIPE_H

#include <segkit/segkit.h>
#include <stdatomic.h>
#include <stdio.h>

/* A context that knows tests/plugins/toy.c and no other plugin; NULL when it cannot be made. */
seg_context *pipe_context(const struct seg_allocator *allocator, unsigned threads, seg_log_fn log,
                          void *log_user);

/* A context that knows the plugins that are shipped. */
seg_context *pipe_shipped(const struct seg_allocator *allocator);

/* An allocator that counts, and whose call number `fail_at` fails. */
struct pipe_counter {
    atomic_long calls, fail_at, live;
};
struct seg_allocator pipe_counting(struct pipe_counter *counter);

/* A sealed image of u8 in which every sample is `value`. */
seg_layer *pipe_image(seg_context *context, int32_t width, int32_t height, uint8_t value);

/* An input of that layer. */
struct seg_input pipe_input(const char *name, seg_layer *layer);

/* A line for each fault, "LINE:COLUMN: text". */
void pipe_write_faults(const struct seg_faults *faults, FILE *to);

/* Parses and checks a case: YAML whose comments may say what goes in and what is kept,
 *     #in NAME KIND DTYPE WIDTH HEIGHT PLANES    ("?" and 0: not known; default: u8, 64 x 48)
 *     #keep NAME
 * and writes its faults, or a line for each step:
 *     NAME: PORT <- LAYER, ...; SHAPE, ...  */
void pipe_write_case(seg_context *context, const char *text, FILE *to);

#endif
