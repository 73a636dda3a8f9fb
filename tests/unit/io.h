/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of files share: a folder of their own, layers with something in them. */
#ifndef TEST_IO_H
#define TEST_IO_H

#include <segkit/plugin-util.h>
#include <segkit/segkit.h>

extern seg_context *io_context;
extern struct seg_error io_err;

void io_setup(void); /* makes io_context and a folder, and goes there */
void io_teardown(void);

/* A layer with samples that differ from pixel to pixel and plane to plane. */
seg_layer *io_layer(uint32_t kind, uint32_t dtype, int32_t w, int32_t h, int32_t planes,
                    uint32_t color);

/* Same kind, dtype, size, planes and samples. */
void io_assert_same(const seg_layer *a, const seg_layer *b);

/* Saves, loads as the same kind, compares. */
void io_round_trip(seg_layer *layer, const char *path);

seg_layer *io_load(const char *path, enum seg_kind kind); /* must work */
void io_refuse_load(const char *path, enum seg_kind kind, int status, const char *text);
void io_refuse_save(const seg_layer *layer, const char *path, int status, const char *text);

void io_write_file(const char *path, const void *bytes, size_t size);
size_t io_read_file(const char *path, unsigned char *bytes, size_t size);

double io_sample(const seg_layer *layer, int32_t plane, int32_t y, int32_t x);
int io_count_files(void); /* in the folder */

#endif
