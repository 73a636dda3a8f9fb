/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program: its table of commands, and what all of them share. */
#include "command.h"
#include "commands.h"
#include "progress.h"

#include "../base/text.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
const struct cli_command *const cli_commands[] = {
    &cli_run,
    &cli_check,
    &cli_stages,
    &cli_show,
    &cli_info,
    &cli_convert,
    &cli_bench,
    &cli_eval,
    &cli_compare,
    &cli_tune,
    &cli_fuse,
    &cli_replay,
    &cli_lint,
    &cli_model_info,
    &cli_model_forward,
    &cli_model_bench,
    &cli_model_check,
    &cli_model_probe,
    &cli_plugin_list,
    &cli_plugin_doctor,
    &cli_plugin_new,
    &cli_plugin_verify,
    &cli_version,
    &cli_complete,
};
/* clang-format on */
const int cli_command_count = sizeof cli_commands / sizeof *cli_commands;

static void help(FILE *to)
{
    fputs("usage: segkit COMMAND [OPTION]... [ARGUMENT]...\n"
          "Segments images: runs pipelines of stages, classical and learned.\n\n",
          to);
    for (int i = 0; i < cli_command_count; i++)
        fprintf(to, "  %-16s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    fputs("\n'segkit COMMAND -h' shows a command's options. man segkit is the manual.\n", to);
}

const struct cli_command *cli_command_find(int count, const char *const *words, int *used)
{
    for (int i = 0; i < cli_command_count && count > 0; i++) {
        const char *name = cli_commands[i]->name, *space = strchr(name, ' ');
        const size_t first = space ? (size_t)(space - name) : strlen(name);
        if (strlen(words[0]) != first || strncmp(words[0], name, first) != 0)
            continue;
        if (space && (count < 2 || strcmp(words[1], space + 1) != 0))
            continue;
        *used = space ? 2 : 1;
        return cli_commands[i];
    }
    return NULL;
}

/* Lists the second words of the commands that begin with `first`; false: there are none. */
static bool second_words(const char *first, char *list, size_t size)
{
    const size_t n = strlen(first);
    size_t used = 0;
    for (int i = 0; i < cli_command_count; i++) {
        const char *name = cli_commands[i]->name;
        if (!strncmp(name, first, n) && name[n] == ' ' && used < size)
            used +=
                (size_t)snprintf(list + used, size - used, "%s%s", used ? ", " : "", name + n + 1);
    }
    return used;
}

static int unknown_command(int argc, char **argv)
{
    struct segi_guess guess = {.typed = argv[0]};
    char words[256];
    if (second_words(argv[0], words, sizeof words)) {
        if (argc > 1)
            cli_message("'%s' has no command '%s': there are %s", argv[0], argv[1], words);
        else
            cli_message("'%s' needs one more word: %s", argv[0], words);
        return CLI_USAGE;
    }
    for (int i = 0; i < cli_command_count; i++)
        segi_guess_try(&guess, cli_commands[i]->name);
    if (guess.best)
        cli_message("no command '%s'; did you mean '%s'?", argv[0], guess.best);
    else
        cli_message("no command '%s'; 'segkit -h' lists them", argv[0]);
    return CLI_USAGE;
}

/* -- interrupts ------------------------------------------------------------------------------- */

static seg_context *interruptible;

/* The first Ctrl-C lets the run end cleanly, the second ends the program. */
static void on_interrupt(int signal_number)
{
    seg_context_cancel(interruptible);
    signal(signal_number, SIG_DFL);
}

static void catch_interrupts(seg_context *context)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    interruptible = context;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* -- running a command ------------------------------------------------------------------------ */

static void on_log(void *user, enum seg_log_level level, const char *text)
{
    const struct cli_common *common = user;
    if (level == SEG_LOG_WARN ? !common->quiet : common->verbose)
        cli_message("%s%s", level == SEG_LOG_WARN ? "warning: " : "", text);
}

static int make_context(struct cli *cli)
{
    struct cli_common *common = &cli->common;
    const char **plugins = calloc((size_t)common->plugins.count + 1, sizeof *plugins);
    if (!plugins) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    for (int i = 0; i < common->plugins.count; i++)
        plugins[i] = common->plugins.items[i];
    struct seg_options options;
    struct seg_error err;
    int code = cli_context_options(cli, &options);
    options.log = on_log;
    options.log_user = common;
    options.plugins = plugins;
    if (!code && seg_context_new(&options, &cli->context, &err))
        code = cli_fail(&err);
    free(plugins);
    if (code)
        return code;
    catch_interrupts(cli->context);
    return CLI_DONE;
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
    struct cli cli = {.command = command};
    void *options = calloc(1, command->size ? command->size : 1);
    if (!options)
        return CLI_STAGE;
    int code = cli_parse(&cli, argc, argv, options);
    if (!code && cli.common.help) {
        cli_help(command, stdout);
    } else if (!code) {
        cli_progress_start(cli.common.quiet);
        if (command->context)
            code = make_context(&cli);
        if (!code)
            code = command->run(&cli, options);
        seg_context_free(cli.context);
        cli_progress_clear();
    }
    cli_parse_end(&cli, options);
    free(options);
    return code;
}

int main(int argc, char **argv)
{
    static char version[] = "version";
    int words, code;
    if (argc < 2) {
        help(stderr);
        return CLI_USAGE;
    }
    if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
        help(stdout);
        code = CLI_DONE;
    } else {
        if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
            argv[1] = version;
        const struct cli_command *command =
            cli_command_find(argc - 1, (const char *const *)argv + 1, &words);
        if (!command)
            return unknown_command(argc - 1, argv + 1);
        code = run_command(command, argc - 1 - words, argv + 1 + words);
    }
    if (fflush(stdout) || ferror(stdout)) {
        cli_message("standard output: cannot be written");
        return code ? code : CLI_IO;
    }
    return code;
}
