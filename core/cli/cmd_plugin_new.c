/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit plugin new: a folder with a plugin that builds, is tested and installs at once. */
#include "commands.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct options {
    struct cli_list stages;
    const char *build;
};

/* What is made: its name, and the stages by the second halves of their ids. */
struct scaffold {
    const char *name, *build;
    const char *const *stages;
    int count;
};

/* The files of core/cli/scaffold. Those in a folder are for the build system of that name. */
static const struct {
    const char *path, *text;
} templates[] = {
#include "scaffold.inc"
};

static const struct {
    const char *name, *commands;
} builds[] = {
    {"make", "make && make check && make install"},
    {"autotools", "autoreconf -fi && ./configure && make && make check && make install"},
    {"meson", "meson setup build && meson test -C build && meson install -C build"},
    {"cmake", "cmake -B build && cmake --build build && ctest --test-dir build && "
              "cmake --install build"},
};
#define BUILDS ((int)(sizeof builds / sizeof *builds))

/* @KEY@ in a template stands for a list of the stages. */
static const struct {
    const char *key, *before, *after, *between;
    bool whole; /* NAME_STAGE rather than STAGE */
} lists[] = {
    {"STAGES", "&", "", ", ", true},
    {"DECLARATIONS", "extern const struct seg_stage ", ";\n", "", true},
    {"OBJECTS", "stage_", ".o", " ", false},
    {"SOURCES", "stage_", ".c", " ", false},
    {"QUOTED", "'stage_", ".c'", ", ", false},
    {"TESTED", "", "", " ", false},
};

static bool is(const char *key, const char *text, size_t length)
{
    return strlen(key) == length && !strncmp(key, text, length);
}

/* What a key stands for; false: it is none. */
static bool put_key(FILE *out, const struct scaffold *s, const char *stage, const char *key,
                    size_t length)
{
    if (is("NAME", key, length) || is("STAGE", key, length))
        return fputs(is("NAME", key, length) ? s->name : stage, out) >= 0;
    for (int i = 0; i < BUILDS && is("BUILD", key, length); i++)
        if (!strcmp(builds[i].name, s->build))
            return fputs(builds[i].commands, out) >= 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (!is(lists[i].key, key, length))
            continue;
        for (int k = 0; k < s->count; k++)
            fprintf(out, "%s%s%s%s%s%s", k ? lists[i].between : "", lists[i].before,
                    lists[i].whole ? s->name : "", lists[i].whole ? "_" : "", s->stages[k],
                    lists[i].after);
        return true;
    }
    return false;
}

static void expand(FILE *out, const struct scaffold *s, const char *stage, const char *text)
{
    while (*text) {
        const size_t length = *text == '@' ? strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;
        if (length && text[length + 1] == '@' && put_key(out, s, stage, text + 1, length))
            text += length + 2;
        else
            fputc(*text++, out);
    }
}

static int write_file(const struct scaffold *s, const char *stage, const char *file,
                      const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", s->name, file);
    FILE *out = fopen(path, "wx");
    if (out)
        expand(out, s, stage, text);
    if (!out || ferror(out) | fclose(out)) {
        cli_message("'%s': cannot be written: %s", path, strerror(errno));
        return CLI_IO;
    }
    return CLI_DONE;
}

static int write_all(const struct scaffold *s)
{
    const size_t n = strlen(s->build);
    int code = CLI_DONE;
    for (size_t i = 0; i < sizeof templates / sizeof *templates && !code; i++) {
        const char *path = templates[i].path, *slash = strchr(path, '/');
        if (!strcmp(path, "stage.c")) {
            for (int k = 0; k < s->count && !code; k++) {
                char file[256];
                snprintf(file, sizeof file, "stage_%s.c", s->stages[k]);
                code = write_file(s, s->stages[k], file, templates[i].text);
            }
        } else if (!slash || ((size_t)(slash - path) == n && !strncmp(path, s->build, n))) {
            code = write_file(s, s->stages[0], slash ? slash + 1 : path, templates[i].text);
        }
    }
    return code;
}

static bool is_name(const char *name)
{
    const size_t n = strlen(name);
    return islower((unsigned char)*name) && n < 64 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

static int check(const struct cli *cli, const struct options *options)
{
    bool known = !options->build;
    if (cli->count != 1)
        return cli_usage(cli, "one name is wanted");
    for (int i = 0; i < BUILDS && !known; i++)
        known = !strcmp(builds[i].name, options->build);
    if (!known)
        return cli_usage(cli, "--build: %s is not one of make, autotools, meson, cmake",
                         options->build);
    for (int i = -1; i < options->stages.count; i++) {
        const char *name = i < 0 ? cli->operands[0] : options->stages.items[i];
        if (!is_name(name))
            return cli_usage(cli, "name '%s': it is of a-z, 0-9 and _, and begins with a letter",
                             name);
        for (int k = 0; k < i; k++)
            if (!strcmp(name, options->stages.items[k]))
                return cli_usage(cli, "stage '%s' is given twice", name);
    }
    return CLI_DONE;
}

static int run(struct cli *cli, const void *given)
{
    const struct options *options = given;
    static const char *const one[] = {"bright"};
    int code = check(cli, options);
    if (code)
        return code;
    const struct scaffold s = {
        .name = cli->operands[0],
        .build = options->build ? options->build : "make",
        .stages = options->stages.count ? options->stages.items : one,
        .count = options->stages.count ? options->stages.count : 1,
    };
    if (mkdir(s.name, 0777)) {
        cli_message("folder '%s': cannot be made: %s", s.name, strerror(errno));
        return CLI_IO;
    }
    code = write_all(&s);
    for (int i = 0; i < BUILDS && !code && !cli->common.quiet; i++)
        if (!strcmp(builds[i].name, s.build))
            printf("cd %s && %s\n", s.name, builds[i].commands);
    return code;
}

static const struct cli_option options[] = {
    {0, "stage", "NAME", "a stage of this name (bright); may be given again", CLI_LIST,
     offsetof(struct options, stages), 0, 0},
    {0, "build", "SYSTEM", "make (without it), autotools, meson or cmake", CLI_TEXT,
     offsetof(struct options, build), 0, 0},
};

const struct cli_command cli_plugin_new = {
    .name = "plugin new",
    .summary = "Makes a folder with a plugin to begin with.",
    .synopsis = "[--stage NAME]... [--build SYSTEM] NAME",
    .notes = "Prints the commands that build, test and install it. What exists stays as it is.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .run = run,
};
