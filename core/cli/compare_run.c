/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running every pipeline on every image: a worker takes an image and all its pipelines, so that
 * each image is read once. Results live in FOLDER/cache by what they depend on; a second run takes
 * them from there, and so does one after an interruption. */
#include "compare.h"
#include "eval_coco.h"
#include "progress.h"
#include "report.h"
#include "source.h"
#include "target.h"

#include "../base/clock.h"
#include "../base/digest.h"
#include "../eval/consensus.h"
#include "../eval/partition.h"
#include "../pipe/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a worker keeps from image to image: each method's plan is good for the same shape. */
struct worker {
    struct compare *c;
    pthread_t thread;
    seg_context *context; /* one thread */
    seg_pipeline **pipelines;
    seg_plan **plans;
    struct seg_shape shape; /* of the plans */
    uint32_t color;
    char **texts;        /* the plans' stages as JSON */
    char (*digests)[65]; /* of those and of the files that they name */
};

static void drop_plans(struct worker *w)
{
    for (size_t m = 0; m < w->c->method_count; m++) {
        seg_plan_free(w->plans[m]);
        free(w->texts[m]);
        w->plans[m] = NULL;
        w->texts[m] = NULL;
    }
}

/* Models and other files that stages read are part of what a result depends on. */
static void digest_files(const seg_plan *plan, struct segi_digest *digest)
{
    for (size_t i = 0; i < seg_plan_steps(plan); i++) {
        struct seg_step step = {.struct_size = sizeof step};
        if (seg_plan_step(plan, i, &step))
            return;
        for (uint32_t k = 0; k < step.stage->param_count; k++) {
            const struct seg_param *p = &step.stage->params[k];
            char text[65];
            const char *path = p->type == SEG_PATH
                                   ? *(const char *const *)((const char *)step.params + p->offset)
                                   : "";
            if (path && *path && !segi_digest_file(path, text))
                segi_digest_add(digest, text, 64);
        }
    }
}

static int make_plan(struct worker *w, size_t m, const struct seg_input *input, char *why,
                     size_t size)
{
    struct seg_faults faults = {0};
    struct segi_digest digest;
    size_t length = 0;
    if (w->plans[m])
        return SEG_OK;
    int status = w->pipelines[m] ? SEG_OK
                                 : seg_pipeline_parse_file(w->context, w->c->methods[m].path,
                                                           &w->pipelines[m], &faults);
    if (!status)
        status = seg_pipeline_check(w->pipelines[m], input, 1, NULL, &w->plans[m], &faults);
    if (status) {
        snprintf(why, size, "%.*s", (int)size - 1,
                 faults.count ? faults.list[0].error.text : seg_status_name(status));
        return status;
    }
    FILE *text = open_memstream(&w->texts[m], &length);
    if (!text)
        return SEG_NOMEM;
    struct segi_json_out out = {.file = text, .compact = true};
    cli_report(&out, "", w->plans[m], NULL);
    fclose(text);
    segi_digest_begin(&digest);
    segi_digest_add(&digest, seg_version(), strlen(seg_version()));
    segi_digest_add(&digest, w->texts[m], length);
    digest_files(w->plans[m], &digest);
    segi_digest_end(&digest, w->digests[m]);
    return SEG_OK;
}

/* The first plan of a method tells its stages. */
static void learn_stages(struct worker *w, size_t m)
{
    struct cmp_method *method = &w->c->methods[m];
    pthread_mutex_lock(&w->c->lock);
    if (!method->text && w->texts[m]) {
        method->text = strdup(w->texts[m]);
        method->stages = seg_plan_steps(w->plans[m]);
        method->stages = method->stages < COMPARE_STAGES ? method->stages : COMPARE_STAGES;
        for (size_t i = 0; i < method->stages; i++) {
            struct seg_step step = {.struct_size = sizeof step};
            if (!seg_plan_step(w->plans[m], i, &step))
                snprintf(method->stage[i], sizeof method->stage[i], "%s", step.stage->id);
        }
    }
    pthread_mutex_unlock(&w->c->lock);
}

/* -- the cache -------------------------------------------------------------------------------- */

static void cache_path(const struct compare *c, const char *key, const char *ending, char *path)
{
    snprintf(path, CLI_PATH, "%s/cache/%.24s.%s", c->folder, key, ending);
}

/* Times are kept beside the labels, and written last: where they are, all is. */
static bool cache_read(struct worker *w, struct cmp_cell *cell, struct cli_labels *labels)
{
    char path[CLI_PATH];
    struct segi_json_doc doc;
    cache_path(w->c, cell->key, "json", path);
    if (access(path, R_OK) || cli_json_load(path, &doc))
        return false;
    const struct segi_json *stages = segi_json_get(doc.root, "stages");
    const char *key = segi_json_text(segi_json_get(doc.root, "key"), "");
    bool good = !strcmp(key, cell->key);
    cell->wall = segi_json_number(segi_json_get(doc.root, "wall"), 0);
    cell->cpu = segi_json_number(segi_json_get(doc.root, "cpu"), 0);
    cell->peak_mib = segi_json_number(segi_json_get(doc.root, "peak_mib"), 0);
    size_t i = 0;
    SEGI_JSON_EACH(stage, stages)
    {
        if (i < COMPARE_STAGES)
            cell->stage_wall[i++] = segi_json_number(stage, 0);
    }
    segi_json_free(&doc);
    cache_path(w->c, cell->key, "tif", path);
    if (good)
        good = !access(path, R_OK) && !cli_labels_load(w->c->cli, path, INT32_MIN, false, labels);
    cell->cached = good;
    return good;
}

static int cache_write(struct worker *w, const struct cmp_cell *cell,
                       const struct cli_labels *labels, size_t stages)
{
    char path[CLI_PATH], temp[CLI_PATH + 8];
    struct seg_error err;
    seg_layer *layer;
    const struct seg_view view = {.struct_size = sizeof view,
                                  .kind = SEG_LABELS,
                                  .dtype = SEG_I32,
                                  .width = labels->width,
                                  .height = labels->height,
                                  .planes = 1,
                                  .row_stride = (ptrdiff_t)labels->width * 4,
                                  .data = labels->values};
    cache_path(w->c, cell->key, "tif", path);
    if (seg_layer_wrap(w->context, &view, NULL, NULL, &layer, &err))
        return cli_fail(&err);
    int status = seg_layer_save(w->context, layer, NULL, path, &err);
    seg_layer_unref(layer);
    if (status)
        return cli_fail(&err);
    cache_path(w->c, cell->key, "json", path);
    snprintf(temp, sizeof temp, "%s.part", path);
    FILE *file = fopen(temp, "w");
    if (!file)
        return CLI_IO;
    struct segi_json_out out = {.file = file, .compact = true};
    const struct {
        const char *name;
        double value;
    } rows[] = {{"wall", cell->wall}, {"cpu", cell->cpu}, {"peak_mib", cell->peak_mib}};
    segi_json_open(&out, '{');
    segi_json_name(&out, "key");
    segi_json_put_text(&out, cell->key);
    for (size_t i = 0; i < 3; i++) {
        segi_json_name(&out, rows[i].name);
        segi_json_put_number(&out, rows[i].value);
    }
    segi_json_name(&out, "stages");
    segi_json_open(&out, '[');
    for (size_t i = 0; i < stages && i < COMPARE_STAGES; i++)
        segi_json_put_number(&out, cell->stage_wall[i]);
    segi_json_close(&out, ']');
    segi_json_close(&out, '}');
    const bool whole = !ferror(file);
    return fclose(file) || !whole || rename(temp, path) ? CLI_IO : CLI_DONE;
}

/* -- one image -------------------------------------------------------------------------------- */

static bool run_plan(struct worker *w, size_t m, struct cmp_cell *cell,
                     const struct seg_input *input, struct cli_labels *labels)
{
    struct seg_error err;
    seg_result *result;
    const double wall = segi_wall(), cpu = segi_seconds(CLOCK_THREAD_CPUTIME_ID);
    if (seg_plan_run(w->plans[m], input, 1, NULL, &result, &err)) {
        snprintf(cell->why, sizeof cell->why, "%.255s", err.text);
        return false;
    }
    cell->wall = segi_wall() - wall;
    cell->cpu = segi_seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
    cell->peak_mib = (double)seg_plan_peak_bytes(w->plans[m]) / (1 << 20);
    for (size_t i = 0; i < seg_plan_steps(w->plans[m]) && i < COMPARE_STAGES; i++) {
        double spent = 0;
        seg_result_time(result, i, &cell->stage_wall[i], &spent);
        cell->cpu += w->plans[m]->steps[i].isolated ? spent : 0; /* of another process */
    }
    const seg_layer *last = seg_result_layer(result, NULL);
    if (cli_labels_of(w->c->cli, last, labels))
        snprintf(cell->why, sizeof cell->why, "the last layer is neither a mask nor labels");
    seg_result_free(result);
    return labels->values != NULL;
}

static void key_of(const struct worker *w, size_t m, const struct cmp_image *image, char key[65])
{
    struct segi_digest digest;
    segi_digest_begin(&digest);
    segi_digest_add(&digest, image->digest, 64);
    segi_digest_add(&digest, w->digests[m], 64);
    segi_digest_end(&digest, key);
}

static void one_method(struct worker *w, size_t i, size_t m, const struct seg_input *input,
                       struct cli_labels *labels)
{
    struct compare *c = w->c;
    struct cmp_cell *cell = cmp_cell(c, i, m);
    char path[CLI_PATH];
    if (make_plan(w, m, input, cell->why, sizeof cell->why))
        return;
    learn_stages(w, m);
    key_of(w, m, &c->images[i], cell->key);
    if (!cache_read(w, cell, labels)) {
        if (!run_plan(w, m, cell, input, labels))
            return;
        if (cache_write(w, cell, labels, c->methods[m].stages)) {
            snprintf(cell->why, sizeof cell->why, "its result cannot be kept in '%s'", c->folder);
            return;
        }
    }
    cmp_picture_path(c, cell->key, "view", path);
    if (access(path, R_OK) && cmp_picture_labels(c, labels, path))
        return;
    cell->done = true;
}

/* Where there is no truth: STAPLE's consensus of the foregrounds stands in for it. */
static int consensus(struct compare *c, const struct cli_labels *all, size_t i,
                     struct cli_labels *truth)
{
    const struct cli_labels *list[16];
    uint8_t *masks[16] = {NULL}, *fused = NULL;
    struct segi_rater raters[16];
    size_t count = 0;
    for (size_t m = 0; m < c->method_count && count < 16; m++)
        if (cmp_cell(c, i, m)->done)
            list[count++] = &all[m];
    if (count == 0)
        return SEG_ABSENT;
    const size_t n = (size_t)list[0]->width * (size_t)list[0]->height;
    int status = SEG_OK;
    for (size_t k = 0; k < count; k++) {
        masks[k] = malloc(n);
        for (size_t p = 0; masks[k] && p < n; p++)
            masks[k][p] = list[k]->values[p] > 0;
        status = masks[k] ? status : SEG_NOMEM;
    }
    fused = malloc(n);
    *truth = (struct cli_labels){.width = list[0]->width,
                                 .height = list[0]->height,
                                 .values = malloc(n * sizeof *truth->values)};
    status = fused && truth->values ? status : SEG_NOMEM;
    if (!status)
        status = segi_staple((const uint8_t *const *)masks, count, n, -1, raters, NULL, fused);
    for (size_t p = 0; !status && p < n; p++)
        truth->values[p] = fused[p];
    for (size_t k = 0; k < count; k++)
        free(masks[k]);
    free(fused);
    return status;
}

static void agree(struct compare *c, const struct cli_labels *all, size_t i)
{
    for (size_t a = 0; a < c->method_count; a++)
        for (size_t b = a + 1; b < c->method_count; b++) {
            struct segi_table t;
            struct segi_counts counts = {0};
            const size_t n = (size_t)all[a].width * (size_t)all[a].height;
            if (!cmp_cell(c, i, a)->done || !cmp_cell(c, i, b)->done ||
                segi_table_init(&t, all[a].values, all[b].values, n, 0))
                continue;
            for (size_t k = 0; k < t.cell_count; k++) {
                const bool in_a = t.truth.labels[t.cells[k].truth] > 0;
                const bool in_b = t.pred.labels[t.cells[k].pred] > 0;
                *(in_a   ? (in_b ? &counts.tp : &counts.fn)
                  : in_b ? &counts.fp
                         : &counts.tn) += t.cells[k].count;
            }
            pthread_mutex_lock(&c->lock);
            struct cmp_agreement *to = &c->agreements[a * c->method_count + b];
            to->dice += segi_dice(&counts, SEGI_EMPTY_ONE);
            to->ari += segi_adjusted_rand(&t);
            to->count++;
            pthread_mutex_unlock(&c->lock);
            segi_table_free(&t);
        }
}

/* The share of methods whose foreground differs from most of the others'. */
static int picture_disagreement(struct compare *c, const struct cli_labels *all, size_t i)
{
    const int32_t w = c->images[i].width, h = c->images[i].height;
    const size_t n = (size_t)w * (size_t)h;
    char path[CLI_PATH];
    float *share = calloc(n, sizeof *share);
    size_t count = 0;
    if (!share)
        return CLI_STAGE;
    for (size_t m = 0; m < c->method_count; m++) {
        if (!cmp_cell(c, i, m)->done)
            continue;
        count++;
        for (size_t p = 0; p < n; p++)
            share[p] += all[m].values[p] > 0;
    }
    for (size_t p = 0; count && p < n; p++) {
        const float on = share[p] / (float)count;
        share[p] = 2 * (on < 0.5f ? on : 1 - on);
    }
    cmp_picture_path(c, c->images[i].digest, "differ", path);
    const int code = cmp_picture_share(c, share, w, h, path);
    free(share);
    return code;
}

static int measure_all(struct worker *w, size_t i, const struct cli_labels *all)
{
    struct compare *c = w->c;
    struct cmp_image *image = &c->images[i];
    struct cli_labels truth = {0};
    char path[CLI_PATH];
    int code = CLI_DONE;
    if (image->truth)
        code =
            cli_labels_load(c->cli, image->truth, c->measures.ignore, c->measures.colors, &truth);
    else if (consensus(c, all, i, &truth))
        return CLI_DONE;
    for (size_t m = 0; !code && m < c->method_count; m++) {
        struct cmp_cell *cell = cmp_cell(c, i, m);
        if (cell->done && cli_measure(c->cli, &c->measures, c->methods[m].name, &all[m],
                                      image->truth ? image->truth : "the consensus", &truth,
                                      cell->values, NULL)) {
            cell->done = false;
            snprintf(cell->why, sizeof cell->why, "cannot be measured against its truth");
        }
    }
    cmp_picture_path(c, image->digest, "truth", path);
    if (!code)
        code = cmp_picture_labels(c, &truth, path);
    cli_labels_free(&truth);
    return code;
}

static int one_image(struct worker *w, size_t i)
{
    struct compare *c = w->c;
    struct cmp_image *image = &c->images[i];
    struct seg_error err;
    seg_layer *layer;
    char path[CLI_PATH];
    if (segi_digest_file(image->path, image->digest) ||
        seg_layer_load(w->context, image->path, 0, SEG_IMAGE, &layer, &err)) {
        image->failed = true;
        cli_message("%s: cannot be read", image->path);
        return CLI_DONE;
    }
    const struct seg_input input = cli_input("input", layer);
    struct cli_labels *all = calloc(c->method_count, sizeof *all);
    image->width = input.shape.width;
    image->height = input.shape.height;
    if (memcmp(&w->shape, &input.shape, sizeof w->shape) != 0 || w->color != input.color) {
        drop_plans(w);
        w->shape = input.shape;
        w->color = input.color;
    }
    int code = all ? CLI_DONE : CLI_STAGE;
    for (size_t m = 0; !code && m < c->method_count; m++)
        one_method(w, i, m, &input, &all[m]);
    cmp_picture_path(c, image->digest, "input", path);
    if (!code && access(path, R_OK))
        code = cmp_picture_image(c, layer, path);
    seg_layer_unref(layer);
    if (!code)
        code = measure_all(w, i, all);
    if (!code)
        code = picture_disagreement(c, all, i);
    if (!code)
        agree(c, all, i);
    for (size_t m = 0; all && m < c->method_count; m++)
        cli_labels_free(&all[m]);
    free(all);
    return code;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct compare *c = w->c;
    for (;;) {
        pthread_mutex_lock(&c->lock);
        const size_t i = c->next++;
        if (i < c->image_count)
            cli_progress_show(c->finished, c->image_count, c->images[i].name, "", 0);
        const bool stop = c->code != CLI_DONE || i >= c->image_count;
        pthread_mutex_unlock(&c->lock);
        if (stop)
            return NULL;
        const int code = one_image(w, i);
        pthread_mutex_lock(&c->lock);
        c->finished++;
        c->code = c->code ? c->code : code;
        pthread_mutex_unlock(&c->lock);
    }
}

static int worker_init(struct worker *w, struct compare *c)
{
    struct seg_options options;
    struct seg_error err;
    int code = cli_context_options(c->cli, &options);
    if (code)
        return code;
    options.threads = 1;
    options.plugins = c->cli->common.plugins.items;
    w->c = c;
    w->plans = calloc(c->method_count, sizeof *w->plans);
    w->texts = calloc(c->method_count, sizeof *w->texts);
    w->digests = calloc(c->method_count, sizeof *w->digests);
    w->pipelines = calloc(c->method_count, sizeof *w->pipelines);
    if (!w->plans || !w->pipelines || !w->texts || !w->digests)
        return CLI_STAGE;
    return seg_context_new(&options, &w->context, &err) ? cli_fail(&err) : CLI_DONE;
}

int cmp_run(struct compare *c)
{
    struct worker *workers = calloc(c->workers, sizeof *workers);
    size_t started = 0;
    const double start = segi_wall();
    if (!workers)
        return CLI_STAGE;
    for (size_t k = 0; k < c->workers && !c->code; k++) {
        c->code = worker_init(&workers[k], c);
        if (!c->code && k + 1 < c->workers &&
            !pthread_create(&workers[k].thread, NULL, work, &workers[k]))
            started = k + 1;
        else if (!c->code)
            break;
    }
    if (!c->code)
        work(&workers[started]); /* this thread is one too */
    for (size_t k = 0; k < started; k++)
        pthread_join(workers[k].thread, NULL);
    cli_progress_clear();
    for (size_t k = 0; k < c->workers; k++) {
        if (workers[k].plans)
            drop_plans(&workers[k]);
        for (size_t m = 0; workers[k].pipelines && m < c->method_count; m++)
            seg_pipeline_free(workers[k].pipelines[m]);
        free(workers[k].pipelines);
        free(workers[k].plans);
        free(workers[k].texts);
        free(workers[k].digests);
        seg_context_free(workers[k].context);
    }
    free(workers);
    c->seconds = segi_wall() - start;
    return c->code;
}
