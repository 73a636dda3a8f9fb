/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit info: what a file holds, and how labels lie in it. */
#include "commands.h"

#include "../base/json.h"
#include "../base/names.h"
#include "../io/inspect.h"

struct options {
    bool json;
    uint64_t page;
};

/* What to do with it, in words. */
static const char *meaning(enum segi_labels_form form)
{
    static const char *const words[] = {[SEGI_LABELS_AUTO] = "",
                                        [SEGI_LABELS_INDEX] = "labels: the numbers are the labels",
                                        [SEGI_LABELS_BINARY] = "a mask: 0 and the largest value",
                                        [SEGI_LABELS_PALETTE] = "labels: indices into a palette",
                                        [SEGI_LABELS_RGB] = "labels: a colour each",
                                        [SEGI_LABELS_REGIONS] = "regions",
                                        [SEGI_LABELS_NONE] = "a picture"};
    return words[form];
}

static void print_text(const char *path, const struct segi_inspection *i)
{
    const struct seg_shape *s = &i->shape;
    printf("%s: %s, %d x %d", path, i->format, s->width, s->height);
    if (s->kind == SEG_INSTANCES) {
        printf(", %llu instances\n", (unsigned long long)i->distinct);
        return;
    }
    if (i->bits)
        printf(", %u bit", i->bits);
    else
        printf(", %s", segi_dtype_name(s->dtype));
    printf("%s", i->palette ? " palette" : "");
    if (!i->palette && i->props.color)
        printf(" %s", segi_color_name(i->props.color));
    else if (!i->palette && s->planes > 1)
        printf(", %d planes", s->planes);
    if (i->props.pixel_size[0] > 0)
        printf(", pixels of %.6g x %.6g %s", i->props.pixel_size[0], i->props.pixel_size[1],
               i->props.unit);
    printf("\n  %s", meaning(i->form));
    if (s->planes == 1 || i->palette)
        printf("; %llu values in %.9g..%.9g", (unsigned long long)i->distinct, i->least, i->most);
    else if (i->distinct)
        printf("; %llu colours", (unsigned long long)i->distinct);
    printf("\n");
}

static void print_json(struct segi_json_out *out, const char *path, const struct segi_inspection *i)
{
    const struct seg_shape *s = &i->shape;
    segi_json_open(out, '{');
    segi_json_name(out, "file");
    segi_json_put_text(out, path);
    segi_json_name(out, "format");
    segi_json_put_text(out, i->format);
    segi_json_name(out, "width");
    segi_json_put_int(out, s->width);
    segi_json_name(out, "height");
    segi_json_put_int(out, s->height);
    segi_json_name(out, "planes");
    segi_json_put_int(out, s->planes);
    if (s->dtype) {
        segi_json_name(out, "dtype");
        segi_json_put_text(out, segi_dtype_name(s->dtype));
        segi_json_name(out, "color");
        segi_json_put_text(out, i->palette ? "palette" : segi_color_name(i->props.color));
    }
    segi_json_name(out, "pixel_size");
    segi_json_open(out, '[');
    segi_json_put_number(out, i->props.pixel_size[0]);
    segi_json_put_number(out, i->props.pixel_size[1]);
    segi_json_close(out, ']');
    segi_json_name(out, "unit");
    segi_json_put_text(out, i->props.unit);
    segi_json_name(out, "labels_from");
    segi_json_put_text(out, segi_labels_names[i->form]);
    segi_json_name(out, "distinct");
    segi_json_put_int(out, (int64_t)i->distinct);
    segi_json_name(out, "min");
    segi_json_put_number(out, i->least);
    segi_json_name(out, "max");
    segi_json_put_number(out, i->most);
    segi_json_close(out, '}');
}

static int run(struct cli *cli, const void *given)
{
    const struct options *options = given;
    struct segi_json_out out = {.file = stdout, .first = true};
    int code = CLI_DONE;
    if (!cli->count)
        return cli_usage(cli, "which files?");
    if (options->json)
        segi_json_open(&out, '[');
    for (int i = 0; i < cli->count; i++) {
        struct segi_inspection found;
        struct seg_error err;
        if (segi_inspect(cli->context, cli->operands[i], (int)options->page, &found, &err))
            code = cli_fail(&err);
        else if (options->json)
            print_json(&out, cli->operands[i], &found);
        else
            print_text(cli->operands[i], &found);
    }
    if (options->json) {
        segi_json_close(&out, ']');
        putchar('\n');
    }
    return code;
}

static const struct cli_option options[] = {
    {0, "json", NULL, "print an array of objects", CLI_FLAG, offsetof(struct options, json), 0, 0},
    {0, "page", "N", "look at page N of a TIFF file, or image N of a COCO file, from 0", CLI_COUNT,
     offsetof(struct options, page), 0, INT32_MAX},
};

const struct cli_command cli_info = {
    .name = "info",
    .summary = "Tells what files hold, and how labels lie in them.",
    .synopsis = "FILE...",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
