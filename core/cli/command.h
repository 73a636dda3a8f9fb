/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands as tables: one table row an option, from which parsing, -h and completion come. */
#ifndef SEGI_COMMAND_H
#define SEGI_COMMAND_H

#include <segkit/segkit.h>
#include <stdbool.h>
#include <stdio.h>

/* Exit codes of the program. */
enum cli_exit {
    CLI_DONE = 0,
    CLI_NO = 1,      /* a negative answer */
    CLI_USAGE = 2,   /* the command line */
    CLI_INVALID = 3, /* the pipeline */
    CLI_IO = 4,      /* a file */
    CLI_STAGE = 5,   /* a stage failed */
    CLI_PLUGIN = 6,  /* a plugin was refused */
    CLI_SOME = 7,    /* some images of a batch failed */
    CLI_CANCELLED = 130
};

int cli_exit_code(int status); /* of an enum seg_status */

enum cli_type {
    CLI_FLAG,  /* bool */
    CLI_COUNT, /* uint64_t in min..max */
    CLI_TEXT,  /* const char *; the last one given counts */
    CLI_LIST   /* struct cli_list; every one given counts */
};

struct cli_list {
    const char **items;
    int count;
};

struct cli_option {
    char letter;      /* 0: none */
    const char *name; /* without the dashes */
    const char *arg;  /* what its argument is called; NULL for flags */
    const char *help;
    enum cli_type type;
    size_t offset; /* of its field */
    uint64_t min, max;
};

/* What every command has. */
struct cli_common {
    bool help, quiet, verbose;
    uint64_t threads, max_pixels, stage_seconds, stage_memory;
    const char *isolate;
    struct cli_list plugins;
};

struct cli {
    const struct cli_command *command;
    struct cli_common common;
    seg_context *context; /* for commands that want one */
    int count;            /* operands before "--" */
    const char **operands;
    int word_count; /* words after "--"; -1: there was no "--" */
    const char **words;
};

struct cli_command {
    const char *name;     /* "run", "plugin list" */
    const char *summary;  /* one line */
    const char *synopsis; /* what follows the name */
    const char *notes;    /* lines at the end of -h; NULL: none */
    const struct cli_option *options;
    int option_count;
    size_t size; /* of the struct that the options fill */
    bool context;
    int (*run)(struct cli *cli, const void *options); /* returns an exit code */
};

#define CLI_OPTIONS(table)                                                                         \
    .options = (table), .option_count = (int)(sizeof(table) / sizeof *(table))

extern const struct cli_option cli_common_options[];
extern const int cli_common_option_count;

/* The context's options from those of the command line; --isolate and, without it,
 * SEGKIT_ISOLATE name a word. Wrong ones are told on stderr; returns CLI_DONE or CLI_USAGE. */
int cli_context_options(const struct cli *cli, struct seg_options *options);

/* Parses what follows the command's name into cli and `options` (zeroed by the caller). A wrong
 * command line is told on stderr; returns CLI_DONE or CLI_USAGE. cli_parse_end frees its lists. */
int cli_parse(struct cli *cli, int argc, char **argv, void *options);
void cli_parse_end(struct cli *cli, void *options);
void cli_help(const struct cli_command *command, FILE *to);

/* "segkit: ..." on stderr, above a progress line if there is one. */
void cli_message(const char *format, ...) SEG_PRINTF(1, 2);

/* The error with context in front; returns its exit code. */
int cli_fail(const struct seg_error *err);
int cli_faults(const struct seg_faults *faults, int status);
int cli_usage(const struct cli *cli, const char *format, ...) SEG_PRINTF(2, 3);

#endif
