/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of the cases of class maps, Cityscapes and panoptic sets. */
#include "eval/boundary.h"
#include "eval/cityscapes.h"
#include "eval/panoptic.h"
#include "golden.h"

#include <math.h>
#include <stdlib.h>

static void put_scores(struct golden *g, const struct segi_classes *m)
{
    static const struct {
        enum segi_score score;
        const char *name;
    } rows[] = {{SEGI_IOU, "IoU"},
                {SEGI_RECALL, "Acc"},
                {SEGI_DICE, "Dice"},
                {SEGI_PRECISION, "Precision"},
                {SEGI_RECALL, "Recall"}};
    double f_sum = 0;
    int f_count = 0;
    golden_put(g, segi_classes_accuracy(m), "mmseg.aAcc");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        golden_put(g, segi_classes_mean(m, 0, rows[i].score, NULL), "mmseg.m%s", rows[i].name);
        for (int32_t k = 0; k < m->classes; k++) {
            golden_put(g, segi_classes_score(m, k, rows[i].score), "mmseg.%s[%d]", rows[i].name, k);
        }
    }
    for (int32_t k = 0; k < m->classes; k++) {
        double p = segi_classes_score(m, k, SEGI_PRECISION),
               r = segi_classes_score(m, k, SEGI_RECALL);
        double f = 2 * p * r / (p + r);
        golden_put(g, f, "mmseg.Fscore[%d]", k);
        f_sum += isnan(f) ? 0 : f;
        f_count += !isnan(f);
    }
    golden_put(g, f_sum / f_count, "mmseg.mFscore");
    for (int32_t t = 0; t < m->classes; t++) {
        for (int32_t p = 0; p < m->classes; p++) {
            golden_put(g, (double)m->counts[t * (m->classes + 1) + p],
                       "sklearn.confusion_matrix[%d][%d]", t, p);
        }
    }
    golden_put(g, segi_classes_present_iou(m, 0), "sklearn.jaccard_macro_present");
    golden_put(g, segi_classes_present_iou(m, 1), "sklearn.jaccard_weighted");
    golden_put(g, segi_classes_kappa(m), "sklearn.kappa");
}

bool golden_classes(struct golden *g)
{
    const struct segi_json *params = segi_json_get(g->test, "params");
    int32_t classes = (int32_t)segi_json_number(segi_json_get(params, "num_classes"), 2);
    int32_t ignore = (int32_t)segi_json_number(segi_json_get(params, "ignore"), 255);
    struct segi_classes all, one;
    double *sums = calloc((size_t)classes * 2, sizeof *sums);
    bool ok = sums && !segi_classes_init(&all, classes);
    for (size_t i = 0; ok && i < golden_inputs(g, "truth"); i++) {
        struct picture truth = {0}, pred = {0};
        ok = golden_picture(g, "truth", i, &truth) && golden_picture(g, "pred", i, &pred) &&
             !segi_classes_init(&one, classes);
        size_t n = (size_t)truth.width * (size_t)truth.height;
        if (ok) {
            segi_classes_add(&all, truth.samples, pred.samples, n, ignore);
            segi_classes_add(&one, truth.samples, pred.samples, n, ignore);
            for (int32_t k = 0; k < classes; k++) {
                double iou = segi_classes_score(&one, k, SEGI_IOU);
                sums[k] += isnan(iou) ? 0 : iou;
                sums[classes + k] += !isnan(iou);
            }
            segi_classes_free(&one);
        }
        picture_free(&truth);
        picture_free(&pred);
    }
    if (ok) {
        put_scores(g, &all);
        for (int32_t k = 0; k < classes; k++) {
            golden_put(g, sums[k] / sums[classes + k], "nnunet.per_image_mean_iou[%d]", k);
        }
        segi_classes_free(&all);
    }
    free(sums);
    return ok;
}

bool golden_city(struct golden *g)
{
    struct segi_city city;
    bool ok = !segi_city_init(&city);
    for (size_t i = 0; ok && i < golden_inputs(g, "truth"); i++) {
        struct picture truth = {0}, pred = {0}, instances = {0};
        ok = golden_picture(g, "truth", i, &truth) && golden_picture(g, "pred", i, &pred) &&
             golden_picture(g, "instances", i, &instances) &&
             !segi_city_add(&city, truth.samples, instances.samples, pred.samples,
                            (size_t)truth.width * (size_t)truth.height);
        picture_free(&truth);
        picture_free(&pred);
        picture_free(&instances);
    }
    double scores[2][SEGI_CITY_LABELS], groups[2][SEGI_CITY_CATEGORIES];
    for (int k = 0; k < SEGI_CITY_LABELS; k++) {
        scores[0][k] = segi_city_label(&city, k);
        scores[1][k] = segi_city_label_weighted(&city, k);
        golden_put(g, scores[0][k], "cityscapes.classScores.%s", segi_city_label_names[k]);
        golden_put(g, scores[1][k], "cityscapes.classInstScores.%s", segi_city_label_names[k]);
    }
    for (int k = 0; k < SEGI_CITY_CATEGORIES; k++) {
        groups[0][k] = segi_city_category(&city, k);
        groups[1][k] = segi_city_category_weighted(&city, k);
        golden_put(g, groups[0][k], "cityscapes.categoryScores.%s", segi_city_category_names[k]);
        golden_put(g, groups[1][k], "cityscapes.categoryInstScores.%s",
                   segi_city_category_names[k]);
    }
    golden_put(g, segi_mean_defined(scores[0], SEGI_CITY_LABELS), "cityscapes.averageScoreClasses");
    golden_put(g, segi_mean_defined(scores[1], SEGI_CITY_LABELS),
               "cityscapes.averageScoreInstClasses");
    golden_put(g, segi_mean_defined(groups[0], SEGI_CITY_CATEGORIES),
               "cityscapes.averageScoreCategories");
    golden_put(g, segi_mean_defined(groups[1], SEGI_CITY_CATEGORIES),
               "cityscapes.averageScoreInstCategories");
    segi_city_free(&city);
    return ok;
}

#define MOST 512

struct panoptic_set {
    struct segi_json_doc truth, pred;
    int64_t ids[MOST];
    bool things[MOST];
    size_t class_count;
};

static uint32_t class_index(const struct panoptic_set *s, const struct segi_json *segment)
{
    double id = segi_json_number(segi_json_get(segment, "category_id"), -1);
    for (size_t k = 0; k < s->class_count; k++) {
        if ((double)s->ids[k] == id) {
            return (uint32_t)k;
        }
    }
    return 0;
}

static void ids_of(struct picture *p)
{
    size_t n = (size_t)p->width * (size_t)p->height;
    for (size_t i = 0; i < n && p->planes >= 3; i++) {
        p->samples[i] += 256 * p->samples[n + i] + 65536 * p->samples[2 * n + i];
    }
}

static bool load_side(const struct panoptic_set *s, const struct golden *g, bool truth,
                      size_t image, struct picture *picture, struct segi_segment *segments,
                      struct segi_panoptic_side *side)
{
    const struct segi_json_doc *doc = truth ? &s->truth : &s->pred;
    const struct segi_json *item = segi_json_first(segi_json_get(doc->root, "annotations"));
    for (size_t i = 0; item && i < image; i++) {
        item = segi_json_next(item);
    }
    if (!item || !golden_picture(g, truth ? "gt_png" : "pred_png", image, picture)) {
        return false;
    }
    ids_of(picture);
    *side = (struct segi_panoptic_side){picture->samples, segments, 0};
    SEGI_JSON_EACH(segment, segi_json_get(item, "segments_info"))
    {
        struct segi_segment *to = &segments[side->count++];
        to->id = (int32_t)segi_json_number(segi_json_get(segment, "id"), 0);
        to->class_index = class_index(s, segment);
        to->crowd = segi_json_number(segi_json_get(segment, "iscrowd"), 0) != 0;
        to->area = (int64_t)segi_json_number(segi_json_get(segment, "area"), 0);
        if (side->count == MOST) {
            return false;
        }
    }
    return true;
}

/* `only`: -1 all classes, 0 stuff, 1 things. */
static void put_mean(struct golden *g, const struct panoptic_set *s, const char *name,
                     const char *group, int only, const struct segi_panoptic *classes)
{
    struct segi_panoptic_score sum = {0, 0, 0};
    int n = 0;
    for (size_t k = 0; k < s->class_count; k++) {
        const struct segi_panoptic *c = &classes[k];
        if ((only >= 0 && s->things[k] != (only == 1)) || c->tp + c->fp + c->fn == 0) {
            continue;
        }
        struct segi_panoptic_score one = segi_panoptic_score(c);
        sum.pq += one.pq;
        sum.sq += one.sq;
        sum.rq += one.rq;
        n++;
    }
    golden_put(g, sum.pq / n, "%s.%s.pq", name, group);
    golden_put(g, sum.sq / n, "%s.%s.sq", name, group);
    golden_put(g, sum.rq / n, "%s.%s.rq", name, group);
    golden_put(g, n, "%s.%s.n", name, group);
    if (n == 0) {
        golden_put_text(g, NULL, "");
    }
}

static bool evaluate(struct golden *g, const struct panoptic_set *s, bool bands)
{
    static struct segi_segment truths[MOST], preds[MOST];
    struct segi_panoptic classes[MOST] = {0};
    const char *name = bands ? "boundary_pq" : "pq";
    bool ok = true;
    for (size_t i = 0; ok && i < golden_inputs(g, "gt_png"); i++) {
        struct picture truth = {0}, pred = {0};
        struct segi_panoptic_side a, b;
        ok = load_side(s, g, true, i, &truth, truths, &a) &&
             load_side(s, g, false, i, &pred, preds, &b);
        int32_t distance = bands ? segi_boundary_distance(truth.width, truth.height, 0.02) : 0;
        ok = ok && !segi_panoptic_add(classes, &a, &b, truth.width, truth.height, distance);
        picture_free(&truth);
        picture_free(&pred);
    }
    for (size_t k = 0; k < s->class_count; k++) {
        struct segi_panoptic_score one = segi_panoptic_score(&classes[k]);
        int id = (int)s->ids[k];
        golden_put(g, one.pq, "%s.per_class.%d.pq", name, id);
        golden_put(g, one.sq, "%s.per_class.%d.sq", name, id);
        golden_put(g, one.rq, "%s.per_class.%d.rq", name, id);
        golden_put(g, (double)classes[k].tp, "%s.per_class.%d.tp", name, id);
        golden_put(g, (double)classes[k].fp, "%s.per_class.%d.fp", name, id);
        golden_put(g, (double)classes[k].fn, "%s.per_class.%d.fn", name, id);
        golden_put(g, classes[k].iou_sum, "%s.per_class.%d.iou_sum", name, id);
    }
    put_mean(g, s, name, "all", -1, classes);
    put_mean(g, s, name, "things", 1, classes);
    put_mean(g, s, name, "stuff", 0, classes);
    return ok;
}

bool golden_panoptic(struct golden *g)
{
    struct panoptic_set s = {0};
    bool ok = golden_json(g, "gt", &s.truth) && golden_json(g, "pred", &s.pred);
    if (ok) {
        SEGI_JSON_EACH(category, segi_json_get(s.truth.root, "categories"))
        {
            if (s.class_count < MOST) {
                s.ids[s.class_count] = (int64_t)segi_json_number(segi_json_get(category, "id"), 0);
                s.things[s.class_count++] =
                    segi_json_number(segi_json_get(category, "isthing"), 0) != 0;
            }
        }
        ok = evaluate(g, &s, false) && evaluate(g, &s, true);
    }
    segi_json_free(&s.truth);
    segi_json_free(&s.pred);
    return ok;
}
