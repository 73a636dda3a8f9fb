/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of the cases of two masks. */
#include "eval/boundary.h"
#include "eval/confusion.h"
#include "eval/surface.h"
#include "golden.h"

#include <math.h>
#include <stdlib.h>

struct pair {
    uint8_t *truth, *pred, *valid;
    int32_t width, height;
    size_t n;
};

static bool open_pair(const struct golden *g, struct pair *p)
{
    struct picture truth = {0}, pred = {0};
    bool ok = golden_picture(g, "truth", 0, &truth) && golden_picture(g, "pred", 0, &pred);
    p->width = truth.width;
    p->height = truth.height;
    p->n = (size_t)truth.width * (size_t)truth.height;
    p->truth = malloc(p->n);
    p->pred = malloc(p->n);
    p->valid = malloc(p->n);
    ok = ok && p->truth && p->pred && p->valid;
    /* With void pixels the object is what is 1, and void is in neither mask. */
    const struct segi_json *ignore = segi_json_get(segi_json_get(g->test, "params"), "ignore");
    for (size_t i = 0; ok && i < p->n; i++) {
        p->valid[i] = !ignore || truth.samples[i] != (int32_t)segi_json_number(ignore, 255);
        p->truth[i] = p->valid[i] && (ignore ? truth.samples[i] == 1 : truth.samples[i] != 0);
        p->pred[i] = p->valid[i] && (ignore ? pred.samples[i] == 1 : pred.samples[i] != 0);
    }
    picture_free(&truth);
    picture_free(&pred);
    return ok;
}

static void counts(struct golden *g, const struct pair *p)
{
    struct segi_counts c = {0};
    segi_counts_add(&c, p->truth, p->pred, p->valid, p->n);
    golden_put(g, (double)c.tp, "confusion.tp");
    golden_put(g, (double)c.fp, "confusion.fp");
    golden_put(g, (double)c.fn, "confusion.fn");
    golden_put(g, (double)c.tn, "confusion.tn");
    golden_put(g, segi_dice(&c, SEGI_EMPTY_NAN), "nnunet.dice");
    golden_put(g, segi_iou(&c, SEGI_EMPTY_NAN), "nnunet.iou");
    golden_put(g, segi_dice(&c, SEGI_EMPTY_ONE), "medpy.dc");
    golden_put(g, segi_iou(&c, SEGI_EMPTY_ONE), "medpy.jc");
    golden_put(g, segi_precision(&c, SEGI_EMPTY_ZERO), "medpy.precision");
    golden_put(g, segi_recall(&c, SEGI_EMPTY_ZERO), "medpy.recall");
    golden_put(g, segi_specificity(&c, SEGI_EMPTY_ZERO), "medpy.specificity");
    golden_put(g, segi_relative_area(&c), "medpy.ravd");
    golden_put(g, segi_mcc(&c), "sklearn.mcc");
    golden_put(g, segi_kappa(&c), "sklearn.cohen_kappa");
    golden_put(g, segi_balanced_accuracy(&c), "sklearn.balanced_accuracy");
    golden_put(g, segi_f_beta(&c, 2, SEGI_EMPTY_ZERO), "sklearn.fbeta2");
    /* MONAI leaves out images whose truth is empty. */
    bool none = c.tp + c.fn == 0;
    golden_put(g, none ? (double)NAN : segi_dice(&c, SEGI_EMPTY_NAN), "monai.dice");
    golden_put(g, none ? (double)NAN : segi_iou(&c, SEGI_EMPTY_NAN), "monai.iou");
    golden_put(g, segi_dice(&c, SEGI_EMPTY_ONE), "monai.dice_keep_empty");
    golden_put(g, segi_dice(&c, SEGI_EMPTY_NAN), "deepmind.dice");
    golden_put(g, segi_iou(&c, SEGI_EMPTY_ONE), "davis.j");
}

static bool surfaces(struct golden *g, const struct pair *p, const double spacing[2],
                     const char *suffix)
{
    struct segi_surface s;
    struct segi_elements e;
    double pooled;
    if (segi_surface_init(&s, p->truth, p->pred, p->width, p->height, spacing)) {
        return false;
    }
    if (segi_hausdorff_pooled(&s, 95, &pooled)) {
        return false;
    }
    golden_put(g, segi_hausdorff(&s), "medpy.hd%s", suffix);
    golden_put(g, pooled, "medpy.hd95%s", suffix);
    golden_put(g, segi_asd(&s), "medpy.asd%s", suffix);
    golden_put(g, segi_assd(&s), "medpy.assd%s", suffix);
    golden_put(g, segi_asd_truth(&s), "medpy.asd_truth_to_pred%s", suffix);
    /* A percentile of infinities is no number to MONAI. */
    double larger = segi_hausdorff_larger(&s, 95);
    double directed = segi_hausdorff_percent_directed(&s, 95);
    golden_put(g, segi_hausdorff(&s), "monai.hd%s", suffix);
    golden_put(g, isinf(larger) ? (double)NAN : larger, "monai.hd95%s", suffix);
    golden_put(g, segi_hausdorff_directed(&s), "monai.hd_directed%s", suffix);
    golden_put(g, isinf(directed) ? (double)NAN : directed, "monai.hd95_directed%s", suffix);
    golden_put(g, segi_asd(&s), "monai.asd%s", suffix);
    golden_put(g, segi_assd(&s), "monai.assd%s", suffix);
    golden_put(g, segi_nsd(&s, 1), "monai.nsd1%s", suffix);
    golden_put(g, segi_nsd(&s, 2), "monai.nsd2%s", suffix);
    segi_surface_free(&s);
    if (segi_elements_init(&e, p->truth, p->pred, p->width, p->height, spacing)) {
        return false;
    }
    const char *name = "deepmind.surface";
    golden_put(g, segi_elements_mean(e.truth, e.truth_count), "%s%s.avg_truth_to_pred", name,
               suffix);
    golden_put(g, segi_elements_mean(e.pred, e.pred_count), "%s%s.avg_pred_to_truth", name, suffix);
    golden_put(g, segi_elements_hausdorff(&e, 100), "%s%s.hd100", name, suffix);
    golden_put(g, segi_elements_hausdorff(&e, 95), "%s%s.hd95", name, suffix);
    golden_put(g, segi_elements_overlap(e.truth, e.truth_count, 1), "%s%s.overlap_truth_tol1", name,
               suffix);
    golden_put(g, segi_elements_overlap(e.pred, e.pred_count, 1), "%s%s.overlap_pred_tol1", name,
               suffix);
    golden_put(g, segi_elements_dice(&e, 1), "%s%s.surface_dice_tol1", name, suffix);
    golden_put(g, segi_elements_dice(&e, 2), "%s%s.surface_dice_tol2", name, suffix);
    segi_elements_free(&e);
    return true;
}

static bool all_pixels(struct golden *g, const struct pair *p)
{
    static const double unit[2] = {1, 1};
    struct segi_surface s;
    if (segi_surface_init_all(&s, p->truth, p->pred, p->width, p->height, unit)) {
        return false;
    }
    bool none = s.truth_count + s.pred_count == 0;
    golden_put(g, none ? 0 : segi_hausdorff(&s), "skimage.hausdorff");
    golden_put(g, none ? 0 : segi_hausdorff_modified(&s), "skimage.hausdorff_modified");
    segi_surface_free(&s);
    return true;
}

static bool band_iou(struct golden *g, const struct pair *p, double ratio, uint8_t *truth,
                     uint8_t *pred)
{
    int32_t distance = segi_boundary_distance(p->width, p->height, ratio);
    struct segi_counts c = {0};
    if (segi_boundary_band(p->truth, p->width, p->height, distance, truth) ||
        segi_boundary_band(p->pred, p->width, p->height, distance, pred)) {
        return false;
    }
    segi_counts_add(&c, truth, pred, NULL, p->n);
    golden_put(g, segi_iou(&c, SEGI_EMPTY_ZERO), "boundary_iou.%g", ratio);
    golden_put(g, (double)(c.tp + c.fp), "boundary_iou.area_%g.pred", ratio);
    golden_put(g, (double)(c.tp + c.fn), "boundary_iou.area_%g.truth", ratio);
    return true;
}

static void boundary_of(const uint8_t *mask, const struct pair *p, int32_t *labels, uint8_t *map)
{
    for (size_t i = 0; i < p->n; i++) {
        labels[i] = mask[i];
    }
    segi_boundary_map(labels, p->width, p->height, map);
}

static bool boundaries(struct golden *g, const struct pair *p)
{
    uint8_t *truth = malloc(p->n), *pred = malloc(p->n);
    int32_t *labels = malloc(p->n * sizeof *labels);
    struct segi_boundary_score davis;
    struct segi_boundary_match match;
    double diagonal = hypot(p->width, p->height);
    bool ok = truth && pred && labels && band_iou(g, p, 0.02, truth, pred) &&
              band_iou(g, p, 0.005, truth, pred);
    if (ok) {
        boundary_of(p->truth, p, labels, truth);
        boundary_of(p->pred, p, labels, pred);
        ok = !segi_boundary_davis(truth, pred, p->width, p->height, ceil(0.008 * diagonal),
                                  &davis) &&
             !segi_boundary_bsds(truth, pred, p->width, p->height, 0.0075 * diagonal, &match);
    }
    if (ok) {
        struct segi_boundary_score f = segi_boundary_match_score(&match);
        golden_put(g, davis.f, "davis.f");
        golden_put(g, (double)match.pred, "bsds.boundary_pixels.pred");
        golden_put(g, (double)match.truth, "bsds.boundary_pixels.truth");
        golden_put(g, (double)match.matched, "bsds.max_matching");
        golden_put(g, f.precision, "bsds.boundary_f.precision");
        golden_put(g, f.recall, "bsds.boundary_f.recall");
        golden_put(g, f.f, "bsds.boundary_f.f");
    }
    free(truth);
    free(pred);
    free(labels);
    return ok;
}

bool golden_binary(struct golden *g)
{
    static const double unit[2] = {1, 1};
    struct pair p = {0};
    const struct segi_json *spacing = segi_json_get(segi_json_get(g->test, "params"), "spacing");
    bool ok = open_pair(g, &p);
    if (ok) {
        counts(g, &p);
        ok = surfaces(g, &p, unit, "") && all_pixels(g, &p) && boundaries(g, &p);
    }
    if (ok && segi_json_children(spacing) == 2) {
        const struct segi_json *rows = segi_json_first(spacing), *columns = segi_json_next(rows);
        double size[2] = {segi_json_number(rows, 1), segi_json_number(columns, 1)};
        char suffix[64];
        /* Written as Python does: 1.0, 1.25. */
        snprintf(suffix, sizeof suffix, "@%.*f,%.*f", fmod(size[0] * 10, 1) != 0 ? 2 : 1, size[0],
                 fmod(size[1] * 10, 1) != 0 ? 2 : 1, size[1]);
        ok = surfaces(g, &p, size, suffix);
    }
    free(p.truth);
    free(p.pred);
    free(p.valid);
    return ok;
}
