/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.niblack, threshold.sauvola, threshold.wolf, threshold.nick, threshold.phansalkar and
 * threshold.local_mean. */
#include "local.h"

#include "common/border.h"

static const struct seg_choice conventions[] = {
    {"skimage", "windows are mirrored at the last pixel, thresholds are exact"},
    {"opencv", "the last pixel is repeated, thresholds of integers are rounded"},
    {"imagej", "disks, the last pixel is repeated, thresholds of integers are cut"},
};

#define WINDOW(dflt, text)                                                                         \
    {                                                                                              \
        SEG_P_INT(struct local_params, window, dflt, 1, 32767, "px", text), .flags = SEG_PARAM_ODD \
    }
#define SQUARE         "side of the square window"
#define SQUARE_OR_DISK "side of the square window, or width of the disk"
#define CONVENTION                                                                                 \
    {                                                                                              \
        SEG_P_CHOICE(struct local_params, convention, LOCAL_SKIMAGE, conventions,                  \
                     "whose definition to follow")                                                 \
    }
#define NOT_IMAGEJ                                                                                 \
    {                                                                                              \
        .name = "convention", .summary = "whose definition to follow", .type = SEG_CHOICE,         \
        .offset = SEG_FIELD(struct local_params, convention, int32_t), .max = LOCAL_OPENCV,        \
        .choices = conventions, .choice_count = LOCAL_IMAGEJ                                       \
    }
#define K(dflt, text)                                                                              \
    {                                                                                              \
        SEG_P_FLOAT(struct local_params, k, dflt, -100, 100, NULL, text)                           \
    }

static const struct seg_param niblack_rows[] = {
    WINDOW(15, SQUARE_OR_DISK),
    K(0.2, "standard deviations that the threshold lies below the mean"), CONVENTION};
static const struct seg_param sauvola_rows[] = {
    WINDOW(15, SQUARE_OR_DISK),
    K(0.2, "how far a flat window's threshold lies below its mean"),
    {SEG_P_FLOAT(struct local_params, r, 0, 0, 3.4e38, NULL,
                 "standard deviation of a window whose threshold is its mean; 0: half the range of "
                 "the samples, 1 for floating point")},
    CONVENTION};
static const struct seg_param wolf_rows[] = {
    WINDOW(15, SQUARE), K(0.5, "how far a flat window's threshold lies below its mean"),
    NOT_IMAGEJ};
static const struct seg_param nick_rows[] = {
    WINDOW(15, SQUARE),
    K(-0.1, "weight of the spread; -0.2 keeps noise out, -0.1 keeps faint strokes"), NOT_IMAGEJ};
static const struct seg_param local_mean_rows[] = {
    WINDOW(35, SQUARE_OR_DISK),
    {SEG_P_FLOAT(struct local_params, offset, 0, -3.4e38, 3.4e38, NULL,
                 "how far the threshold lies below the mean")},
    CONVENTION};
static const struct seg_param phansalkar_rows[] = {
    WINDOW(31, "width of the disk"),
    K(0.25, "weight of the spread"),
    {SEG_P_FLOAT(struct local_params, r, 0.5, 1e-9, 3.4e38, NULL,
                 "standard deviation at which the spread counts for nothing")},
    {SEG_P_FLOAT(struct local_params, p, 2, -100, 100, NULL, "how far dark windows are raised")},
    {SEG_P_FLOAT(struct local_params, q, 10, 0, 1000, NULL, "how soon that fades with the mean")}};

static const struct seg_port inputs[] = {THRESHOLD_INPUT};
static const struct seg_port outputs[] = {THRESHOLD_OUTPUT};

static int32_t reach(const void *params)
{
    return ((const struct local_params *)params)->window / 2;
}

#define NEAR reach
#define FAR  NULL /* what the whole image is like matters */

#define SQUARES " The cost does not depend on 'window'."
#define SQUARES_OR_DISKS                                                                           \
    " ImageJ's Auto Local Threshold takes disks; its radius r is a 'window' of 2 r + 1. The cost " \
    "does not depend on 'window' where that is square, and grows with its width where it is a "    \
    "disk."

#define LOCAL_STAGE(name_, method, border, reach_, summary_, detail_, reference_)                  \
    static int process_##name_(void *self, const struct seg_host *host, struct seg_call *call)     \
    {                                                                                              \
        return threshold_local(self, host, call, method, border);                                  \
    }                                                                                              \
    const struct seg_stage threshold_##name_ = {                                                   \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "threshold." #name_,                                                                 \
        .summary = summary_,                                                                       \
        .detail = detail_ " Samples that are not finite are refused.",                             \
        .reference = reference_,                                                                   \
        .version = 1,                                                                              \
        SEG_TABLES(struct local_params, name_##_rows, inputs, outputs),                            \
        .process = process_##name_,                                                                \
        .reach = reach_,                                                                           \
    }

LOCAL_STAGE(niblack, LOCAL_NIBLACK, COMMON_MIRROR, NEAR,
            "compare each pixel with the mean and spread around it (Niblack)",
            "The threshold of a pixel is mean - k * s of the window around it, s being the "
            "standard deviation. A negative 'k' sets it above the mean, which is ImageJ's "
            "sense." SQUARES_OR_DISKS,
            "W. Niblack, An Introduction to Digital Image Processing, Prentice-Hall, 1986");

LOCAL_STAGE(sauvola, LOCAL_SAUVOLA, COMMON_MIRROR, NEAR,
            "compare each pixel with its surroundings, for pages of text (Sauvola)",
            "The threshold of a pixel is mean * (1 + k * (s / r - 1)) of the window around it, s "
            "being the standard deviation: the flatter the window, the lower." SQUARES_OR_DISKS,
            "J. Sauvola and M. Pietikainen, Adaptive document image binarization, Pattern "
            "Recognition 33 (2), 2000");

LOCAL_STAGE(wolf, LOCAL_WOLF, COMMON_MIRROR, FAR,
            "compare each pixel with its surroundings, for text of low contrast (Wolf)",
            "The threshold of a pixel is mean - k * (1 - s / S) * (mean - M) of the window around "
            "it, s being the standard deviation, S the largest one of any window, and M the least "
            "sample of the image." SQUARES,
            "C. Wolf and J.-M. Jolion, Extraction and recognition of artificial text in multimedia "
            "documents, Pattern Analysis and Applications 6 (4), 2003");

LOCAL_STAGE(nick, LOCAL_NICK, COMMON_MIRROR, NEAR,
            "compare each pixel with its surroundings, for bright old pages (NICK)",
            "The threshold of a pixel is mean + k * sqrt(s^2 + q) of the window around it, s being "
            "the standard deviation and q the mean of the squares." SQUARES,
            "K. Khurshid, I. Siddiqi, C. Faure and N. Vincent, Comparison of Niblack inspired "
            "binarization methods for ancient documents, Document Recognition and Retrieval XVI, "
            "2009");

LOCAL_STAGE(local_mean, LOCAL_MEAN, COMMON_REFLECT, NEAR,
            "compare each pixel with the mean around it",
            "The threshold of a pixel is the mean of the window around it less 'offset'. Windows "
            "are mirrored at the edge of the image. OpenCV's and ImageJ's definitions round the "
            "mean of integers; OpenCV's also rounds 'offset' up." SQUARES_OR_DISKS,
            NULL);

LOCAL_STAGE(phansalkar, LOCAL_PHANSALKAR, COMMON_NEAREST, FAR,
            "compare each pixel with its surroundings, for dark parts of low contrast (Phansalkar)",
            "The threshold of a pixel is mean * (1 + p * exp(-q * mean) + k * (s / r - 1)) of the "
            "window around it, s being the standard deviation, after the image's samples were "
            "stretched to 0..1. Windows are disks, and the last pixel is repeated at the edge of "
            "the image." SQUARES_OR_DISKS,
            "N. Phansalkar, S. More, A. Sabale and M. Joshi, Adaptive local thresholding for "
            "detection of nuclei in diversity stained cytology images, International Conference "
            "on Communications and Signal Processing, 2011");
