/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures for the terminal, by libchafa. A module of its own, because loading that library costs
 * more than most runs: only `segkit show` opens it. */
#include "show.h"

#include <chafa.h>
#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

#define CELL_RATIO 0.5f /* width of a terminal's cell by its height */

static ChafaCanvas *make_canvas(int width, int height, int columns, int rows, int color)
{
    ChafaSymbolMap *symbols = chafa_symbol_map_new();
    ChafaCanvasConfig *config = chafa_canvas_config_new();
    chafa_symbol_map_add_by_tags(symbols, color ? CHAFA_SYMBOL_TAG_BLOCK | CHAFA_SYMBOL_TAG_SPACE
                                                : CHAFA_SYMBOL_TAG_ASCII);
    chafa_calc_canvas_geometry(width, height, &columns, &rows, CELL_RATIO, TRUE, FALSE);
    chafa_canvas_config_set_geometry(config, columns, rows);
    chafa_canvas_config_set_canvas_mode(config, color ? CHAFA_CANVAS_MODE_TRUECOLOR
                                                      : CHAFA_CANVAS_MODE_FGBG);
    chafa_canvas_config_set_symbol_map(config, symbols);
    ChafaCanvas *canvas = chafa_canvas_new(config);
    chafa_canvas_config_unref(config);
    chafa_symbol_map_unref(symbols);
    return canvas;
}

static char *draw(const unsigned char *rgb, int width, int height, int stride, int columns,
                  int rows, int color)
{
    ChafaCanvas *canvas = make_canvas(width, height, columns, rows, color);
    chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGB8, rgb, width, height, stride);
    GString *text = chafa_canvas_print(canvas, NULL);
    char *copy = text ? strdup(text->str) : NULL;
    if (text)
        g_string_free(text, TRUE);
    chafa_canvas_unref(canvas);
    return copy;
}

static void free_text(char *text)
{
    free(text);
}

static const struct chafa_show show = {sizeof show, draw, free_text};

static const void *extension(const char *id)
{
    return strcmp(id, CHAFA_SHOW) == 0 ? &show : NULL;
}

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,    .name = "chafa",        .version = "0.1.0", .license = "LGPL-2.1-or-later",
    .origin = "segkit", .extension = extension,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);
const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
