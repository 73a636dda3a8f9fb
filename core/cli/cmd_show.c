/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit show: an image or a result, drawn in the terminal. */
#include "commands.h"

#include "../../plugins/chafa/show.h"
#include "../io/overlay.h"
#include "../plug/registry.h"

#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct options {
    const char *over;
    bool image;
    uint64_t columns;
};

/* A label image is flat: nearly all neighbours in a row are equal. A photograph's are not. */
static bool looks_like_labels(const seg_layer *layer)
{
    struct seg_view view = SEG_VIEW;
    size_t same = 0, all = 0;
    if (seg_layer_view(layer, &view, NULL) || view.planes != 1 || view.dtype == SEG_F32)
        return false;
    for (int32_t y = 0; y < view.height; y++) {
        const uint8_t *row = seg_row(&view, 0, y);
        const size_t size = seg_dtype_size(view.dtype);
        for (int32_t x = 1; x < view.width; x++)
            same += !memcmp(row + (size_t)x * size, row + (size_t)(x - 1) * size, size);
        all += (size_t)view.width - 1;
    }
    return all && (double)same > 0.9 * (double)all;
}

/* An overlay of nothing shows an image as it is. */
static int blank(struct cli *cli, const seg_layer *image, seg_layer **labels)
{
    struct seg_shape shape = SEG_SHAPE;
    struct seg_view view = SEG_VIEW;
    struct seg_error err;
    seg_layer_shape(image, &shape);
    shape.kind = SEG_LABELS;
    shape.dtype = SEG_I32;
    shape.planes = 1;
    if (seg_layer_new(cli->context, &shape, labels, &err))
        return cli_fail(&err);
    seg_layer_view(*labels, &view, NULL);
    for (int32_t y = 0; y < view.height; y++)
        memset(seg_row(&view, 0, y), 0, (size_t)view.width * sizeof(int32_t));
    return CLI_DONE;
}

/* Loads the operand as a layer that segi_overlay can draw: labels, or an image alone. */
static int load(struct cli *cli, const struct options *options, seg_layer **labels,
                seg_layer **image)
{
    const char *path = cli->operands[0];
    struct seg_error err;
    if (options->over && seg_layer_load(cli->context, options->over, 0, SEG_IMAGE, image, &err))
        return cli_fail(&err);
    if (!options->over && seg_layer_load(cli->context, path, 0, SEG_IMAGE, image, &err))
        return cli_fail(&err);
    if (!options->over && (options->image || !looks_like_labels(*image)))
        return blank(cli, *image, labels);
    if (seg_layer_load(cli->context, path, 0, SEG_LABELS, labels, &err))
        return cli_fail(&err);
    if (!options->over) {
        seg_layer_unref(*image);
        *image = NULL;
    }
    return CLI_DONE;
}

/* Planes apart become bytes together. */
static unsigned char *pack_rgb(const struct seg_view *view)
{
    unsigned char *rgb = malloc((size_t)view->width * (size_t)view->height * 3);
    for (int32_t y = 0; rgb && y < view->height; y++)
        for (int32_t plane = 0; plane < 3; plane++) {
            const uint8_t *row = seg_row(view, plane, y);
            unsigned char *to = rgb + (size_t)y * (size_t)view->width * 3 + plane;
            for (int32_t x = 0; x < view->width; x++)
                to[3 * (size_t)x] = row[x];
        }
    return rgb;
}

static void terminal_size(const struct options *options, int *columns, int *rows)
{
    struct winsize size;
    *columns = 80;
    *rows = 40;
    if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col && size.ws_row > 1) {
        *columns = size.ws_col;
        *rows = size.ws_row - 1;
    }
    if (options->columns) {
        *columns = (int)options->columns;
        *rows = *columns;
    }
}

static int draw(struct cli *cli, const struct options *options, const seg_layer *picture)
{
    const struct chafa_show *show = segi_registry_extension(cli->context, CHAFA_SHOW);
    struct seg_view view = SEG_VIEW;
    int columns, rows;
    if (!show) {
        cli_message("the plugin 'chafa', which draws in the terminal, is not installed");
        return CLI_PLUGIN;
    }
    seg_layer_view(picture, &view, NULL);
    terminal_size(options, &columns, &rows);
    unsigned char *rgb = pack_rgb(&view);
    char *text = rgb ? show->draw(rgb, view.width, view.height, 3 * view.width, columns, rows,
                                  isatty(STDOUT_FILENO) && !getenv("NO_COLOR"))
                     : NULL;
    free(rgb);
    if (!text) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    puts(text);
    show->free_text(text);
    return CLI_DONE;
}

static int run(struct cli *cli, const void *given)
{
    seg_layer *labels = NULL, *image = NULL, *picture = NULL;
    struct seg_error err;
    if (cli->count != 1)
        return cli_usage(cli, cli->count ? "one file, please" : "no file");
    int code = load(cli, given, &labels, &image);
    if (!code && segi_overlay(cli->context, labels, image, &picture, &err))
        code = cli_fail(&err);
    if (!code)
        code = draw(cli, given, picture);
    seg_layer_unref(picture);
    seg_layer_unref(labels);
    seg_layer_unref(image);
    return code;
}

static const struct cli_option options[] = {
    {0, "over", "IMAGE", "draw FILE, a label image, on this image", CLI_TEXT,
     offsetof(struct options, over), 0, 0},
    {'i', "image", NULL, "show samples as they are, even if they look like labels", CLI_FLAG,
     offsetof(struct options, image), 0, 0},
    {0, "columns", "N", "be N letters wide (default: the terminal)", CLI_COUNT,
     offsetof(struct options, columns), 2, 1000},
};

const struct cli_command cli_show = {
    .name = "show",
    .summary = "Shows an image or a label image in the terminal.",
    .synopsis = "FILE [--over IMAGE]",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
