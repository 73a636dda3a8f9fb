/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.gray: one plane of brightness. */
#include "common/cpu.h"
#include "common/env.h"
#include "stages.h"

#include <string.h>

struct params {
    int32_t weights;
};

enum { REC601, REC709, MEAN };

static const double weights[][3] = {
    [REC601] = {0.299, 0.587, 0.114},
    [REC709] = {0.2126, 0.7152, 0.0722},
    [MEAN] = {1 / 3.0, 1 / 3.0, 1 / 3.0},
};

struct mix {
    struct seg_view in, out;
    int32_t plane;     /* to copy; -1: mix the first three */
    uint32_t fixed[3]; /* weights that sum to 65536 */
    float real[3];
};

COMMON_INLINE void mix_row(const struct mix *mix, const void *const rows[3], void *out)
{
    int32_t width = mix->in.width;
    uint32_t f = mix->fixed[0], g = mix->fixed[1], h = mix->fixed[2];
    if (mix->in.dtype == SEG_U8) {
        const uint8_t *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2];
        uint8_t *restrict to = out;
        for (int32_t x = 0; x < width; x++)
            to[x] = (uint8_t)((f * a[x] + g * b[x] + h * c[x] + 32768) >> 16);
    } else if (mix->in.dtype == SEG_U16) {
        const uint16_t *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2];
        uint16_t *restrict to = out;
        for (int32_t x = 0; x < width; x++)
            to[x] = (uint16_t)((f * a[x] + g * b[x] + h * c[x] + 32768) >> 16);
    } else {
        const float *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2];
        float *restrict to = out;
        for (int32_t x = 0; x < width; x++)
            to[x] = mix->real[0] * a[x] + mix->real[1] * b[x] + mix->real[2] * c[x];
    }
}

COMMON_AVX2 static void mix_row_avx2(const struct mix *mix, const void *const rows[3], void *out)
{
    mix_row(mix, rows, out);
}

static int mix_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct mix *mix = arg;
    bool avx2 = common_cpu_avx2();
    size_t size = (size_t)mix->in.width * seg_dtype_size(mix->in.dtype);
    for (size_t y = begin; y < end; y++) {
        void *out = seg_row(&mix->out, 0, (int32_t)y);
        if (mix->plane >= 0) {
            memcpy(out, seg_row(&mix->in, mix->plane, (int32_t)y), size);
            continue;
        }
        const void *const rows[3] = {seg_row(&mix->in, 0, (int32_t)y),
                                     seg_row(&mix->in, 1, (int32_t)y),
                                     seg_row(&mix->in, 2, (int32_t)y)};
        (avx2 ? mix_row_avx2 : mix_row)(mix, rows, out);
    }
    return SEG_OK;
}

/* The plane that is brightness already; -1: there is none. */
static int32_t bright_plane(const struct seg_view *view)
{
    if (view->planes < 3)
        return 0;
    switch (view->color) {
    case SEG_COLOR_LAB:
    case SEG_COLOR_LUV:
    case SEG_COLOR_YCRCB:
        return 0;
    case SEG_COLOR_HSV:
        return 2;
    default:
        return -1;
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct mix mix;
    int status = common_open(&env, &mix.in, &mix.out);
    if (status)
        return status;
    mix.plane = bright_plane(&mix.in);
    for (int k = 0; k < 3; k++) {
        mix.real[k] = (float)weights[params->weights][k];
        mix.fixed[k] = (uint32_t)(weights[params->weights][k] * 65536 + 0.5);
    }
    mix.fixed[1] = 65536 - mix.fixed[0] - mix.fixed[2];
    status =
        common_parallel(&env, (size_t)mix.in.height, common_grain(mix.in.width), mix_rows, &mix);
    const double gray = SEG_COLOR_GRAY;
    return status ? status : host->set(call, 0, SEG_PROP_COLOR, &gray, 1);
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_choice choices[] = {
    [REC601] = {"rec601", "0.299 R + 0.587 G + 0.114 B, as most programs do"},
    [REC709] = {"rec709", "0.2126 R + 0.7152 G + 0.0722 B"},
    [MEAN] = {"mean", "(R + G + B) / 3"},
};

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, weights, REC601, choices, "how much each colour counts")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "gray or colour",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

static const struct seg_port outputs[] = {
    {.name = "gray",
     .summary = "one plane of the same type",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1},
};

const struct seg_stage filter_gray = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "filter.gray",
    .summary = "turn colour into one plane of brightness",
    .detail = "Weighs red, green and blue. Of Lab, Luv and YCrCb images it takes the first plane, "
              "of HSV the third. A gray image stays as it is; transparency is left out. Images of "
              "three or more planes without a stated colour space are taken for RGB.",
    .reference = "ITU-R BT.601 and BT.709",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
    .reach = reach,
};
