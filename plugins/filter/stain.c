/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.stain: how much of each dye there is, by colour deconvolution. */
#include "common/sample.h"
#include "stages.h"
#include "table.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t stains;
    struct seg_floats vectors;
};

static const struct seg_choice names[] = {
    {"hed", "hematoxylin, eosin, DAB"},
    {"hdx", "hematoxylin, DAB"},
    {"fgx", "Feulgen, light green"},
    {"bex", "Giemsa: methyl blue, eosin"},
    {"rbd", "fast red, fast blue, DAB"},
    {"gdx", "methyl green, DAB"},
    {"hax", "hematoxylin, AEC"},
    {"bro", "aniline blue, azocarmine, orange G"},
    {"bpx", "methyl blue, ponceau fuchsin"},
    {"ahx", "alcian blue, hematoxylin"},
    {"hpx", "hematoxylin, PAS"},
};

/* Optical densities in red, green and blue of each dye; three zeros: what is not of the two. */
static const double densities[][9] = {
    {0.65, 0.70, 0.29, 0.07, 0.99, 0.11, 0.27, 0.57, 0.78},
    {0.650, 0.704, 0.286, 0.268, 0.570, 0.776},
    {0.46420921, 0.83008335, 0.30827187, 0.94705542, 0.25373821, 0.19650764},
    {0.834750233, 0.513556283, 0.196330403, 0.092789, 0.954111, 0.283111},
    {0.21393921, 0.85112669, 0.47794022, 0.74890292, 0.60624161, 0.26731082, 0.268, 0.570, 0.776},
    {0.98003, 0.144316, 0.133146, 0.268, 0.570, 0.776},
    {0.650, 0.704, 0.286, 0.2743, 0.6796, 0.6803},
    {0.853033, 0.508733, 0.112656, 0.09289875, 0.8662008, 0.49098468, 0.10732849, 0.36765403,
     0.9237484},
    {0.7995107, 0.5913521, 0.10528667, 0.09997159, 0.73738605, 0.6680326},
    {0.874622, 0.457711, 0.158256, 0.552556, 0.7544, 0.353744},
    {0.644211, 0.716556, 0.266844, 0.175411, 0.972178, 0.154589},
};

struct stain {
    struct seg_view in, out;
    float scale;
    float amounts[3][3]; /* of each dye from each colour */
};

static void cross(const double *a, const double *b, double *out)
{
    for (int i = 0; i < 3; i++)
        out[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}

/* The inverse of the matrix whose rows are the dyes; false: there is none. */
static bool invert(const double *rows, struct stain *stain)
{
    double m[9], columns[9], volume = 0;
    memcpy(m, rows, sizeof m);
    if (fabs(m[6]) + fabs(m[7]) + fabs(m[8]) <= 0)
        cross(m, m + 3, m + 6);
    for (size_t i = 0; i < 3; i++) /* of dye i */
        cross(m + (i + 1) % 3 * 3, m + (i + 2) % 3 * 3, columns + 3 * i);
    for (int k = 0; k < 3; k++)
        volume += m[k] * columns[k];
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            stain->amounts[i][k] = (float)(columns[3 * i + k] / volume);
    return fabs(volume) > 1e-9;
}

/* A millionth of the light counts as 1, as in scikit-image; less light than that as that. */
static int separate_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct stain *stain = arg;
    int32_t width = stain->in.width;
    const float unit = 1 / logf(1e-6f);
    for (size_t y = begin; y < end; y++) {
        float *rows[3];
        for (int32_t k = 0; k < 3; k++) {
            rows[k] = seg_row(&stain->out, k, (int32_t)y);
            common_floats(&stain->in, k, (int32_t)y, 0, (size_t)width, rows[k]);
            for (int32_t x = 0; x < width; x++) {
                float light = rows[k][x] * stain->scale;
                rows[k][x] = logf(light > 1e-6f ? light : 1e-6f) * unit;
            }
        }
        for (int32_t x = 0; x < width; x++) {
            float r = rows[0][x], g = rows[1][x], b = rows[2][x];
            for (int i = 0; i < 3; i++) {
                const float *by = stain->amounts[i];
                float amount = by[0] * r + by[1] * g + by[2] * b;
                rows[i][x] = amount > 0 ? amount : 0;
            }
        }
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    const double unknown = SEG_COLOR_UNKNOWN;
    struct stain stain;
    double rows[9] = {0};
    uint32_t count = params->vectors.count;
    if (count && count != 6 && count != 9)
        return host->fail(call, SEG_STAGE,
                          "parameter 'vectors': %u numbers; two or three dyes have 6 or 9", count);
    for (uint32_t i = 0; i < 9; i++)
        rows[i] = i < count ? params->vectors.values[i] : count ? 0 : densities[params->stains][i];
    if (!invert(rows, &stain))
        return host->fail(call, SEG_STAGE, "parameter 'vectors': the dyes do not differ in colour");
    int status = common_open(&env, &stain.in, &stain.out);
    if (status)
        return status;
    stain.scale = 1 / filter_span(stain.in.dtype);
    status = common_parallel(&env, (size_t)stain.in.height, common_grain(stain.in.width),
                             separate_rows, &stain);
    return status ? status : host->set(call, 0, SEG_PROP_COLOR, &unknown, 1);
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, stains, 0, names, "the dyes")},
    {SEG_P_FLOATS(struct params, vectors, "", 0, 9, -100, 100, NULL,
                  "instead: optical density in red, green and blue of each of two or three dyes")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "RGB; a fourth plane is left out",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 3,
     .planes_max = 4},
};

static const struct seg_port outputs[] = {
    {.name = "amounts",
     .summary = "three planes, one a dye; the third of two dyes is what they do not explain",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32),
     .planes_min = 3},
};

const struct seg_stage filter_stain = {
    FILTER_TABLES,
    .id = "filter.stain",
    .summary = "separate the dyes of a stained section",
    .detail = "Colour deconvolution: the optical density of a pixel in red, green and blue, taken "
              "as a sum of those of the dyes, tells how much of each there is. 8 and 16 bits are "
              "scaled to 0..1, and white is no density.\n\n"
              "Densities are divided by that of a millionth of the light and negative amounts are "
              "0, as scikit-image's separate_stains has it; so are the dyes. filter.channel takes "
              "one of them.",
    .reference = "A. C. Ruifrok, D. A. Johnston, Quantification of histochemical staining by color "
                 "deconvolution, Analytical and Quantitative Cytology and Histology 23 (4), 2001",
    .version = 1,
    .process = process,
    .reach = reach,
};
