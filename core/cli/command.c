/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing a command line by its table, help from the same rows, and how the program speaks. */
#include "command.h"

#include "progress.h"

#include "../base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define COMMON(field) offsetof(struct cli_common, field)
const struct cli_option cli_common_options[] = {
    {0, "threads", "N", "use N threads (default: all cores)", CLI_COUNT, COMMON(threads), 1, 1024},
    {0, "max-pixels", "N", "refuse images of more than N pixels (default: 268435456)", CLI_COUNT,
     COMMON(max_pixels), 1, UINT64_MAX},
    {0, "plugin", "FILE", "open this plugin first; may be given again", CLI_LIST, COMMON(plugins),
     0, 0},
    {0, "isolate", "WHEN", "run plugins in processes of their own: auto, always, never", CLI_TEXT,
     COMMON(isolate), 0, 0},
    {0, "stage-seconds", "N", "end a stage that runs so for N seconds (default: 600)", CLI_COUNT,
     COMMON(stage_seconds), 1, UINT32_MAX},
    {0, "stage-memory", "MIB", "let a stage that runs so take that much (default: no limit)",
     CLI_COUNT, COMMON(stage_memory), 1, 1 << 24},
    {'q', "quiet", NULL, "say nothing but errors", CLI_FLAG, COMMON(quiet), 0, 0},
    {'v', "verbose", NULL, "say more", CLI_FLAG, COMMON(verbose), 0, 0},
    {'h', "help", NULL, "show this help", CLI_FLAG, COMMON(help), 0, 0},
};
const int cli_common_option_count = sizeof cli_common_options / sizeof *cli_common_options;

int cli_exit_code(int status)
{
    static const int codes[] = {
        [SEG_OK] = CLI_DONE,     [SEG_ABSENT] = CLI_NO,   [SEG_CANCELLED] = CLI_CANCELLED,
        [SEG_NOMEM] = CLI_STAGE, [SEG_USAGE] = CLI_USAGE, [SEG_INVALID] = CLI_INVALID,
        [SEG_IO] = CLI_IO,       [SEG_STAGE] = CLI_STAGE, [SEG_PLUGIN] = CLI_PLUGIN,
        [SEG_LIMIT] = CLI_IO,
    };
    return status >= 0 && status <= SEG_LIMIT ? codes[status] : CLI_STAGE;
}

/* -- messages --------------------------------------------------------------------------------- */

static void message_list(const char *format, va_list args)
{
    cli_progress_clear();
    fputs("segkit: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void cli_message(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    message_list(format, args);
    va_end(args);
}

int cli_usage(const struct cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    message_list(format, args);
    va_end(args);
    fprintf(stderr, "usage: segkit %s %s\n", cli->command->name, cli->command->synopsis);
    return CLI_USAGE;
}

int cli_fail(const struct seg_error *err)
{
    cli_message("%s", err->text);
    return cli_exit_code(err->status);
}

int cli_faults(const struct seg_faults *faults, int status)
{
    for (int i = 0; i < faults->count; i++) {
        const struct seg_fault *f = &faults->list[i];
        if (f->line)
            cli_message("%s:%d:%d: %s", f->file, f->line, f->column, f->error.text);
        else
            cli_message("%s%s%s", f->file, *f->file ? ": " : "", f->error.text);
    }
    if (faults->more)
        cli_message("and %d more", faults->more);
    if (!faults->count)
        cli_message("%s", seg_status_name(status));
    for (int i = 0; i < faults->count; i++)
        if (faults->list[i].error.status == SEG_PLUGIN)
            return CLI_PLUGIN;
    return cli_exit_code(status);
}

/* -- help ------------------------------------------------------------------------------------- */

static void help_rows(const struct cli_option *options, int count, FILE *to)
{
    for (int i = 0; i < count; i++) {
        const struct cli_option *o = &options[i];
        char left[64];
        snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter ? '-' : ' ',
                 o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name, o->arg ? " " : "",
                 o->arg ? o->arg : "");
        fprintf(to, "  %-26s %s\n", left, o->help);
    }
}

void cli_help(const struct cli_command *command, FILE *to)
{
    fprintf(to, "usage: segkit %s %s\n%s\n\n", command->name, command->synopsis, command->summary);
    help_rows(command->options, command->option_count, to);
    help_rows(cli_common_options, cli_common_option_count, to);
    if (command->notes)
        fprintf(to, "\n%s\n", command->notes);
}

/* -- parsing ---------------------------------------------------------------------------------- */

struct parser {
    struct cli *cli;
    int argc, at;
    char **argv;
    void *options;
};

/* The row and the struct that its field is in. */
static const struct cli_option *find_option(struct parser *p, const char *name, size_t length,
                                            char letter, void **base)
{
    const struct cli_option *tables[] = {p->cli->command->options, cli_common_options};
    const int counts[] = {p->cli->command->option_count, cli_common_option_count};
    void *bases[] = {p->options, &p->cli->common};
    for (int t = 0; t < 2; t++)
        for (int i = 0; i < counts[t]; i++) {
            const struct cli_option *o = &tables[t][i];
            if (letter ? o->letter == letter
                       : strlen(o->name) == length && !strncmp(o->name, name, length)) {
                *base = bases[t];
                return o;
            }
        }
    return NULL;
}

static int unknown_option(struct parser *p, const char *word)
{
    struct segi_guess guess = {.typed = word + 2};
    for (int i = 0; i < p->cli->command->option_count; i++)
        segi_guess_try(&guess, p->cli->command->options[i].name);
    for (int i = 0; i < cli_common_option_count; i++)
        segi_guess_try(&guess, cli_common_options[i].name);
    if (!strncmp(word, "--", 2) && guess.best)
        return cli_usage(p->cli, "no option '%s'; did you mean '--%s'?", word, guess.best);
    return cli_usage(p->cli, "no option '%s'; 'segkit %s -h' lists them", word,
                     p->cli->command->name);
}

static int store(struct parser *p, const struct cli_option *o, void *base, const char *value)
{
    void *field = (char *)base + o->offset;
    if (o->type == CLI_TEXT) {
        *(const char **)field = value;
    } else if (o->type == CLI_LIST) {
        struct cli_list *list = field;
        const char **items = realloc(list->items, (size_t)(list->count + 1) * sizeof *items);
        if (!items) {
            cli_message("out of memory");
            return CLI_STAGE;
        }
        list->items = items;
        list->items[list->count++] = value;
    } else {
        char *rest;
        errno = 0;
        const unsigned long long number = strtoull(value, &rest, 10);
        if (*value < '0' || *value > '9' || *rest || errno || number < o->min || number > o->max)
            return cli_usage(p->cli, "option '--%s': '%s' is not a number in %llu..%llu", o->name,
                             value, (unsigned long long)o->min, (unsigned long long)o->max);
        *(uint64_t *)field = number;
    }
    return CLI_DONE;
}

/* An option with its argument behind '=', directly behind its letter, or in the next word. */
static int take_option(struct parser *p)
{
    const char *word = p->argv[p->at++];
    const bool is_long = word[1] == '-';
    const char *name = word + 2, *equals = is_long ? strchr(name, '=') : NULL;
    const size_t length = equals ? (size_t)(equals - name) : strlen(name);
    void *base;
    const struct cli_option *o = find_option(p, name, length, is_long ? 0 : word[1], &base);
    if (!o)
        return unknown_option(p, word);
    const char *value = is_long ? (equals ? equals + 1 : NULL) : (word[2] ? word + 2 : NULL);
    if (o->type == CLI_FLAG) {
        if (value)
            return cli_usage(p->cli, "option '--%s' takes no argument", o->name);
        *(bool *)((char *)base + o->offset) = true;
        return CLI_DONE;
    }
    if (!value && p->at < p->argc)
        value = p->argv[p->at++];
    if (!value)
        return cli_usage(p->cli, "option '--%s' needs %s", o->name, o->arg);
    return store(p, o, base, value);
}

int cli_parse(struct cli *cli, int argc, char **argv, void *options)
{
    struct parser p = {cli, argc, 0, argv, options};
    cli->word_count = -1;
    /* operands are moved to the front of argv, which no longer needs those places */
    cli->operands = (const char **)argv;
    while (p.at < argc) {
        char *word = argv[p.at];
        if (!strcmp(word, "--")) {
            cli->word_count = argc - p.at - 1;
            cli->words = (const char **)&argv[p.at + 1];
            break;
        }
        if (word[0] == '-' && word[1]) {
            int status = take_option(&p);
            if (status)
                return status;
        } else {
            argv[cli->count++] = word;
            p.at++;
        }
    }
    return CLI_DONE;
}

static const char *const isolate_words[] = {
    [SEG_ISOLATE_NEVER] = "never", [SEG_ISOLATE_AUTO] = "auto", [SEG_ISOLATE_ALWAYS] = "always"};

int cli_context_options(const struct cli *cli, struct seg_options *options)
{
    const struct cli_common *common = &cli->common;
    const char *word = common->isolate ? common->isolate : getenv("SEGKIT_ISOLATE");
    *options = (struct seg_options){.struct_size = sizeof *options,
                                    .threads = (unsigned)common->threads,
                                    .max_pixels = common->max_pixels,
                                    .stage_seconds = (uint32_t)common->stage_seconds,
                                    .stage_memory = common->stage_memory << 20};
    for (uint32_t i = 0; i <= SEG_ISOLATE_ALWAYS; i++)
        if (!strcmp(word && *word ? word : "auto", isolate_words[i])) {
            options->isolate = i;
            return CLI_DONE;
        }
    return cli_usage(cli, "%s: '%s' is not one of auto, always, never",
                     common->isolate ? "option '--isolate'" : "SEGKIT_ISOLATE", word);
}

static void free_lists(const struct cli_option *options, int count, void *base)
{
    for (int i = 0; i < count; i++)
        if (options[i].type == CLI_LIST)
            free(((struct cli_list *)(void *)((char *)base + options[i].offset))->items);
}

void cli_parse_end(struct cli *cli, void *options)
{
    free_lists(cli->command->options, cli->command->option_count, options);
    free_lists(cli_common_options, cli_common_option_count, &cli->common);
}
