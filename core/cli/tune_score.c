/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a set of values is worth: only the stages from the first changing one on are run, on the
 * layers that the others left, on several images at a time. */
#include "source.h"
#include "tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double value_of(const struct tune_param *p, double unit)
{
    const double value = p->low + unit * (p->high - p->low);
    if (!p->whole)
        return value;
    const double whole = p->odd ? 2 * floor(value / 2) + 1 : rint(value);
    return whole > p->high ? whole - (p->odd ? 2 : 1) : whole;
}

void tune_overrides(const struct tune *t, const struct tune_candidate *c,
                    struct cli_override overrides[TUNE_PARAMS])
{
    for (size_t k = 0; k < t->param_count; k++) {
        const struct tune_param *p = &t->params[k];
        overrides[k].step = p->step;
        overrides[k].param = p->name;
        snprintf(overrides[k].value, sizeof overrides[k].value, p->whole ? "%.0f" : "%.6g",
                 value_of(p, c->point[k]));
    }
}

size_t tune_candidate(struct tune *t, const double *point)
{
    struct cli_override mine[TUNE_PARAMS], theirs[TUNE_PARAMS];
    struct tune_candidate made = {0};
    memcpy(made.point, point, t->param_count * sizeof *point);
    tune_overrides(t, &made, mine);
    for (size_t i = 0; i < t->candidate_count; i++) {
        bool same = true;
        tune_overrides(t, &t->candidates[i], theirs);
        for (size_t k = 0; k < t->param_count; k++)
            same &= !strcmp(mine[k].value, theirs[k].value);
        if (same)
            return i;
    }
    if (t->candidate_count == t->candidate_room) {
        const size_t room = t->candidate_room * 2 + 64;
        struct tune_candidate *grown = realloc(t->candidates, room * sizeof *grown);
        if (!grown)
            return SIZE_MAX;
        t->candidates = grown;
        t->candidate_room = room;
    }
    made.scores = calloc(t->image_count, sizeof *made.scores);
    made.known = calloc(t->image_count, sizeof *made.known);
    if (!made.scores || !made.known) {
        free(made.scores);
        free(made.known);
        return SIZE_MAX;
    }
    t->candidates[t->candidate_count] = made;
    return t->candidate_count++;
}

/* One candidate on the images that are asked for, by several workers. */
struct round {
    struct tune *t;
    struct tune_candidate *candidate;
    const bool *use;
    char *text; /* the changing stages */
    size_t length;
    pthread_mutex_t lock;
    size_t next;
    int code;
};

static int one_image(struct round *r, size_t i, const seg_pipeline *pipeline)
{
    struct tune *t = r->t;
    const struct tune_image *image = &t->images[i];
    struct seg_input *inputs = calloc(t->kept_count + 1, sizeof *inputs);
    struct seg_faults faults = {0};
    struct seg_error err;
    seg_plan *plan = NULL;
    seg_result *result = NULL;
    struct cli_labels labels = {0};
    double values[SEGI_MEASURES], score = -HUGE_VAL;
    if (!inputs)
        return CLI_STAGE;
    inputs[0] = cli_input("input", image->layer);
    for (size_t k = 0; k < t->kept_count; k++)
        inputs[k + 1] = cli_input(t->kept[k], image->kept[k]);
    int status = seg_pipeline_check(pipeline, inputs, t->kept_count + 1, NULL, &plan, &faults);
    int code = status ? cli_faults(&faults, status) : CLI_DONE;
    if (!code && !seg_plan_run(plan, inputs, t->kept_count + 1, NULL, &result, &err)) {
        code = cli_labels_of(t->cli, seg_result_layer(result, NULL), &labels);
        if (!code)
            code = cli_measure(t->cli, &t->measures, image->path, &labels, "its truth",
                               &image->truth, values, NULL);
        if (!code && isfinite(values[t->metric]))
            score = values[t->metric] * segi_measures[t->metric].better;
    }
    r->candidate->scores[i] = score;
    r->candidate->known[i] = true;
    cli_labels_free(&labels);
    seg_result_free(result);
    seg_plan_free(plan);
    free(inputs);
    return code;
}

static void *work(void *arg)
{
    struct round *r = arg;
    struct seg_faults faults = {0};
    seg_pipeline *pipeline = NULL;
    int code = seg_pipeline_parse_text(r->t->cli->context, r->t->pipeline_path, r->text, r->length,
                                       &pipeline, &faults);
    code = code ? cli_faults(&faults, code) : CLI_DONE;
    for (;;) {
        pthread_mutex_lock(&r->lock);
        r->code = r->code ? r->code : code;
        while (r->next < r->t->image_count && (!r->use[r->next] || r->candidate->known[r->next]))
            r->next++;
        const size_t i = r->next++;
        r->t->runs += i < r->t->image_count;
        const bool stop = r->code || i >= r->t->image_count;
        pthread_mutex_unlock(&r->lock);
        if (stop)
            break;
        code = one_image(r, i, pipeline);
    }
    seg_pipeline_free(pipeline);
    return NULL;
}

/* The worst of the known scores stands for one that is not defined. */
static double mean_of(const struct tune *t, const struct tune_candidate *c, const bool *use)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < t->image_count; i++) {
        if (!use[i])
            continue;
        const bool larger = segi_measures[t->metric].better > 0;
        const double worst =
            larger ? 0 : -hypot(t->images[i].truth.width, t->images[i].truth.height);
        sum += isfinite(c->scores[i]) ? c->scores[i] : worst;
        count++;
    }
    return sum / count;
}

int tune_score(struct tune *t, size_t candidate, const bool *use, double *score)
{
    struct round r = {.t = t,
                      .candidate = &t->candidates[candidate],
                      .use = use,
                      .lock = PTHREAD_MUTEX_INITIALIZER};
    struct cli_override overrides[TUNE_PARAMS];
    pthread_t threads[64];
    size_t started = 0;
    bool all_known = true;
    for (size_t i = 0; i < t->image_count; i++)
        all_known &= !use[i] || r.candidate->known[i];
    if (!all_known) {
        FILE *text = open_memstream(&r.text, &r.length);
        if (!text)
            return CLI_STAGE;
        tune_overrides(t, r.candidate, overrides);
        cli_emit(text, t->plan, t->first, seg_plan_steps(t->plan), overrides, t->param_count);
        fclose(text);
        while (started + 1 < t->workers && started < 64 &&
               !pthread_create(&threads[started], NULL, work, &r))
            started++;
        work(&r);
        for (size_t k = 0; k < started; k++)
            pthread_join(threads[k], NULL);
        free(r.text);
    }
    *score = r.code ? -HUGE_VAL : mean_of(t, r.candidate, use);
    return r.code;
}
