/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit fuse: one result out of several of the same image. */
#include "commands.h"
#include "labels.h"

#include "../eval/consensus.h"

#include <math.h>
#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

#define FUSE_MOST    16  /* results, which STAPLE can tell apart */
#define FUSE_CLASSES 256 /* different numbers, of STAPLE */

struct options {
    const char *output, *method, *weights, *disagreement;
};

struct fuse {
    struct cli *cli;
    const struct options *options;
    struct cli_labels results[FUSE_MOST];
    const int32_t *values[FUSE_MOST];
    double weights[FUSE_MOST];
    size_t count, n;
    int32_t *fused;
};

static int nomem(void)
{
    cli_message("out of memory");
    return CLI_STAGE;
}

static int load(struct fuse *f)
{
    struct cli *cli = f->cli;
    for (int i = 0; i < cli->count; i++) {
        struct cli_labels *one = &f->results[i];
        const int code = cli_labels_load(cli, cli->operands[i], INT32_MIN, false, one);
        if (code)
            return code;
        f->count++;
        if (one->width != f->results[0].width || one->height != f->results[0].height) {
            cli_message("%s: is %d x %d, but '%s' is %d x %d", cli->operands[i], one->width,
                        one->height, cli->operands[0], f->results[0].width, f->results[0].height);
            return CLI_IO;
        }
        f->values[i] = one->values;
        f->weights[i] = 1;
    }
    f->n = (size_t)f->results[0].width * (size_t)f->results[0].height;
    f->fused = malloc(f->n * sizeof *f->fused);
    return f->fused ? CLI_DONE : nomem();
}

static int read_weights(struct fuse *f)
{
    const char *at = f->options->weights;
    for (size_t i = 0; at && i < f->count; i++) {
        char *end;
        f->weights[i] = strtod(at, &end);
        if (end == at || !(f->weights[i] >= 0) || !isfinite(f->weights[i]) ||
            *end != (i + 1 < f->count ? ',' : 0))
            return cli_usage(f->cli,
                             "option '--weights': '%s' is not %zu numbers of 0 or more with ','",
                             f->options->weights, f->count);
        at = end + 1;
    }
    return CLI_DONE;
}

static int by_value(const void *a, const void *b)
{
    const int32_t p = *(const int32_t *)a, q = *(const int32_t *)b;
    return (p > q) - (p < q);
}

/* The different numbers of all results. */
static size_t numbers(const struct fuse *f, int32_t list[FUSE_CLASSES + 1])
{
    size_t count = 0;
    for (size_t k = 0; k < f->count; k++)
        for (size_t i = 0; i < f->n && count <= FUSE_CLASSES; i++) {
            const int32_t value = f->values[k][i];
            if (i > 0 && value == f->values[k][i - 1])
                continue;
            if (!bsearch(&value, list, count, sizeof *list, by_value)) {
                list[count++] = value;
                qsort(list, count, sizeof *list, by_value);
            }
        }
    return count;
}

/* STAPLE for each number against all others; a pixel takes the number that is most probable. */
static int staple(struct fuse *f)
{
    int32_t list[FUSE_CLASSES + 2];
    const size_t count = numbers(f, list);
    const uint8_t *masks[FUSE_MOST];
    struct segi_rater raters[FUSE_MOST];
    if (count > FUSE_CLASSES)
        return cli_usage(f->cli,
                         "method 'staple': more than %d different numbers; fuse masks or classes",
                         FUSE_CLASSES);
    uint8_t *room = malloc(f->n * (f->count + 1));
    double *chance = malloc(2 * f->n * sizeof *chance);
    int code = room && chance ? CLI_DONE : nomem();
    for (size_t i = 0; !code && i < f->n; i++)
        chance[f->n + i] = -1;
    for (size_t c = 0; c < count && !code; c++) {
        if (count > 1 && count <= 2 && list[c] == 0)
            continue; /* a mask: what is not object is background */
        for (size_t k = 0; k < f->count; k++) {
            uint8_t *mask = room + k * f->n;
            for (size_t i = 0; i < f->n; i++)
                mask[i] = f->values[k][i] == list[c];
            masks[k] = mask;
        }
        if (segi_staple(masks, f->count, f->n, -1, raters, chance, room + f->count * f->n))
            code = nomem();
        for (size_t i = 0; i < f->n && !code; i++)
            if (chance[i] > chance[f->n + i]) {
                chance[f->n + i] = chance[i];
                f->fused[i] = count <= 2 && chance[i] < 0.5 ? 0 : list[c];
            }
        for (size_t k = 0; k < f->count && !code && !f->cli->common.quiet; k++)
            if (list[c] != 0)
                printf("%s: %d: sensitivity %.4f, specificity %.4f\n", f->cli->operands[k], list[c],
                       raters[k].sensitivity, raters[k].specificity);
    }
    free(room);
    free(chance);
    return code;
}

static int save_fused(struct fuse *f)
{
    struct seg_error err;
    seg_layer *layer;
    const struct seg_view view = {.struct_size = sizeof view,
                                  .kind = SEG_LABELS,
                                  .dtype = SEG_I32,
                                  .width = f->results[0].width,
                                  .height = f->results[0].height,
                                  .planes = 1,
                                  .row_stride = (ptrdiff_t)f->results[0].width * 4,
                                  .data = f->fused};
    int status = seg_layer_wrap(f->cli->context, &view, NULL, NULL, &layer, &err);
    if (!status) {
        status = seg_layer_save(f->cli->context, layer, NULL, f->options->output, &err);
        seg_layer_unref(layer);
    }
    return status ? cli_fail(&err) : CLI_DONE;
}

static int save_disagreement(struct fuse *f)
{
    struct seg_error err;
    seg_layer *layer;
    struct seg_view view = SEG_VIEW;
    const struct seg_shape shape = {.struct_size = sizeof shape,
                                    .kind = SEG_IMAGE,
                                    .dtype = SEG_U8,
                                    .width = f->results[0].width,
                                    .height = f->results[0].height,
                                    .planes = 1};
    float *share = malloc(f->n * sizeof *share);
    if (!share)
        return nomem();
    segi_disagreement(f->values, f->count, f->fused, f->n, share);
    int status = seg_layer_new(f->cli->context, &shape, &layer, &err);
    if (!status) {
        status = seg_layer_view(layer, &view, &err);
        for (int32_t y = 0; !status && y < shape.height; y++)
            for (int32_t x = 0; x < shape.width; x++)
                ((uint8_t *)seg_row(&view, 0, y))[x] =
                    (uint8_t)lrintf(255 * share[(size_t)y * (size_t)shape.width + (size_t)x]);
        seg_layer_seal(layer);
        if (!status)
            status = seg_layer_save(f->cli->context, layer, NULL, f->options->disagreement, &err);
        seg_layer_unref(layer);
    }
    free(share);
    return status ? cli_fail(&err) : CLI_DONE;
}

static int run(struct cli *cli, const void *given)
{
    struct fuse f = {.cli = cli, .options = given};
    const struct options *o = given;
    const char *method = o->method ? o->method : o->weights ? "weighted" : "majority";
    if (cli->count < 2 || cli->count > FUSE_MOST || !o->output)
        return cli_usage(cli, !o->output ? "nothing to write: give -o FILE"
                                         : "give 2 to 16 results of the same image");
    const bool weighted = !strcmp(method, "weighted");
    if (strcmp(method, "majority") && strcmp(method, "staple") && !weighted)
        return cli_usage(cli, "option '--method': '%s' is not one of majority, weighted, staple",
                         method);
    if (weighted != (o->weights != NULL))
        return cli_usage(cli, "the method 'weighted' and --weights go together");
    int code = load(&f);
    if (!code)
        code = read_weights(&f);
    if (!code && !strcmp(method, "staple"))
        code = staple(&f);
    else if (!code)
        segi_vote(f.values, f.count, f.weights, f.n, f.fused);
    if (!code)
        code = save_fused(&f);
    if (!code && o->disagreement)
        code = save_disagreement(&f);
    for (size_t i = 0; i < FUSE_MOST; i++)
        cli_labels_free(&f.results[i]);
    free(f.fused);
    return code;
}

static const struct cli_option options[] = {
    {'o', "output", "FILE", "write the fused labels", CLI_TEXT, offsetof(struct options, output), 0,
     0},
    {0, "method", "majority|weighted|staple", "how to fuse (default: majority)", CLI_TEXT,
     offsetof(struct options, method), 0, 0},
    {0, "weights", "W,W,...", "the weight of each result's vote", CLI_TEXT,
     offsetof(struct options, weights), 0, 0},
    {0, "disagreement", "FILE", "write how many differ: 0 none, 255 all", CLI_TEXT,
     offsetof(struct options, disagreement), 0, 0},
};

const struct cli_command cli_fuse = {
    .name = "fuse",
    .summary = "Makes one result out of several.",
    .synopsis = "-o FILE [--method NAME] RESULT RESULT...",
    .notes = "The same number must mean the same in all results, as in masks and classes.\n"
             "STAPLE also prints how good it finds each result.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
