/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit replay: makes the results of a report, or a result that tells of itself, again and says
 * whether they are the same. */
#include "commands.h"
#include "eval_coco.h"
#include "provenance.h"
#include "source.h"

#include "../base/digest.h"
#include "../io/reading.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct options {
    const char *image;
};

#define MOST 64 /* layers of one result */

/* Names what is another file than it was. What others wrote may name devices, which do not end. */
static bool same_file(const char *path, const char *digest)
{
    char now[65];
    struct stat st;
    if (stat(path, &st) || !S_ISREG(st.st_mode) || segi_digest_file(path, now)) {
        cli_message("%s: cannot be read", path);
        return false;
    }
    if (strcmp(now, digest)) {
        cli_message("%s: has changed since", path);
        return false;
    }
    return true;
}

static bool same_files(const struct segi_json *run, const char *image)
{
    const char *digest = segi_json_text(segi_json_get(run, "image_digest"), NULL);
    bool same = !digest || same_file(image, digest);
    SEGI_JSON_EACH(file, segi_json_get(run, "files"))
    {
        same &= same_file(segi_json_text(segi_json_get(file, "file"), ""),
                          segi_json_text(segi_json_get(file, "digest"), ""));
    }
    return same;
}

static int compare_layers(const struct segi_json *layers, const seg_result *result,
                          const char *image)
{
    int code = CLI_DONE;
    SEGI_JSON_EACH(item, layers)
    {
        const char *name = segi_json_text(segi_json_get(item, "name"), "");
        const char *want = segi_json_text(segi_json_get(item, "digest"), "");
        const seg_layer *layer = seg_result_layer(result, name);
        char have[65] = "";
        if (layer)
            cli_layer_digest(layer, have);
        const bool same = !strcmp(have, want);
        printf("%s: %s: %s\n", image, name, same ? "identical" : "differs");
        code = same ? code : CLI_NO;
    }
    return code;
}

static int run_again(struct cli *cli, const struct segi_json *run, const char *image)
{
    const struct segi_json *text = segi_json_get(run, "pipeline");
    const struct segi_json *layers = segi_json_get(run, "layers");
    const char *keep[MOST + 1] = {NULL};
    struct seg_faults faults = {0};
    struct seg_error err;
    seg_pipeline *pipeline = NULL;
    seg_plan *plan = NULL;
    seg_result *result = NULL;
    seg_layer *layer = NULL;
    size_t count = 0;
    SEGI_JSON_EACH(item, layers)
    {
        if (count < MOST)
            keep[count++] = segi_json_text(segi_json_get(item, "name"), "");
    }
    int status =
        seg_pipeline_parse_text(cli->context, image, text->u.text, text->count, &pipeline, &faults);
    int code = status ? cli_faults(&faults, status) : CLI_DONE;
    if (!code && seg_layer_load(cli->context, image, 0, SEG_IMAGE, &layer, &err))
        code = cli_fail(&err);
    if (!code) {
        const struct seg_input input = cli_input("input", layer);
        status = seg_pipeline_check(pipeline, &input, 1, keep, &plan, &faults);
        code = status ? cli_faults(&faults, status) : CLI_DONE;
        if (!code && seg_plan_run(plan, &input, 1, NULL, &result, &err))
            code = cli_fail(&err);
    }
    if (!code)
        code = compare_layers(layers, result, image);
    seg_result_free(result);
    seg_plan_free(plan);
    seg_layer_unref(layer);
    seg_pipeline_free(pipeline);
    return code;
}

/* Stages whose version is another may give another result, rightly. */
static void tell_versions(struct cli *cli, const struct segi_json *run)
{
    SEGI_JSON_EACH(item, segi_json_get(run, "stages"))
    {
        const char *id = segi_json_text(segi_json_get(item, "stage"), "");
        const double was = segi_json_number(segi_json_get(item, "version"), 0);
        const struct seg_stage *stage;
        struct seg_error err;
        if (!seg_stage_find(cli->context, id, &stage, &err) && (double)stage->version != was)
            cli_message("stage '%s' has version %u; it was %.0f", id, stage->version, was);
    }
}

/* An image carries its report; other files are one. */
static int load_text(struct cli *cli, const char *path, struct segi_json_doc *doc)
{
    struct segi_blob text;
    struct seg_error err;
    if (segi_load_provenance(cli->context, path, &text, &err))
        return cli_fail(&err);
    if (!text.data)
        return cli_json_load(path, doc);
    int status = segi_json_read((const char *)text.data, text.size, doc);
    if (status)
        cli_message("%s: %s", path, status == SEG_IO ? doc->problem : "out of memory");
    segi_free(&cli->context->mem, text.data);
    return cli_exit_code(status);
}

/* COCO's data sets and GeoJSON have a member for it. */
static const struct segi_json *find_report(const struct segi_json *root)
{
    const struct segi_json *info = segi_json_get(root, "info");
    const struct segi_json *own = segi_json_get(info ? info : root, "segkit");
    return own && own->type == SEGI_JSON_OBJECT ? own : root;
}

static int run(struct cli *cli, const void *given)
{
    const struct options *o = given;
    struct segi_json_doc doc;
    if (cli->count != 1)
        return cli_usage(cli, "give one result of 'segkit run', or its report");
    int code = load_text(cli, cli->operands[0], &doc);
    if (code)
        return code;
    const struct segi_json *runs = segi_json_get(find_report(doc.root), "images");
    if (segi_json_children(runs) == 0) {
        cli_message("%s: does not say how it was made", cli->operands[0]);
        code = CLI_IO;
    }
    SEGI_JSON_EACH(one, runs)
    {
        const struct segi_json *text = segi_json_get(one, "pipeline");
        const char *image = o->image ? o->image : segi_json_text(segi_json_get(one, "image"), "");
        int done = CLI_IO;
        if (!text || text->type != SEGI_JSON_STRING) {
            cli_message("%s: '%s' does not say how it was made", cli->operands[0], image);
        } else {
            tell_versions(cli, one);
            done = same_files(one, image) ? run_again(cli, one, image) : CLI_NO;
        }
        code = code > done ? code : done;
    }
    segi_json_free(&doc);
    return code;
}

static const struct cli_option options[] = {
    {0, "image", "FILE", "where the image is now", CLI_TEXT, offsetof(struct options, image), 0, 0},
};

const struct cli_command cli_replay = {
    .name = "replay",
    .summary = "Makes results again and says whether they are identical.",
    .synopsis = "[--image FILE] RESULT",
    .notes =
        "RESULT is a PNG, TIFF, COCO data set or GeoJSON of 'segkit run', or what its --report\n"
        "wrote. Exit code 1: something differs.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
