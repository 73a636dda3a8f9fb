/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit lint: what is wrong with a folder of truths, before it costs a day. */
#include "commands.h"
#include "labels.h"
#include "pairs.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct options {
    const char *images;
};

/* What one file is. */
struct finding {
    const char *path;
    int32_t width, height;
    bool readable, colors, empty, soft, lossy;
    uint64_t digest; /* of size and values */
    uint32_t kinds;  /* enum kind, or-ed */
};

enum kind { HAS_1 = 1, HAS_255 = 2, HAS_OTHER = 4 };

struct lint {
    struct cli *cli;
    struct finding *list;
    size_t count, problems;
};

static void problem(struct lint *l, const char *path, const char *text)
{
    cli_progress_clear();
    printf("%s: %s\n", path, text);
    l->problems++;
}

static bool ends_with(const char *path, const char *ending)
{
    const size_t n = strlen(path), m = strlen(ending);
    return n > m && !strcasecmp(path + n - m, ending);
}

static void look(struct finding *f, const struct cli_labels *labels)
{
    const size_t n = (size_t)labels->width * (size_t)labels->height;
    uint64_t digest = 0xcbf29ce484222325u;
    size_t full = 0, between = 0;
    f->width = labels->width;
    f->height = labels->height;
    f->colors = labels->colors;
    f->empty = true;
    digest = (digest ^ (uint32_t)f->width) * 0x100000001b3u;
    digest = (digest ^ (uint32_t)f->height) * 0x100000001b3u;
    for (size_t i = 0; i < n; i++) {
        const int32_t value = labels->values[i];
        digest = (digest ^ (uint32_t)value) * 0x100000001b3u;
        f->empty &= value <= 0;
        f->kinds |= value == 1 ? HAS_1 : value == 255 ? HAS_255 : value > 0 ? HAS_OTHER : 0;
        full += value == 255;
        between += value > 0 && value < 255;
    }
    /* A mask that was scaled or smoothed: most of it 255, the rest of any gray. */
    f->soft = labels->most == 255 && labels->many && between > 0 && between < full &&
              f->kinds & HAS_OTHER;
    f->digest = digest;
}

static void look_at(struct lint *l, const char *path)
{
    struct finding *f = &l->list[l->count++];
    struct cli_labels labels;
    seg_layer *layer;
    struct seg_error err;
    f->path = path;
    f->lossy = ends_with(path, ".jpg") || ends_with(path, ".jpeg");
    /* Loaded twice only where it is no label image. */
    if (seg_layer_load(l->cli->context, path, 0, SEG_LABELS, &layer, &err)) {
        if (seg_layer_load(l->cli->context, path, 0, SEG_IMAGE, &layer, &err)) {
            problem(l, path,
                    err.text + (strncmp(err.text, path, strlen(path)) ? 0 : strlen(path) + 2));
            return;
        }
    }
    seg_layer_unref(layer);
    if (cli_labels_load(l->cli, path, INT32_MIN, true, &labels)) {
        l->problems++;
        return;
    }
    f->readable = true;
    look(f, &labels);
    cli_labels_free(&labels);
}

static void judge(struct lint *l, const struct finding *f, bool most_colors)
{
    if (!f->readable)
        return;
    if (f->lossy)
        problem(l, f->path, "is a JPEG: its values are not what was drawn");
    if (f->colors && !most_colors)
        problem(l, f->path, "is a colour picture, others are numbers");
    else if (!f->colors && most_colors)
        problem(l, f->path, "holds numbers, others are colour pictures");
    if (f->empty)
        problem(l, f->path, "is empty: nothing but background");
    if (f->soft)
        problem(l, f->path, "has grays between 0 and 255: a mask that was scaled or smoothed");
    else if (f->kinds == (HAS_1 | HAS_255))
        problem(l, f->path, "has 0, 1 and 255: where 255 is void, measure with --ignore 255");
}

static int by_digest(const void *a, const void *b)
{
    const struct finding *p = a, *q = b;
    if (p->digest != q->digest)
        return p->digest < q->digest ? -1 : 1;
    return strcmp(p->path, q->path);
}

static void judge_all(struct lint *l)
{
    size_t colors = 0, ones = 0, full = 0;
    for (size_t i = 0; i < l->count; i++) {
        colors += l->list[i].colors;
        ones += l->list[i].kinds == HAS_1;
        full += l->list[i].kinds == HAS_255;
    }
    for (size_t i = 0; i < l->count; i++) {
        judge(l, &l->list[i], 2 * colors > l->count);
        if (ones && full && l->list[i].kinds == (ones < full ? HAS_1 : HAS_255))
            problem(l, l->list[i].path,
                    ones < full ? "is 0 and 1, others are 0 and 255"
                                : "is 0 and 255, others are 0 and 1");
    }
    qsort(l->list, l->count, sizeof *l->list, by_digest);
    for (size_t i = 1; i < l->count; i++) {
        const struct finding *f = &l->list[i], *before = f - 1;
        if (f->readable && before->readable && f->digest == before->digest && !f->empty) {
            char text[4200];
            snprintf(text, sizeof text, "is the same as '%s'", before->path);
            problem(l, f->path, text);
        }
    }
}

static const struct finding *find(const struct lint *l, const char *path)
{
    for (size_t i = 0; i < l->count; i++)
        if (!strcmp(l->list[i].path, path))
            return &l->list[i];
    return NULL;
}

/* Images and truths must be of one size, and none may be alone. */
static void judge_pairs(struct lint *l, const struct cli_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct cli_pair *pair = &pairs->list[i];
        seg_layer *layer;
        struct seg_error err;
        struct seg_shape shape = {.struct_size = sizeof shape};
        if (pair->count == 0) {
            problem(l, pair->file, "no truth goes with this image");
            continue;
        }
        if (seg_layer_load(l->cli->context, pair->file, 0, SEG_IMAGE, &layer, &err)) {
            problem(l, pair->file, "image cannot be read");
            continue;
        }
        seg_layer_shape(layer, &shape);
        seg_layer_unref(layer);
        for (size_t k = 0; k < pair->count; k++) {
            const struct finding *f = find(l, pair->others[k]);
            if (f && f->readable && (f->width != shape.width || f->height != shape.height)) {
                char text[4400];
                snprintf(text, sizeof text, "is %d x %d, but its image '%s' is %d x %d", f->width,
                         f->height, pair->file, shape.width, shape.height);
                problem(l, f->path, text);
            }
        }
    }
    for (size_t i = 0; i < pairs->alone_count; i++)
        problem(l, pairs->alone[i], "no image goes with this truth");
}

/* The truths alone: of a folder that holds images too, what has a partner there. */
static int run(struct cli *cli, const void *given)
{
    const struct options *options = given;
    struct lint l = {.cli = cli};
    struct cli_images images = {0};
    struct cli_pairs pairs = {0};
    if (cli->count < 1)
        return cli_usage(cli, "no truth");
    int code = CLI_DONE;
    if (options->images && cli->count == 1)
        code = cli_pairs_match(cli, options->images, cli->operands[0], &pairs);
    else if (options->images)
        return cli_usage(cli, "with --images, one folder of truths");
    if (!code)
        code = cli_images_list(cli, false, &images);
    if (!code)
        l.list = calloc(images.count + 1, sizeof *l.list);
    for (size_t i = 0; !code && l.list && i < images.count; i++) {
        bool is_truth = !options->images;
        for (size_t k = 0; k < pairs.count && !is_truth; k++)
            for (size_t j = 0; j < pairs.list[k].count; j++)
                is_truth |= !strcmp(pairs.list[k].others[j], images.paths[i]);
        for (size_t k = 0; k < pairs.alone_count; k++)
            is_truth |= !strcmp(pairs.alone[k], images.paths[i]);
        cli_progress_show(i, images.count, images.paths[i], "", 0);
        if (is_truth)
            look_at(&l, images.paths[i]);
    }
    cli_progress_clear();
    if (!code) {
        judge_pairs(&l, &pairs);
        judge_all(&l);
        if (!cli->common.quiet)
            printf("%zu file%s, %zu problem%s\n", l.count, l.count == 1 ? "" : "s", l.problems,
                   l.problems == 1 ? "" : "s");
        code = l.problems ? CLI_NO : CLI_DONE;
    }
    free(l.list);
    cli_images_free(&images);
    cli_pairs_free(&pairs);
    return code;
}

static const struct cli_option options[] = {
    {0, "images", "DIR", "the images: check sizes and partners too", CLI_TEXT,
     offsetof(struct options, images), 0, 0},
};

const struct cli_command cli_lint = {
    .name = "lint",
    .summary = "Finds what is wrong with truths.",
    .synopsis = "[--images DIR] TRUTH...",
    .notes =
        "Palettes, colours and 255 mixed up, sizes that differ, files that are empty, damaged,\n"
        "smoothed or there twice. Exit code 1: something was found.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
