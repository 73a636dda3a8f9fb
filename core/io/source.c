/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and reading files. Files are read, not mapped: one that is cut while it is mapped would
 * end the process. */
#include "source.h"

#include "../base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_PIECE 65536

/* Enough for any file of max_pixels samples of eight bytes in four planes, and its headers. */
static uint64_t size_limit(const seg_context *context)
{
    const uint64_t room = (uint64_t)1 << 26;
    return context->max_pixels > (PTRDIFF_MAX - room) / 32 ? PTRDIFF_MAX
                                                           : context->max_pixels * 32 + room;
}

static int fail_read(struct seg_error *err)
{
    return segi_error(err, SEG_IO, "cannot read: %s", strerror(errno));
}

static int read_some(int fd, void *bytes, size_t size, size_t *got, struct seg_error *err)
{
    ssize_t n;
    do
        n = read(fd, bytes, size);
    while (n < 0 && errno == EINTR);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0 ? fail_read(err) : SEG_OK;
}

/* Reads a stream to its end, the head of which was read already. */
static int slurp(struct segi_source *source, struct seg_error *err)
{
    const struct segi_mem *mem = &source->context->mem;
    const uint64_t limit = size_limit(source->context);
    size_t capacity = 0, size = 0, got = source->head_size;
    void *data = NULL;
    int status = SEG_OK;
    while (!status && got) {
        size += got;
        if (size > limit)
            status = segi_error(err, SEG_LIMIT, "more than %llu bytes", (unsigned long long)limit);
        else if (!segi_reserve(mem, &data, &capacity, size + FIRST_PIECE, 1))
            status = segi_error_nomem(err);
        else
            status = read_some(source->fd, (char *)data + size, capacity - size, &got, err);
    }
    if (status) {
        segi_free(mem, data);
        return status;
    }
    if (data)
        memcpy(data, source->head, source->head_size);
    source->data = data;
    source->size = size;
    source->stream = false;
    return SEG_OK;
}

static int read_head(struct segi_source *source, struct seg_error *err)
{
    if (!source->stream)
        return segi_source_read(source, 0, source->head, SEGI_HEAD, &source->head_size, err);
    size_t got = 1;
    int status = SEG_OK;
    while (!status && got && source->head_size < SEGI_HEAD) {
        status = read_some(source->fd, source->head + source->head_size,
                           SEGI_HEAD - source->head_size, &got, err);
        source->head_size += got;
    }
    return status;
}

int segi_source_open(struct segi_source *source, seg_context *context, const char *path,
                     struct seg_error *err)
{
    *source = (struct segi_source){.context = context, .fd = -1};
    struct stat st;
    const bool standard = !strcmp(path, "-");
    int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st)) {
        int status = segi_error(err, SEG_IO, "cannot open: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return status;
    }
    source->fd = fd;
    source->stream = standard || !S_ISREG(st.st_mode);
    source->size = source->stream ? 0 : (uint64_t)st.st_size;
    int status = S_ISDIR(st.st_mode) ? segi_error(err, SEG_IO, "is a folder, not an image")
                                     : read_head(source, err);
    if (status)
        segi_source_close(source);
    return status;
}

void segi_source_close(struct segi_source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    segi_free(&source->context->mem, source->data);
    source->fd = -1;
    source->data = NULL;
}

int segi_source_read(struct segi_source *source, uint64_t offset, void *bytes, size_t size,
                     size_t *got, struct seg_error *err)
{
    *got = 0;
    if (offset >= source->size)
        return SEG_OK;
    if (size > source->size - offset)
        size = (size_t)(source->size - offset);
    if (source->data) {
        memcpy(bytes, source->data + offset, size);
        *got = size;
        return SEG_OK;
    }
    while (*got < size) {
        ssize_t n = pread(source->fd, (char *)bytes + *got, size - *got, (off_t)(offset + *got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_read(err);
        if (n == 0)
            break; /* it became shorter meanwhile */
        *got += (size_t)n;
    }
    return SEG_OK;
}

int segi_source_all(struct segi_source *source, struct seg_error *err)
{
    if (source->data)
        return SEG_OK;
    if (source->stream)
        return slurp(source, err);
    if (source->size > size_limit(source->context))
        return segi_error(err, SEG_LIMIT, "%llu bytes: more than the limit of %llu",
                          (unsigned long long)source->size,
                          (unsigned long long)size_limit(source->context));
    size_t got = 0;
    unsigned char *data = segi_alloc(&source->context->mem, (size_t)source->size, 1);
    if (!data)
        return segi_error(err, SEG_NOMEM, "out of memory: %llu bytes",
                          (unsigned long long)source->size);
    int status = segi_source_read(source, 0, data, (size_t)source->size, &got, err);
    if (status) {
        segi_free(&source->context->mem, data);
        return status;
    }
    source->data = data;
    source->size = got;
    return SEG_OK;
}
