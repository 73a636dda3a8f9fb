/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit complete: what may stand where the last word stands. The shells' completion scripts ask
 * it, so that all of them know what the tables know. One candidate a line, a tab, what it is. */
#include "commands.h"
#include "stage_doc.h"

#include "../plug/params.h"

#include <string.h>

struct completion {
    seg_context *context;
    const char *typed; /* the word so far */
    size_t length;
};

static void offer(const struct completion *c, const char *word, const char *suffix,
                  const char *what)
{
    char text[256];
    snprintf(text, sizeof text, "%s%s", word, suffix);
    if (!strncmp(text, c->typed, c->length))
        printf("%s\t%s\n", text, what ? what : "");
}

static void offer_commands(const struct completion *c, const char *first)
{
    for (int i = 0; i < cli_command_count; i++) {
        const char *name = cli_commands[i]->name, *space = strchr(name, ' ');
        char head[32];
        snprintf(head, sizeof head, "%.*s", space ? (int)(space - name) : (int)strlen(name), name);
        if (!first)
            offer(c, head, "", space ? "" : cli_commands[i]->summary);
        else if (space && !strcmp(head, first))
            offer(c, space + 1, "", cli_commands[i]->summary);
    }
}

static void offer_options(const struct completion *c, const struct cli_option *options, int count)
{
    for (int i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, "--%s", options[i].name);
        offer(c, name, "", options[i].help);
    }
}

static int offer_stage(void *user, const struct seg_stage *stage)
{
    offer(user, stage->id, "", stage->summary);
    return 0;
}

/* `typed` is "name=value so far". */
static void offer_values(const struct completion *c, const struct seg_stage *stage)
{
    char name[64], prefix[72];
    const size_t n = strcspn(c->typed, "=");
    snprintf(name, sizeof name, "%.*s", (int)n, c->typed);
    snprintf(prefix, sizeof prefix, "%s=", name);
    const struct seg_param *p = segi_param_find(stage, name);
    for (uint32_t k = 0; p && k < p->choice_count; k++)
        offer(c, prefix, p->choices[k].name, p->choices[k].summary);
    if (p && p->type == SEG_BOOL) {
        offer(c, prefix, "true", p->summary);
        offer(c, prefix, "false", p->summary);
    }
}

static void offer_keys(const struct completion *c, const struct seg_stage *stage)
{
    for (uint32_t i = 0; i < stage->param_count; i++)
        offer(c, stage->params[i].name, "=", stage->params[i].summary);
    for (uint32_t i = 0; i < stage->input_count; i++)
        offer(c, stage->inputs[i].name, "=", stage->inputs[i].summary);
    offer(c, "out", "=", "the name of the result");
    offer(c, "!", "", "the next stage");
}

/* Behind "--": `words` are those of the pipeline, the last one being typed. */
static void complete_pipeline(const struct completion *c, const char *const *words, int count)
{
    const struct seg_stage *stage;
    const char *id = NULL;
    for (int i = 0; i < count - 1; i++)
        id = !strcmp(words[i], "!") ? NULL : id ? id : words[i];
    if (!id)
        seg_stage_each(c->context, offer_stage, (void *)(uintptr_t)c);
    else if (!seg_stage_find(c->context, id, &stage, NULL))
        (strchr(c->typed, '=') ? offer_values : offer_keys)(c, stage);
}

static bool takes_argument(const struct cli_command *command, const char *word)
{
    const struct cli_option *tables[] = {command->options, cli_common_options};
    const int counts[] = {command->option_count, cli_common_option_count};
    for (int t = 0; t < 2; t++)
        for (int i = 0; i < counts[t]; i++) {
            const struct cli_option *o = &tables[t][i];
            if (o->arg && ((!strncmp(word, "--", 2) && !strcmp(word + 2, o->name)) ||
                           (o->letter && word[0] == '-' && word[1] == o->letter && !word[2])))
                return true;
        }
    return false;
}

static void complete_command(const struct completion *c, const struct cli_command *command,
                             const char *const *words, int count)
{
    for (int i = 0; i < count - 1; i++)
        if (!strcmp(words[i], "--")) {
            complete_pipeline(c, words + i + 1, count - i - 1);
            return;
        }
    if (count > 1 && takes_argument(command, words[count - 2]))
        return; /* a file: the shell knows better */
    if (c->typed[0] == '-') {
        offer_options(c, command->options, command->option_count);
        offer_options(c, cli_common_options, cli_common_option_count);
    } else if (command == &cli_stages) {
        seg_stage_each(c->context, offer_stage, (void *)(uintptr_t)c);
    }
}

static int run(struct cli *cli, const void *options)
{
    (void)options;
    if (cli->word_count < 1)
        return cli_usage(cli, "no word to complete");
    const char *const *words = cli->words;
    const int count = cli->word_count;
    const struct completion c = {cli->context, words[count - 1], strlen(words[count - 1])};
    cli->common.quiet = true; /* a shell's prompt is no place for warnings */
    int used = 0;
    const struct cli_command *command = cli_command_find(count - 1, words, &used);
    if (command)
        complete_command(&c, command, words + used, count - used);
    else if (count <= 2)
        offer_commands(&c, count == 2 ? words[0] : NULL);
    return CLI_DONE;
}

const struct cli_command cli_complete = {
    .name = "complete",
    .summary = "Lists what may stand for the last word; for the shells' completion.",
    .synopsis = "-- WORD...",
    .context = true,
    .run = run,
};
