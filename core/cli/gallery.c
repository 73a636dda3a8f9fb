/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs each stage's example on the image and puts the pictures into one file. */
#include "gallery.h"

#include "compare.h"
#include "data_url.h"
#include "stage_doc.h"
#include "target.h"

#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIDE 360 /* pixels of a picture, at most */

struct gallery {
    struct cli *cli;
    FILE *page, *rest; /* rest: what cannot be shown */
    seg_layer *gray, *colour;
    char folder[32];
    char picture[48]; /* a file in it, for one picture at a time */
};

static void put_escaped(FILE *to, const char *text)
{
    for (; *text; text++)
        fputs(*text == '<' ? "&lt;" : *text == '&' ? "&amp;" : (char[]){*text, 0}, to);
}

static void put_picture(struct gallery *g, const char *what)
{
    char *url = cli_data_url(g->picture);
    fprintf(g->page, "<img alt=\"%s\" src=\"%s\">", what, url ? url : "");
    free(url);
}

static int run_words(struct gallery *g, const char *text, seg_layer *image, seg_result **result,
                     char why[SEG_ERROR_TEXT])
{
    char copy[256];
    const char *words[32];
    int count = 0;
    seg_pipeline *pipeline = NULL;
    seg_plan *plan = NULL;
    struct seg_faults faults = {0};
    struct seg_error err = {0};
    struct seg_input input = {.struct_size = sizeof input, .name = "input", .layer = image};
    input.shape = SEG_SHAPE;
    seg_layer_shape(image, &input.shape);
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok(copy, " "); word && count < 32; word = strtok(NULL, " "))
        words[count++] = word;
    int status = seg_pipeline_parse_words(g->cli->context, count, words, &pipeline, &faults);
    if (!status)
        status = seg_pipeline_check(pipeline, &input, 1, NULL, &plan, &faults);
    if (!status)
        status = seg_plan_run(plan, &input, 1, NULL, result, &err);
    snprintf(why, SEG_ERROR_TEXT, "%s", faults.count ? faults.list[0].error.text : err.text);
    seg_plan_free(plan);
    seg_pipeline_free(pipeline);
    return status;
}

/* Images and scores as they are, scaled to bytes; regions drawn on what they were found in. */
static int draw(struct gallery *g, const seg_layer *layer, const seg_layer *image)
{
    struct compare c = {.cli = g->cli, .preview = SIDE};
    struct seg_shape shape = SEG_SHAPE;
    struct seg_error err;
    seg_layer_shape(layer, &shape);
    const bool samples = shape.kind == SEG_IMAGE || shape.kind == SEG_SCORES;
    unlink(g->picture);
    snprintf(g->picture, sizeof g->picture, "%s/%s", g->folder,
             samples ? "picture.png" : "overlay.png");
    if (samples)
        return cmp_picture_image(&c, layer, g->picture);
    const bool whole = seg_layer_save(g->cli->context, layer, image, g->picture, &err) == SEG_OK;
    /* what is of another size than the image is drawn on nothing */
    return whole || !seg_layer_save(g->cli->context, layer, NULL, g->picture, &err) ? CLI_DONE
                                                                                    : CLI_STAGE;
}

static void put_rest(struct gallery *g, const struct seg_stage *stage, const char *why)
{
    fprintf(g->rest, "<li><b>%s</b> ", stage->id);
    put_escaped(g->rest, why);
    fputs("</li>\n", g->rest);
}

static int put_stage(void *user, const struct seg_stage *stage)
{
    struct gallery *g = user;
    struct cli_example example;
    seg_result *result = NULL;
    char why[SEG_ERROR_TEXT];
    if (!cli_stage_example(g->cli->context, stage, &example)) {
        put_rest(g, stage, "needs more than an image");
        return 0;
    }
    seg_layer *image = example.planes == 1 && g->gray ? g->gray : g->colour ? g->colour : g->gray;
    if (run_words(g, example.words, image, &result, why)) {
        put_rest(g, stage, why);
        return g->cli->context && strstr(why, "cancelled") ? CLI_CANCELLED : 0;
    }
    if (!draw(g, seg_result_layer(result, NULL), image)) {
        fprintf(g->page, "<figure id=\"%s\">", stage->id);
        put_picture(g, stage->id);
        fprintf(g->page, "<figcaption><b>%s</b> ", stage->id);
        put_escaped(g->page, stage->summary);
        fputs("<code>", g->page);
        put_escaped(g->page, example.words);
        fputs("</code></figcaption></figure>\n", g->page);
    } else {
        put_rest(g, stage, "cannot be drawn");
    }
    seg_result_free(result);
    return 0;
}

/* Replaces a layer by what a pipeline makes of it. */
static int replace(struct gallery *g, const char *words, seg_layer **layer)
{
    seg_result *result = NULL;
    char why[SEG_ERROR_TEXT];
    if (run_words(g, words, *layer, &result, why)) {
        cli_message("%s", why);
        return CLI_STAGE;
    }
    seg_layer_unref(*layer);
    *layer = seg_layer_ref(seg_result_layer(result, NULL));
    seg_result_free(result);
    return CLI_DONE;
}

/* The middle of the image as gray, and in colour where it is. */
static int load_image(struct gallery *g, const char *path)
{
    struct seg_error err;
    struct seg_shape shape = SEG_SHAPE;
    char crop[120];
    if (seg_layer_load(g->cli->context, path, 0, SEG_IMAGE, &g->gray, &err))
        return cli_fail(&err);
    seg_layer_shape(g->gray, &shape);
    const int32_t width = shape.width < SIDE ? shape.width : SIDE;
    const int32_t height = shape.height < SIDE ? shape.height : SIDE;
    snprintf(crop, sizeof crop, "filter.crop x=%d y=%d width=%d height=%d",
             (shape.width - width) / 2, (shape.height - height) / 2, width, height);
    int code = replace(g, crop, &g->gray);
    if (!code && shape.planes > 1) {
        g->colour = seg_layer_ref(g->gray);
        code = replace(g, "filter.gray", &g->gray);
    }
    return code;
}

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>segkit: "
    "stages</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\"><style>\n"
    ":root { color-scheme: light dark } body { font: 15px/1.4 sans-serif; margin: 1em }\n"
    "main { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 1em "
    "}\n"
    "figure { margin: 0 } img { width: 100%; image-rendering: pixelated } code { display: block }\n"
    "</style></head><body><h1>Stages at work</h1>\n<main>\n";

static int write_page(struct gallery *g)
{
    char *rest = NULL;
    size_t size = 0;
    g->rest = open_memstream(&rest, &size);
    if (!g->rest)
        return CLI_STAGE;
    fputs(head, g->page);
    if (!draw(g, g->colour ? g->colour : g->gray, NULL)) {
        fputs("<figure>", g->page);
        put_picture(g, "the image");
        fputs("<figcaption>the image</figcaption></figure>\n", g->page);
    }
    const int code = seg_stage_each(g->cli->context, put_stage, g);
    fclose(g->rest);
    fprintf(g->page, "</main>\n<h2>Not shown</h2>\n<ul>\n%s</ul></body></html>\n", rest);
    free(rest);
    return code;
}

int cli_gallery(struct cli *cli, const char *image, const char *path)
{
    struct gallery g = {.cli = cli};
    char part[CLI_PATH];
    strcpy(g.folder, "/tmp/segkit-XXXXXX");
    int code = load_image(&g, image);
    if (!code && !mkdtemp(g.folder)) {
        cli_message("%s: cannot be made", g.folder);
        code = CLI_IO;
    }
    snprintf(part, sizeof part, "%s.part", path);
    g.page = code ? NULL : fopen(part, "w");
    if (!code && !g.page) {
        cli_message("%s: cannot be created", path);
        code = CLI_IO;
    }
    if (g.page) {
        code = write_page(&g);
        if ((fclose(g.page) || (!code && rename(part, path))) && !code) {
            cli_message("%s: cannot be written", path);
            code = CLI_IO;
        }
        if (code)
            unlink(part);
    }
    unlink(g.picture);
    rmdir(g.folder);
    seg_layer_unref(g.gray);
    seg_layer_unref(g.colour);
    return code;
}
