/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit convert: a file in another form. */
#include "commands.h"

#include "../io/inspect.h"
#include "../io/save.h"
#include "../io/vector.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct options {
    const char *form, *image, *simplify;
    uint64_t page;
    bool polygons;
};

static bool ends_in(const char *path, const char *ending)
{
    const size_t n = strlen(path), m = strlen(ending);
    return n >= m && !strcasecmp(path + n - m, ending);
}

static int form_of(struct cli *cli, const char *name, enum segi_labels_form *form)
{
    *form = SEGI_LABELS_AUTO;
    if (name && !strcmp(name, "gray")) /* other words for two of them */
        name = segi_labels_names[SEGI_LABELS_INDEX];
    else if (name && !strcmp(name, "rgb-map"))
        name = segi_labels_names[SEGI_LABELS_RGB];
    for (int i = 0; name && i < SEGI_LABELS_REGIONS; i++)
        if (!strcmp(name, segi_labels_names[i])) {
            *form = (enum segi_labels_form)i;
            return CLI_DONE;
        }
    return name ? cli_usage(cli,
                            "--labels-from: '%s' is not one of auto, index, binary, palette, rgb",
                            name)
                : CLI_DONE;
}

/* YOLO's text is told by its name, as it has nothing else to be told by. */
static int load_yolo(struct cli *cli, const char *path, const seg_layer *image, seg_layer **layer)
{
    struct seg_shape shape;
    struct seg_error err;
    if (!image)
        return cli_usage(cli,
                         "YOLO text does not say how large its image is: name it with --image");
    seg_layer_shape(image, &shape);
    return segi_yolo_load(cli->context, path, shape.width, shape.height, layer, &err)
               ? cli_fail(&err)
               : CLI_DONE;
}

/* Regions as they are; labels where the file looks like labels or that is said; else an image. */
static int load(struct cli *cli, const struct options *options, seg_layer *image, seg_layer **layer)
{
    const char *path = cli->operands[0];
    const int page = (int)options->page;
    enum segi_labels_form form;
    struct segi_inspection found;
    struct seg_error err;
    int code = form_of(cli, options->form, &form);
    if (code)
        return code;
    if (ends_in(path, ".txt"))
        return load_yolo(cli, path, image, layer);
    int status = SEG_OK;
    if (form == SEGI_LABELS_AUTO) {
        status = segi_inspect(cli->context, path, page, &found, &err);
        form = found.form;
    }
    if (status)
        return cli_fail(&err);
    if (form == SEGI_LABELS_REGIONS)
        status = seg_layer_load(cli->context, path, page, SEG_INSTANCES, layer, &err);
    else if (form == SEGI_LABELS_NONE)
        status = seg_layer_load(cli->context, path, page, SEG_IMAGE, layer, &err);
    else
        status = segi_labels_load(cli->context, path, page, form, layer, &err);
    return status ? cli_fail(&err) : CLI_DONE;
}

static int run(struct cli *cli, const void *given)
{
    const struct options *options = given;
    seg_layer *layer = NULL, *image = NULL;
    struct seg_error err;
    int code = CLI_DONE;
    struct segi_save_options how = {.polygons = options->polygons, .data_set = true};
    if (cli->count != 2)
        return cli_usage(cli, "one file to read and one to write");
    if (options->simplify) {
        char *end;
        how.simplify = strtod(options->simplify, &end);
        if (*end || !(how.simplify >= 0 && how.simplify <= 1000))
            return cli_usage(cli, "--simplify: '%s' is not in 0..1000", options->simplify);
    }
    if (options->image && seg_layer_load(cli->context, options->image, 0, SEG_IMAGE, &image, &err))
        code = cli_fail(&err);
    if (!code)
        code = load(cli, options, image, &layer);
    if (!code && segi_save(cli->context, layer, image, cli->operands[1], &how, &err))
        code = cli_fail(&err);
    seg_layer_unref(layer);
    seg_layer_unref(image);
    return code;
}

static const struct cli_option options[] = {
    {0, "labels-from", "FORM",
     "how labels lie in FILE: auto, index, binary, palette or rgb (default: auto)", CLI_TEXT,
     offsetof(struct options, form), 0, 0},
    {'i', "image", "IMAGE", "for overlays, intensities and the size of YOLO text", CLI_TEXT,
     offsetof(struct options, image), 0, 0},
    {0, "simplify", "PX",
     "drop corners of outlines nearer than this to the line (default: 0, exact)", CLI_TEXT,
     offsetof(struct options, simplify), 0, 0},
    {0, "polygons", NULL, "write COCO's regions as polygons and not as run lengths", CLI_FLAG,
     offsetof(struct options, polygons), 0, 0},
    {0, "page", "N", "page N of a TIFF file, or image N of a COCO file, from 0", CLI_COUNT,
     offsetof(struct options, page), 0, INT32_MAX},
};

const struct cli_command cli_convert = {
    .name = "convert",
    .summary = "Writes labels or an image in another form.",
    .synopsis = "FILE OUT",
    .notes =
        "OUT's ending tells its form: .png .tif .pgm .npy, .json (COCO), .geojson, .svg, .txt\n"
        "(YOLO), .csv (region properties); overlay.png is a picture of the labels on IMAGE.\n",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
