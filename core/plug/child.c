/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forking, frames over a pipe, and the ways in which a process can end. */
#include "child.h"

#include "sandbox.h"

#include "../base/clock.h"
#include "../base/error.h"
#include "../base/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 20 /* how long a cancel may go unseen */

struct head {
    uint32_t type, size;
};

static void child_main(struct segi_child *child, pid_t parent, const int *keep, size_t count,
                       void (*job)(struct segi_child *child, void *arg), void *arg)
{
    int files[SEGI_CHILD_FILES + 1];
    files[0] = child->pipe;
    for (size_t i = 1; i <= count; i++) { /* in their order */
        size_t at = i;
        for (; at > 0 && files[at - 1] > keep[i - 1]; at--)
            files[at] = files[at - 1];
        files[at] = keep[i - 1];
    }
    segi_sandbox_enter(child->context, parent, files, count + 1);
    if (!segi_context_forked(child->context))
        job(child, arg);
    _exit(0);
}

int segi_child_start(struct segi_child *child, seg_context *context, double seconds,
                     const int *keep, size_t count,
                     void (*job)(struct segi_child *child, void *arg), void *arg,
                     struct seg_error *err)
{
    int ends[2];
    *child = (struct segi_child){.context = context, .deadline = segi_wall() + seconds};
    if (count > SEGI_CHILD_FILES)
        return segi_error(err, SEG_STAGE, "%zu outputs are too many for a process of its own",
                          count);
    if (pipe2(ends, O_CLOEXEC))
        return segi_error(err, SEG_STAGE, "no pipe to a process of its own: %s", strerror(errno));
    pthread_mutex_init(&child->lock, NULL);
    const pid_t parent = getpid();
    segi_loader_lock();
    child->pid = fork();
    segi_loader_unlock(); /* on both sides */
    if (!child->pid) {
        child->pipe = ends[1];
        child_main(child, parent, keep, count, job, arg);
    }
    const int why = errno; /* left alone by unlocking */
    close(ends[1]);
    child->pipe = ends[0];
    if (child->pid > 0)
        return SEG_OK;
    close(ends[0]);
    pthread_mutex_destroy(&child->lock);
    return segi_error(err, SEG_STAGE, "no process of its own: %s", strerror(why));
}

/* Steps over what was written. */
static struct iovec *advance(struct iovec *at, size_t done)
{
    for (; done >= at->iov_len && done; at++)
        done -= at->iov_len;
    at->iov_base = (char *)at->iov_base + done;
    at->iov_len -= done;
    return at;
}

void segi_child_send(struct segi_child *child, uint32_t type, const void *data, size_t size,
                     const void *more, size_t more_size)
{
    struct head head = {type, (uint32_t)(size + more_size)};
    struct iovec parts[] = {{&head, sizeof head},
                            {(void *)(uintptr_t)data, size},
                            {(void *)(uintptr_t)more, more_size},
                            {NULL, 0}};
    struct iovec *at = parts;
    if (size > SEGI_FRAME_MAX || more_size > SEGI_FRAME_MAX - size)
        _exit(1);
    pthread_mutex_lock(&child->lock);
    for (size_t left = sizeof head + head.size; left;) {
        const ssize_t n = writev(child->pipe, at, (int)(parts + 3 - at));
        if (n < 0 && errno != EINTR)
            _exit(1);
        at = advance(at, n < 0 ? 0 : (size_t)n);
        left -= n < 0 ? 0 : (size_t)n;
    }
    pthread_mutex_unlock(&child->lock);
}

void segi_child_send_error(struct segi_child *child, uint32_t type, int status,
                           const struct seg_error *err)
{
    const int32_t number = status;
    segi_child_send(child, type, &number, sizeof number, err->text, strlen(err->text) + 1);
}

/* Reads exactly `size` bytes. SEG_ABSENT: it ended before. */
static int read_all(struct segi_child *child, void *to, size_t size, struct seg_error *err)
{
    size_t done = 0;
    while (done < size) {
        struct pollfd wait = {.fd = child->pipe, .events = POLLIN};
        if (atomic_load_explicit(&child->context->cancel, memory_order_relaxed))
            return segi_error(err, SEG_CANCELLED, "cancelled");
        if (segi_wall() > child->deadline)
            return segi_error(err, SEG_LIMIT,
                              "it was ended after %u seconds; --stage-seconds gives it more",
                              child->context->stage_seconds);
        if (poll(&wait, 1, TICK_MS) <= 0)
            continue;
        ssize_t n = read(child->pipe, (char *)to + done, size - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return SEG_ABSENT;
        done += n < 0 ? 0 : (size_t)n;
    }
    return SEG_OK;
}

int segi_child_next(struct segi_child *child, struct segi_frame *frame, struct seg_error *err)
{
    struct head head;
    int status = read_all(child, &head, sizeof head, err);
    if (status)
        return status;
    if (head.size > SEGI_FRAME_MAX)
        return SEG_ABSENT;
    void *data = child->data;
    if (!segi_reserve(&child->context->mem, &data, &child->capacity, head.size, 1))
        return segi_error_nomem(err);
    child->data = data;
    *frame = (struct segi_frame){head.type, head.size, data};
    return read_all(child, data, head.size, err);
}

/* Why it ended, when that was not in peace. */
static int ended(int state, struct seg_error *err)
{
    if (WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL)
        return segi_error(err, SEG_STAGE, "its process was killed, perhaps for want of memory");
    if (WIFSIGNALED(state))
        return segi_error(err, SEG_STAGE, "it crashed: %s", strsignal(WTERMSIG(state)));
    if (WEXITSTATUS(state))
        return segi_error(err, SEG_STAGE, "it ended its process with code %d", WEXITSTATUS(state));
    return SEG_OK;
}

int segi_child_end(struct segi_child *child, int status, struct seg_error *err)
{
    int state = 0;
    if (status && status != SEG_ABSENT)
        kill(child->pid, SIGKILL);
    close(child->pipe);
    while (waitpid(child->pid, &state, 0) < 0 && errno == EINTR)
        ;
    segi_free(&child->context->mem, child->data);
    pthread_mutex_destroy(&child->lock);
    if (status && status != SEG_ABSENT)
        return status;
    const int why = ended(state, err);
    return why || !status ? why
                          : segi_error(err, SEG_STAGE, "it ended its process, or spoke for it");
}

/* -- reading ----------------------------------------------------------------------------------- */

bool segi_reader_take(struct segi_reader *reader, void *to, size_t size)
{
    if (reader->frame->size - reader->at < size)
        return false;
    memcpy(to, (const char *)reader->frame->data + reader->at, size);
    reader->at += size;
    return true;
}

const void *segi_reader_rest(const struct segi_reader *reader, size_t *size)
{
    *size = reader->frame->size - reader->at;
    return (const char *)reader->frame->data + reader->at;
}

const char *segi_reader_text(struct segi_reader *reader)
{
    size_t left;
    const char *text = segi_reader_rest(reader, &left);
    const char *end = left ? memchr(text, 0, left) : NULL;
    if (!end)
        return NULL;
    reader->at += (size_t)(end - text) + 1;
    return text;
}

int segi_reader_error(struct segi_reader *reader, struct seg_error *err)
{
    int32_t status;
    if (!segi_reader_take(reader, &status, sizeof status) || status <= SEG_ABSENT ||
        status > SEG_LIMIT)
        return SEG_ABSENT;
    const char *text = segi_reader_text(reader);
    return text ? segi_error(err, status, "%s", text) : SEG_ABSENT;
}
