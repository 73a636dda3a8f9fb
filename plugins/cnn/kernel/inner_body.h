/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fully connected layers: a matrix of weights times one vector, which is as fast as the weights
 * come out of memory. They lie as [block of 8 outputs][input][lane] and are read once, in order. */
#include "kernel/inner.h"

static v8 inner_block(const float *w, const float *in, size_t count)
{
    v8 sum[4] = {v8_load(w), v8_set(0.0f), v8_set(0.0f), v8_set(0.0f)};
    w += 8;
    size_t k = 0;
    for (; k + 4 <= count; k += 4, w += 32)
        UNROLL (i, 4)
            sum[i] = v8_fma(v8_load(w + 8 * i), v8_set(in[k + i]), sum[i]);
    for (; k < count; k++, w += 8)
        sum[0] = v8_fma(v8_load(w), v8_set(in[k]), sum[0]);
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static int inner_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct cnn_conv_call *call = arg;
    const struct cnn_conv *conv = call->conv;
    size_t in = (size_t)conv->in, out = (size_t)conv->out;
    (void)worker;
    for (size_t block = begin; block < end; block++) {
        v8 sum = inner_block((const float *)call->packed + block * 8 * (in + 1), call->in, in);
        size_t first = block * 8, lanes = out - first < 8 ? out - first : 8;
        float add[8] = {0}, result[8];
        if (call->add)
            memcpy(add, call->add + first, lanes * sizeof(float));
        v8_store(result, v8_finish(conv, sum, call->add ? add : NULL, first));
        memcpy(call->out + first, result, lanes * sizeof(float));
    }
    return 0;
}

static int inner_run(const struct cnn_conv_call *call)
{
    struct cnn_conv_call copy = *call;
    size_t grain = 16384 / ((size_t)call->conv->in + 1) + 1;
    return call->env->parallel(call->env->ctx, blocks_of(call->conv->out), grain, inner_body,
                               &copy);
}
