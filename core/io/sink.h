/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that is written: whole, or not at all. */
#ifndef SEGI_SINK_H
#define SEGI_SINK_H

#include "../base/context.h"

#define SEGI_SINK_BUFFER 65536

struct segi_sink {
    seg_context *context;
    struct seg_error *err;
    int fd;
    int status; /* of the first thing that went wrong */
    char *path; /* where the file is to appear; NULL: it is written to directly */
    char *temp; /* where it is until then */
    unsigned char *buffer;
    size_t used;
};

/* A file beside `path` that takes its name at the end. "-" is standard output; it, devices and
 * pipes are written to directly. */
int segi_sink_open(struct segi_sink *sink, seg_context *context, const char *path,
                   struct seg_error *err);

/* After a failure nothing more is written; the end reports it. */
void segi_sink_write(struct segi_sink *sink, const void *bytes, size_t size);
void segi_sink_printf(struct segi_sink *sink, const char *format, ...) SEG_PRINTF(2, 3);

/* At any place of a file that can seek, instead of the above. */
int segi_sink_write_at(struct segi_sink *sink, uint64_t offset, const void *bytes, size_t size);
size_t segi_sink_read_back(struct segi_sink *sink, uint64_t offset, void *bytes, size_t size);

/* Ends the file; with a `status` other than SEG_OK, or after a failure, nothing remains of it.
 * Returns the first thing that went wrong. */
int segi_sink_close(struct segi_sink *sink, int status);

#endif
