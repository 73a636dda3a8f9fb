/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one loop behind crops, tiles, flips, pads, permutations and nearest neighbours. */
#include "layer/gather.h"

#include <stdlib.h>
#include <string.h>

/* Axes with those of lower ranks in front, so that the innermost is always the last. */
static void inner_axes(const struct cnn_blob *blob, int32_t axes[4])
{
    int32_t outer[4], rank = cnn_axes(blob, outer);
    for (int32_t i = 0; i < 4; i++)
        axes[i] = i < 4 - rank ? 1 : outer[i - (4 - rank)];
    if (blob->pack == 8)
        axes[4 - rank] = (axes[4 - rank] + 7) / 8;
}

int cnn_gather_init(struct cnn_gather *gather, const struct cnn_blob *in,
                    const struct cnn_blob *out, struct cnn_error *err)
{
    int32_t axes[4];
    static const float zero = 0;
    *gather = (struct cnn_gather){
        .bytes = cnn_dtype_bytes(in->dtype) * (size_t)in->pack, .fill = &zero, .fill_axis = -1};
    inner_axes(out, gather->axes);
    inner_axes(in, axes);
    size_t step = 1, total = 0;
    for (int32_t i = 3; i >= 0; i--) {
        gather->step[i] = step;
        step *= (size_t)axes[i];
        total += (size_t)gather->axes[i];
    }
    gather->storage = malloc(total * sizeof(int32_t));
    return gather->storage ? SEG_OK : cnn_nomem(err);
}

int32_t *cnn_gather_map(struct cnn_gather *gather, int32_t axis)
{
    gather->map[axis] = gather->storage + gather->used;
    gather->used += (size_t)gather->axes[axis];
    return gather->map[axis];
}

void cnn_gather_free(struct cnn_gather *gather)
{
    free(gather->storage);
}

struct work {
    const struct cnn_gather *g;
    const char *in;
    char *out;
    size_t run_from, run_to; /* columns that lie side by side in the input too */
};

static int32_t mapped(const struct cnn_gather *g, int32_t axis, size_t i)
{
    return g->map[axis] ? g->map[axis][i] : (int32_t)i;
}

static void fill(char *out, size_t count, size_t bytes, float value)
{
    if (bytes == 1) {
        memset(out, (int)value, count);
        return;
    }
    float *to = (float *)(void *)out;
    for (size_t i = 0; i < count * (bytes / sizeof(float)); i++)
        to[i] = value;
}

static void columns(const struct work *w, const char *in, char *out, size_t from, size_t to,
                    float value)
{
    const struct cnn_gather *g = w->g;
    size_t bytes = g->bytes;
    for (size_t x = from; x < to; x++) {
        int32_t at = mapped(g, 3, x);
        if (at < 0)
            fill(out + x * bytes, 1, bytes, value);
        else if (bytes == 4) /* a constant size is a move, not a call */
            memcpy(out + x * 4, in + (size_t)at * g->step[3] * 4, 4);
        else if (bytes == 32)
            memcpy(out + x * 32, in + (size_t)at * g->step[3] * 32, 32);
        else
            out[x] = in[(size_t)at * g->step[3]];
    }
}

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    const struct cnn_gather *g = w->g;
    size_t width = (size_t)g->axes[3], bytes = g->bytes;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        size_t y = i % (size_t)g->axes[2], rest = i / (size_t)g->axes[2];
        size_t z = rest % (size_t)g->axes[1], c = rest / (size_t)g->axes[1];
        int32_t mc = mapped(g, 0, c), mz = mapped(g, 1, z), my = mapped(g, 2, y);
        char *out = w->out + i * width * bytes;
        float value = g->fill[g->fill_axis == 0 ? c : g->fill_axis == 1 ? z : 0];
        if (mc < 0 || mz < 0 || my < 0) {
            fill(out, width, bytes, value);
            continue;
        }
        const char *in =
            w->in +
            ((size_t)mc * g->step[0] + (size_t)mz * g->step[1] + (size_t)my * g->step[2]) * bytes;
        columns(w, in, out, 0, w->run_from, value);
        if (w->run_to > w->run_from)
            memcpy(out + w->run_from * bytes, in + (size_t)mapped(g, 3, w->run_from) * bytes,
                   (w->run_to - w->run_from) * bytes);
        columns(w, in, out, w->run_to, width, value);
    }
    return SEG_OK;
}

int cnn_gather_run(const struct cnn_gather *g, const struct cnn_job *job)
{
    struct work w = {g, job->in[0].data, job->out[0].data, 0, 0};
    size_t width = (size_t)g->axes[3];
    if (g->step[3] == 1) {
        while (w.run_from < width && mapped(g, 3, w.run_from) < 0)
            w.run_from++;
        w.run_to = w.run_from;
        while (w.run_to < width && mapped(g, 3, w.run_to) ==
                                       mapped(g, 3, w.run_from) + (int32_t)(w.run_to - w.run_from))
            w.run_to++;
    }
    return cnn_parallel(job, cnn_span(g->axes, 0, 3), width * g->bytes / 4 + 8, body, &w);
}
