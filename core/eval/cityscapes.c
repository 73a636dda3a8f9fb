/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Cityscapes benchmark's scores. */
#include "cityscapes.h"

#include "table.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdbool.h>
#include <string.h>

const char *const segi_city_label_names[SEGI_CITY_LABELS] = {
    "unlabeled",  "ego vehicle",   "rectification border",
    "out of roi", "static",        "dynamic",
    "ground",     "road",          "sidewalk",
    "parking",    "rail track",    "building",
    "wall",       "fence",         "guard rail",
    "bridge",     "tunnel",        "pole",
    "polegroup",  "traffic light", "traffic sign",
    "vegetation", "terrain",       "sky",
    "person",     "rider",         "car",
    "truck",      "bus",           "caravan",
    "trailer",    "train",         "motorcycle",
    "bicycle"};

const char *const segi_city_category_names[SEGI_CITY_CATEGORIES] = {
    "void", "flat", "construction", "object", "nature", "sky", "human", "vehicle"};

/* Of each label: its category, whether it is evaluated, and the mean size of its instances in the
 * training set (0: it has none), from the paper's tools. */
static const struct {
    uint8_t category, used;
    double size;
} labels[SEGI_CITY_LABELS] = {{0, 0, 0},
                              {0, 0, 0},
                              {0, 0, 0},
                              {0, 0, 0},
                              {0, 0, 0},
                              {0, 0, 0},
                              {0, 0, 0},
                              {1, 1, 0},
                              {1, 1, 0},
                              {1, 0, 0},
                              {1, 0, 0},
                              {2, 1, 0},
                              {2, 1, 0},
                              {2, 1, 0},
                              {2, 0, 0},
                              {2, 0, 0},
                              {2, 0, 0},
                              {3, 1, 0},
                              {3, 0, 0},
                              {3, 1, 0},
                              {3, 1, 0},
                              {4, 1, 0},
                              {4, 1, 0},
                              {5, 1, 0},
                              {6, 1, 3462.4756337644},
                              {6, 1, 3930.4788056518},
                              {7, 1, 12794.0202738185},
                              {7, 1, 27855.1264367816},
                              {7, 1, 35732.1511111111},
                              {7, 0, 36771.8241758242},
                              {7, 0, 16926.9763313609},
                              {7, 1, 67583.7075812274},
                              {7, 1, 6298.7200839748},
                              {7, 1, 4672.3249222261}};

int segi_city_init(struct segi_city *city)
{
    memset(city, 0, sizeof *city);
    return segi_classes_init(&city->pixels, SEGI_CITY_LABELS);
}

void segi_city_free(struct segi_city *city)
{
    segi_classes_free(&city->pixels);
}

static bool known(int32_t label)
{
    return label >= 0 && label < SEGI_CITY_LABELS;
}

int segi_city_add(struct segi_city *city, const int32_t *truth, const int32_t *instances,
                  const int32_t *pred, size_t n)
{
    segi_classes_add(&city->pixels, truth, pred, n, -1);
    if (!instances) {
        return SEG_OK;
    }
    struct segi_table t;
    int status = segi_table_init(&t, instances, pred, n, 0);
    for (size_t i = 0; status == SEG_OK && i < t.cell_count; i++) {
        const struct segi_cell *c = &t.cells[i];
        int32_t id = t.truth.labels[c->truth], label = id / 1000, there = t.pred.labels[c->pred];
        if (id <= 1000 || !known(label) || !labels[label].used || labels[label].size <= 0) {
            continue;
        }
        double weight = labels[label].size / (double)t.truth.sizes[c->truth] * (double)c->count;
        int category = labels[label].category;
        *(there == label ? &city->label_tp[label] : &city->label_fn[label]) += weight;
        bool same = known(there) && labels[there].category == category;
        *(same ? &city->category_tp[category] : &city->category_fn[category]) += weight;
    }
    if (status == SEG_OK) {
        segi_table_free(&t);
    }
    return status;
}

static double cell(const struct segi_city *city, int row, int column)
{
    return (double)city->pixels.counts[row * (SEGI_CITY_LABELS + 1) + column];
}

/* Pixels predicted as `label` whose truth is evaluated and another. */
static double false_positives(const struct segi_city *city, int label)
{
    double sum = 0;
    for (int row = 0; row < SEGI_CITY_LABELS; row++) {
        sum += labels[row].used && row != label ? cell(city, row, label) : 0;
    }
    return sum;
}

double segi_city_label(const struct segi_city *city, int label)
{
    double all = false_positives(city, label);
    for (int column = 0; column <= SEGI_CITY_LABELS; column++) {
        all += cell(city, label, column);
    }
    return labels[label].used ? segi_ratio(cell(city, label, label), all, SEGI_EMPTY_NAN)
                              : (double)NAN;
}

double segi_city_label_weighted(const struct segi_city *city, int label)
{
    double tp = city->label_tp[label];
    return labels[label].used && labels[label].size > 0
               ? segi_ratio(tp, tp + city->label_fn[label] + false_positives(city, label),
                            SEGI_EMPTY_NAN)
               : (double)NAN;
}

/* Of a category's evaluated labels: pixels right, of its own, and predicted from outside. */
static void category_counts(const struct segi_city *city, int category, double *tp, double *own,
                            double *fp)
{
    *tp = *own = *fp = 0;
    for (int row = 0; row < SEGI_CITY_LABELS; row++) {
        for (int column = 0; column <= SEGI_CITY_LABELS; column++) {
            bool in_row = labels[row].used && labels[row].category == category;
            bool in_column = column < SEGI_CITY_LABELS && labels[column].used &&
                             labels[column].category == category;
            double count = cell(city, row, column);
            *own += in_row ? count : 0;
            *tp += in_row && in_column ? count : 0;
            *fp += labels[row].used && !in_row && in_column ? count : 0;
        }
    }
}

double segi_city_category(const struct segi_city *city, int category)
{
    double tp, own, fp;
    category_counts(city, category, &tp, &own, &fp);
    return segi_ratio(tp, own + fp, SEGI_EMPTY_NAN);
}

double segi_city_category_weighted(const struct segi_city *city, int category)
{
    double tp, own, fp;
    if (category < 6) {
        return (double)NAN; /* only humans and vehicles consist of instances */
    }
    category_counts(city, category, &tp, &own, &fp);
    /* The reference counts all the category's labels as predictions of it here, evaluated or not.
     */
    double extra = 0;
    for (int row = 0; row < SEGI_CITY_LABELS; row++) {
        for (int column = 0; column < SEGI_CITY_LABELS; column++) {
            extra += labels[row].used && labels[row].category != category &&
                             labels[column].category == category && !labels[column].used
                         ? cell(city, row, column)
                         : 0;
        }
    }
    double right = city->category_tp[category];
    return segi_ratio(right, right + city->category_fn[category] + fp + extra, SEGI_EMPTY_NAN);
}

double segi_mean_defined(const double *scores, size_t n)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        sum += isnan(scores[i]) ? 0 : scores[i];
        count += isnan(scores[i]) ? 0 : 1;
    }
    return segi_ratio(sum, (double)count, SEGI_EMPTY_NAN);
}
