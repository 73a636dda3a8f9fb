/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes of a file that is read. */
#ifndef SEGI_SOURCE_H
#define SEGI_SOURCE_H

#include "../base/context.h"

#define SEGI_HEAD 64 /* bytes that are enough to tell what a file is */

struct segi_source {
    seg_context *context;
    int fd;              /* -1: closed, everything is in `data` */
    bool stream;         /* cannot be read twice; only `head` was read as yet */
    uint64_t size;       /* of the whole file; not known of a stream */
    unsigned char *data; /* the whole, once it was asked for; else NULL */
    unsigned char head[SEGI_HEAD];
    size_t head_size;
};

/* "-" is standard input. Of a stream only the head is read, so that an endless one that is no image
 * ends there; segi_source_all must come before anything else is done with it. */
int segi_source_open(struct segi_source *source, seg_context *context, const char *path,
                     struct seg_error *err);
void segi_source_close(struct segi_source *source);

/* Up to `size` bytes from `offset` on; *got is less only at the end of the file. */
int segi_source_read(struct segi_source *source, uint64_t offset, void *bytes, size_t size,
                     size_t *got, struct seg_error *err);

/* All of it, as source->data. */
int segi_source_all(struct segi_source *source, struct seg_error *err);

#endif
