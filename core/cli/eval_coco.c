/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit eval of two COCO sets: average precision and recall. */
#include "eval_coco.h"

#include "../eval/coco.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define JSON_MOST ((size_t)1 << 32) /* bytes */

void cli_csv_text(FILE *to, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

static int read_all(FILE *file, char **text, size_t *size)
{
    size_t room = 0;
    for (;;) {
        if (*size == room) {
            room = room ? room * 2 : 65536;
            char *grown = room > JSON_MOST ? NULL : realloc(*text, room);
            if (!grown)
                return SEG_NOMEM;
            *text = grown;
        }
        const size_t got = fread(*text + *size, 1, room - *size, file);
        *size += got;
        if (got == 0)
            return ferror(file) ? SEG_IO : SEG_OK;
    }
}

int cli_json_load(const char *path, struct segi_json_doc *doc)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "rb");
    memset(doc, 0, sizeof *doc);
    if (!file) {
        cli_message("%s: %s", path, strerror(errno));
        return CLI_IO;
    }
    int status = read_all(file, &text, &size);
    fclose(file);
    if (status == SEG_IO)
        cli_message("%s: cannot be read", path);
    else if (!status && (status = segi_json_read(text, size, doc)) == SEG_IO)
        cli_message("%s:%zu:%zu: %s", path, doc->line, doc->column, doc->problem);
    if (status == SEG_NOMEM)
        cli_message("%s: out of memory", path);
    free(text);
    return cli_exit_code(status);
}

struct figure {
    const char *name;
    double value;
};

static void print_figures(const struct figure *figures, size_t count, const struct segi_coco *truth,
                          const struct segi_coco_result *r, bool json)
{
    struct segi_json_out out = {.file = stdout};
    if (!json) {
        for (size_t i = 0; i < count; i++)
            printf("%-10s %8.4f\n", figures[i].name, figures[i].value);
        return;
    }
    segi_json_open(&out, '{');
    for (size_t i = 0; i < count; i++) {
        segi_json_name(&out, figures[i].name);
        segi_json_put_number(&out, figures[i].value);
    }
    segi_json_name(&out, "categories");
    segi_json_open(&out, '[');
    for (size_t k = 0; k < truth->category_count; k++) {
        segi_json_open(&out, '{');
        segi_json_name(&out, "id");
        segi_json_put_int(&out, truth->categories[k].id);
        segi_json_name(&out, "name");
        segi_json_put_text(&out, truth->categories[k].name);
        segi_json_name(&out, "AP");
        segi_json_put_number(&out, r->ap_per_category[k]);
        segi_json_name(&out, "AR100");
        segi_json_put_number(&out, r->ar_per_category[k]);
        segi_json_close(&out, '}');
    }
    segi_json_close(&out, ']');
    segi_json_close(&out, '}');
}

static int print_result(const struct segi_coco *truth, struct segi_coco_result *r, bool json)
{
    const struct figure figures[] = {{"AP", r->ap},
                                     {"AP50", r->ap50},
                                     {"AP75", r->ap75},
                                     {"AP_small", r->ap_small},
                                     {"AP_medium", r->ap_medium},
                                     {"AP_large", r->ap_large},
                                     {"AR1", r->ar1},
                                     {"AR10", r->ar10},
                                     {"AR100", r->ar100},
                                     {"AR_small", r->ar_small},
                                     {"AR_medium", r->ar_medium},
                                     {"AR_large", r->ar_large}};
    print_figures(figures, sizeof figures / sizeof *figures, truth, r, json);
    free(r->ap_per_category);
    free(r->ar_per_category);
    return CLI_DONE;
}

static int problem_told(const char *path, int status, const struct segi_coco_problem *problem)
{
    if (status == SEG_INVALID)
        cli_message("%s: %s[%zu]: %s", path, problem->array, problem->element, problem->what);
    else
        cli_message("%s: %s", path, seg_status_name(status));
    return status == SEG_INVALID ? CLI_IO : cli_exit_code(status);
}

static int read_kind(struct cli *cli, const struct cli_coco *o, enum segi_coco_kind *kind)
{
    static const char *const kinds[] = {"segm", "bbox", "boundary"};
    *kind = SEGI_COCO_MASK;
    if (o->compat && strcmp(o->compat, "pycocotools"))
        return cli_usage(cli, "option '--compat': '%s' is not 'pycocotools'", o->compat);
    for (int i = 0; o->iou && i < 3; i++)
        if (!strcmp(o->iou, kinds[i])) {
            *kind = (enum segi_coco_kind)i;
            return CLI_DONE;
        }
    return o->iou
               ? cli_usage(cli, "option '--iou': '%s' is not one of segm, bbox, boundary", o->iou)
               : CLI_DONE;
}

int cli_eval_coco(struct cli *cli, const struct cli_coco *options, const char *detections,
                  const char *truth_path, bool json)
{
    struct segi_json_doc truth_doc = {0}, pred_doc = {0};
    struct segi_coco truth = {0}, pred = {0};
    struct segi_coco_problem problem = {0};
    struct segi_coco_result result;
    enum segi_coco_kind kind;
    int status = SEG_OK;
    int code = read_kind(cli, options, &kind);
    if (!code)
        code = cli_json_load(truth_path, &truth_doc);
    if (!code)
        code = cli_json_load(detections, &pred_doc);
    if (!code && (status = segi_coco_truth(&truth, truth_doc.root, &problem)))
        code = problem_told(truth_path, status, &problem);
    if (!code && (status = segi_coco_detections(&pred, pred_doc.root, &truth, &problem)))
        code = problem_told(detections, status, &problem);
    if (!code) {
        status = segi_coco_evaluate(&truth, &pred, kind, options->compat != NULL, &result);
        if (status)
            code = problem_told(detections, status, &problem);
        else
            code = print_result(&truth, &result, json);
    }
    segi_coco_free(&pred);
    segi_coco_free(&truth);
    segi_json_free(&pred_doc);
    segi_json_free(&truth_doc);
    return code;
}
