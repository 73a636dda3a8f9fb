/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit compare: pipelines against each other on the same images. */
#include "commands.h"
#include "compare.h"
#include "target.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct options {
    struct cli_measuring measuring;
    const char *images, *truth, *output, *rank;
    uint64_t preview;
};

static int make_folder(const char *folder)
{
    char path[CLI_PATH];
    if (snprintf(path, sizeof path, "%s/cache", folder) >= (int)sizeof path - 64) {
        cli_message("folder '%s': the name is too long", folder);
        return CLI_IO;
    }
    if ((mkdir(folder, 0777) && errno != EEXIST) || (mkdir(path, 0777) && errno != EEXIST)) {
        cli_message("folder '%s': %s", folder, strerror(errno));
        return CLI_IO;
    }
    return CLI_DONE;
}

/* Pipelines are checked here to be told wrong before anything runs. */
static int read_methods(struct compare *c)
{
    struct cli *cli = c->cli;
    c->methods = calloc((size_t)cli->count + 1, sizeof *c->methods);
    if (!c->methods)
        return CLI_STAGE;
    for (int i = 0; i < cli->count; i++) {
        struct cmp_method *method = &c->methods[c->method_count++];
        struct seg_faults faults = {0};
        seg_pipeline *pipeline;
        const int status =
            seg_pipeline_parse_file(cli->context, cli->operands[i], &pipeline, &faults);
        if (status)
            return cli_faults(&faults, status);
        seg_pipeline_free(pipeline);
        method->path = cli->operands[i];
        cli_base_name(method->path, true, method->name, sizeof method->name);
        for (size_t k = 0; k + 1 < c->method_count; k++)
            if (!strcmp(c->methods[k].name, method->name))
                snprintf(method->name, sizeof method->name, "%.127s", method->path);
    }
    return CLI_DONE;
}

static int read_images(struct compare *c, const struct options *o, struct cli_pairs *pairs)
{
    struct cli one = *c->cli;
    one.count = 1;
    one.operands = (const char **)(uintptr_t)&o->images;
    int code = o->truth ? cli_pairs_match(c->cli, o->images, o->truth, pairs)
                        : cli_images_list(&one, false, &pairs->left);
    const size_t most = o->truth ? pairs->count : pairs->left.count;
    c->images = calloc(most + 1, sizeof *c->images);
    if (!code && !c->images)
        code = CLI_STAGE;
    for (size_t i = 0; !code && i < most; i++) {
        struct cmp_image *image = &c->images[c->image_count];
        image->path = o->truth ? pairs->list[i].file : pairs->left.paths[i];
        if (o->truth && pairs->list[i].count == 0) {
            cli_message("%s: left out: no truth goes with this name", image->path);
            continue;
        }
        image->truth = o->truth ? pairs->list[i].others[0] : NULL;
        cli_base_name(image->path, true, image->name, sizeof image->name);
        c->image_count++;
    }
    if (!code && c->image_count == 0) {
        cli_message("folder '%s': no image with a truth", o->images);
        code = CLI_IO;
    }
    return code;
}

/* What the truths are: labels where one of the first has more than one number. */
static int settle(struct compare *c, const struct options *o)
{
    bool many = false;
    for (size_t i = 0; c->has_truth && !c->measures.task && i < c->image_count && i < 8; i++) {
        struct cli_labels labels;
        const int code = cli_labels_load(c->cli, c->images[i].truth, c->measures.ignore,
                                         c->measures.colors, &labels);
        if (code)
            return code;
        many |= labels.many;
        cli_labels_free(&labels);
    }
    if (!c->has_truth)
        c->measures.task = SEGI_TASK_MASK; /* the consensus is a mask */
    cli_measures_settle(&c->measures, many);
    c->rank_by = c->measures.task == SEGI_TASK_MASK      ? SEGI_M_DICE
                 : c->measures.task == SEGI_TASK_CLASSES ? SEGI_M_MIOU
                                                         : SEGI_M_AP50;
    if (o->rank) {
        c->rank_by = segi_measure_find(o->rank);
        if (c->rank_by == SEGI_MEASURES || !segi_measures[c->rank_by].better ||
            !(segi_measures[c->rank_by].tasks & c->measures.task))
            return cli_usage(c->cli, "option '--rank': '%s' cannot rank %s", o->rank,
                             cli_task_name(c->measures.task));
    }
    c->measures.wanted |= SEGI_MEASURE_BIT(c->rank_by);
    return CLI_DONE;
}

static int all_failed(const struct compare *c)
{
    size_t done = 0, all = c->image_count * c->method_count;
    for (size_t i = 0; i < all; i++)
        done += c->cells[i].done;
    return done == all ? CLI_DONE : done ? CLI_SOME : CLI_STAGE;
}

static int compare(struct compare *c)
{
    c->cells = calloc(c->image_count * c->method_count + 1, sizeof *c->cells);
    c->agreements = calloc(c->method_count * c->method_count + 1, sizeof *c->agreements);
    if (!c->cells || !c->agreements) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    for (size_t i = 0; i < c->image_count * c->method_count; i++)
        for (int k = 0; k < SEGI_MEASURES; k++)
            c->cells[i].values[k] = (double)NAN;
    int code = cmp_run(c);
    if (!code)
        code = cmp_rank(c);
    if (!code)
        code = cmp_write(c);
    if (!code && !c->cli->common.quiet) {
        cmp_print(c);
        printf("%s/index.html\n", c->folder);
    }
    return code ? code : all_failed(c);
}

static int run(struct cli *cli, const void *given)
{
    const struct options *o = given;
    struct cli_pairs pairs = {0};
    struct compare c = {.cli = cli,
                        .folder = o->output,
                        .preview = o->preview ? o->preview : 512,
                        .workers = seg_context_threads(cli->context),
                        .has_truth = o->truth != NULL,
                        .lock = PTHREAD_MUTEX_INITIALIZER};
    if (cli->count < 1 || !o->images || !o->output)
        return cli_usage(cli, "give %s",
                         !o->images   ? "--images DIR"
                         : !o->output ? "-o DIR"
                                      : "one pipeline or more");
    int code = cli_measures_read(cli, &o->measuring, &c.measures);
    if (!code)
        code = read_methods(&c);
    if (!code)
        code = read_images(&c, o, &pairs);
    if (!code)
        code = settle(&c, o);
    if (!code)
        code = make_folder(o->output);
    if (!code)
        code = compare(&c);
    for (size_t m = 0; m < c.method_count; m++)
        free(c.methods[m].text);
    free(c.methods);
    free(c.images);
    free(c.cells);
    free(c.agreements);
    cli_pairs_free(&pairs);
    return code;
}

static const struct cli_option options[] = {
    {'i', "images", "DIR", "the images", CLI_TEXT, offsetof(struct options, images), 0, 0},
    {'t', "truth", "DIR", "their truths, matched by name", CLI_TEXT,
     offsetof(struct options, truth), 0, 0},
    {'o', "output", "DIR", "where the report goes", CLI_TEXT, offsetof(struct options, output), 0,
     0},
    {0, "rank", "NAME", "the measure to rank by", CLI_TEXT, offsetof(struct options, rank), 0, 0},
    {0, "preview", "N", "longest side of pictures in the page (default: 512)", CLI_COUNT,
     offsetof(struct options, preview), 16, 4096},
    CLI_MEASURING_OPTIONS(struct options, measuring),
};

const struct cli_command cli_compare = {
    .name = "compare",
    .summary = "Compares pipelines on images, and writes a page about it.",
    .synopsis = "-i DIR [-t DIR] -o DIR PIPELINE...",
    .notes = "Writes DIR/index.html (one file, works offline), results.csv and results.json.\n"
             "DIR/cache keeps results: a second run goes on where the first one was.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
