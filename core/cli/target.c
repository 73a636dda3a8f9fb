/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of results. */
#include "target.h"

#include "../base/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAME "{name}"

void cli_base_name(const char *path, bool stem, char *name, size_t size)
{
    const char *slash = strrchr(path, '/');
    snprintf(name, size, "%s", !strcmp(path, "-") ? "stdin" : slash ? slash + 1 : path);
    char *dot = strrchr(name, '.');
    if (stem && dot && dot != name)
        *dot = 0;
}

static bool is_folder(const char *path)
{
    struct stat st;
    const size_t n = strlen(path);
    return (n && path[n - 1] == '/') || (!stat(path, &st) && S_ISDIR(st.st_mode));
}

/* The length of the layer's name before ':', as in "cells", "cells.lines", "mask.label#3.lines"; 0:
 * there is none, as in a path of folders with a colon. */
static size_t layer_length(const char *text)
{
    size_t n = 0;
    if (isalpha((unsigned char)*text) || *text == '_')
        while (isalnum((unsigned char)text[n]) || (text[n] && strchr("_-.#", text[n])))
            n++;
    return n && text[n] == ':' && text[n + 1] ? n : 0;
}

int cli_targets(const struct cli *cli, const struct cli_list *outputs, struct cli_target **targets,
                const char ***layers)
{
    (void)cli;
    const size_t count = (size_t)outputs->count;
    size_t letters = 0, kept = 0;
    for (size_t i = 0; i < count; i++)
        letters += layer_length(outputs->items[i]) + 1;
    *targets = calloc(1, count * sizeof **targets + (count + 1) * sizeof **layers + letters);
    if (!*targets) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    *layers = (const char **)(*targets + count);
    char *names = (char *)(*layers + count + 1);
    for (size_t i = 0; i < count; i++) {
        const char *text = outputs->items[i];
        const size_t n = layer_length(text);
        struct cli_target *target = &(*targets)[i];
        if (n) {
            target->layer = (*layers)[kept++] = memcpy(names, text, n);
            names += n + 1;
        }
        target->path = text + (n ? n + 1 : 0);
        target->folder = is_folder(target->path);
    }
    return CLI_DONE;
}

bool cli_target_many(const struct cli_target *target)
{
    return target->folder || strstr(target->path, NAME);
}

bool cli_target_path(const struct cli_target *target, const char *input, char path[CLI_PATH])
{
    char name[256];
    int n;
    const char *hole = strstr(target->path, NAME);
    const size_t length = strlen(target->path);
    cli_base_name(input, true, name, sizeof name);
    if (target->folder)
        n = snprintf(path, CLI_PATH, "%s%s%s.png", target->path,
                     target->path[length - 1] == '/' ? "" : "/", name);
    else if (hole)
        n = snprintf(path, CLI_PATH, "%.*s%s%s", (int)(hole - target->path), target->path, name,
                     hole + strlen(NAME));
    else
        n = snprintf(path, CLI_PATH, "%s", target->path);
    return n > 0 && n < CLI_PATH;
}

int cli_target_prepare(const struct cli_target *target)
{
    if (!target->folder || !mkdir(target->path, 0777) || errno == EEXIST)
        return CLI_DONE;
    cli_message("folder '%s': %s", target->path, strerror(errno));
    return CLI_IO;
}
