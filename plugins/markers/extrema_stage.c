/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Marks extrema of one plane. */
#include "extrema_stage.h"

#include "common/extrema.h"
#include "common/sample.h"

int markers_extrema(const struct common_env *env, const struct markers_extrema *self, bool minima)
{
    const struct common_extrema extrema = {.minima = minima,
                                           .connectivity =
                                               self->connectivity == COMMON_EIGHT ? 8 : 4,
                                           .h = self->h,
                                           .ties = true};
    struct seg_view image, mask, plane;
    int status = common_open(env, &image, &mask);
    if (!status)
        status = common_float_plane(env, &image, 0, &plane);
    return status ? status : common_extrema(env, &plane, &extrema, &mask);
}
