/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keep.h"

#include <string.h>

int labels_keep_find(const struct common_env *env, struct labels_keep *keep)
{
    int status = common_open(env, &keep->labels, &keep->kept);
    if (!status)
        status = common_ids_find(env, &keep->labels, &keep->ids);
    if (status)
        return status;
    size_t size = (size_t)keep->ids.count + 1;
    if (!COMMON_SCRATCH(env, keep->lut, size))
        return common_nomem(env);
    memcpy(keep->lut, keep->ids.sorted, size * sizeof *keep->lut);
    return SEG_OK;
}

int labels_keep_write(const struct common_env *env, const struct labels_keep *keep)
{
    int32_t count = 0;
    for (int32_t i = 1; i <= keep->ids.count; i++)
        count += keep->lut[i] != 0;
    int status = common_ids_map(env, &keep->ids, keep->lut, &keep->labels, &keep->kept);
    if (!status)
        status = env->host->value(env->call, "regions", count);
    return status ? status : env->host->value(env->call, "removed", keep->ids.count - count);
}
