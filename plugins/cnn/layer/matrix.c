/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* MatMul, Gemm and Einsum. */
#include "layer/matrix.h"
#include "simd/simd.h"

#include <stdlib.h>
#include <string.h>

/* -- the product ------------------------------------------------------------------------------ */

struct rows {
    const struct cnn_product *p;
    const struct cnn_simd *simd;
};

static int rows_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct rows *r = arg;
    const struct cnn_product *p = r->p;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        float *c = p->c + i * p->ldc;
        if (p->trans_b && !p->trans_a) {
            for (size_t j = 0; j < p->n; j++)
                c[j] = r->simd->dot(p->a + i * p->lda, p->b + j * p->ldb, p->k);
            continue;
        }
        memset(c, 0, p->n * sizeof *c);
        for (size_t k = 0; k < p->k; k++) {
            float a = p->trans_a ? p->a[k * p->lda + i] : p->a[i * p->lda + k];
            if (!p->trans_b)
                r->simd->axpy(a, p->b + k * p->ldb, c, p->n);
            else
                for (size_t j = 0; j < p->n; j++)
                    c[j] += a * p->b[j * p->ldb + k];
        }
    }
    return SEG_OK;
}

int cnn_product(const struct cnn_job *job, const struct cnn_product *product)
{
    struct rows rows = {product, cnn_simd(job->env)};
    return cnn_parallel(job, product->m, product->n * product->k, rows_body, &rows);
}

/* -- MatMul ----------------------------------------------------------------------------------- */

struct batch { /* right-aligned: c, d, rows, columns */
    int32_t a[4], b[4];
    bool a_vector, b_vector, trans_b;
    int64_t m, n, k, c, d;
};

static void align(const struct cnn_blob *blob, bool column, int32_t axes[4])
{
    int32_t own[4], rank = cnn_axes(blob, own);
    for (int32_t i = 0; i < 4; i++)
        axes[i] = i < 4 - rank ? 1 : own[i - (4 - rank)];
    if (column) { /* a vector on the right stands upright */
        axes[2] = axes[3];
        axes[3] = 1;
    }
}

static int plan(const struct cnn_layer *layer, const struct cnn_blob *in, struct batch *s,
                struct cnn_error *err)
{
    s->trans_b = cnn_int(&layer->params, 0, 0) != 0;
    s->a_vector = in[0].rank == 1;
    s->b_vector = in[1].rank == 1;
    align(&in[0], false, s->a);
    align(&in[1], s->b_vector, s->b);
    if (s->b_vector)
        s->trans_b = false;
    s->m = s->a[2];
    s->k = s->a[3];
    s->n = s->trans_b ? s->b[2] : s->b[3];
    for (int32_t i = 0; i < 2; i++)
        if (s->a[i] != s->b[i] && s->a[i] != 1 && s->b[i] != 1)
            return cnn_fail(err, SEG_STAGE, "batches of %d and %d", s->a[i], s->b[i]);
    s->c = s->a[0] > s->b[0] ? s->a[0] : s->b[0];
    s->d = s->a[1] > s->b[1] ? s->a[1] : s->b[1];
    if (s->k != (s->trans_b ? s->b[3] : s->b[2]))
        return cnn_fail(err, SEG_STAGE, "rows of %lld times columns of %d", (long long)s->k,
                        s->trans_b ? s->b[3] : s->b[2]);
    return SEG_OK;
}

static int shape_matmul(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                        struct cnn_blob *out, struct cnn_error *err)
{
    struct batch s;
    int64_t axes[4];
    int32_t rank = in[0].rank > in[1].rank ? in[0].rank : in[1].rank, n = 0;
    (void)in_count;
    if (plan(layer, in, &s, err) != SEG_OK)
        return err->status;
    if (rank == 4)
        axes[n++] = s.c;
    if (rank >= 3)
        axes[n++] = s.d;
    if (!s.a_vector)
        axes[n++] = s.m;
    if (!s.b_vector)
        axes[n++] = s.n;
    if (n == 0)
        axes[n++] = 1;
    return cnn_shape(out, n, axes, CNN_F32, err);
}

static int run_matmul(struct cnn_job *job)
{
    struct batch s;
    if (plan(job->layer, job->in, &s, job->err) != SEG_OK)
        return job->err->status;
    size_t a = (size_t)s.a[2] * (size_t)s.a[3], b = (size_t)s.b[2] * (size_t)s.b[3];
    size_t out = (size_t)(s.m * s.n);
    for (size_t c = 0; c < (size_t)s.c; c++)
        for (size_t d = 0; d < (size_t)s.d; d++) {
            size_t in_a = (s.a[0] == 1 ? 0 : c) * (size_t)s.a[1] + (s.a[1] == 1 ? 0 : d);
            size_t in_b = (s.b[0] == 1 ? 0 : c) * (size_t)s.b[1] + (s.b[1] == 1 ? 0 : d);
            struct cnn_product p = {.m = (size_t)s.m,
                                    .n = (size_t)s.n,
                                    .k = (size_t)s.k,
                                    .lda = (size_t)s.a[3],
                                    .ldb = (size_t)s.b[3],
                                    .ldc = (size_t)s.n,
                                    .trans_b = s.trans_b,
                                    .a = cnn_in(job, 0) + in_a * a,
                                    .b = cnn_in(job, 1) + in_b * b,
                                    .c = cnn_out(job, 0) + (c * (size_t)s.d + d) * out};
            int status = cnn_product(job, &p);
            if (status != SEG_OK)
                return status;
        }
    return SEG_OK;
}

/* -- Gemm ------------------------------------------------------------------------------------- */

struct gemm {
    float alpha, beta;
    bool trans_a, trans_b, constant_a, constant_b, constant_c, n1m, transpose;
    int32_t m, n, k, broadcast;
    const float *a, *b, *c;
    struct cnn_weights weights[3];
};

static int load_gemm(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct gemm *g = layer->data;
    *g = (struct gemm){.alpha = cnn_float(p, 0, 1),
                       .beta = cnn_float(p, 1, 1),
                       .trans_a = cnn_int(p, 2, 0) != 0,
                       .trans_b = cnn_int(p, 3, 0) != 0,
                       .constant_a = cnn_int(p, 4, 0) == 1,
                       .constant_b = cnn_int(p, 5, 0) == 1,
                       .constant_c = cnn_int(p, 6, 0) == 1,
                       .m = cnn_int(p, 7, 0),
                       .n = cnn_int(p, 8, 0),
                       .k = cnn_int(p, 9, 0),
                       .broadcast = cnn_int(p, 10, 0),
                       .n1m = cnn_int(p, 11, 0) != 0,
                       .transpose = cnn_int(p, 14, 0) != 0};
    if (cnn_int(p, 18, 0))
        return cnn_fail(err, SEG_IO, "quantised products (18=%d) are not supported",
                        cnn_int(p, 18, 0));
    if ((g->constant_a && (g->m < 1 || g->k < 1)) || (g->constant_b && (g->n < 1 || g->k < 1)) ||
        (g->constant_c && (g->broadcast < -1 || g->broadcast > 4)))
        return cnn_fail(err, SEG_IO, "constants of %d x %d x %d, broadcast %d", g->m, g->n, g->k,
                        g->broadcast);
    if (layer->in_count < !g->constant_a + !g->constant_b)
        return cnn_fail(err, SEG_IO, "%d inputs for its operands", layer->in_count);
    const int64_t counts[5] = {1, g->m, g->m, (int64_t)g->m * g->n, g->n};
    if (g->constant_a && cnn_read_floats(reader, (int64_t)g->m * g->k, true, -1, 1, &g->weights[0],
                                         &g->a, err) != SEG_OK)
        return err->status;
    if (g->constant_b && cnn_read_floats(reader, (int64_t)g->n * g->k, true, -1, 1, &g->weights[1],
                                         &g->b, err) != SEG_OK)
        return err->status;
    if (g->constant_c && g->broadcast >= 0)
        return cnn_read_floats(reader, counts[g->broadcast], true, -1, 1, &g->weights[2], &g->c,
                               err);
    return SEG_OK;
}

static void unload_gemm(struct cnn_layer *layer)
{
    struct gemm *g = layer->data;
    for (int32_t i = 0; i < 3; i++)
        cnn_weights_drop(&g->weights[i]);
}

/* Rows and columns of an operand; of rank 3 the rows are channels. */
static void matrix_of(const struct cnn_blob *blob, int64_t *rows, int64_t *columns)
{
    *rows = blob->rank == 3 ? blob->c : blob->h;
    *columns = blob->w;
}

struct operands {
    int64_t m, n, k;
    const struct cnn_blob *a, *b, *c; /* NULL: constant, or none */
    int32_t broadcast;                /* of c; -1: none */
};

static int32_t broadcast_of(const struct cnn_blob *c, int64_t m, int64_t n)
{
    if (c->rank == 1)
        return c->w == n ? 4 : c->w == m ? 1 : c->w == 1 ? 0 : -2;
    if (c->rank != 2)
        return -2;
    if (c->w == n && c->h == 1)
        return 4;
    return c->w == n && c->h == m ? 3 : c->w == 1 && c->h == m ? 2 : -2;
}

static int gemm_operands(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         struct operands *o, struct cnn_error *err)
{
    const struct gemm *g = layer->data;
    int32_t at = 0;
    int64_t rows, columns, k2;
    *o = (struct operands){.m = g->m, .n = g->n, .k = g->k, .broadcast = -1};
    if (!g->constant_a) {
        o->a = &in[at++];
        matrix_of(o->a, &rows, &columns);
        o->m = g->trans_a ? columns : rows;
        o->k = g->trans_a ? rows : columns;
    }
    k2 = g->k;
    if (!g->constant_b) {
        o->b = &in[at++];
        matrix_of(o->b, &rows, &columns);
        o->n = g->trans_b ? rows : columns;
        k2 = g->trans_b ? columns : rows;
    }
    if (o->k != k2)
        return cnn_fail(err, SEG_STAGE, "rows of %lld times columns of %lld", (long long)o->k,
                        (long long)k2);
    if (g->constant_c) {
        o->broadcast = g->broadcast;
        bool by_m = g->broadcast >= 1 && g->broadcast <= 3;
        bool by_n = g->broadcast >= 3;
        if ((by_m && o->m != g->m) || (by_n && o->n != g->n))
            return cnn_fail(err, SEG_STAGE, "a constant summand for %d x %d, not %lld x %lld", g->m,
                            g->n, (long long)o->m, (long long)o->n);
    } else if (at < in_count) {
        o->c = &in[at];
        o->broadcast = broadcast_of(o->c, o->m, o->n);
        if (o->broadcast == -2)
            return cnn_fail(err, SEG_STAGE,
                            "a summand that fits neither %lld rows nor %lld columns",
                            (long long)o->m, (long long)o->n);
    }
    return SEG_OK;
}

static int shape_gemm(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                      struct cnn_blob *out, struct cnn_error *err)
{
    const struct gemm *g = layer->data;
    struct operands o;
    if (gemm_operands(layer, in, in_count, &o, err) != SEG_OK)
        return err->status;
    int64_t rows = g->transpose ? o.n : o.m, columns = g->transpose ? o.m : o.n;
    return g->n1m ? cnn_shape_3d(out, rows, 1, columns, err)
                  : cnn_shape_2d(out, rows, columns, err);
}

static int run_gemm(struct cnn_job *job)
{
    const struct gemm *g = job->layer->data;
    struct operands o;
    if (gemm_operands(job->layer, job->in, job->in_count, &o, job->err) != SEG_OK)
        return job->err->status;
    size_t m = (size_t)o.m, n = (size_t)o.n;
    float *out = cnn_out(job, 0), *product = out;
    if (g->transpose) {
        product = malloc(m * n * sizeof *product);
        if (!product)
            return cnn_nomem(job->err);
    }
    struct cnn_product p = {.m = m,
                            .n = n,
                            .k = (size_t)o.k,
                            .trans_a = g->trans_a,
                            .trans_b = g->trans_b,
                            .lda = g->trans_a ? m : (size_t)o.k,
                            .ldb = g->trans_b ? (size_t)o.k : n,
                            .ldc = n,
                            .a = o.a ? o.a->data : g->a,
                            .b = o.b ? o.b->data : g->b,
                            .c = product};
    int status = cnn_product(job, &p);
    const float *c = o.c ? o.c->data : g->c;
    for (size_t i = 0; status == SEG_OK && i < m; i++)
        for (size_t j = 0; j < n; j++) {
            float sum = product[i * n + j];
            if (o.broadcast >= 0)
                sum += g->beta * c[o.broadcast == 0   ? 0
                                   : o.broadcast <= 2 ? i
                                   : o.broadcast == 3 ? i * n + j
                                                      : j];
            out[g->transpose ? j * m + i : i * n + j] = sum * g->alpha;
        }
    if (product != out)
        free(product);
    return status;
}

/* -- Einsum ----------------------------------------------------------------------------------- */

#define LETTERS 16 /* i to x */

struct einsum {
    int8_t terms[8][4]; /* the letters of each input's axes; -1: none */
    int32_t term_count, out_rank;
    bool trace;
};

static int load_einsum(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    struct cnn_array text = cnn_array(&layer->params, 0);
    struct einsum *e = layer->data;
    size_t i = 0, axis = 0;
    (void)reader;
    memset(e->terms, -1, sizeof e->terms);
    e->term_count = 1;
    if (text.count == 2 && text.words[0].i == 'i' && text.words[1].i == 'i') {
        e->trace = true;
        return SEG_OK;
    }
    for (; i < text.count && text.words[i].i != '-'; i++) {
        int32_t letter = text.words[i].i;
        if (letter == ',' && e->term_count < 8) {
            e->term_count++;
            axis = 0;
        } else if (letter >= 'i' && letter <= 'x' && axis < 4) {
            e->terms[e->term_count - 1][axis++] = (int8_t)(letter - 'i');
        } else {
            return cnn_fail(err, SEG_IO, "an equation that is not made of i to x and commas");
        }
    }
    if (i + 1 >= text.count || text.words[i + 1].i != '>')
        return cnn_fail(err, SEG_IO, "an equation without arrow");
    for (i += 2; i < text.count; i++, e->out_rank++)
        if (text.words[i].i != 'i' + e->out_rank || e->out_rank == 4)
            return cnn_fail(err, SEG_IO, "an equation whose result is not i, ij, ijk or ijkl");
    if (e->out_rank == 0 || e->term_count != layer->in_count)
        return cnn_fail(err, SEG_IO, "an equation for %d inputs of %d", e->term_count,
                        layer->in_count);
    return SEG_OK;
}

/* The length of every letter; 1 where it does not occur. */
static int letter_sizes(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                        int32_t sizes[LETTERS], struct cnn_error *err)
{
    const struct einsum *e = layer->data;
    for (int32_t i = 0; i < LETTERS; i++)
        sizes[i] = 0;
    for (int32_t t = 0; t < in_count; t++) {
        int32_t axes[4], rank = cnn_axes(&in[t], axes);
        for (int32_t i = 0; i < 4; i++) {
            int32_t letter = e->terms[t][i];
            if ((letter >= 0) != (i < rank))
                return cnn_fail(err, SEG_STAGE, "input %d has %d axes, not those of the equation",
                                t + 1, rank);
            if (letter < 0)
                continue;
            if (sizes[letter] && sizes[letter] != axes[i])
                return cnn_fail(err, SEG_STAGE, "'%c' is %d and %d long", 'i' + letter,
                                sizes[letter], axes[i]);
            sizes[letter] = axes[i];
        }
    }
    for (int32_t i = 0; i < LETTERS; i++)
        sizes[i] = sizes[i] ? sizes[i] : 1;
    return SEG_OK;
}

static int shape_einsum(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                        struct cnn_blob *out, struct cnn_error *err)
{
    const struct einsum *e = layer->data;
    int32_t sizes[LETTERS];
    if (e->trace) {
        if (in[0].rank != 2 || in[0].w != in[0].h)
            return cnn_fail(err, SEG_STAGE, "the trace of what is no square matrix");
        return cnn_shape_1d(out, 1, err);
    }
    if (letter_sizes(layer, in, in_count, sizes, err) != SEG_OK)
        return err->status;
    const int64_t axes[4] = {sizes[0], sizes[1], sizes[2], sizes[3]};
    return cnn_shape(out, e->out_rank, axes, CNN_F32, err);
}

/* The product of all inputs at one setting of the letters. */
static float term(const struct einsum *e, const struct cnn_job *job, const int32_t index[LETTERS])
{
    float value = 1;
    for (int32_t t = 0; t < e->term_count; t++) {
        int32_t axes[4], rank = cnn_axes(&job->in[t], axes);
        size_t at = 0;
        for (int32_t i = 0; i < rank; i++)
            at = at * (size_t)axes[i] + (size_t)index[e->terms[t][i]];
        value *= cnn_in(job, t)[at];
    }
    return value;
}

static int run_einsum(struct cnn_job *job)
{
    const struct einsum *e = job->layer->data;
    int32_t sizes[LETTERS], index[LETTERS] = {0};
    float *out = cnn_out(job, 0);
    if (e->trace) {
        out[0] = 0;
        for (size_t i = 0; i < (size_t)job->in[0].w; i++)
            out[0] += cnn_in(job, 0)[i * (size_t)job->in[0].w + i];
        return SEG_OK;
    }
    if (letter_sizes(job->layer, job->in, job->in_count, sizes, job->err) != SEG_OK)
        return job->err->status;
    for (size_t o = 0; o < cnn_count(&job->out[0]); o++) {
        size_t rest = o;
        for (int32_t i = e->out_rank - 1; i >= 0; i--) {
            index[i] = (int32_t)(rest % (size_t)sizes[i]);
            rest /= (size_t)sizes[i];
        }
        float sum = 0;
        for (bool more = true; more;) { /* an odometer over the letters that are summed */
            sum += term(e, job, index);
            more = false;
            for (int32_t i = LETTERS - 1; i >= e->out_rank; i--) {
                if (++index[i] < sizes[i]) {
                    more = true;
                    break;
                }
                index[i] = 0;
            }
        }
        out[o] = sum;
    }
    return SEG_OK;
}

static const struct cnn_op ops[] = {
    {.type = "MatMul",
     .index = 87,
     .in_min = 2,
     .in_max = 2,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_matmul,
     .run = run_matmul},
    {.type = "Gemm",
     .index = 74,
     .in_min = 0,
     .in_max = 3,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct gemm),
     .load = load_gemm,
     .shape = shape_gemm,
     .run = run_gemm,
     .unload = unload_gemm},
    {.type = "Einsum",
     .index = 92,
     .in_min = 1,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct einsum),
     .load = load_einsum,
     .shape = shape_einsum,
     .run = run_einsum},
};
CNN_FAMILY(cnn_matrix_ops, ops);
