/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much regions differ. */
#include "regions.h"

double regions_difference(const struct common_regions *r, int32_t planes, uint32_t a, uint32_t b)
{
    double sum = 0;
    for (int32_t i = 0; i < planes; i++) {
        double apart = (double)r->mean[i][a] - (double)r->mean[i][b];
        sum += apart * apart;
    }
    return sum;
}

double regions_contrast(const struct common_regions *r, int32_t planes)
{
    double sum = 0;
    for (uint32_t a = 0; a < r->count; a++)
        for (uint32_t arc = r->first[a]; arc < r->first[a + 1]; arc++)
            sum += regions_difference(r, planes, a, r->to[arc]);
    return sum > 0 ? sum / r->arcs : 1;
}
