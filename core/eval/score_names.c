/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of measures and of conventions. */
#include "score.h"

#include <string.h>

#define M SEGI_TASK_MASK
#define L SEGI_TASK_LABELS
#define C SEGI_TASK_CLASSES

const struct segi_measure_row segi_measures[SEGI_MEASURES] = {
    [SEGI_M_IOU] = {"iou", "intersection over union of foreground", M | L, M, 1, false},
    [SEGI_M_DICE] = {"dice", "Dice of foreground, which is F1 of pixels", M | L, M | L, 1, false},
    [SEGI_M_PRECISION] = {"precision", "right share of predicted pixels", M | L, M, 1, false},
    [SEGI_M_RECALL] = {"recall", "found share of true pixels", M | L, M, 1, false},
    [SEGI_M_SPECIFICITY] = {"specificity", "right share of true background", M | L, 0, 1, false},
    [SEGI_M_ACCURACY] = {"accuracy", "right share of all pixels", M | L | C, C, 1, false},
    [SEGI_M_MCC] = {"mcc", "Matthews' correlation", M | L, 0, 1, false},
    [SEGI_M_BOUNDARY_F] = {"boundary_f", "F of boundary pixels", M | L, M, 1, false},
    [SEGI_M_BOUNDARY_IOU] = {"boundary_iou", "IoU of bands along boundaries", M | L, 0, 1, false},
    [SEGI_M_HAUSDORFF] = {"hausdorff", "largest distance between borders", M, 0, -1, true},
    [SEGI_M_HD95] = {"hd95", "95th percentile of distances between borders", M, M, -1, true},
    [SEGI_M_ASSD] = {"assd", "mean distance between borders", M, M, -1, true},
    [SEGI_M_NSD] = {"nsd", "share of borders within the tolerance: surface Dice", M, 0, 1, false},
    [SEGI_M_AP] = {"ap", "mean of TP/(TP+FP+FN) at IoU 0.5 to 0.95", L, L, 1, false},
    [SEGI_M_AP50] = {"ap50", "TP/(TP+FP+FN) of objects at IoU 0.5", L, L, 1, false},
    [SEGI_M_AP75] = {"ap75", "TP/(TP+FP+FN) of objects at IoU 0.75", L, 0, 1, false},
    [SEGI_M_AP90] = {"ap90", "TP/(TP+FP+FN) of objects at IoU 0.9", L, 0, 1, false},
    [SEGI_M_F1] = {"f1", "F1 of objects above IoU 0.5: recognition quality", L, L, 1, false},
    [SEGI_M_SQ] = {"sq", "mean IoU of matched objects", L, 0, 1, false},
    [SEGI_M_PQ] = {"pq", "panoptic quality: f1 times sq", L, L, 1, false},
    [SEGI_M_AJI] = {"aji", "aggregated Jaccard index", L, L, 1, false},
    [SEGI_M_ARI] = {"ari", "adjusted Rand index, background counted", L, 0, 1, false},
    [SEGI_M_ARAND] = {"arand", "adapted Rand error, true background ignored", L, 0, -1, false},
    [SEGI_M_VOI_SPLIT] = {"voi_split", "bits that splitting costs", L, 0, -1, false},
    [SEGI_M_VOI_MERGE] = {"voi_merge", "bits that merging costs", L, 0, -1, false},
    [SEGI_M_COVERING] = {"covering", "covering of the truth by the result", L, 0, 1, false},
    [SEGI_M_COUNT] = {"count", "objects in the result", L, L, 0, false},
    [SEGI_M_COUNT_TRUTH] = {"count_truth", "objects in the truth", L, L, 0, false},
    [SEGI_M_UE] = {"ue", "undersegmentation error of superpixels", L, 0, -1, false},
    [SEGI_M_ASA] = {"asa", "achievable segmentation accuracy of superpixels", L, 0, 1, false},
    [SEGI_M_BOUNDARY_RECALL] = {"boundary_recall", "true boundary that superpixels have", L, 0, 1,
                                false},
    [SEGI_M_COMPACTNESS] = {"compactness", "compactness of superpixels", L, 0, 1, false},
    [SEGI_M_MIOU] = {"miou", "mean IoU of classes", C, C, 1, false},
    [SEGI_M_MDICE] = {"mdice", "mean Dice of classes", C, C, 1, false},
    [SEGI_M_KAPPA] = {"kappa", "Cohen's kappa of classes", C, 0, 1, false},
};

enum segi_measure segi_measure_find(const char *name)
{
    int m = 0;
    while (m < SEGI_MEASURES && strcmp(segi_measures[m].name, name) != 0) {
        m++;
    }
    return (enum segi_measure)m;
}

uint64_t segi_measures_usual(enum segi_task task)
{
    uint64_t bits = 0;
    for (int m = 0; m < SEGI_MEASURES; m++) {
        bits |= segi_measures[m].usual & task ? SEGI_MEASURE_BIT(m) : 0;
    }
    return bits;
}

const struct segi_rules segi_rules_table[] = {
    {"segkit", "hd95 larger of the two sides, boundary_f DAVIS, aji Kumar", SEGI_HD_LARGER,
     SEGI_BF_DAVIS, SEGI_AJI_KUMAR, false, SEGI_EMPTY_NAN, false},
    {"medpy", "hd95 over both sides as one, overlap of two empty masks is 1", SEGI_HD_POOLED,
     SEGI_BF_DAVIS, SEGI_AJI_KUMAR, false, SEGI_EMPTY_ONE, false},
    {"monai", "overlap undefined where the truth is empty", SEGI_HD_LARGER, SEGI_BF_DAVIS,
     SEGI_AJI_KUMAR, false, SEGI_EMPTY_NAN, true},
    {"deepmind", "distances over surface elements by their length", SEGI_HD_ELEMENTS, SEGI_BF_DAVIS,
     SEGI_AJI_KUMAR, false, SEGI_EMPTY_NAN, false},
    {"nnunet", "overlap of two empty masks undefined", SEGI_HD_LARGER, SEGI_BF_DAVIS,
     SEGI_AJI_KUMAR, false, SEGI_EMPTY_NAN, false},
    {"davis", "overlap of two empty masks is 1", SEGI_HD_LARGER, SEGI_BF_DAVIS, SEGI_AJI_KUMAR,
     false, SEGI_EMPTY_ONE, false},
    {"bsds", "boundary_f by one-to-one matching", SEGI_HD_LARGER, SEGI_BF_BSDS, SEGI_AJI_KUMAR,
     false, SEGI_EMPTY_NAN, false},
    {"stardist", "objects match at IoU >= t", SEGI_HD_LARGER, SEGI_BF_DAVIS, SEGI_AJI_KUMAR, false,
     SEGI_EMPTY_NAN, false},
    {"cellpose", "aji is matched overlap over all foreground", SEGI_HD_LARGER, SEGI_BF_DAVIS,
     SEGI_AJI_FOREGROUND, false, SEGI_EMPTY_NAN, false},
    {"hovernet", "aji one-to-one (AJI+), objects match at IoU > t", SEGI_HD_LARGER, SEGI_BF_DAVIS,
     SEGI_AJI_PLUS, true, SEGI_EMPTY_NAN, false},
};
const int segi_rules_count = sizeof segi_rules_table / sizeof *segi_rules_table;

const struct segi_rules *segi_rules_find(const char *name)
{
    for (int i = 0; i < segi_rules_count; i++) {
        if (strcmp(segi_rules_table[i].name, name) == 0) {
            return &segi_rules_table[i];
        }
    }
    return NULL;
}
