/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of the cases of two label images. */
#include "eval/boundary.h"
#include "eval/objects.h"
#include "eval/partition.h"
#include "eval/superpixel.h"
#include "golden.h"

#include <math.h>
#include <stdlib.h>

struct pair {
    struct picture truth, pred;
    size_t n;
};

static void put_adapted_rand(struct golden *g, const struct segi_table *t, const char *name)
{
    struct segi_adapted_rand r = segi_adapted_rand(t, 0.5);
    /* The tool's error comes from precision and recall, so both must be defined. */
    golden_put(g, isnan(r.precision + r.recall) ? (double)NAN : r.error, "%s.error", name);
    /* The tool returns them under each other's name. */
    golden_put(g, r.recall, "%s.returned_precision", name);
    golden_put(g, r.precision, "%s.returned_recall", name);
}

static bool partitions(struct golden *g, const struct pair *p)
{
    struct segi_table t, object, either;
    struct segi_covering covering;
    double ami = 1;
    if (segi_table_init(&t, p->truth.samples, p->pred.samples, p->n, 0) ||
        segi_table_init(&object, p->truth.samples, p->pred.samples, p->n, SEGI_SKIP_TRUTH_ZERO) ||
        segi_covering(&t, &covering)) {
        return false;
    }
    put_adapted_rand(g, &object, "skimage.adapted_rand");
    put_adapted_rand(g, &t, "skimage.adapted_rand_noignore");
    golden_put(g, segi_adapted_rand(&object, 0).error, "skimage_head.adapted_rand_alpha0.0");
    golden_put(g, segi_adapted_rand(&object, 0.25).error, "skimage_head.adapted_rand_alpha0.25");
    struct segi_voi voi = segi_voi(&t);
    golden_put(g, voi.split, "skimage.voi.h_pred_given_truth_split");
    golden_put(g, voi.merge, "skimage.voi.h_truth_given_pred_merge");
    if (segi_table_init(&either, p->truth.samples, p->pred.samples, p->n, SEGI_SKIP_TRUTH_ZERO)) {
        return false;
    }
    voi = segi_voi(&either);
    golden_put(g, voi.split, "skimage.voi_ignore0[0]");
    golden_put(g, voi.merge, "skimage.voi_ignore0[1]");
    golden_put(g, segi_adjusted_rand(&t), "sklearn.adjusted_rand_score");
    golden_put(g, segi_rand(&t), "sklearn.rand_score");
    golden_put(g, segi_mutual_information(&t), "sklearn.mutual_info_score");
    golden_put(g, segi_normalized_mutual_information(&t), "sklearn.normalized_mutual_info_score");
    golden_put(g, segi_homogeneity(&t), "sklearn.homogeneity_score");
    golden_put(g, segi_completeness(&t), "sklearn.completeness_score");
    double h = segi_homogeneity(&t), c = segi_completeness(&t);
    golden_put(g, h + c > 0 ? 2 * h * c / (h + c) : 0, "sklearn.v_measure_score");
    golden_put(g, segi_fowlkes_mallows(&t), "sklearn.fowlkes_mallows_score");
    golden_put(g, segi_adjusted_rand(&object), "sklearn.adjusted_rand_fg_truth");
    golden_put(g, covering.truth, "bsds.covering.truth_by_pred");
    golden_put(g, covering.pred, "bsds.covering.pred_by_truth");
    if (t.truth.count < 2000 && segi_adjusted_mutual_information(&t, &ami)) {
        return false;
    }
    golden_put(g, ami, "sklearn.adjusted_mutual_info_score");
    segi_table_free(&t);
    segi_table_free(&object);
    segi_table_free(&either);
    return true;
}

static double or_zero(double value)
{
    return isnan(value) ? 0 : value;
}

static bool matches(struct golden *g, const struct segi_overlaps *o)
{
    static const double cellpose[] = {0.5, 0.75, 0.9};
    struct segi_match m;
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        if (segi_match(o, cellpose[i], 0, &m)) {
            return false;
        }
        golden_put(g, segi_match_accuracy(&m), "cellpose.average_precision.ap[%d]", i);
        golden_put(g, (double)m.tp, "cellpose.average_precision.tp[%d]", i);
        golden_put(g, (double)m.fp, "cellpose.average_precision.fp[%d]", i);
        golden_put(g, (double)m.fn, "cellpose.average_precision.fn[%d]", i);
    }
    for (int i = 50; i < 100; i += 5) {
        char name[40];
        snprintf(name, sizeof name, "stardist.matching.%g", i / 100.0);
        if (segi_match(o, i / 100.0, 0, &m)) {
            return false;
        }
        /* 0 where nothing is defined, as the tool has it. */
        double accuracy = or_zero(segi_match_accuracy(&m));
        sum += accuracy;
        golden_put(g, (double)m.tp, "%s.tp", name);
        golden_put(g, (double)m.fp, "%s.fp", name);
        golden_put(g, (double)m.fn, "%s.fn", name);
        golden_put(g, or_zero(segi_match_precision(&m)), "%s.precision", name);
        golden_put(g, or_zero(segi_match_recall(&m)), "%s.recall", name);
        golden_put(g, accuracy, "%s.accuracy", name);
        golden_put(g, or_zero(segi_match_f1(&m)), "%s.f1", name);
        golden_put(g, m.iou_sum / (o->truths ? o->truths : 1), "%s.mean_true_score", name);
        golden_put(g, or_zero(segi_match_quality(&m)), "%s.mean_matched_score", name);
        golden_put(g, or_zero(segi_match_panoptic(&m)), "%s.panoptic_quality", name);
    }
    golden_put(g, sum / 10, "dsb2018.map");
    if (segi_match(o, 0.5, 1, &m)) {
        return false;
    }
    golden_put(g, segi_match_f1(&m), "hovernet.pq.dq");
    golden_put(g, segi_match_quality(&m), "hovernet.pq.sq");
    golden_put(g, segi_match_panoptic(&m), "hovernet.pq.pq");
    return true;
}

static bool objects(struct golden *g, const struct pair *p)
{
    struct segi_table t;
    struct segi_overlaps o;
    double aji, plus, foreground;
    if (segi_table_init(&t, p->truth.samples, p->pred.samples, p->n, 0) ||
        segi_overlaps_init(&o, &t)) {
        return false;
    }
    golden_put(g, o.truths, "counts.truth_objects");
    golden_put(g, o.preds, "counts.pred_objects");
    if (!matches(g, &o) || segi_aji(&o, &aji) || segi_aji_plus(&o, &plus) ||
        segi_aji_foreground(&o, &foreground)) {
        return false;
    }
    golden_put(g, aji, "hovernet.aji");
    golden_put(g, plus, "hovernet.aji_plus");
    golden_put(g, foreground, "cellpose.aji");
    golden_put(g, segi_dice_foreground(&o), "hovernet.dice_1");
    golden_put(g, segi_dice_pairs(&o), "hovernet.dice_2");
    segi_overlaps_free(&o);
    segi_table_free(&t);
    struct segi_boundary_score score;
    if (segi_boundary_thick(p->truth.samples, p->pred.samples, p->truth.width, p->truth.height, 0.1,
                            &score)) {
        return false;
    }
    golden_put(g, score.precision, "cellpose.boundary.precision");
    golden_put(g, score.recall, "cellpose.boundary.recall");
    golden_put(g, score.f, "cellpose.boundary.f");
    return true;
}

static bool boundary(struct golden *g, const struct pair *p)
{
    int32_t w = p->truth.width, h = p->truth.height;
    uint8_t *truth = malloc(p->n), *pred = malloc(p->n);
    struct segi_boundary_match m;
    bool ok = truth && pred;
    if (ok) {
        segi_boundary_map(p->truth.samples, w, h, truth);
        segi_boundary_map(p->pred.samples, w, h, pred);
        ok = !segi_boundary_bsds(truth, pred, w, h, 0.0075 * hypot(w, h), &m);
    }
    if (ok) {
        struct segi_boundary_score f = segi_boundary_match_score(&m);
        golden_put(g, (double)m.pred, "bsds.boundary_pixels.pred");
        golden_put(g, (double)m.truth, "bsds.boundary_pixels.truth");
        golden_put(g, (double)m.matched, "bsds.max_matching");
        golden_put(g, f.precision, "bsds.boundary_f.precision");
        golden_put(g, f.recall, "bsds.boundary_f.recall");
        golden_put(g, f.f, "bsds.boundary_f.f");
    }
    free(truth);
    free(pred);
    return ok;
}

static bool variation(struct golden *g, const struct pair *p)
{
    struct picture image = {0};
    struct segi_variation v;
    if (golden_inputs(g, "image") == 0) {
        return true;
    }
    bool ok = golden_picture(g, "image", 0, &image);
    uint8_t *bytes = malloc(3 * p->n);
    ok = ok && bytes && (image.planes == 3 || image.planes == 1);
    for (size_t i = 0; ok && i < 3 * p->n; i++) {
        bytes[i] = (uint8_t)image.samples[image.planes == 3 ? i : i % p->n];
    }
    /* Blue first, as the tool sums them. */
    const uint8_t *planes[3] = {bytes + 2 * p->n, bytes + p->n, bytes};
    ok = ok && !segi_explained_variation(p->pred.samples, p->n, planes, 3, true, &v);
    if (ok) {
        golden_put(g, v.explained, "superpixel.explained_variation");
        golden_put(g, v.within, "superpixel.icv");
    }
    free(bytes);
    picture_free(&image);
    return ok;
}

static bool superpixels(struct golden *g, const struct pair *p)
{
    int32_t w = p->truth.width, h = p->truth.height;
    struct segi_table t;
    struct segi_superpixel s;
    struct segi_superpixel_boundary b;
    double compactness;
    int32_t radius = (int32_t)round(0.0025 * hypot(w, h));
    if (segi_table_init(&t, p->truth.samples, p->pred.samples, p->n, 0) ||
        segi_superpixel_overlap(&t, &s) ||
        segi_superpixel_boundary(p->truth.samples, p->pred.samples, w, h, radius, &b) ||
        segi_compactness(p->pred.samples, w, h, &compactness)) {
        return false;
    }
    golden_put(g, s.ue_min, "superpixel.ue_min");
    golden_put(g, s.ue_np, "superpixel.ue_np");
    golden_put(g, s.ue_levin, "superpixel.ue_levin");
    golden_put(g, s.asa, "superpixel.asa");
    golden_put(g, s.oversegmentation, "superpixel.oversegmentation_error");
    golden_put(g, b.recall, "superpixel.boundary_recall");
    golden_put(g, b.precision, "superpixel.boundary_precision");
    golden_put(g, b.density, "superpixel.contour_density");
    golden_put(g, compactness, "superpixel.compactness");
    golden_put(g, t.pred.count, "superpixel.superpixels");
    segi_table_free(&t);
    return variation(g, p);
}

bool golden_labels(struct golden *g)
{
    struct pair p = {0};
    bool ok = golden_picture(g, "truth", 0, &p.truth) && golden_picture(g, "pred", 0, &p.pred);
    p.n = (size_t)p.truth.width * (size_t)p.truth.height;
    ok = ok && partitions(g, &p) && objects(g, &p) && boundary(g, &p) && superpixels(g, &p);
    picture_free(&p.truth);
    picture_free(&p.pred);
    return ok;
}
