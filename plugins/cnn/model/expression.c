/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prefix notation with integers and floats. Each operator takes one or two operands, so brackets
 * and commas only separate words, and a list read from its end is evaluated with a stack. */
#include "model/expression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STACK_MAX 128

struct value {
    bool is_float;
    double number;
};

struct stack {
    struct value values[STACK_MAX];
    int32_t count;
};

enum form { SAME, INTEGER, FLOAT }; /* of the result: as the operands, always one */

static double f_neg(double x)
{
    return -x;
}
static double f_sign(double x)
{
    return (x > 0) - (x < 0);
}
static double f_square(double x)
{
    return x * x;
}
static double f_reciprocal(double x)
{
    return 1 / x;
}
static double f_rsqrt(double x)
{
    return 1 / sqrt(x);
}

static const struct {
    const char *name;
    enum form form;
    double (*f)(double);
} unary[] = {
    {"abs", SAME, fabs},        {"neg", SAME, f_neg},      {"sign", SAME, f_sign},
    {"square", SAME, f_square}, {"trunc", INTEGER, trunc}, {"ceil", INTEGER, ceil},
    {"floor", INTEGER, floor},  {"round", INTEGER, round}, {"acos", FLOAT, acos},
    {"acosh", FLOAT, acosh},    {"asin", FLOAT, asin},     {"asinh", FLOAT, asinh},
    {"atan", FLOAT, atan},      {"atanh", FLOAT, atanh},   {"cos", FLOAT, cos},
    {"cosh", FLOAT, cosh},      {"erf", FLOAT, erf},       {"exp", FLOAT, exp},
    {"log", FLOAT, log},        {"log10", FLOAT, log10},   {"reciprocal", FLOAT, f_reciprocal},
    {"rsqrt", FLOAT, f_rsqrt},  {"sin", FLOAT, sin},       {"sinh", FLOAT, sinh},
    {"sqrt", FLOAT, sqrt},      {"tan", FLOAT, tan},       {"tanh", FLOAT, tanh},
};

static double b_add(double a, double b)
{
    return a + b;
}
static double b_sub(double a, double b)
{
    return a - b;
}
static double b_mul(double a, double b)
{
    return a * b;
}
static double b_div(double a, double b)
{
    return a / b;
}
static double b_quotient(double a, double b)
{
    return b == 0 ? NAN : trunc(a / b);
}
static double b_logaddexp(double a, double b)
{
    return fmax(a, b) + log1p(exp(fmin(a, b) - fmax(a, b)));
}
/* Bits of a number; of 0 where it is none that fits. */
static int32_t bits(double x)
{
    return fabs(x) < 2147483648.0 ? (int32_t)x : 0;
}
static double b_and(double a, double b)
{
    return bits(a) & bits(b);
}
static double b_or(double a, double b)
{
    return bits(a) | bits(b);
}
static double b_xor(double a, double b)
{
    return bits(a) ^ bits(b);
}
static double b_lshift(double a, double b)
{
    return b >= 0 && b < 32 ? trunc(a) * (double)(1u << bits(b)) : NAN;
}
static double b_rshift(double a, double b)
{
    return b >= 0 && b < 32 ? floor(trunc(a) / (double)(1u << bits(b))) : NAN;
}

static const struct {
    const char *name;
    enum form form;
    double (*f)(double, double);
} binary[] = {
    {"+", SAME, b_add},
    {"-", SAME, b_sub},
    {"*", SAME, b_mul},
    {"//", SAME, b_quotient},
    {"max", SAME, fmax},
    {"min", SAME, fmin},
    {"/", FLOAT, b_div},
    {"atan2", FLOAT, atan2},
    {"fmod", FLOAT, fmod},
    {"pow", FLOAT, pow},
    {"remainder", FLOAT, remainder},
    {"logaddexp", FLOAT, b_logaddexp},
    {"and", INTEGER, b_and},
    {"or", INTEGER, b_or},
    {"xor", INTEGER, b_xor},
    {"lshift", INTEGER, b_lshift},
    {"rshift", INTEGER, b_rshift},
};

static bool is_word(const char *word, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(word, name, length) == 0;
}

static int push(struct stack *stack, enum form form, bool any_float, double number,
                struct cnn_error *err)
{
    bool is_float = form == FLOAT || (form == SAME && any_float);
    if (stack->count == STACK_MAX)
        return cnn_fail(err, SEG_IO, "an expression with more than %d values", STACK_MAX);
    if (is_float)
        number = (double)(float)number;
    else if (!(fabs(number) <= 2147483647.0))
        return cnn_fail(err, SEG_IO, "an expression whose value is no 32-bit integer");
    stack->values[stack->count++] = (struct value){is_float, is_float ? number : trunc(number)};
    return SEG_OK;
}

/* -1: no operator of that name. */
static int operate(struct stack *stack, const char *word, size_t length, struct cnn_error *err)
{
    struct value *top = stack->values + stack->count;
    for (size_t i = 0; i < sizeof unary / sizeof unary[0]; i++)
        if (is_word(word, length, unary[i].name)) {
            if (stack->count < 1)
                goto missing;
            stack->count -= 1;
            return push(stack, unary[i].form, top[-1].is_float, unary[i].f(top[-1].number), err);
        }
    for (size_t i = 0; i < sizeof binary / sizeof binary[0]; i++)
        if (is_word(word, length, binary[i].name)) {
            if (stack->count < 2)
                goto missing;
            stack->count -= 2;
            return push(stack, binary[i].form, top[-1].is_float || top[-2].is_float,
                        binary[i].f(top[-1].number, top[-2].number), err);
        }
    return -1;
missing:
    return cnn_fail(err, SEG_IO, "an expression in which '%.*s' lacks operands", (int)length, word);
}

static int operand(struct stack *stack, const char *word, size_t length,
                   const struct cnn_blob *blobs, int32_t blob_count, struct cnn_error *err)
{
    char copy[32], *end;
    if (length == 2 && word[0] >= '0' && word[0] <= '9' && strchr("whdcn", word[1])) {
        int32_t blob = word[0] - '0';
        if (blob >= blob_count)
            return cnn_fail(err, SEG_IO, "an expression names input %d of %d", blob, blob_count);
        const struct cnn_blob *b = &blobs[blob];
        int32_t size = word[1] == 'w'   ? b->w
                       : word[1] == 'h' ? b->h
                       : word[1] == 'd' ? b->d
                       : word[1] == 'c' ? b->c
                                        : 1;
        return push(stack, INTEGER, false, size, err);
    }
    if (length >= sizeof copy)
        goto bad;
    memcpy(copy, word, length);
    copy[length] = '\0';
    double number = (double)strtol(copy, &end, 10);
    bool is_float = *end == '.' || *end == 'e' || *end == 'E';
    if (end == copy && !is_float)
        goto bad;
    if (*end == '.') { /* not strtod, whose point depends on the locale */
        double unit = copy[0] == '-' ? -1 : 1;
        for (end++; *end >= '0' && *end <= '9'; end++)
            number += (*end - '0') * (unit /= 10);
    }
    if (*end == 'e' || *end == 'E')
        number *= pow(10, (double)strtol(end + 1, &end, 10));
    if (*end)
        goto bad;
    return push(stack, is_float ? FLOAT : INTEGER, is_float, number, err);
bad:
    return cnn_fail(err, SEG_IO, "an expression with '%.*s', which is no operator or number",
                    (int)(length < 40 ? length : 40), word);
}

static bool separates(char c)
{
    return c == '(' || c == ')' || c == ',';
}

int cnn_expression(const char *text, const struct cnn_blob *blobs, int32_t blob_count,
                   int64_t *values, int32_t room, int32_t *count, struct cnn_error *err)
{
    struct stack stack = {.count = 0};
    size_t end = strlen(text);
    while (end > 0) {
        if (separates(text[end - 1])) {
            end--;
            continue;
        }
        size_t begin = end;
        while (begin > 0 && !separates(text[begin - 1]))
            begin--;
        int status = operate(&stack, text + begin, end - begin, err);
        if (status < 0)
            status = operand(&stack, text + begin, end - begin, blobs, blob_count, err);
        if (status != SEG_OK)
            return status;
        end = begin;
    }
    if (stack.count > room)
        return cnn_fail(err, SEG_IO, "an expression '%.60s' of %d sizes (at most %d)", text,
                        stack.count, room);
    *count = stack.count;
    for (int32_t i = 0; i < stack.count; i++) {
        double v = stack.values[stack.count - 1 - i].number;
        values[i] = fabs(v) < 1e15 ? (int64_t)v : 0;
    }
    return SEG_OK;
}
