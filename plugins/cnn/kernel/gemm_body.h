/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Matrix product. A worker packs 16 columns of b at a time and passes rows of a over them, six at
 * a time, with the 6 x 16 sums in registers. Included by one file for each instruction set. */
#include "kernel/gemm.h"

struct gemm_run {
    const struct cnn_gemm *gemm;
    float *workspace;
    size_t panels, splits; /* of columns; of rows */
};

/* Columns first..first + 15 as [k][16], zero where there are none. */
static void gemm_pack(const struct cnn_gemm *g, size_t first, float *to)
{
    size_t columns = g->n - first < 16 ? g->n - first : 16;
    size_t step_k = g->trans_b ? 1 : g->ldb, step_n = g->trans_b ? g->ldb : 1;
    const float *b = g->b + first * step_n;
    for (size_t k = 0; k < g->k; k++, b += step_k, to += 16) {
        if (columns == 16 && step_n == 1) {
            memcpy(to, b, 16 * sizeof(float));
            continue;
        }
        memset(to, 0, 16 * sizeof(float));
        for (size_t n = 0; n < columns; n++)
            to[n] = b[n * step_n];
    }
}

V8_INLINE void gemm_rows(const float *a, size_t step_m, size_t step_k, const float *b, size_t depth,
                         float *c, size_t ldc, size_t columns, const size_t rows)
{
    v8 sum[12];
    const float *from[6];
    UNROLL (i, 2 * rows)
        sum[i] = v8_set(0.0f);
    UNROLL (r, rows)
        from[r] = a + r * step_m;
    for (size_t k = 0; k < depth; k++, b += 16) {
        v8 left = v8_load(b), right = v8_load(b + 8);
        UNROLL (r, rows) {
            v8 x = v8_set(from[r][k * step_k]);
            sum[2 * r] = v8_fma(left, x, sum[2 * r]);
            sum[2 * r + 1] = v8_fma(right, x, sum[2 * r + 1]);
        }
    }
    for (size_t r = 0; r < rows; r++, c += ldc) {
        float line[16];
        v8_store(columns == 16 ? c : line, sum[2 * r]);
        v8_store((columns == 16 ? c : line) + 8, sum[2 * r + 1]);
        if (columns < 16)
            memcpy(c, line, columns * sizeof(float));
    }
}

#define GEMM_ROWS(rows)                                                                            \
    static NOINLINE void gemm_rows_##rows(const float *a, size_t step_m, size_t step_k,            \
                                          const float *b, size_t depth, float *c, size_t ldc,      \
                                          size_t columns)                                          \
    {                                                                                              \
        gemm_rows(a, step_m, step_k, b, depth, c, ldc, columns, rows);                             \
    }
GEMM_ROWS(1)
GEMM_ROWS(2)
GEMM_ROWS(3)
GEMM_ROWS(4)
GEMM_ROWS(5)
GEMM_ROWS(6)
#undef GEMM_ROWS

static int gemm_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    static void (*const table[])(const float *, size_t, size_t, const float *, size_t, float *,
                                 size_t, size_t) = {
        NULL, gemm_rows_1, gemm_rows_2, gemm_rows_3, gemm_rows_4, gemm_rows_5, gemm_rows_6};
    const struct gemm_run *run = arg;
    const struct cnn_gemm *g = run->gemm;
    float *packed = run->workspace + worker * gemm_panel_floats(g);
    size_t step_m = g->trans_a ? 1 : g->lda, step_k = g->trans_a ? g->lda : 1;
    for (size_t item = begin; item < end; item++) {
        size_t first = item / run->splits * 16, split = item % run->splits;
        size_t columns = g->n - first < 16 ? g->n - first : 16;
        size_t last = g->m * (split + 1) / run->splits;
        gemm_pack(g, first, packed);
        for (size_t row = g->m * split / run->splits; row < last;) {
            size_t rows = last - row < 6 ? last - row : 6;
            table[rows](g->a + row * step_m, step_m, step_k, packed, g->k,
                        g->c + row * g->ldc + first, g->ldc, columns);
            row += rows;
        }
    }
    return 0;
}

static int gemm_run(const struct cnn_gemm *gemm, void *workspace, const struct cnn_env *env)
{
    struct gemm_run run = {gemm, workspace, ceil_div(gemm->n, 16), 1};
    if (run.panels % env->workers && run.panels < 4 * env->workers)
        run.splits = env->workers;
    return env->parallel(env->ctx, run.panels * run.splits, 1, gemm_body, &run);
}
