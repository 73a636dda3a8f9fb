/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attention (Vaswani et al. 2017): MultiHeadAttention with its projections, SDPA without,
 * RotaryEmbed. */
#include "layer/matrix.h"
#include "simd/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -- softmax(scale Q K^T + mask) V of one head --------------------------------------------------
 */

struct head {
    const float *q, *k, *v, *mask; /* rows of queries and keys; mask may be NULL */
    float *scores, *out;
    size_t queries, keys, width, out_width;  /* of a key, of a value */
    size_t q_step, k_step, v_step, out_step; /* from row to row */
    float scale;
};

static int run_head(const struct cnn_job *job, const struct head *h)
{
    const struct cnn_simd *simd = cnn_simd(job->env);
    const struct cnn_product scores = {.m = h->queries,
                                       .n = h->keys,
                                       .k = h->width,
                                       .lda = h->q_step,
                                       .ldb = h->k_step,
                                       .ldc = h->keys,
                                       .trans_b = true,
                                       .a = h->q,
                                       .b = h->k,
                                       .c = h->scores};
    const struct cnn_product values = {.m = h->queries,
                                       .n = h->out_width,
                                       .k = h->keys,
                                       .lda = h->keys,
                                       .ldb = h->v_step,
                                       .ldc = h->out_step,
                                       .a = h->scores,
                                       .b = h->v,
                                       .c = h->out};
    int status = cnn_product(job, &scores);
    if (status != SEG_OK)
        return status;
    for (size_t i = 0; i < h->queries; i++) {
        float *row = h->scores + i * h->keys, most, total = 0;
        simd->binary(CNN_MUL, row, &h->scale, 0, row, h->keys);
        if (h->mask)
            simd->binary(CNN_ADD, row, h->mask + i * h->keys, 1, row, h->keys);
        most = row[0];
        for (size_t k = 1; k < h->keys; k++)
            most = row[k] > most ? row[k] : most;
        simd->binary(CNN_SUB, row, &most, 0, row, h->keys);
        simd->exp(row, row, h->keys);
        for (size_t k = 0; k < h->keys; k++)
            total += row[k];
        total = 1.0f / total;
        simd->binary(CNN_MUL, row, &total, 0, row, h->keys);
    }
    return cnn_product(job, &values);
}

/* A mask holds a number for each query and key, for all heads or for each. */
static int check_mask(const struct cnn_blob *mask, int64_t queries, int64_t keys, int64_t heads,
                      struct cnn_error *err)
{
    if (mask->w != keys || mask->h != queries || (mask->c != 1 && mask->c != heads))
        return cnn_fail(err, SEG_STAGE, "a mask of %d x %d x %d for %lld heads of %lld x %lld",
                        mask->c, mask->h, mask->w, (long long)heads, (long long)queries,
                        (long long)keys);
    return SEG_OK;
}

static const float *mask_of(const struct cnn_blob *mask, size_t head)
{
    const float *data = mask->data;
    return mask->c > 1 ? data + head * (size_t)mask->w * (size_t)mask->h : data;
}

/* -- MultiHeadAttention ------------------------------------------------------------------------ */

struct attention {
    int32_t embed, heads, dims[3]; /* of queries, keys, values */
    bool masks, caches;
    float scale;
    const float *weights[4], *bias[4]; /* q, k, v, out */
    struct cnn_weights held[8];
};

static int load_attention(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct attention *a = layer->data;
    int32_t count = cnn_int(p, 2, 0);
    a->embed = cnn_int(p, 0, 0);
    a->heads = cnn_int(p, 1, 1);
    a->masks = cnn_int(p, 5, 0) != 0;
    a->caches = cnn_int(p, 7, 0) != 0;
    if (a->embed < 1 || a->heads < 1 || a->embed % a->heads != 0 || count < 1 ||
        count % a->embed != 0)
        return cnn_fail(err, SEG_IO, "%d weights for %d features in %d heads", count, a->embed,
                        a->heads);
    if (cnn_int(p, 18, 0))
        return cnn_fail(err, SEG_IO, "quantised weights (18=%d) are not supported",
                        cnn_int(p, 18, 0));
    a->dims[0] = count / a->embed;
    a->dims[1] = cnn_int(p, 3, a->embed);
    a->dims[2] = cnn_int(p, 4, a->embed);
    a->scale = cnn_float(p, 6, 1.0f / sqrtf((float)(a->embed / a->heads)));
    for (int32_t i = 0; i < 4; i++) {
        int64_t in = i == 3 ? a->embed : a->dims[i], out = i == 3 ? a->dims[0] : a->embed;
        if (in < 1)
            return cnn_fail(err, SEG_IO, "vectors of %lld numbers", (long long)in);
        if (cnn_read_floats(reader, in * out, true, -0.1f, 0.1f, &a->held[2 * i], &a->weights[i],
                            err) != SEG_OK ||
            cnn_read_floats(reader, out, false, -0.1f, 0.1f, &a->held[2 * i + 1], &a->bias[i],
                            err) != SEG_OK)
            return err->status;
    }
    return SEG_OK;
}

static void unload_attention(struct cnn_layer *layer)
{
    struct attention *a = layer->data;
    for (int32_t i = 0; i < 8; i++)
        cnn_weights_drop(&a->held[i]);
}

struct roles { /* which input is what; -1: none */
    int32_t q, k, v, mask, past_k, past_v;
};

/* Mask and the two caches come last; one blob may be queries, keys and values, or two. */
static int roles_of(const struct attention *a, int32_t count, struct roles *r,
                    struct cnn_error *err)
{
    int32_t n = count - (a->masks ? 1 : 0) - (a->caches ? 2 : 0);
    if (n < 1 || n > 3)
        return cnn_fail(err, SEG_STAGE, "%d inputs", count);
    *r = (struct roles){0, n == 1 ? 0 : 1, n == 3 ? 2 : n == 2 ? 1 : 0, -1, -1, -1};
    if (a->masks)
        r->mask = n;
    if (a->caches) {
        r->past_k = n + (a->masks ? 1 : 0);
        r->past_v = r->past_k + 1;
    }
    return SEG_OK;
}

/* Keys there are: those of before and those of now. Caches hold features x positions. */
static int lengths(const struct attention *a, const struct cnn_blob *in, const struct roles *r,
                   int64_t *past, int64_t *keys, struct cnn_error *err)
{
    const int32_t of[3] = {r->q, r->k, r->v};
    for (int32_t i = 0; i < 3; i++)
        if (in[of[i]].rank > 2 || in[of[i]].w != a->dims[i])
            return cnn_fail(err, SEG_STAGE, "vectors of %d numbers where it takes %d", in[of[i]].w,
                            a->dims[i]);
    *past = r->past_k >= 0 && in[r->past_k].rank == 2 ? in[r->past_k].w : 0;
    if (*past && (in[r->past_k].h != a->embed || in[r->past_v].h != a->embed ||
                  in[r->past_v].rank != 2 || in[r->past_v].w != *past))
        return cnn_fail(err, SEG_STAGE, "caches that do not match");
    *keys = *past == 0 ? in[r->k].h : r->q == r->k ? *past + in[r->k].h : *past;
    if ((*past == 0 || r->q == r->k) && in[r->k].h != in[r->v].h)
        return cnn_fail(err, SEG_STAGE, "%d keys and %d values", in[r->k].h, in[r->v].h);
    return r->mask < 0 ? SEG_OK : check_mask(&in[r->mask], in[r->q].h, *keys, a->heads, err);
}

static int shape_attention(const struct cnn_layer *layer, const struct cnn_blob *in,
                           int32_t in_count, struct cnn_blob *out, struct cnn_error *err)
{
    const struct attention *a = layer->data;
    struct roles r;
    int64_t past, keys;
    if (roles_of(a, in_count, &r, err) != SEG_OK || lengths(a, in, &r, &past, &keys, err) != SEG_OK)
        return err->status;
    if (layer->out_count != (a->caches ? 3 : 1))
        return cnn_fail(err, SEG_STAGE, "%d outputs", layer->out_count);
    for (int32_t i = 1; i < layer->out_count; i++)
        if (cnn_shape_2d(&out[i], a->embed, keys, err) != SEG_OK)
            return err->status;
    return cnn_shape_2d(&out[0], in[r.q].h, a->dims[0], err);
}

/* out[i] = W x[i] + b for all rows. */
static int project(const struct cnn_job *job, const struct attention *a, int32_t which,
                   const float *in, size_t rows, float *out)
{
    size_t from = (size_t)(which == 3 ? a->embed : a->dims[which]);
    size_t to = (size_t)(which == 3 ? a->dims[0] : a->embed);
    const struct cnn_product p = {.m = rows,
                                  .n = to,
                                  .k = from,
                                  .lda = from,
                                  .ldb = from,
                                  .ldc = to,
                                  .trans_b = true,
                                  .a = in,
                                  .b = a->weights[which],
                                  .c = out};
    int status = cnn_product(job, &p);
    for (size_t i = 0; i < rows; i++)
        cnn_simd(job->env)->binary(CNN_ADD, out + i * to, a->bias[which], 1, out + i * to, to);
    return status;
}

/* Rows of before (stored as columns), then those of now. */
static int gather(const struct cnn_job *job, const struct attention *a, int32_t which,
                  int32_t input, int32_t cache, size_t past, size_t keys, float *out)
{
    size_t embed = (size_t)a->embed;
    for (size_t i = 0; i < past; i++)
        for (size_t e = 0; e < embed; e++)
            out[i * embed + e] = cnn_in(job, cache)[e * past + i];
    return keys > past ? project(job, a, which, cnn_in(job, input), keys - past, out + past * embed)
                       : SEG_OK;
}

static int run_attention(struct cnn_job *job)
{
    const struct attention *a = job->layer->data;
    struct roles r;
    int64_t past, keys;
    if (roles_of(a, job->in_count, &r, job->err) != SEG_OK ||
        lengths(a, job->in, &r, &past, &keys, job->err) != SEG_OK)
        return job->err->status;
    size_t queries = (size_t)job->in[r.q].h, n = (size_t)keys, embed = (size_t)a->embed;
    size_t width = embed / (size_t)a->heads;
    float *q = malloc((2 * queries * embed + 2 * n * embed + queries * n) * sizeof *q);
    if (!q)
        return cnn_nomem(job->err);
    float *mixed = q + queries * embed, *k = mixed + queries * embed, *v = k + n * embed;
    float *scores = v + n * embed;
    int status = project(job, a, 0, cnn_in(job, r.q), queries, q);
    if (status == SEG_OK)
        status = gather(job, a, 1, r.k, r.past_k, (size_t)past, n, k);
    if (status == SEG_OK)
        status = gather(job, a, 2, r.v, r.past_v, (size_t)past, n, v);
    for (size_t h = 0; h < (size_t)a->heads && status == SEG_OK; h++) {
        const struct head head = {.q = q + h * width,
                                  .k = k + h * width,
                                  .v = v + h * width,
                                  .mask = r.mask < 0 ? NULL : mask_of(&job->in[r.mask], h),
                                  .scores = scores,
                                  .out = mixed + h * width,
                                  .queries = queries,
                                  .keys = n,
                                  .width = width,
                                  .out_width = width,
                                  .q_step = embed,
                                  .k_step = embed,
                                  .v_step = embed,
                                  .out_step = embed,
                                  .scale = a->scale};
        status = run_head(job, &head);
    }
    if (status == SEG_OK)
        status = project(job, a, 3, mixed, queries, cnn_out(job, 0));
    for (int32_t c = 1; c < job->out_count; c++)
        for (size_t e = 0; e < embed; e++)
            for (size_t i = 0; i < n; i++)
                cnn_out(job, c)[e * n + i] = (c == 1 ? k : v)[i * embed + e];
    free(q);
    return status;
}

/* -- SDPA ------------------------------------------------------------------------------------- */

struct sdpa {
    bool masks, caches;
    float scale;
};

static int load_sdpa(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct sdpa *s = layer->data;
    (void)reader;
    *s = (struct sdpa){cnn_int(p, 5, 0) != 0, cnn_int(p, 7, 0) != 0, cnn_float(p, 6, 0)};
    if (layer->in_count != 3 + (s->masks ? 1 : 0) + (s->caches ? 2 : 0) ||
        layer->out_count != (s->caches ? 3 : 1))
        return cnn_fail(err, SEG_IO, "%d inputs and %d outputs", layer->in_count, layer->out_count);
    return SEG_OK;
}

static int shape_sdpa(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                      struct cnn_blob *out, struct cnn_error *err)
{
    const struct sdpa *s = layer->data;
    const struct cnn_blob *q = &in[0], *k = &in[1], *v = &in[2], *past_k = &in[in_count - 2],
                          *past_v = &in[in_count - 1];
    int64_t keys = k->h + (s->caches ? past_k->h : 0);
    if (q->w != k->w || k->h != v->h || k->c != v->c || q->c % k->c != 0 ||
        (s->caches && (past_k->w != k->w || past_v->w != v->w || past_k->h != past_v->h ||
                       past_k->c != k->c || past_v->c != v->c)))
        return cnn_fail(err, SEG_STAGE, "queries, keys and values that do not match");
    if (s->masks && check_mask(&in[3], q->h, keys, q->c, err) != SEG_OK)
        return err->status;
    if (s->caches && (cnn_shape_3d(&out[1], k->c, keys, k->w, err) != SEG_OK ||
                      cnn_shape_3d(&out[2], k->c, keys, v->w, err) != SEG_OK))
        return err->status;
    return cnn_shape_3d(&out[0], q->c, q->h, v->w, err);
}

/* The rows of before and those of now, group by group. */
static void append(const struct cnn_blob *past, const struct cnn_blob *now, float *out)
{
    size_t a = (size_t)past->w * (size_t)past->h, b = (size_t)now->w * (size_t)now->h;
    for (size_t g = 0; g < (size_t)now->c; g++, out += a + b) {
        memcpy(out, (const float *)past->data + g * a, a * sizeof *out);
        memcpy(out + a, (const float *)now->data + g * b, b * sizeof *out);
    }
}

static int run_sdpa(struct cnn_job *job)
{
    const struct sdpa *s = job->layer->data;
    const struct cnn_blob *q = &job->in[0], *k = &job->in[1], *v = &job->in[2];
    if (s->caches) {
        append(&job->in[job->in_count - 2], k, cnn_out(job, 1));
        append(&job->in[job->in_count - 1], v, cnn_out(job, 2));
        k = &job->out[1];
        v = &job->out[2];
    }
    size_t queries = (size_t)q->h, keys = (size_t)k->h, width = (size_t)q->w;
    size_t out_width = (size_t)v->w, shared = (size_t)(q->c / k->c);
    float *scores = malloc(queries * keys * sizeof *scores);
    if (!scores)
        return cnn_nomem(job->err);
    int status = SEG_OK;
    for (size_t h = 0; h < (size_t)q->c && status == SEG_OK; h++) {
        const struct head head = {.q = (const float *)q->data + h * queries * width,
                                  .k = (const float *)k->data + h / shared * keys * width,
                                  .v = (const float *)v->data + h / shared * keys * out_width,
                                  .mask = s->masks ? mask_of(&job->in[3], h) : NULL,
                                  .scores = scores,
                                  .out = cnn_out(job, 0) + h * queries * out_width,
                                  .queries = queries,
                                  .keys = keys,
                                  .width = width,
                                  .out_width = out_width,
                                  .q_step = width,
                                  .k_step = width,
                                  .v_step = out_width,
                                  .out_step = out_width,
                                  .scale = s->scale != 0 ? s->scale : 1.0f / sqrtf((float)width)};
        status = run_head(job, &head);
    }
    free(scores);
    return status;
}

/* -- RotaryEmbed (Su et al. 2021): pairs of features are turned by angles that grow with position
 * -- */

static int shape_rotary(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                        struct cnn_blob *out, struct cnn_error *err)
{
    (void)layer, (void)in_count;
    if (in[0].w % 2 != 0 || in[1].w < in[0].w / 2 || in[2].w < in[0].w / 2 || in[1].h < in[0].h ||
        in[2].h < in[0].h)
        return cnn_fail(err, SEG_STAGE, "%d x %d angles for rows of %d x %d", in[1].h, in[1].w,
                        in[0].h, in[0].w);
    out[0] = in[0];
    return SEG_OK;
}

static int run_rotary(struct cnn_job *job)
{
    const struct cnn_blob *in = &job->in[0];
    bool interleaved = cnn_int(&job->layer->params, 0, 0) != 0;
    size_t rows = (size_t)in->h * (size_t)in->c, half = (size_t)in->w / 2;
    for (size_t i = 0; i < rows; i++) {
        size_t position = i % (size_t)in->h;
        const float *from = cnn_in(job, 0) + i * 2 * half;
        const float *cosine = cnn_in(job, 1) + position * (size_t)job->in[1].w;
        const float *sine = cnn_in(job, 2) + position * (size_t)job->in[2].w;
        float *to = cnn_out(job, 0) + i * 2 * half;
        for (size_t k = 0; k < half; k++) {
            size_t a = interleaved ? 2 * k : k, b = interleaved ? 2 * k + 1 : k + half;
            float x = from[a], y = from[b];
            to[a] = x * cosine[k] - y * sine[k];
            to[b] = x * sine[k] + y * cosine[k];
        }
    }
    return SEG_OK;
}

static const struct cnn_op ops[] = {
    {.type = "MultiHeadAttention",
     .index = 79,
     .in_min = 1,
     .in_max = 6,
     .out_min = 1,
     .out_max = 3,
     .data_size = sizeof(struct attention),
     .load = load_attention,
     .shape = shape_attention,
     .run = run_attention,
     .unload = unload_attention},
    {.type = "SDPA",
     .index = 108,
     .in_min = 3,
     .in_max = 6,
     .out_min = 1,
     .out_max = 3,
     .data_size = sizeof(struct sdpa),
     .load = load_sdpa,
     .shape = shape_sdpa,
     .run = run_sdpa},
    {.type = "RotaryEmbed",
     .index = 109,
     .in_min = 3,
     .in_max = 3,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_rotary,
     .run = run_rotary},
};
CNN_FAMILY(cnn_attention_ops, ops);
