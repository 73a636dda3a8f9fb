/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tensors of a .bin file, in the five ways they are stored. */
#include "model/weights.h"

#include <stdlib.h>
#include <string.h>

#define TAG_HALF  0x01306B47u
#define TAG_INT8  0x000D4B38u
#define TAG_FLOAT 0x0002C056u
#define TABLE     (256 * sizeof(float))

/* More than any model has; keeps sizes far from overflow where no file bounds them. */
#define COUNT_MAX ((int64_t)1 << 29)

static uint32_t word(const unsigned char *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Splits off `bytes` of the file, rounded up to four as all tensors are. */
static const unsigned char *take(struct cnn_reader *reader, size_t bytes)
{
    size_t left = reader->size - reader->at;
    size_t padded = (bytes + 3) & ~(size_t)3;
    if (bytes > left)
        return NULL;
    const unsigned char *at = reader->data + reader->at;
    reader->at += padded < left ? padded : left;
    return at;
}

size_t cnn_weights_bytes(const struct cnn_weights *weights)
{
    switch (weights->form) {
    case CNN_FORM_RAW:
        return weights->count * sizeof(float);
    case CNN_FORM_HALF:
        return weights->count * sizeof(uint16_t);
    case CNN_FORM_INT8:
        return weights->count;
    case CNN_FORM_TABLE:
        return TABLE + weights->count;
    default:
        return 0;
    }
}

int cnn_read(struct cnn_reader *reader, int64_t count, bool tagged, float low, float high,
             struct cnn_weights *weights, struct cnn_error *err)
{
    if (count < 0 || count > COUNT_MAX)
        return cnn_fail(err, SEG_IO, "a tensor of %lld weights (0 to %lld can be)",
                        (long long)count, (long long)COUNT_MAX);
    *weights = (struct cnn_weights){.count = (size_t)count, .low = low, .high = high};
    reader->total += (size_t)count;
    if (reader->random) {
        weights->form = CNN_FORM_RANDOM;
        weights->seed = reader->seed += 0x9E3779B97F4A7C15u;
        return SEG_OK;
    }
    size_t start = reader->at;
    uint32_t tag = 0;
    if (tagged) {
        const unsigned char *p = take(reader, sizeof tag);
        if (!p)
            goto cut;
        tag = word(p);
    }
    weights->form = CNN_FORM_RAW;
    if (tag == TAG_HALF)
        weights->form = CNN_FORM_HALF;
    else if (tag == TAG_INT8)
        weights->form = CNN_FORM_INT8;
    else if (tag != 0 && tag != TAG_FLOAT)
        weights->form = CNN_FORM_TABLE;
    weights->at = take(reader, cnn_weights_bytes(weights));
    if (weights->at)
        return SEG_OK;
cut:
    return cnn_fail(
        err, SEG_IO,
        "the weights end inside a tensor of %lld numbers at byte %zu (the file has %zu)",
        (long long)count, start, reader->size);
}

float cnn_half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16, rest = half & 0x7FFFu, bits;
    float value;
    if (rest >= 0x7C00u) { /* infinity, NaN */
        bits = 0x7F800000u | (rest & 0x3FFu) << 13;
    } else if (rest >= 0x400u) {
        bits = (rest << 13) + (112u << 23);
    } else { /* subnormal: rest * 2^-24 is exact */
        value = (float)rest * 0x1p-24f;
        memcpy(&bits, &value, sizeof bits);
    }
    bits |= sign;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* To nearest, ties to even. */
uint16_t cnn_float_to_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000u, rest = bits & 0x7FFFFFFFu;
    if (rest > 0x7F800000u)
        return (uint16_t)(sign | 0x7E00u);
    if (rest >= 0x477FF000u) /* rounds to 65536 or more */
        return (uint16_t)(sign | 0x7C00u);
    if (rest >= 0x38800000u) {
        rest += 0xFFFu + (rest >> 13 & 1u);
        return (uint16_t)(sign | (rest - (112u << 23)) >> 13);
    }
    float magnitude;
    memcpy(&magnitude, &rest, sizeof magnitude);
    magnitude += 0.5f; /* the sum's last bit is worth 2^-24, a half's smallest step */
    memcpy(&rest, &magnitude, sizeof rest);
    return (uint16_t)(sign | (rest - 0x3F000000u));
}

/* SplitMix64 (Steele, Lea, Flood 2014): a counter and a mixing function. */
static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void cnn_weights_copy(const struct cnn_weights *weights, float *out)
{
    const unsigned char *at = weights->at;
    size_t count = weights->count;
    switch (weights->form) {
    case CNN_FORM_RAW:
        if (count)
            memcpy(out, at, count * sizeof(float));
        break;
    case CNN_FORM_HALF:
        for (size_t i = 0; i < count; i++) {
            uint16_t half;
            memcpy(&half, at + 2 * i, sizeof half);
            out[i] = cnn_half_to_float(half);
        }
        break;
    case CNN_FORM_INT8:
        for (size_t i = 0; i < count; i++)
            out[i] = (float)(int8_t)at[i];
        break;
    case CNN_FORM_TABLE:
        for (size_t i = 0; i < count; i++)
            memcpy(&out[i], at + sizeof(float) * at[TABLE + i], sizeof(float));
        break;
    default:
        for (size_t i = 0; i < count; i++) {
            uint64_t bits = mix(weights->seed + (i + 1) * 0x9E3779B97F4A7C15u);
            out[i] = weights->low + (weights->high - weights->low) * (float)(bits >> 40) * 0x1p-24f;
        }
    }
}

const float *cnn_weights_load(struct cnn_weights *weights)
{
    if (weights->form == CNN_FORM_RAW)
        return (const float *)(const void *)weights->at;
    if (!weights->floats) {
        weights->floats = malloc((weights->count ? weights->count : 1) * sizeof(float));
        if (weights->floats)
            cnn_weights_copy(weights, weights->floats);
    }
    return weights->floats;
}

void cnn_weights_drop(struct cnn_weights *weights)
{
    free(weights->floats);
    weights->floats = NULL;
}

const int8_t *cnn_weights_int8(const struct cnn_weights *weights)
{
    return (const int8_t *)weights->at;
}
