/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A forked process that does one job and tells of it in frames. */
#ifndef SEGI_CHILD_H
#define SEGI_CHILD_H

#include "../base/context.h"

#include <sys/types.h>

#define SEGI_FRAME_MAX   ((size_t)1 << 30) /* bytes of one frame; what claims more is refused */
#define SEGI_CHILD_FILES 32                /* the most that stay open in it */

struct segi_frame {
    uint32_t type; /* of the job's own choice, from 1 on */
    uint32_t size;
    void *data; /* size bytes */
};

struct segi_child {
    seg_context *context;
    pid_t pid;
    int pipe; /* the end that this side reads, or in the child the one it writes */
    double deadline;
    pthread_mutex_t lock; /* of writing */
    unsigned char *data;  /* of the last frame */
    size_t capacity;
};

/* Forks. In the child `job` runs within the sandbox and never returns from here; whatever it sends
 * arrives at the parent. `keep` are files that stay open. SEG_STAGE: it cannot be
 * forked. */
int segi_child_start(struct segi_child *child, seg_context *context, double seconds,
                     const int *keep, size_t count,
                     void (*job)(struct segi_child *child, void *arg), void *arg,
                     struct seg_error *err);

/* In the child, from any thread: sends one frame of two pieces; ends the process when the parent is
 * gone. */
void segi_child_send(struct segi_child *child, uint32_t type, const void *data, size_t size,
                     const void *more, size_t more_size);
void segi_child_send_error(struct segi_child *child, uint32_t type, int status,
                           const struct seg_error *err);

/* In the parent: waits for the next frame. SEG_ABSENT: there is none any more; SEG_CANCELLED: the
 * context was; SEG_LIMIT: the deadline has passed; SEG_NOMEM. */
int segi_child_next(struct segi_child *child, struct segi_frame *frame, struct seg_error *err);

/* In the parent: waits for its end or, where `status` says that it is of no use any more, ends it.
 * Returns the status; SEG_STAGE, with the reason in *err, when it did not end well or sent what it
 * should not have: SEG_ABSENT stands for that. */
int segi_child_end(struct segi_child *child, int status, struct seg_error *err);

/* Reading a frame, none of which is to be trusted. */
struct segi_reader {
    const struct segi_frame *frame;
    size_t at;
};
bool segi_reader_take(struct segi_reader *reader, void *to,
                      size_t size); /* false: it ends before */
const void *segi_reader_rest(const struct segi_reader *reader, size_t *size);
const char *segi_reader_text(struct segi_reader *reader); /* NULL: it does not end */

/* What segi_child_send_error sent; its status, SEG_ABSENT where there is none in the frame. */
int segi_reader_error(struct segi_reader *reader, struct seg_error *err);

#endif
