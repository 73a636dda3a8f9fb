/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit plugin list, segkit plugin doctor. */
#include "commands.h"

#include "../plug/registry.h"

#include <string.h>
#include <unistd.h>

/* -- list ------------------------------------------------------------------------------------- */

static int list_one(void *user, const struct seg_plugin_info *info)
{
    int *refused = user;
    if (info->plugin)
        printf("%-12s %-8s %3u stages  %s\n", info->plugin->name, info->plugin->version,
               info->plugin->stage_count, info->path);
    *refused += !info->plugin || info->stages_refused;
    return 0;
}

static int run_list(struct cli *cli, const void *options)
{
    (void)options;
    int refused = 0;
    if (cli->count)
        return cli_usage(cli, "unexpected '%s'", cli->operands[0]);
    int status = seg_plugin_each(cli->context, list_one, &refused);
    return status ? cli_exit_code(status) : refused ? CLI_PLUGIN : CLI_DONE;
}

const struct cli_command cli_plugin_list = {
    .name = "plugin list",
    .summary = "Lists the plugins that are found.",
    .synopsis = "",
    .context = true,
    .run = run_list,
};

/* -- doctor ----------------------------------------------------------------------------------- */

struct doctor {
    struct cli *cli;
    const char *names[64], *paths[64]; /* to find two plugins of one name */
    int count, sick;
};

static int show_folder(void *user, const char *folder, const struct seg_error *why)
{
    struct doctor *doctor = user;
    if (why->status) {
        printf("folder %s: left out: %s\n", folder, why->text);
        doctor->sick++;
    } else {
        printf("folder %s: %s\n", folder, access(folder, F_OK) ? "not there" : "looked at");
    }
    return 0;
}

static void show_twin(struct doctor *doctor, const struct seg_plugin_info *info)
{
    const char *name = info->plugin->name;
    for (int i = 0; i < doctor->count; i++)
        if (!strcmp(doctor->names[i], name)) {
            printf("  not used: %s has the same name and comes first\n", doctor->paths[i]);
            return;
        }
    if (doctor->count < 64) {
        doctor->names[doctor->count] = name;
        doctor->paths[doctor->count++] = info->path;
    }
}

static int examine(void *user, const struct seg_plugin_info *info)
{
    struct doctor *doctor = user;
    if (!info->plugin) {
        printf("refused %s\n", info->error->text);
        doctor->sick++;
        return 0;
    }
    printf("plugin %s %s: %s, %u stages, ABI %u.%u, needs %u.%u, %s\n", info->plugin->name,
           info->plugin->version, info->path, info->plugin->stage_count, info->plugin->abi_major,
           info->plugin->abi_minor, info->plugin->abi_major, info->plugin->needs_minor,
           info->plugin->license);
    uint32_t count;
    const struct segi_refusal *refused =
        segi_registry_refusals(doctor->cli->context, info->path, &count);
    for (uint32_t i = 0; i < count; i++)
        printf("  refused %s\n", refused[i].error.text);
    doctor->sick += (int)count;
    show_twin(doctor, info);
    return 0;
}

static int run_doctor(struct cli *cli, const void *options)
{
    (void)options;
    struct doctor doctor = {.cli = cli};
    if (cli->count)
        return cli_usage(cli, "unexpected '%s'", cli->operands[0]);
    cli->common.quiet = true; /* what the log would warn of is told here, in its place */
    printf("segkit %s, plugin ABI %d.%d\n", seg_version(), SEG_ABI_MAJOR, SEG_ABI_MINOR);
    int status = segi_registry_folders(cli->context, show_folder, &doctor);
    if (!status)
        status = seg_plugin_each(cli->context, examine, &doctor);
    if (status)
        return cli_exit_code(status);
    printf("%s\n", doctor.sick ? "not all is well" : "all is well");
    return doctor.sick ? CLI_NO : CLI_DONE;
}

const struct cli_command cli_plugin_doctor = {
    .name = "plugin doctor",
    .summary = "Tells where plugins are looked for and why one is not there.",
    .synopsis = "",
    .notes = "Exits with 1 when something is refused or left out.",
    .context = true,
    .run = run_doctor,
};
