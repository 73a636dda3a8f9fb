/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit tune: the parameters with which a pipeline measures best, and an honest score for them. */
#include "commands.h"
#include "eval_coco.h"
#include "progress.h"
#include "source.h"
#include "target.h"
#include "tune.h"

#include "../io/sink.h"

#include <math.h>
#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

struct options {
    struct cli_measuring measuring;
    const char *images, *truth, *output, *curve, *search;
    struct cli_list params;
    uint64_t budget, folds, seed;
};

/* STAGE[#N].KEY=LOW:HIGH[:STEP] */
static int read_param(struct tune *t, const char *text)
{
    struct tune_param *p = &t->params[t->param_count];
    const char *equals = strchr(text, '='), *dot = equals;
    while (dot && dot > text && *dot != '.')
        dot--;
    int n = 0;
    if (!equals || !dot || dot == text || equals - dot < 2 || equals - text > 120 ||
        dot - text > 63 ||
        (sscanf(equals + 1, "%lf:%lf%n:%lf%n", &p->low, &p->high, &n, &p->grid, &n) < 2) ||
        equals[1 + n] || !(p->high > p->low) || p->grid < 0)
        return cli_usage(t->cli, "option '--param': '%s' is not STAGE.KEY=LOW:HIGH[:STEP]", text);
    snprintf(p->stage, sizeof p->stage, "%.*s", (int)(dot - text), text);
    snprintf(p->name, sizeof p->name, "%.*s", (int)(equals - dot - 1), dot + 1);
    t->param_count++;
    return CLI_DONE;
}

/* Finds the step and the parameter's row. `stage#2` is the second of its kind. */
static int find_param(struct tune *t, struct tune_param *p)
{
    char id[64];
    const char *hash = strchr(p->stage, '#');
    long wanted = hash ? strtol(hash + 1, NULL, 10) : 1;
    snprintf(id, sizeof id, "%.*s", hash ? (int)(hash - p->stage) : 63, p->stage);
    for (size_t i = 0; i < seg_plan_steps(t->plan); i++) {
        struct seg_step step = {.struct_size = sizeof step};
        if (seg_plan_step(t->plan, i, &step) || strcmp(step.stage->id, id) || --wanted > 0)
            continue;
        for (uint32_t k = 0; k < step.stage->param_count; k++) {
            const struct seg_param *row = &step.stage->params[k];
            if (strcmp(row->name, p->name))
                continue;
            if (row->type != SEG_INT && row->type != SEG_FLOAT)
                return cli_usage(t->cli, "stage '%s': parameter '%s' is no number to tune", id,
                                 p->name);
            if (p->low < row->min || p->high > row->max)
                return cli_usage(t->cli, "stage '%s': parameter '%s': %g:%g is not within %g..%g",
                                 id, p->name, p->low, p->high, row->min, row->max);
            p->whole = row->type == SEG_INT;
            p->odd = (row->flags & SEG_PARAM_ODD) != 0;
            p->step = i;
            t->first = i < t->first ? i : t->first;
            return CLI_DONE;
        }
        return cli_usage(t->cli, "stage '%s' has no parameter '%s'", id, p->name);
    }
    return cli_usage(t->cli, "the pipeline has no stage '%s'", p->stage);
}

/* The layers of the first stages that later ones take. */
static int find_kept(struct tune *t)
{
    t->kept = calloc(seg_plan_steps(t->plan) * 8, sizeof *t->kept);
    if (!t->kept)
        return CLI_STAGE;
    for (size_t i = t->first; i < seg_plan_steps(t->plan); i++) {
        struct seg_step step = {.struct_size = sizeof step};
        seg_plan_step(t->plan, i, &step);
        for (uint32_t k = 0; k < step.stage->input_count; k++) {
            const char *layer = seg_plan_wire(t->plan, i, k);
            char name[80];
            bool early = false, have = false;
            for (size_t e = 0; layer && e < t->first; e++) {
                struct seg_step before = {.struct_size = sizeof before};
                seg_plan_step(t->plan, e, &before);
                for (uint32_t o = 0; o < before.stage->output_count; o++) {
                    const char *made = NULL;
                    struct seg_shape shape = SEG_SHAPE;
                    early |= !seg_plan_output(t->plan, e, o, &made, &shape) && made &&
                             !strcmp(made, layer);
                }
            }
            if (!early)
                continue;
            cli_emit_name(t->plan, layer, name);
            for (size_t q = 0; q < t->kept_count; q++)
                have |= !strcmp(t->kept[q], name);
            if (!have && t->kept_count < seg_plan_steps(t->plan) * 8)
                snprintf(t->kept[t->kept_count++], 80, "%s", name);
        }
    }
    return CLI_DONE;
}

static int plan_whole(struct tune *t)
{
    struct seg_faults faults = {0};
    seg_pipeline *pipeline;
    int status = seg_pipeline_parse_file(t->cli->context, t->pipeline_path, &pipeline, &faults);
    if (status)
        return cli_faults(&faults, status);
    const struct seg_input input = cli_input("input", t->images[0].layer);
    status = seg_pipeline_check(pipeline, &input, 1, NULL, &t->plan, &faults);
    seg_pipeline_free(pipeline);
    int code = status ? cli_faults(&faults, status) : CLI_DONE;
    t->first = SIZE_MAX;
    for (size_t k = 0; !code && k < t->param_count; k++)
        code = find_param(t, &t->params[k]);
    return code ? code : find_kept(t);
}

/* The stages before the first changing one, once an image. */
static int run_before(struct tune *t)
{
    char *text = NULL;
    size_t length = 0;
    struct seg_faults faults = {0};
    seg_pipeline *pipeline = NULL;
    const char **keep = calloc(t->kept_count + 1, sizeof *keep);
    FILE *file = open_memstream(&text, &length);
    int code = keep && file ? CLI_DONE : CLI_STAGE;
    if (file) {
        cli_emit(file, t->plan, 0, t->first, NULL, 0);
        fclose(file);
    }
    for (size_t k = 0; !code && k < t->kept_count; k++)
        keep[k] = t->kept[k];
    if (!code && t->first > 0) {
        const int status = seg_pipeline_parse_text(t->cli->context, t->pipeline_path, text, length,
                                                   &pipeline, &faults);
        code = status ? cli_faults(&faults, status) : CLI_DONE;
    }
    for (size_t i = 0; !code && t->first > 0 && i < t->image_count; i++) {
        struct tune_image *image = &t->images[i];
        const struct seg_input input = cli_input("input", image->layer);
        struct seg_error err;
        seg_plan *plan = NULL;
        seg_result *result = NULL;
        cli_progress_show(i, t->image_count, image->path, "before what changes", 0);
        const int status = seg_pipeline_check(pipeline, &input, 1, keep, &plan, &faults);
        code = status ? cli_faults(&faults, status) : CLI_DONE;
        if (!code && seg_plan_run(plan, &input, 1, NULL, &result, &err))
            code = cli_fail(&err);
        image->kept = calloc(t->kept_count + 1, sizeof(seg_layer *));
        for (size_t k = 0; !code && k < t->kept_count; k++)
            image->kept[k] = seg_layer_ref(seg_result_layer(result, t->kept[k]));
        seg_result_free(result);
        seg_plan_free(plan);
    }
    seg_pipeline_free(pipeline);
    free(text);
    free(keep);
    return code;
}

static int load_images(struct tune *t, const struct cli_pairs *pairs)
{
    struct seg_error err;
    bool many = false;
    t->images = calloc(pairs->count + 1, sizeof *t->images);
    int code = t->images ? CLI_DONE : CLI_STAGE;
    for (size_t i = 0; !code && i < pairs->count; i++) {
        struct tune_image *image = &t->images[t->image_count];
        if (pairs->list[i].count == 0)
            continue;
        image->path = pairs->list[i].file;
        if (seg_layer_load(t->cli->context, image->path, 0, SEG_IMAGE, &image->layer, &err))
            return cli_fail(&err);
        t->image_count++;
        code = cli_labels_load(t->cli, pairs->list[i].others[0], t->measures.ignore,
                               t->measures.colors, &image->truth);
        many |= image->truth.many;
    }
    if (!code && t->image_count < 2) {
        cli_message("two images with truths are the least to tune on");
        code = CLI_IO;
    }
    cli_measures_settle(&t->measures, many);
    return code;
}

static int pick_metric(struct tune *t)
{
    size_t count = 0;
    if (t->measures.wanted == segi_measures_usual(t->measures.task))
        t->measures.wanted =
            SEGI_MEASURE_BIT(t->measures.task == SEGI_TASK_MASK      ? SEGI_M_DICE
                             : t->measures.task == SEGI_TASK_CLASSES ? SEGI_M_MIOU
                                                                     : SEGI_M_AP50);
    for (int m = 0; m < SEGI_MEASURES; m++)
        if (t->measures.wanted & SEGI_MEASURE_BIT(m)) {
            t->metric = (enum segi_measure)m;
            count++;
        }
    if (count != 1 || !segi_measures[t->metric].better ||
        !(segi_measures[t->metric].tasks & t->measures.task))
        return cli_usage(t->cli, "option '--metric': one measure of %s to tune for, please",
                         cli_task_name(t->measures.task));
    return CLI_DONE;
}

/* Each fold is scored by what was found without it. */
static int cross_validate(struct tune *t, const char *way, double *score)
{
    bool *train = calloc(t->image_count, sizeof *train), *test = calloc(t->image_count, 1);
    int code = train && test ? CLI_DONE : CLI_STAGE;
    double sum = 0;
    for (uint64_t fold = 0; fold < t->folds && !code; fold++) {
        size_t best = 0, count = 0;
        double on_test;
        for (size_t i = 0; i < t->image_count; i++) {
            test[i] = i % t->folds == fold;
            train[i] = !test[i];
            count += test[i];
        }
        cli_progress_show((size_t)fold, (size_t)t->folds + 1, "", way, 0);
        code = tune_search(t, way, train, &best);
        if (!code)
            code = tune_score(t, best, test, &on_test);
        sum += code ? 0 : on_test * (double)count;
    }
    *score = sum / (double)t->image_count * segi_measures[t->metric].better;
    free(train);
    free(test);
    return code;
}

static int write_text(struct tune *t, const char *path, const char *text, size_t size)
{
    struct segi_sink sink;
    struct seg_error err;
    int status = segi_sink_open(&sink, t->cli->context, path, &err);
    if (!status) {
        segi_sink_write(&sink, text, size);
        status = segi_sink_close(&sink, SEG_OK);
    }
    return status ? cli_fail(&err) : CLI_DONE;
}

static int write_results(struct tune *t, const struct options *o, size_t best, const bool *all)
{
    struct cli_override overrides[TUNE_PARAMS];
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return CLI_STAGE;
    tune_overrides(t, &t->candidates[best], overrides);
    cli_emit(file, t->plan, 0, seg_plan_steps(t->plan), overrides, t->param_count);
    fclose(file);
    int code = o->output ? write_text(t, o->output, text, size) : CLI_DONE;
    if (!o->output)
        fputs(text, stdout);
    free(text);
    if (code || !o->curve)
        return code;
    text = NULL;
    file = open_memstream(&text, &size);
    if (!file)
        return CLI_STAGE;
    for (size_t k = 0; k < t->param_count; k++)
        fprintf(file, "%s.%s,", t->params[k].stage, t->params[k].name);
    fprintf(file, "%s,images\n", segi_measures[t->metric].name);
    for (size_t i = 0; i < t->candidate_count; i++) {
        const struct tune_candidate *c = &t->candidates[i];
        size_t known = 0;
        double score;
        for (size_t k = 0; k < t->image_count; k++)
            known += c->known[k];
        tune_overrides(t, c, overrides);
        for (size_t k = 0; k < t->param_count; k++)
            fprintf(file, "%s,", overrides[k].value);
        tune_score(t, i, known == t->image_count ? all : c->known, &score);
        fprintf(file, "%.8g,%zu\n", score * segi_measures[t->metric].better, known);
    }
    fclose(file);
    code = write_text(t, o->curve, text, size);
    free(text);
    return code;
}

static int tune(struct tune *t, const struct options *o)
{
    const char *way = o->search ? o->search : "grid";
    bool *all = malloc(t->image_count * sizeof *all);
    double honest = (double)NAN, score = (double)NAN;
    size_t best = 0;
    int code = all ? CLI_DONE : CLI_STAGE;
    for (size_t i = 0; all && i < t->image_count; i++)
        all[i] = true;
    if (!code)
        code = tune_search(t, way, all, &best);
    if (!code)
        code = tune_score(t, best, all, &score);
    if (!code)
        code = cross_validate(t, way, &honest);
    cli_progress_clear();
    if (!code)
        code = write_results(t, o, best, all);
    if (!code && !t->cli->common.quiet) {
        struct cli_override overrides[TUNE_PARAMS];
        tune_overrides(t, &t->candidates[best], overrides);
        for (size_t k = 0; k < t->param_count; k++)
            fprintf(stderr, "%s.%s = %s\n", t->params[k].stage, t->params[k].name,
                    overrides[k].value);
        fprintf(stderr,
                "%s %.4f on the %zu images it was tuned on, %.4f on images it was not (%llu "
                "folds); %zu sets of values, %zu runs\n",
                segi_measures[t->metric].name, score * segi_measures[t->metric].better,
                t->image_count, honest, (unsigned long long)t->folds, t->candidate_count, t->runs);
    }
    free(all);
    return code;
}

static void end(struct tune *t)
{
    for (size_t i = 0; i < t->candidate_count; i++) {
        free(t->candidates[i].scores);
        free(t->candidates[i].known);
    }
    for (size_t i = 0; i < t->image_count; i++) {
        for (size_t k = 0; t->images[i].kept && k < t->kept_count; k++)
            seg_layer_unref(t->images[i].kept[k]);
        free(t->images[i].kept);
        seg_layer_unref(t->images[i].layer);
        cli_labels_free(&t->images[i].truth);
    }
    free(t->candidates);
    free(t->images);
    free(t->kept);
    seg_plan_free(t->plan);
}

static int run(struct cli *cli, const void *given)
{
    const struct options *o = given;
    struct cli_pairs pairs = {0};
    struct tune t = {.cli = cli,
                     .budget = o->budget ? o->budget : 40,
                     .folds = o->folds ? o->folds : 5,
                     .seed = o->seed,
                     .workers = seg_context_threads(cli->context)};
    if (cli->count != 1 || !o->images || !o->truth || !o->params.count)
        return cli_usage(cli, "give %s",
                         cli->count != 1 ? "one pipeline"
                         : !o->images    ? "--images DIR"
                         : !o->truth     ? "--truth DIR"
                                         : "--param STAGE.KEY=LOW:HIGH");
    if (o->params.count > TUNE_PARAMS)
        return cli_usage(cli, "at most %d parameters at a time", TUNE_PARAMS);
    t.pipeline_path = cli->operands[0];
    int code = cli_measures_read(cli, &o->measuring, &t.measures);
    for (int i = 0; !code && i < o->params.count; i++)
        code = read_param(&t, o->params.items[i]);
    if (!code)
        code = cli_pairs_match(cli, o->images, o->truth, &pairs);
    if (!code)
        code = load_images(&t, &pairs);
    if (!code)
        code = pick_metric(&t);
    t.folds = t.folds < t.image_count ? t.folds : t.image_count;
    if (!code)
        code = plan_whole(&t);
    if (!code)
        code = run_before(&t);
    if (!code)
        code = tune(&t, o);
    end(&t);
    cli_pairs_free(&pairs);
    return code;
}

static const struct cli_option options[] = {
    {'i', "images", "DIR", "the images", CLI_TEXT, offsetof(struct options, images), 0, 0},
    {'t', "truth", "DIR", "their truths, matched by name", CLI_TEXT,
     offsetof(struct options, truth), 0, 0},
    {0, "param", "STAGE.KEY=LOW:HIGH[:STEP]", "a range to look in; may be given again", CLI_LIST,
     offsetof(struct options, params), 0, 0},
    {0, "search", "grid|random|nelder-mead|bayes", "how to look (default: grid)", CLI_TEXT,
     offsetof(struct options, search), 0, 0},
    {0, "budget", "N", "sets of values to try, not for a grid (default: 40)", CLI_COUNT,
     offsetof(struct options, budget), 1, 100000},
    {0, "folds", "N", "parts for the honest score (default: 5)", CLI_COUNT,
     offsetof(struct options, folds), 2, 1000},
    {0, "seed", "N", "begin chance here (default: 0)", CLI_COUNT, offsetof(struct options, seed), 0,
     UINT64_MAX},
    {'o', "output", "FILE", "write the tuned pipeline (default: standard output)", CLI_TEXT,
     offsetof(struct options, output), 0, 0},
    {0, "curve", "FILE.csv", "write every set of values and its score", CLI_TEXT,
     offsetof(struct options, curve), 0, 0},
    CLI_MEASURING_OPTIONS(struct options, measuring),
};

const struct cli_command cli_tune = {
    .name = "tune",
    .summary = "Finds the parameters with which a pipeline measures best.",
    .synopsis = "-i DIR -t DIR --param STAGE.KEY=LOW:HIGH[:STEP]... [-o FILE] PIPELINE",
    .notes = "Prints two scores: on the images that it was tuned on, and by cross-validation on\n"
             "images that it was not. STAGE#2 is the second stage of that name.",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
