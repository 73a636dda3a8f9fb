/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What superpixel.slic and superpixel.slic_zero share. */
#include "slic.h"

int superpixel_slic_process(const struct seg_host *host, struct seg_call *call,
                            const struct superpixel_slic *params, bool zero)
{
    const struct common_env env = {host, call};
    struct seg_view image, labels, mask = SEG_VIEW;
    int32_t count = 0;
    int status = common_open(&env, &image, &labels);
    if (status)
        return status;
    status = host->input(call, 1, &mask);
    if (status && status != SEG_ABSENT)
        return status;
    status =
        superpixel_slic_run(&env, params, zero, &image, status ? NULL : &mask, &labels, &count);
    return status ? status : host->value(call, "superpixels", count);
}
