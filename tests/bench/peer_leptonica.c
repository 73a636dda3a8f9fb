/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leptonica as a program would use it. */
#include "toolbox.h"

#include <leptonica/allheaders.h>
#include <stdlib.h>
#include <string.h>

/* Does a row once; the caller destroys what is returned. */
typedef PIX *work(PIX *const *in);

static PIX *otsu(PIX *const *in)
{
    PIX *mask = NULL;
    pixOtsuAdaptiveThreshold(in[0], pixGetWidth(in[0]), pixGetHeight(in[0]), 0, 0, 0.0F, NULL,
                             &mask);
    return mask;
}

static PIX *sauvola(PIX *const *in)
{
    PIX *mask = NULL;
    pixSauvolaBinarize(in[0], 25, 0.2F, 1, NULL, NULL, NULL, &mask);
    return mask;
}

static PIX *components(PIX *const *in)
{
    return pixConnCompTransform(in[0], 8, 32);
}

static PIX *fill_holes(PIX *const *in)
{
    return pixHolesByFilling(in[0], 4);
}

static PIX *open_square(PIX *const *in)
{
    return pixOpenGray(in[0], 51, 51);
}

static const struct {
    const char *row;
    work *once;
} jobs[] = {
    {"otsu", otsu},
    {"sauvola 51", sauvola},
    {"components", components},
    {"components nuclei", components},
    {"fill holes", fill_holes},
    {"open gray square 25", open_square},
};

/* Masks have one bit a pixel, other layers eight. */
static PIX *convert(const struct seg_view *view)
{
    const bool mask = view->kind == SEG_MASK;
    PIX *pix = pixCreate(view->width, view->height, mask ? 1 : 8);
    for (int32_t y = 0; y < view->height; y++) {
        const uint8_t *row = seg_row(view, 0, y);
        l_uint32 *line = pixGetData(pix) + y * pixGetWpl(pix);
        for (int32_t x = 0; x < view->width; x++)
            if (!mask)
                SET_DATA_BYTE(line, x, row[x]);
            else if (row[x])
                SET_DATA_BIT(line, x);
    }
    return pix;
}

struct job {
    work *once;
    PIX *in[BENCH_MOST_INPUTS];
};

static void *prepare(const struct bench_row *row, const struct bench_layers *layers,
                     unsigned threads)
{
    static struct job job;
    (void)threads; /* it has one */
    setMsgSeverity(L_SEVERITY_ERROR);
    for (size_t j = 0; j < SEG_COUNT(jobs); j++) {
        if (strcmp(jobs[j].row, row->name))
            continue;
        job.once = jobs[j].once;
        for (size_t i = 0; i < layers->count; i++)
            job.in[i] = convert(&layers->views[i]);
        return &job;
    }
    return NULL;
}

static void once(void *arg)
{
    const struct job *job = arg;
    PIX *result = job->once(job->in);
    pixDestroy(&result);
}

const struct bench_toolbox bench_leptonica = {"Leptonica", prepare, once};
