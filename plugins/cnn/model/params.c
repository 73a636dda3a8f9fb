/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A layer's parameters: few, so a list that is searched. */
#include "model/params.h"

#include <stdlib.h>
#include <string.h>

static void param_free(struct cnn_param *param)
{
    free(param->array);
    free(param->string);
}

static const struct cnn_param *find(const struct cnn_params *params, int32_t id, int32_t kind)
{
    for (size_t i = 0; i < params->count; i++)
        if (params->list[i].id == id)
            return params->list[i].kind == kind ? &params->list[i] : NULL;
    return NULL;
}

int cnn_params_add(struct cnn_params *params, struct cnn_param *param, struct cnn_error *err)
{
    for (size_t i = 0; i < params->count; i++)
        if (params->list[i].id == param->id) {
            param_free(&params->list[i]);
            params->list[i] = *param;
            return SEG_OK;
        }
    if (params->count % 8 == 0) {
        struct cnn_param *list = realloc(params->list, (params->count + 8) * sizeof *list);
        if (!list) {
            param_free(param);
            return cnn_nomem(err);
        }
        params->list = list;
    }
    params->list[params->count++] = *param;
    return SEG_OK;
}

void cnn_params_clear(struct cnn_params *params)
{
    for (size_t i = 0; i < params->count; i++)
        param_free(&params->list[i]);
    free(params->list);
    *params = (struct cnn_params){0};
}

int32_t cnn_int(const struct cnn_params *params, int32_t id, int32_t fallback)
{
    const struct cnn_param *param = find(params, id, CNN_PARAM_SCALAR);
    return param ? param->word.i : fallback;
}

float cnn_float(const struct cnn_params *params, int32_t id, float fallback)
{
    const struct cnn_param *param = find(params, id, CNN_PARAM_SCALAR);
    return param ? param->word.f : fallback;
}

const char *cnn_string(const struct cnn_params *params, int32_t id)
{
    const struct cnn_param *param = find(params, id, CNN_PARAM_STRING);
    return param ? param->string : "";
}

struct cnn_array cnn_array(const struct cnn_params *params, int32_t id)
{
    const struct cnn_param *param = find(params, id, CNN_PARAM_ARRAY);
    return param ? (struct cnn_array){param->array, param->count} : (struct cnn_array){NULL, 0};
}
