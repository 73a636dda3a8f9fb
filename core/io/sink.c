/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing a file beside its place and moving it there when it is whole. */
#include "sink.h"

#include "../base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 100

static int fail_write(struct segi_sink *sink, const char *what)
{
    sink->status = segi_error(sink->err, SEG_IO, "cannot %s: %s", what, strerror(errno));
    return sink->status;
}

/* A link is followed, so that the file it names is replaced and not the link. */
static char *real_target(const struct segi_mem *mem, const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = segi_strdup(mem, real ? real : path);
    free(real);
    return copy;
}

static int open_temp(struct segi_sink *sink, mode_t mode)
{
    static atomic_uint counter;
    const char *slash = strrchr(sink->path, '/');
    const int folder = slash ? (int)(slash + 1 - sink->path) : 0;
    const size_t size = strlen(sink->path) + 64;
    sink->temp = segi_alloc(&sink->context->mem, size, 1);
    if (!sink->temp)
        return sink->status = segi_error_nomem(sink->err);
    for (int i = 0; i < TRIES; i++) {
        snprintf(sink->temp, size, "%.*s.segkit-%ld-%u.tmp", folder, sink->path, (long)getpid(),
                 atomic_fetch_add(&counter, 1));
        sink->fd = open(sink->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (sink->fd >= 0 || errno != EEXIST)
            break;
    }
    if (sink->fd < 0) {
        segi_free(&sink->context->mem, sink->temp);
        sink->temp = NULL;
        return fail_write(sink, "create");
    }
    if (mode)
        (void)!fchmod(sink->fd, mode & 0777); /* as the file that it replaces, where that works */
    return SEG_OK;
}

static int open_target(struct segi_sink *sink, const char *path)
{
    struct stat st;
    if (!strcmp(path, "-")) {
        sink->fd = dup(STDOUT_FILENO);
        return sink->fd < 0 ? fail_write(sink, "open") : SEG_OK;
    }
    const bool exists = !stat(path, &st);
    if (exists && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return fail_write(sink, "write");
    }
    if (exists && !S_ISREG(st.st_mode)) {
        sink->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return sink->fd < 0 ? fail_write(sink, "open") : SEG_OK;
    }
    sink->path = real_target(&sink->context->mem, path);
    if (!sink->path)
        return sink->status = segi_error_nomem(sink->err);
    return open_temp(sink, exists ? st.st_mode : 0);
}

static void let_go(struct segi_sink *sink)
{
    const struct segi_mem *mem = &sink->context->mem;
    if (sink->fd >= 0)
        close(sink->fd);
    if (sink->temp)
        unlink(sink->temp);
    segi_free(mem, sink->path);
    segi_free(mem, sink->temp);
    segi_free(mem, sink->buffer);
    *sink = (struct segi_sink){.fd = -1, .status = sink->status};
}

int segi_sink_open(struct segi_sink *sink, seg_context *context, const char *path,
                   struct seg_error *err)
{
    *sink = (struct segi_sink){.context = context, .err = err, .fd = -1};
    sink->buffer = segi_alloc(&context->mem, SEGI_SINK_BUFFER, 1);
    int status = sink->buffer ? open_target(sink, path) : segi_error_nomem(err);
    if (status)
        let_go(sink);
    return status;
}

static void write_all(struct segi_sink *sink, const unsigned char *bytes, size_t size)
{
    while (size && !sink->status) {
        ssize_t n = write(sink->fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fail_write(sink, "write");
            break;
        }
        bytes += n;
        size -= (size_t)n;
    }
}

static int flush(struct segi_sink *sink)
{
    write_all(sink, sink->buffer, sink->used);
    sink->used = 0;
    return sink->status;
}

void segi_sink_write(struct segi_sink *sink, const void *bytes, size_t size)
{
    if (size > SEGI_SINK_BUFFER - sink->used)
        flush(sink);
    if (size > SEGI_SINK_BUFFER) {
        write_all(sink, bytes, size);
        return;
    }
    if (size)
        memcpy(sink->buffer + sink->used, bytes, size);
    sink->used += size;
}

void segi_sink_printf(struct segi_sink *sink, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    segi_sink_write(sink, text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

int segi_sink_write_at(struct segi_sink *sink, uint64_t offset, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    while (size && !sink->status) {
        ssize_t n = pwrite(sink->fd, from, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_write(sink, "write");
        from += n;
        offset += (uint64_t)n;
        size -= (size_t)n;
    }
    return sink->status;
}

size_t segi_sink_read_back(struct segi_sink *sink, uint64_t offset, void *bytes, size_t size)
{
    ssize_t n = pread(sink->fd, bytes, size, (off_t)offset);
    return n < 0 ? 0 : (size_t)n;
}

int segi_sink_close(struct segi_sink *sink, int status)
{
    if (!status)
        status = flush(sink);
    const int fd = sink->fd;
    sink->fd = -1;
    if (close(fd) && !status)
        status = fail_write(sink, "write");
    if (!status && sink->temp) {
        if (rename(sink->temp, sink->path)) {
            status = fail_write(sink, "rename");
        } else {
            segi_free(&sink->context->mem, sink->temp);
            sink->temp = NULL;
        }
    }
    let_go(sink);
    return status;
}
