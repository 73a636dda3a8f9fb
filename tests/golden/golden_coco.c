/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of the cases of COCO sets, run lengths and polygons. */
#include "eval/coco.h"
#include "golden.h"

#include <inttypes.h>
#include <stdlib.h>

static bool put_kind(struct golden *g, struct segi_coco *truth, struct segi_coco *pred,
                     enum segi_coco_kind kind, const char *name)
{
    struct segi_coco_result r;
    if (segi_coco_evaluate(truth, pred, kind, true, &r)) {
        return false;
    }
    const struct {
        const char *name;
        double value;
    } rows[] = {{"AP", r.ap},
                {"AP50", r.ap50},
                {"AP75", r.ap75},
                {"AP_small", r.ap_small},
                {"AP_medium", r.ap_medium},
                {"AP_large", r.ap_large},
                {"AR1", r.ar1},
                {"AR10", r.ar10},
                {"AR100", r.ar100},
                {"AR_small", r.ar_small},
                {"AR_medium", r.ar_medium},
                {"AR_large", r.ar_large}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        golden_put(g, rows[i].value, "coco.%s.%s", name, rows[i].name);
    }
    for (int t = 0; t < SEGI_COCO_THRESHOLDS; t++) {
        golden_put(g, r.ap_per_iou[t], "coco.%s.AP_per_iou.%.2f", name, 0.5 + t * 0.05);
    }
    for (size_t k = 0; k < truth->category_count; k++) {
        int64_t id = truth->categories[k].id;
        golden_put(g, r.ap_per_category[k], "coco.%s.AP_per_category.%" PRId64, name, id);
        golden_put(g, r.ar_per_category[k], "coco.%s.AR_per_category.%" PRId64, name, id);
    }
    free(r.ap_per_category);
    free(r.ar_per_category);
    return true;
}

/* The values of boundary AP were made with detections whose area is that of their 'bbox'. */
static bool area_from_box(struct segi_coco *set)
{
    for (size_t i = 0; i < set->object_count; i++) {
        set->objects[i].area = set->objects[i].box[2] * set->objects[i].box[3];
    }
    return true;
}

bool golden_coco(struct golden *g)
{
    struct segi_json_doc gt = {0}, dt = {0};
    struct segi_coco truth = {0}, pred = {0};
    struct segi_coco_problem problem;
    bool ok = golden_json(g, "gt", &gt) && golden_json(g, "dt", &dt) &&
              !segi_coco_truth(&truth, gt.root, &problem) &&
              !segi_coco_detections(&pred, dt.root, &truth, &problem) &&
              put_kind(g, &truth, &pred, SEGI_COCO_MASK, "segm") &&
              put_kind(g, &truth, &pred, SEGI_COCO_BOX, "bbox") && area_from_box(&pred) &&
              put_kind(g, &truth, &pred, SEGI_COCO_BOUNDARY, "boundary");
    segi_coco_free(&pred);
    segi_coco_free(&truth);
    segi_json_free(&gt);
    segi_json_free(&dt);
    return ok;
}

static void put_rle(struct golden *g, const struct segi_rle *rle, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%s.counts", name);
    golden_put_text(g, segi_rle_text(rle), path);
    golden_put(g, (double)rle->area, "%s.area", name);
    for (size_t i = 0; i < rle->count && i < 100; i++) {
        golden_put(g, rle->counts[i], "%s.uncompressed[%zu]", name, i);
    }
    for (int k = 0; k < 4; k++) {
        golden_put(g, rle->box[k], "%s.bbox[%d]", name, k);
    }
}

/* The mask that is filled must be the stored one, pixel for pixel. */
static bool same_mask(const struct golden *g, const struct segi_rle *rle)
{
    struct picture want = {0};
    bool same = golden_picture(g, "expected_mask", 0, &want) && want.width == rle->width &&
                want.height == rle->height;
    size_t n = (size_t)rle->width * (size_t)rle->height;
    uint8_t *mask = malloc(n);
    same = same && mask;
    if (same) {
        segi_rle_decode(rle, mask);
    }
    for (size_t i = 0; same && i < n; i++) {
        same = (want.samples[i] != 0) == (mask[i] != 0);
    }
    free(mask);
    picture_free(&want);
    return same;
}

bool golden_polygon(struct golden *g)
{
    const struct segi_json *params = segi_json_get(g->test, "params");
    int32_t height = (int32_t)segi_json_number(segi_json_get(params, "height"), 0);
    int32_t width = (int32_t)segi_json_number(segi_json_get(params, "width"), 0);
    struct segi_rle all = {0};
    SEGI_JSON_EACH(polygon, segi_json_get(params, "polygons"))
    {
        double xy[1000];
        size_t n = 0;
        struct segi_rle one, both;
        SEGI_JSON_EACH(value, polygon)
        {
            if (n < 1000) {
                xy[n++] = segi_json_number(value, 0);
            }
        }
        if (segi_rle_from_polygon(&one, xy, n / 2, width, height)) {
            return false;
        }
        if (all.counts && segi_rle_union(&both, &all, &one)) {
            return false;
        }
        if (all.counts) {
            segi_rle_free(&all);
            segi_rle_free(&one);
            all = both;
        } else {
            all = one;
        }
    }
    put_rle(g, &all, "poly");
    bool ok = same_mask(g, &all);
    segi_rle_free(&all);
    return ok;
}

bool golden_rle(struct golden *g)
{
    struct picture p = {0};
    struct segi_rle rle, again = {0};
    bool ok = golden_picture(g, "mask", 0, &p);
    size_t n = (size_t)p.width * (size_t)p.height;
    uint8_t *mask = malloc(n), *back = malloc(n);
    ok = ok && mask && back;
    for (size_t i = 0; ok && i < n; i++) {
        mask[i] = p.samples[i] != 0;
    }
    ok = ok && !segi_rle_encode(&rle, mask, p.width, p.height);
    if (ok) {
        char *text = segi_rle_text(&rle);
        size_t size = 0;
        while (text && text[size]) {
            size++;
        }
        /* There and back again. */
        ok = text && !segi_rle_from_text(&again, text, size, p.width, p.height);
        free(text);
        if (ok) {
            segi_rle_decode(&again, back);
        }
        for (size_t i = 0; ok && i < n; i++) {
            ok = mask[i] == back[i];
        }
        put_rle(g, &rle, "rle");
        segi_rle_free(&rle);
        segi_rle_free(&again);
    }
    free(mask);
    free(back);
    picture_free(&p);
    return ok;
}

static bool read_list(const struct golden *g, const char *role, struct segi_rle *list,
                      size_t *count)
{
    struct segi_json_doc doc;
    bool ok = golden_json(g, role, &doc);
    *count = 0;
    if (!ok) {
        return false;
    }
    SEGI_JSON_EACH(item, doc.root)
    {
        const struct segi_json *size = segi_json_first(segi_json_get(item, "size"));
        const struct segi_json *counts = segi_json_get(item, "counts");
        int32_t height = (int32_t)segi_json_number(size, 0);
        int32_t width = (int32_t)segi_json_number(segi_json_next(size), 0);
        ok = ok && *count < 16 && counts &&
             !segi_rle_from_text(&list[(*count)++], segi_json_text(counts, ""), counts->count,
                                 width, height);
    }
    segi_json_free(&doc);
    return ok;
}

bool golden_rle_iou(struct golden *g)
{
    const struct segi_json *crowd = segi_json_get(segi_json_get(g->test, "params"), "iscrowd");
    struct segi_rle dt[16] = {0}, gt[16] = {0};
    size_t dts, gts;
    bool ok = read_list(g, "dt", dt, &dts) && read_list(g, "gt", gt, &gts);
    for (size_t d = 0; ok && d < dts; d++) {
        const struct segi_json *flag = segi_json_first(crowd);
        for (size_t k = 0; k < gts; k++, flag = segi_json_next(flag)) {
            golden_put(g, segi_rle_iou(&dt[d], &gt[k], segi_json_number(flag, 0) != 0),
                       "rle.iou[%zu][%zu]", d, k);
        }
    }
    for (size_t i = 0; i < 16; i++) {
        segi_rle_free(&dt[i]);
        segi_rle_free(&gt[i]);
    }
    return ok;
}
