/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reduction over axes, StatisticsPooling, CumulativeSum. */
#include "layer/op.h"
#include "simd/simd.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum operation {
    R_SUM,
    R_ASUM,
    R_SUMSQ,
    R_MEAN,
    R_MAX,
    R_MIN,
    R_PROD,
    R_L1,
    R_L2,
    R_LOGSUM,
    R_LOGSUMEXP
};

static int load_reduction(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    int32_t operation = cnn_int(p, 0, 0);
    (void)reader;
    if (operation < R_SUM || operation > R_LOGSUMEXP)
        return cnn_fail(err, SEG_IO, "operation %d (0 to %d)", operation, R_LOGSUMEXP);
    if (cnn_array(p, 3).count && cnn_int(p, 5, 0) == 0)
        return cnn_fail(err, SEG_IO,
                        "axes of the old kind, which counted from 1; convert the "
                        "model again");
    return SEG_OK;
}

static int marks_of(const struct cnn_layer *layer, int32_t rank, bool marks[4],
                    struct cnn_error *err)
{
    struct cnn_array list = cnn_array(&layer->params, 3);
    bool all = cnn_int(&layer->params, 1, 1) != 0;
    for (int32_t i = 0; i < 4; i++)
        marks[i] = all && i < rank;
    for (size_t i = 0; !all && i < list.count; i++) {
        int64_t axis = list.words[i].i;
        axis += axis < 0 ? rank : 0;
        if (axis < 0 || axis >= rank)
            return cnn_fail(err, SEG_STAGE, "axis %d of an input with %d", list.words[i].i, rank);
        marks[axis] = true;
    }
    return SEG_OK;
}

static int shape_reduction(const struct cnn_layer *layer, const struct cnn_blob *in,
                           int32_t in_count, struct cnn_blob *out, struct cnn_error *err)
{
    int32_t axes[4], rank = cnn_axes(&in[0], axes), n = 0;
    int64_t kept[4];
    bool marks[4], keep = cnn_int(&layer->params, 4, 0) != 0;
    (void)in_count;
    if (marks_of(layer, rank, marks, err) != SEG_OK)
        return err->status;
    for (int32_t i = 0; i < rank; i++)
        if (!marks[i] || keep)
            kept[n++] = marks[i] ? 1 : axes[i];
    if (n == 0)
        kept[n++] = 1;
    return cnn_shape(out, n, kept, CNN_F32, err);
}

struct reduce {
    int32_t operation;
    float coeff;
    const float *in;
    float *out;
    size_t kept[4], kept_step[4], gone[4], gone_step[4]; /* sizes and steps, 1 and 0 where unused */
    size_t count;
};

static double start(int32_t operation)
{
    return operation == R_PROD  ? 1
           : operation == R_MAX ? -FLT_MAX
           : operation == R_MIN ? FLT_MAX
                                : 0;
}

static double add(int32_t operation, double sum, float x)
{
    switch (operation) {
    case R_ASUM:
    case R_L1:
        return sum + fabs((double)x);
    case R_SUMSQ:
    case R_L2:
        return sum + (double)x * (double)x;
    case R_MAX:
        return x > sum ? x : sum;
    case R_MIN:
        return x < sum ? x : sum;
    case R_PROD:
        return sum * x;
    case R_LOGSUMEXP:
        return sum + exp((double)x);
    default:
        return sum + x;
    }
}

static float finish(const struct reduce *r, double sum)
{
    switch (r->operation) {
    case R_MEAN:
        sum /= (double)r->count;
        break;
    case R_L2:
        sum = sqrt(sum);
        break;
    case R_LOGSUM:
    case R_LOGSUMEXP:
        sum = log(sum);
        break;
    default:
        break;
    }
    return (float)(sum * r->coeff);
}

static int reduce_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct reduce *r = arg;
    (void)worker;
    for (size_t o = begin; o < end; o++) {
        size_t rest = o, at = 0;
        for (int32_t i = 3; i >= 0; i--) {
            at += rest % r->kept[i] * r->kept_step[i];
            rest /= r->kept[i];
        }
        double sum = start(r->operation);
        const size_t *n = r->gone, *s = r->gone_step;
        for (size_t a = 0; a < n[0]; a++)
            for (size_t b = 0; b < n[1]; b++)
                for (size_t c = 0; c < n[2]; c++) {
                    const float *in = r->in + at + a * s[0] + b * s[1] + c * s[2];
                    for (size_t d = 0; d < n[3]; d++)
                        sum = add(r->operation, sum, in[d * s[3]]);
                }
        r->out[o] = finish(r, sum);
    }
    return SEG_OK;
}

static int run_reduction(struct cnn_job *job)
{
    int32_t axes[4], rank = cnn_axes(&job->in[0], axes);
    struct reduce r = {.operation = cnn_int(&job->layer->params, 0, 0),
                       .coeff = cnn_float(&job->layer->params, 2, 1),
                       .in = cnn_in(job, 0),
                       .out = cnn_out(job, 0),
                       .count = 1};
    bool marks[4];
    size_t step = 1;
    if (marks_of(job->layer, rank, marks, job->err) != SEG_OK)
        return job->err->status;
    for (int32_t i = 3; i >= 0; i--) {
        bool gone = i < rank && marks[i];
        size_t size = i < rank ? (size_t)axes[i] : 1;
        r.kept[i] = gone ? 1 : size;
        r.gone[i] = gone ? size : 1;
        r.kept_step[i] = gone ? 0 : step;
        r.gone_step[i] = gone ? step : 0;
        r.count *= r.gone[i];
        step *= size;
    }
    return cnn_parallel(job, cnn_count(&job->out[0]), r.count * 2, reduce_body, &r);
}

/* -- StatisticsPooling: means and, on demand, deviations of all channels --------------------------
 */

static int shape_statistics(const struct cnn_layer *layer, const struct cnn_blob *in,
                            int32_t in_count, struct cnn_blob *out, struct cnn_error *err)
{
    int64_t each = cnn_int(&layer->params, 0, 0) ? 2 : 1;
    (void)in_count;
    return cnn_shape_1d(out, in[0].c * each, err);
}

static int run_statistics(struct cnn_job *job)
{
    size_t channels = (size_t)job->in[0].c, size = cnn_count(&job->in[0]) / channels;
    bool deviation = cnn_int(&job->layer->params, 0, 0) != 0;
    for (size_t c = 0; c < channels; c++) {
        const float *in = cnn_in(job, 0) + c * size;
        double sum = 0, squares = 0;
        for (size_t i = 0; i < size; i++)
            sum += in[i];
        double mean = sum / (double)size;
        for (size_t i = 0; i < size; i++)
            squares += (in[i] - mean) * (in[i] - mean);
        cnn_out(job, 0)[c] = (float)mean;
        if (deviation)
            cnn_out(job, 0)[channels + c] = (float)sqrt(squares / (double)size);
    }
    return SEG_OK;
}

/* -- CumulativeSum ---------------------------------------------------------------------------- */

static int shape_cumulative(const struct cnn_layer *layer, const struct cnn_blob *in,
                            int32_t in_count, struct cnn_blob *out, struct cnn_error *err)
{
    int32_t axis = cnn_int(&layer->params, 0, 0);
    (void)in_count;
    if (axis < -in[0].rank || axis >= in[0].rank)
        return cnn_fail(err, SEG_STAGE, "axis %d of an input with %d", axis, in[0].rank);
    out[0] = in[0];
    return SEG_OK;
}

static int run_cumulative(struct cnn_job *job)
{
    int32_t axes[4], rank = cnn_axes(&job->in[0], axes), axis = cnn_int(&job->layer->params, 0, 0);
    axis += axis < 0 ? rank : 0;
    size_t inner = cnn_span(axes, axis + 1, rank), length = (size_t)axes[axis];
    float *out = cnn_out(job, 0);
    memmove(out, job->in[0].data, cnn_storage(&job->in[0]));
    for (size_t o = 0; o < cnn_span(axes, 0, axis); o++, out += length * inner)
        for (size_t i = inner; i < length * inner; i++)
            out[i] += out[i - inner];
    return SEG_OK;
}

static const struct cnn_op ops[] = {
    {.type = "Reduction",
     .index = 25,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .load = load_reduction,
     .shape = shape_reduction,
     .run = run_reduction},
    {.type = "StatisticsPooling",
     .index = 72,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_statistics,
     .run = run_statistics},
    {.type = "CumulativeSum",
     .index = 98,
     .flags = CNN_OP_IN_PLACE,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_cumulative,
     .run = run_cumulative},
};
CNN_FAMILY(cnn_reduce_ops, ops);
