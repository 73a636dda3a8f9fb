/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers that change every element by itself: activations and functions of one argument. */
#include "layer/unary.h"
#include "simd/simd.h"

#include <float.h>
#include <math.h>

enum function { /* the first 28 are UnaryOp's operations, in its order */
                F_ABS,
                F_NEG,
                F_FLOOR,
                F_CEIL,
                F_SQUARE,
                F_SQRT,
                F_RSQRT,
                F_EXP,
                F_LOG,
                F_SIN,
                F_COS,
                F_TAN,
                F_ASIN,
                F_ACOS,
                F_ATAN,
                F_RECIPROCAL,
                F_TANH,
                F_LOG10,
                F_ROUND,
                F_TRUNC,
                F_SIGN,
                F_EXPM1,
                F_SINH,
                F_ASINH,
                F_COSH,
                F_ACOSH,
                F_ATANH,
                F_LOG1P,
                F_BNLL,
                F_EXP_BASE, /* exp(a + x b) */
                F_LOG_BASE, /* log(a + x b) c */
                F_POWER,    /* (a + x b) ^ c */
                F_THRESHOLD,
                F_SELU, /* a: alpha, b: lambda */
                F_SOFTPLUS,
                F_GELU_TANH,
                F_ERF,
                F_CELU,
                F_SHRINK, /* a: bias, b: lambda */
                F_SCALE,
                F_ACT /* an activation that struct cnn_act knows */
};

struct unary {
    int32_t function;
    float a, b, c;
    struct cnn_act act;
};

/* Functions of x alone. */
static float plain(int32_t function, float x)
{
    switch (function) {
    case F_ABS:
        return fabsf(x);
    case F_NEG:
        return -x;
    case F_FLOOR:
        return floorf(x);
    case F_CEIL:
        return ceilf(x);
    case F_SQUARE:
        return x * x;
    case F_SQRT:
        return sqrtf(x);
    case F_RSQRT:
        return 1.0f / sqrtf(x);
    case F_LOG:
        return logf(x);
    case F_SIN:
        return sinf(x);
    case F_COS:
        return cosf(x);
    case F_TAN:
        return tanf(x);
    case F_ASIN:
        return asinf(x);
    case F_ACOS:
        return acosf(x);
    case F_ATAN:
        return atanf(x);
    case F_RECIPROCAL:
        return 1.0f / x;
    case F_LOG10:
        return log10f(x);
    case F_ROUND:
        return rintf(x); /* half to even */
    case F_TRUNC:
        return truncf(x);
    case F_SIGN:
        return (float)((x > 0) - (x < 0));
    case F_EXPM1:
        return expm1f(x);
    case F_SINH:
        return sinhf(x);
    case F_ASINH:
        return asinhf(x);
    case F_COSH:
        return coshf(x);
    case F_ACOSH:
        return acoshf(x);
    case F_ATANH:
        return atanhf(x);
    case F_LOG1P:
        return log1pf(x);
    case F_BNLL:
    case F_SOFTPLUS:
        return x > 0 ? x + log1pf(expf(-x)) : log1pf(expf(x));
    default:
        return erff(x);
    }
}

static float value(const struct unary *u, float x)
{
    switch (u->function) {
    case F_EXP:
    case F_EXP_BASE:
        return expf(u->a + x * u->b);
    case F_LOG_BASE:
        return logf(u->a + x * u->b) * u->c;
    case F_POWER:
        return powf(u->a + x * u->b, u->c);
    case F_THRESHOLD:
        return x > u->a ? 1.0f : 0.0f;
    case F_SELU:
        return x < 0 ? (expf(x) - 1.0f) * u->a * u->b : x * u->b;
    case F_GELU_TANH:
        return 0.5f * x * (1.0f + tanhf(0.79788452f * (x + 0.044715f * x * x * x)));
    case F_CELU:
        return x < 0 ? (expf(x / u->a) - 1.0f) * u->a : x;
    case F_SHRINK:
        return x < -u->b ? x + u->a : x > u->b ? x - u->a : 0.0f;
    case F_SCALE:
        return x * u->a;
    default:
        return plain(u->function, x);
    }
}

struct work {
    const struct unary *unary;
    const struct cnn_simd *simd;
    const float *in;
    float *out;
    size_t count;
};

#define CHUNK 1024 /* elements; a piece of work that stays in the first cache */

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    size_t first = begin * CHUNK, last = end * CHUNK < w->count ? end * CHUNK : w->count;
    (void)worker;
    if (w->unary->function == F_ACT)
        w->simd->act(&w->unary->act, w->in + first, w->out + first, last - first);
    else
        for (size_t i = first; i < last; i++)
            w->out[i] = value(w->unary, w->in[i]);
    return SEG_OK;
}

static int run(struct cnn_job *job)
{
    const struct unary *unary = job->layer->data;
    struct work work = {unary, cnn_simd(job->env), cnn_in(job, 0), cnn_out(job, 0),
                        cnn_storage(&job->in[0]) / sizeof(float)};
    return cnn_parallel(job, (work.count + CHUNK - 1) / CHUNK,
                        unary->function == F_ACT ? CHUNK : 16 * CHUNK, body, &work);
}

const struct cnn_act *cnn_unary_act(const struct cnn_layer *layer)
{
    const struct unary *unary = layer->data;
    return unary->function == F_ACT ? &unary->act : NULL;
}

/* Functions that are finite where a lane without meaning is, whatever it holds. */
static bool packs(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                  const struct cnn_blob *out)
{
    return cnn_unary_act(layer) || cnn_packs_whole(layer, in, in_count, out);
}

/* -- parameters ------------------------------------------------------------------------------- */

static int load_act(struct cnn_layer *layer, enum cnn_activation kind, float a, float b)
{
    struct unary *unary = layer->data;
    unary->function = F_ACT;
    unary->act = (struct cnn_act){.kind = (int32_t)kind, .a = a, .b = b};
    return SEG_OK;
}

static int load_function(struct cnn_layer *layer, enum function function, float a, float b, float c)
{
    *(struct unary *)layer->data =
        (struct unary){.function = (int32_t)function, .a = a, .b = b, .c = c};
    return SEG_OK;
}

#define LOADER(name, statement)                                                                    \
    static int name(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)     \
    {                                                                                              \
        const struct cnn_params *p = &layer->params;                                               \
        (void)reader, (void)err, (void)p;                                                          \
        statement;                                                                                 \
    }

LOADER(load_abs, return load_function(layer, F_ABS, 0, 0, 0))
LOADER(load_bnll, return load_function(layer, F_BNLL, 0, 0, 0))
LOADER(load_softplus, return load_function(layer, F_SOFTPLUS, 0, 0, 0))
LOADER(load_erf, return load_function(layer, F_ERF, 0, 0, 0))
LOADER(load_threshold, return load_function(layer, F_THRESHOLD, cnn_float(p, 0, 0), 0, 0))
LOADER(load_celu, return load_function(layer, F_CELU, cnn_float(p, 0, 1), 0, 0))
LOADER(load_dropout, return load_function(layer, F_SCALE, cnn_float(p, 0, 1), 0, 0))
LOADER(load_selu, return load_function(layer, F_SELU, cnn_float(p, 0, 1.67326324f),
                                       cnn_float(p, 1, 1.050700987f), 0))
LOADER(load_shrink,
       return load_function(layer, F_SHRINK, cnn_float(p, 0, 0), cnn_float(p, 1, 0.5f), 0))
LOADER(load_power, return load_function(layer, F_POWER, cnn_float(p, 2, 0), cnn_float(p, 1, 1),
                                        cnn_float(p, 0, 1)))
LOADER(load_sigmoid, return load_act(layer, CNN_ACT_SIGMOID, 0, 0))
LOADER(load_tanh, return load_act(layer, CNN_ACT_TANH, 0, 0))
LOADER(load_mish, return load_act(layer, CNN_ACT_MISH, 0, 0))
LOADER(load_swish, return load_act(layer, CNN_ACT_SWISH, 0, 0))
LOADER(load_elu, return load_act(layer, CNN_ACT_ELU, cnn_float(p, 0, 0.1f), 0))
LOADER(load_hard_sigmoid,
       return load_act(layer, CNN_ACT_HARDSIGMOID, cnn_float(p, 0, 0.2f), cnn_float(p, 1, 0.5f)))
LOADER(load_hard_swish,
       return load_act(layer, CNN_ACT_HARDSWISH, cnn_float(p, 0, 0.2f), cnn_float(p, 1, 0.5f)))
LOADER(load_clip,
       return load_act(layer, CNN_ACT_CLIP, cnn_float(p, 0, -FLT_MAX), cnn_float(p, 1, FLT_MAX)))
LOADER(load_gelu, return cnn_int(p, 0, 0) ? load_function(layer, F_GELU_TANH, 0, 0, 0)
                                          : load_act(layer, CNN_ACT_GELU, 0, 0))
LOADER(load_relu, float slope = cnn_float(p, 0, 0);
       return load_act(layer, slope == 0 ? CNN_ACT_RELU : CNN_ACT_LEAKY, slope, 0))
LOADER(load_exp, float base = cnn_float(p, 0, -1); float scale = cnn_float(p, 1, 1);
       float shift = cnn_float(p, 2, 0); float k = base == -1.0f ? 1.0f : logf(base);
       return load_function(layer, F_EXP_BASE, shift *k, scale *k, 0))
LOADER(load_log, float base = cnn_float(p, 0, -1);
       return load_function(layer, F_LOG_BASE, cnn_float(p, 2, 0), cnn_float(p, 1, 1),
                            base == -1.0f ? 1.0f : 1.0f / logf(base)))

static int load_unary(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    int32_t operation = cnn_int(&layer->params, 0, 0);
    (void)reader;
    if (operation < F_ABS || operation > F_LOG1P)
        return cnn_fail(err, SEG_IO, "operation %d (%d to %d)", operation, F_ABS, F_LOG1P);
    if (operation == F_TANH)
        return load_act(layer, CNN_ACT_TANH, 0, 0);
    return load_function(layer, (enum function)operation, 0, 1, 0);
}

#define ROW(name, number, loader)                                                                  \
    {                                                                                              \
        .type = name, .index = number,                                                             \
        .flags = CNN_OP_IN_PLACE | CNN_OP_PACKS | CNN_OP_PACKED_OUT, .in_min = 1, .in_max = 1,     \
        .out_min = 1, .out_max = 1, .data_size = sizeof(struct unary), .load = loader, .run = run, \
        .packs = packs                                                                             \
    }

static const struct cnn_op ops[] = {
    ROW("AbsVal", 0, load_abs),
    ROW("BNLL", 4, load_bnll),
    ROW("Dropout", 9, load_dropout),
    ROW("ELU", 11, load_elu),
    ROW("Exp", 13, load_exp),
    ROW("Log", 17, load_log),
    ROW("Power", 22, load_power),
    ROW("ReLU", 26, load_relu),
    ROW("Sigmoid", 30, load_sigmoid),
    ROW("TanH", 35, load_tanh),
    ROW("Threshold", 36, load_threshold),
    ROW("UnaryOp", 41, load_unary),
    ROW("Clip", 54, load_clip),
    ROW("HardSigmoid", 65, load_hard_sigmoid),
    ROW("SELU", 66, load_selu),
    ROW("HardSwish", 67, load_hard_swish),
    ROW("Mish", 71, load_mish),
    ROW("Swish", 73, load_swish),
    ROW("Softplus", 77, load_softplus),
    ROW("GELU", 80, load_gelu),
    ROW("Erf", 100, load_erf),
    ROW("CELU", 102, load_celu),
    ROW("Shrink", 103, load_shrink),
};
CNN_FAMILY(cnn_unary_ops, ops);

bool cnn_op_is_unary(const struct cnn_op *op)
{
    return op->run == run;
}
