/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit eval: results against truths. */
#include "commands.h"
#include "eval_coco.h"
#include "labels.h"
#include "pairs.h"
#include "progress.h"
#include "target.h"

#include "../base/json.h"
#include "../eval/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct options {
    struct cli_measuring measuring;
    struct cli_coco coco;
    bool json, csv, list, per_image, many;
};

/* What is kept of one result: of each measure asked for its mean over the truths, and its best. */
struct row {
    const char *name, *truth;
    double *values, *best;
};

struct evaluation {
    struct cli *cli;
    const struct options *options;
    struct cli_measures measures;
    struct cli_pairs pairs;
    struct segi_totals totals;
    struct row *rows;
    double *figures;              /* of all rows */
    size_t column[SEGI_MEASURES]; /* where a row has a measure */
    size_t columns, count, failed;
};

static int list_all(void)
{
    puts("measures (M mask, L labels, C classes; * shown unless others are asked for):");
    for (int i = 0; i < SEGI_MEASURES; i++) {
        const struct segi_measure_row *m = &segi_measures[i];
        printf("  %-16s %c%c%c%c %s\n", m->name, m->tasks & SEGI_TASK_MASK ? 'M' : '-',
               m->tasks & SEGI_TASK_LABELS ? 'L' : '-', m->tasks & SEGI_TASK_CLASSES ? 'C' : '-',
               m->usual ? '*' : ' ', m->summary);
    }
    puts("\nconventions:");
    for (int i = 0; i < segi_rules_count; i++)
        printf("  %-16s %s\n", segi_rules_table[i].name, segi_rules_table[i].summary);
    return CLI_DONE;
}

/* Whether a few truths and results have more than one value: then they are labels. */
static bool any_many(struct evaluation *e)
{
    bool many = false;
    for (size_t i = 0; i < e->pairs.count && i < 8 && !many; i++) {
        const struct cli_pair *pair = &e->pairs.list[i];
        struct cli_labels labels;
        for (int side = 0; side < 2 && pair->count; side++) {
            const char *path = side ? pair->file : pair->others[0];
            if (!cli_labels_load(e->cli, path, e->measures.ignore, e->measures.colors, &labels)) {
                many |= labels.many;
                cli_labels_free(&labels);
            }
        }
    }
    return many;
}

static bool wanted(const struct evaluation *e, int measure)
{
    return (e->measures.wanted & SEGI_MEASURE_BIT(measure)) != 0 &&
           (segi_measures[measure].tasks & e->measures.task) != 0;
}

static double value(const struct evaluation *e, size_t row, int measure)
{
    return e->rows[row].values[e->column[measure]];
}

static void add_figures(const struct evaluation *e, struct row *row, const double *values,
                        size_t nth, size_t count)
{
    for (int m = 0; m < SEGI_MEASURES; m++) {
        if (!wanted(e, m))
            continue;
        double *best = &row->best[e->column[m]];
        const bool better = segi_measures[m].better < 0 ? values[m] < *best : values[m] > *best;
        *best = nth == 0 || better ? values[m] : *best;
        row->values[e->column[m]] += values[m] / (double)count;
    }
}

static int one_pair(struct evaluation *e, const struct cli_pair *pair, struct row *row)
{
    struct cli_labels pred = {0}, truth = {0};
    int code = cli_labels_load(e->cli, pair->file, INT32_MIN, e->measures.colors, &pred);
    memset(row->values, 0, e->columns * sizeof *row->values);
    for (size_t k = 0; !code && k < pair->count; k++) {
        double values[SEGI_MEASURES];
        code = cli_labels_load(e->cli, pair->others[k], e->measures.ignore, e->measures.colors,
                               &truth);
        if (!code)
            code = cli_measure(e->cli, &e->measures, pair->file, &pred, pair->others[k], &truth,
                               values, &e->totals);
        cli_labels_free(&truth);
        if (!code)
            add_figures(e, row, values, k, pair->count);
    }
    cli_labels_free(&pred);
    row->name = pair->file;
    row->truth = pair->count ? pair->others[0] : "";
    return code;
}

static int missing(struct evaluation *e, const struct cli_pair *pair)
{
    if (pair->count == 0)
        cli_message("%s: no truth goes with this name", pair->file);
    else
        cli_message("%s: more than one truth: '%s' and '%s'; give --many for the mean and the best "
                    "over all",
                    pair->file, pair->others[0], pair->others[1]);
    e->failed++;
    return CLI_SOME;
}

static bool make_rows(struct evaluation *e)
{
    for (int m = 0; m < SEGI_MEASURES; m++)
        if (wanted(e, m))
            e->column[m] = e->columns++;
    e->rows = calloc(e->pairs.count + 1, sizeof *e->rows);
    e->figures = calloc(e->pairs.count * 2 * e->columns + 1, sizeof *e->figures);
    return e->rows && e->figures;
}

static int all_pairs(struct evaluation *e)
{
    if (!make_rows(e)) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    for (size_t i = 0; i < e->pairs.count; i++) {
        const struct cli_pair *pair = &e->pairs.list[i];
        cli_progress_show(i, e->pairs.count, pair->file, "", 0);
        if (pair->count == 0 || (pair->count > 1 && !e->options->many)) {
            missing(e, pair);
            continue;
        }
        struct row *row = &e->rows[e->count];
        row->values = e->figures + e->count * 2 * e->columns;
        row->best = row->values + e->columns;
        const int code = one_pair(e, pair, row);
        if (code && e->pairs.count == 1)
            return code;
        e->failed += code != 0;
        e->count += code == 0;
    }
    cli_progress_clear();
    for (size_t i = 0; i < e->pairs.alone_count; i++)
        cli_message("%s: no result goes with this truth", e->pairs.alone[i]);
    e->failed += e->pairs.alone_count;
    return e->failed ? CLI_SOME : CLI_DONE;
}

/* -- output ----------------------------------------------------------------------------------- */

static int summary_of(const struct evaluation *e, int measure, bool best,
                      struct segi_summary *summary)
{
    double *column = malloc((e->count + 1) * sizeof *column);
    int status = SEG_NOMEM;
    for (size_t i = 0; column && i < e->count; i++)
        column[i] = best ? e->rows[i].best[e->column[measure]] : value(e, i, measure);
    if (column)
        status = segi_summarize(column, e->count, 2000, 1, summary);
    free(column);
    return status;
}

static void print_rows(const struct evaluation *e)
{
    for (size_t i = 0; i < e->count; i++) {
        char name[256];
        cli_base_name(e->rows[i].name, false, name, sizeof name);
        printf("%s\n", name);
        for (int m = 0; m < SEGI_MEASURES; m++)
            if (wanted(e, m))
                printf("  %-16s %10.4f\n", segi_measures[m].name, value(e, i, m));
    }
}

static int print_table(const struct evaluation *e)
{
    if (e->options->per_image)
        print_rows(e);
    printf("%zu image%s, measured as %s by the convention '%s'\n", e->count,
           e->count == 1 ? "" : "s", cli_task_name(e->measures.task), e->measures.rules->name);
    printf("%-16s %9s %9s %19s %9s%s %9s\n", "measure", "mean", "median", "95 % of the mean",
           "all as 1", e->options->many ? "      best" : "", "undefined");
    for (int m = 0; m < SEGI_MEASURES; m++) {
        struct segi_summary s, best;
        if (!wanted(e, m))
            continue;
        if (summary_of(e, m, false, &s) || summary_of(e, m, true, &best))
            return CLI_STAGE;
        const double whole = segi_totals_score(&e->totals, e->measures.rules, e->measures.task,
                                               (enum segi_measure)m);
        printf("%-16s %9.4f %9.4f %9.4f %9.4f ", segi_measures[m].name, s.mean, s.median, s.low,
               s.high);
        isnan(whole) ? printf("%9s", "") : printf("%9.4f", whole);
        if (e->options->many)
            printf(" %9.4f", best.mean);
        printf(" %9zu\n", s.undefined);
    }
    return CLI_DONE;
}

static void print_csv(const struct evaluation *e)
{
    fputs("image,truth", stdout);
    for (int m = 0; m < SEGI_MEASURES; m++)
        if (wanted(e, m))
            printf(",%s", segi_measures[m].name);
    putchar('\n');
    for (size_t i = 0; i < e->count; i++) {
        cli_csv_text(stdout, e->rows[i].name);
        putchar(',');
        cli_csv_text(stdout, e->rows[i].truth);
        for (int m = 0; m < SEGI_MEASURES; m++)
            if (wanted(e, m))
                printf(",%.10g", value(e, i, m));
        putchar('\n');
    }
}

static int put_summaries(const struct evaluation *e, struct segi_json_out *out)
{
    segi_json_open(out, '{');
    for (int m = 0; m < SEGI_MEASURES; m++) {
        struct segi_summary s, best;
        if (!wanted(e, m))
            continue;
        if (summary_of(e, m, false, &s) || summary_of(e, m, true, &best))
            return CLI_STAGE;
        segi_json_name(out, segi_measures[m].name);
        segi_json_open(out, '{');
        const struct {
            const char *name;
            double value;
        } numbers[] = {{"mean", s.mean},
                       {"median", s.median},
                       {"low", s.low},
                       {"high", s.high},
                       {"best", best.mean},
                       {"all_as_one", segi_totals_score(&e->totals, e->measures.rules,
                                                        e->measures.task, (enum segi_measure)m)}};
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
            segi_json_name(out, numbers[i].name);
            segi_json_put_number(out, numbers[i].value);
        }
        segi_json_name(out, "undefined");
        segi_json_put_int(out, (int64_t)s.undefined);
        segi_json_close(out, '}');
    }
    segi_json_close(out, '}');
    return CLI_DONE;
}

static int print_json(const struct evaluation *e)
{
    struct segi_json_out out = {.file = stdout};
    segi_json_open(&out, '{');
    segi_json_name(&out, "task");
    segi_json_put_text(&out, cli_task_name(e->measures.task));
    segi_json_name(&out, "convention");
    segi_json_put_text(&out, e->measures.rules->name);
    segi_json_name(&out, "failed");
    segi_json_put_int(&out, (int64_t)e->failed);
    segi_json_name(&out, "summary");
    int code = put_summaries(e, &out);
    if (e->measures.task == SEGI_TASK_CLASSES) {
        segi_json_name(&out, "iou_per_class");
        segi_json_open(&out, '[');
        for (int32_t k = 0; k < e->measures.classes; k++)
            segi_json_put_number(&out, segi_classes_score(&e->totals.matrix, k, SEGI_IOU));
        segi_json_close(&out, ']');
    }
    segi_json_name(&out, "images");
    segi_json_open(&out, '[');
    for (size_t i = 0; i < e->count; i++) {
        segi_json_open(&out, '{');
        segi_json_name(&out, "image");
        segi_json_put_text(&out, e->rows[i].name);
        segi_json_name(&out, "truth");
        segi_json_put_text(&out, e->rows[i].truth);
        for (int m = 0; m < SEGI_MEASURES; m++)
            if (wanted(e, m)) {
                segi_json_name(&out, segi_measures[m].name);
                segi_json_put_number(&out, value(e, i, m));
            }
        segi_json_close(&out, '}');
    }
    segi_json_close(&out, ']');
    segi_json_close(&out, '}');
    return code;
}

static int evaluate(struct evaluation *e)
{
    cli_measures_settle(&e->measures, e->measures.task ? false : any_many(e));
    if (e->measures.task == SEGI_TASK_CLASSES &&
        segi_classes_init(&e->totals.matrix, e->measures.classes)) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    int code = all_pairs(e);
    if (e->count == 0)
        return code ? code : CLI_IO;
    int written = CLI_DONE;
    if (e->options->json)
        written = print_json(e);
    else if (e->options->csv)
        print_csv(e);
    else
        written = print_table(e);
    return code ? code : written;
}

static bool is_json(const char *path)
{
    const size_t n = strlen(path);
    return n > 5 && !strcmp(path + n - 5, ".json");
}

static int run(struct cli *cli, const void *given)
{
    const struct options *options = given;
    struct evaluation e = {.cli = cli, .options = options};
    if (options->list)
        return list_all();
    if (cli->count != 2)
        return cli_usage(cli, "give the result and the truth: two files or two folders");
    if (is_json(cli->operands[0]) && is_json(cli->operands[1]))
        return cli_eval_coco(cli, &options->coco, cli->operands[0], cli->operands[1],
                             options->json);
    int code = cli_measures_read(cli, &options->measuring, &e.measures);
    if (!code)
        code = cli_pairs_match(cli, cli->operands[0], cli->operands[1], &e.pairs);
    if (!code)
        code = evaluate(&e);
    segi_classes_free(&e.totals.matrix);
    cli_pairs_free(&e.pairs);
    free(e.rows);
    free(e.figures);
    return code;
}

static const struct cli_option options[] = {
    CLI_MEASURING_OPTIONS(struct options, measuring),
    {0, "many", NULL, "several truths a result: their mean and the best", CLI_FLAG,
     offsetof(struct options, many), 0, 0},
    {0, "per-image", NULL, "show every image too", CLI_FLAG, offsetof(struct options, per_image), 0,
     0},
    {0, "json", NULL, "print all as JSON", CLI_FLAG, offsetof(struct options, json), 0, 0},
    {0, "csv", NULL, "print every image as CSV", CLI_FLAG, offsetof(struct options, csv), 0, 0},
    {0, "iou", "segm|bbox|boundary", "of COCO sets: what overlaps (default: segm)", CLI_TEXT,
     offsetof(struct options, coco.iou), 0, 0},
    {0, "compat", "pycocotools", "of COCO sets: its exact numbers, faults too", CLI_TEXT,
     offsetof(struct options, coco.compat), 0, 0},
    {0, "list", NULL, "show all measures and conventions", CLI_FLAG, offsetof(struct options, list),
     0, 0},
};

const struct cli_command cli_eval = {
    .name = "eval",
    .summary = "Measures results against truths.",
    .synopsis = "[OPTION]... RESULT TRUTH",
    .notes = "RESULT and TRUTH are two files, or two folders whose files are matched by name:\n"
             "label images, masks, NPY; or two COCO sets in JSON.\n"
             "  segkit eval labels/ truth/ --metric ap50,pq,aji",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
