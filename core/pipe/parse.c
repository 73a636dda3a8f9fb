/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Getting at the YAML: from files, pipes and memory. */
#include "ast.h"

#include "../base/error.h"
#include "../base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* `text` is terminated. */
static int parse(seg_context *context, const char *name, const char *path, const char *text,
                 size_t length, seg_pipeline **out, struct seg_faults *faults)
{
    seg_pipeline *pipeline = segi_pipeline_new(context, name, path);
    int status = pipeline ? segi_yaml_read(pipeline, text, length, faults) : SEG_NOMEM;
    if (!status) {
        *out = pipeline;
        return SEG_OK;
    }
    segi_pipeline_unref(pipeline);
    return status == SEG_NOMEM ? segi_fault(faults, name, 0, 0, SEG_NOMEM, "out of memory")
                               : status;
}

int seg_pipeline_parse_text(seg_context *context, const char *name, const char *text, size_t length,
                            seg_pipeline **pipeline, struct seg_faults *faults)
{
    faults->count = faults->more = 0;
    struct segi_arena arena = {.mem = &context->mem};
    /* one byte beyond the limit is enough to be refused */
    const size_t size = length > SEGI_TEXT_MAX ? SEGI_TEXT_MAX + 1 : length;
    const char *copy = segi_arena_strndup(&arena, text, size);
    int status = copy ? parse(context, name, NULL, copy, size, pipeline, faults)
                      : segi_fault(faults, name, 0, 0, SEG_NOMEM, "out of memory");
    segi_arena_end(&arena);
    return status;
}

/* All of a file, or of a pipe, up to one byte beyond the limit. */
static int read_file(const char *path, struct segi_text *text, struct seg_error *err)
{
    const bool standard = !strcmp(path, "-");
    const int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return segi_error(err, SEG_IO, "cannot be opened: %s", strerror(errno));
    char part[4096];
    ssize_t n;
    segi_text_add(text, "", 0);
    do {
        n = read(fd, part, sizeof part);
        if (n > 0)
            segi_text_add(text, part, (size_t)n);
    } while ((n > 0 || (n < 0 && errno == EINTR)) && !text->failed &&
             text->length <= SEGI_TEXT_MAX);
    const int failed = n < 0 ? errno : 0;
    if (!standard)
        close(fd);
    if (failed)
        return segi_error(err, SEG_IO, "cannot be read: %s", strerror(failed));
    return text->failed ? segi_error_nomem(err) : SEG_OK;
}

int seg_pipeline_parse_file(seg_context *context, const char *path, seg_pipeline **pipeline,
                            struct seg_faults *faults)
{
    faults->count = faults->more = 0;
    struct segi_text text = {.mem = &context->mem};
    struct seg_error err;
    int status = read_file(path, &text, &err);
    if (status)
        segi_fault(faults, path, 0, 0, status, "%s", err.text);
    else
        status = parse(context, path, path, text.data, text.length, pipeline, faults);
    segi_text_end(&text);
    return status;
}
