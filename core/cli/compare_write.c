/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of a comparison: results.csv, results.json, and the page, which holds the same JSON and
 * all its pictures. */
#include "compare.h"
#include "data_url.h"
#include "eval_coco.h"
#include "target.h"

#include "../io/sink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char page[] = {
#include "page.inc"
};
#define PAGE_MARK "@DATA@"

static bool shown(const struct compare *c, int measure)
{
    return (c->measures.wanted & SEGI_MEASURE_BIT(measure)) != 0 &&
           (segi_measures[measure].tasks & c->measures.task) != 0;
}

static void put(struct segi_json_out *out, const char *name, double value)
{
    segi_json_name(out, name);
    segi_json_put_number(out, value);
}

static void put_text(struct segi_json_out *out, const char *name, const char *value)
{
    segi_json_name(out, name);
    segi_json_put_text(out, value);
}

/* -- pictures --------------------------------------------------------------------------------- */

/* A picture of the cache as a data URL; nothing where there is none. */
static void put_picture(const struct compare *c, struct segi_json_out *out, const char *name,
                        const char *key, const char *what)
{
    char path[CLI_PATH];
    cmp_picture_path(c, key, what, path);
    char *url = cli_data_url(path);
    if (url)
        put_text(out, name, url);
    free(url);
}

/* -- JSON ------------------------------------------------------------------------------------- */

static void put_measures(const struct compare *c, struct segi_json_out *out)
{
    segi_json_name(out, "measures");
    segi_json_open(out, '[');
    for (int k = 0; k < SEGI_MEASURES; k++) {
        if (!shown(c, k))
            continue;
        segi_json_open(out, '{');
        put_text(out, "name", segi_measures[k].name);
        put_text(out, "summary", segi_measures[k].summary);
        put(out, "better", segi_measures[k].better);
        segi_json_close(out, '}');
    }
    segi_json_close(out, ']');
}

static void put_method(const struct compare *c, struct segi_json_out *out, size_t m)
{
    const struct cmp_method *method = &c->methods[m];
    segi_json_open(out, '{');
    put_text(out, "name", method->name);
    put_text(out, "file", method->path);
    put(out, "rank", (double)method->rank);
    put(out, "p", method->p);
    segi_json_name(out, "pareto");
    segi_json_put_bool(out, method->pareto);
    put(out, "wall_seconds", method->wall);
    put(out, "cpu_seconds", method->cpu);
    put(out, "peak_mib", method->peak_mib);
    put(out, "failed", (double)method->failed);
    segi_json_name(out, "scores");
    segi_json_open(out, '{');
    for (int k = 0; k < SEGI_MEASURES; k++) {
        const struct segi_summary *s = &method->summary[k];
        if (!shown(c, k))
            continue;
        segi_json_name(out, segi_measures[k].name);
        segi_json_open(out, '{');
        put(out, "mean", s->mean);
        put(out, "median", s->median);
        put(out, "low", s->low);
        put(out, "high", s->high);
        put(out, "undefined", (double)s->undefined);
        segi_json_close(out, '}');
    }
    segi_json_close(out, '}');
    segi_json_name(out, "stages");
    segi_json_open(out, '[');
    for (size_t i = 0; i < method->stages; i++) {
        double sum = 0, count = 0;
        for (size_t k = 0; k < c->image_count; k++)
            if (cmp_cell(c, k, m)->done) {
                sum += cmp_cell(c, k, m)->stage_wall[i];
                count++;
            }
        segi_json_open(out, '{');
        put_text(out, "stage", method->stage[i]);
        put(out, "wall_seconds", count > 0 ? sum / count : (double)NAN);
        segi_json_close(out, '}');
    }
    segi_json_close(out, ']');
    segi_json_name(out, "resolved");
    struct segi_json_doc doc;
    if (method->text && !segi_json_read(method->text, strlen(method->text), &doc)) {
        segi_json_put_value(out, segi_json_get(doc.root, "stages"));
        segi_json_free(&doc);
    } else {
        segi_json_open(out, '[');
        segi_json_close(out, ']');
    }
    segi_json_close(out, '}');
}

static void put_image(const struct compare *c, struct segi_json_out *out, size_t i, bool pictures)
{
    const struct cmp_image *image = &c->images[i];
    segi_json_open(out, '{');
    put_text(out, "name", image->name);
    put_text(out, "file", image->path);
    put_text(out, "truth", image->truth ? image->truth : "");
    put_text(out, "digest", image->digest);
    put(out, "width", image->width);
    put(out, "height", image->height);
    if (pictures) {
        put_picture(c, out, "input", image->digest, "input");
        put_picture(c, out, "truth_view", image->digest, "truth");
        put_picture(c, out, "differ", image->digest, "differ");
    }
    segi_json_name(out, "results");
    segi_json_open(out, '[');
    for (size_t m = 0; m < c->method_count; m++) {
        const struct cmp_cell *cell = cmp_cell(c, i, m);
        segi_json_open(out, '{');
        if (!cell->done)
            put_text(out, "error", cell->why);
        put(out, "wall_seconds", cell->wall);
        put(out, "cpu_seconds", cell->cpu);
        put(out, "peak_mib", cell->peak_mib);
        segi_json_name(out, "cached");
        segi_json_put_bool(out, cell->cached);
        for (int k = 0; cell->done && k < SEGI_MEASURES; k++)
            if (shown(c, k))
                put(out, segi_measures[k].name, cell->values[k]);
        if (pictures && cell->done)
            put_picture(c, out, "view", cell->key, "view");
        segi_json_close(out, '}');
    }
    segi_json_close(out, ']');
    segi_json_close(out, '}');
}

static void put_agreement(const struct compare *c, struct segi_json_out *out)
{
    segi_json_name(out, "agreement");
    segi_json_open(out, '[');
    for (size_t a = 0; a < c->method_count; a++)
        for (size_t b = a + 1; b < c->method_count; b++) {
            const struct cmp_agreement *g = &c->agreements[a * c->method_count + b];
            const double n = (double)g->count;
            segi_json_open(out, '{');
            put_text(out, "a", c->methods[a].name);
            put_text(out, "b", c->methods[b].name);
            put(out, "dice", n > 0 ? g->dice / n : (double)NAN);
            put(out, "ari", n > 0 ? g->ari / n : (double)NAN);
            segi_json_close(out, '}');
        }
    segi_json_close(out, ']');
}

static void put_all(const struct compare *c, FILE *file, bool pictures)
{
    struct segi_json_out out = {.file = file, .compact = pictures};
    segi_json_open(&out, '{');
    put_text(&out, "segkit", seg_version());
    put_text(&out, "task", cli_task_name(c->measures.task));
    put_text(&out, "convention", c->measures.rules->name);
    put_text(&out, "rank_by", segi_measures[c->rank_by].name);
    segi_json_name(&out, "has_truth");
    segi_json_put_bool(&out, c->has_truth);
    put_measures(c, &out);
    segi_json_name(&out, "methods");
    segi_json_open(&out, '[');
    for (size_t m = 0; m < c->method_count; m++)
        put_method(c, &out, m);
    segi_json_close(&out, ']');
    put_agreement(c, &out);
    segi_json_name(&out, "images");
    segi_json_open(&out, '[');
    for (size_t i = 0; i < c->image_count; i++)
        if (!c->images[i].failed)
            put_image(c, &out, i, pictures);
    segi_json_close(&out, ']');
    segi_json_close(&out, '}');
}

/* -- files ------------------------------------------------------------------------------------ */

static void csv(const struct compare *c, FILE *file)
{
    fputs("image,method,error,wall_seconds,cpu_seconds,peak_mib", file);
    for (int k = 0; k < SEGI_MEASURES; k++)
        if (shown(c, k))
            fprintf(file, ",%s", segi_measures[k].name);
    fputc('\n', file);
    for (size_t i = 0; i < c->image_count; i++)
        for (size_t m = 0; m < c->method_count; m++) {
            const struct cmp_cell *cell = cmp_cell(c, i, m);
            cli_csv_text(file, c->images[i].name);
            fputc(',', file);
            cli_csv_text(file, c->methods[m].name);
            fputc(',', file);
            cli_csv_text(file, cell->why);
            fprintf(file, ",%.9g,%.9g,%.6g", cell->wall, cell->cpu, cell->peak_mib);
            for (int k = 0; k < SEGI_MEASURES; k++)
                if (shown(c, k))
                    cell->done ? fprintf(file, ",%.10g", cell->values[k]) : fputc(',', file);
            fputc('\n', file);
        }
}

static void json(const struct compare *c, FILE *file)
{
    put_all(c, file, false);
}

static void html(const struct compare *c, FILE *file)
{
    const char *mark = memmem(page, sizeof page, PAGE_MARK, strlen(PAGE_MARK));
    fwrite(page, 1, (size_t)(mark - page), file);
    put_all(c, file, true);
    mark += strlen(PAGE_MARK);
    fwrite(mark, 1, (size_t)(page + sizeof page - mark), file);
}

static int write_file(const struct compare *c, const char *name,
                      void (*write)(const struct compare *c, FILE *file))
{
    char path[CLI_PATH];
    char *text = NULL;
    size_t size = 0;
    struct seg_error err;
    struct segi_sink sink;
    FILE *file = open_memstream(&text, &size);
    if (!file) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    write(c, file);
    int status = ferror(file) ? SEG_NOMEM : SEG_OK;
    if (fclose(file) || status) {
        cli_message("out of memory");
        free(text);
        return CLI_STAGE;
    }
    snprintf(path, sizeof path, "%s/%s", c->folder, name);
    status = segi_sink_open(&sink, c->cli->context, path, &err);
    if (!status) {
        segi_sink_write(&sink, text, size);
        status = segi_sink_close(&sink, SEG_OK);
    }
    free(text);
    return status ? cli_fail(&err) : CLI_DONE;
}

int cmp_write(const struct compare *c)
{
    int code = write_file(c, "results.csv", csv);
    if (!code)
        code = write_file(c, "results.json", json);
    if (!code)
        code = write_file(c, "index.html", html);
    return code;
}
