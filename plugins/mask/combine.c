/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.combine: one mask of two. */
#include "pick_stages.h"

struct params {
    int32_t operation;
};

enum { AND, OR, XOR, MINUS };

struct pass {
    struct seg_view mask, other, to;
    int32_t operation;
};

/* Masks hold 0 and 1 alone. */
static void combine_row(int32_t operation, const uint8_t *a, const uint8_t *b, int32_t width,
                        uint8_t *to)
{
    for (int32_t x = 0; x < width && operation == AND; x++)
        to[x] = a[x] & b[x];
    for (int32_t x = 0; x < width && operation == OR; x++)
        to[x] = a[x] | b[x];
    for (int32_t x = 0; x < width && operation == XOR; x++)
        to[x] = a[x] ^ b[x];
    for (int32_t x = 0; x < width && operation == MINUS; x++)
        to[x] = a[x] & !b[x];
}

static int combine_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    for (size_t y = begin; y < end; y++)
        combine_row(pass->operation, seg_row(&pass->mask, 0, (int32_t)y),
                    seg_row(&pass->other, 0, (int32_t)y), pass->mask.width,
                    seg_row(&pass->to, 0, (int32_t)y));
    return SEG_OK;
}

static int process_combine(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct pass pass = {.other = SEG_VIEW, .operation = ((const struct params *)self)->operation};
    int status = common_open(&env, &pass.mask, &pass.to);
    if (!status)
        status = host->input(call, 1, &pass.other);
    if (status)
        return status;
    return common_parallel(&env, (size_t)pass.mask.height, common_grain(pass.mask.width),
                           combine_rows, &pass);
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_choice operations[] = {
    [AND] = {"and", "object where both are"},
    [OR] = {"or", "object where one of them is"},
    [XOR] = {"xor", "object where only one of them is"},
    [MINUS] = {"minus", "object where 'mask' is and 'other' is not"},
};

static const struct seg_param combine_params[] = {
    {SEG_P_CHOICE(struct params, operation, AND, operations, "what becomes of two pixels")},
};

static const struct seg_port inputs[] = {
    MASK_INPUT,
    {.name = "other", .summary = "further objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {MASK_OUTPUT("combined", "one mask of two")};

COMMON_STAGE(mask, combine, .summary = "make one mask out of two",
             .detail = "Intersection, union and differences of objects, pixel by pixel. Both masks "
                       "have the same size.",
             .reach = reach);
