/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scratch memory: a list of blocks that ends with the callback. */
#include "scratch.h"

struct segi_scratch {
    struct segi_scratch *next;
    _Alignas(SEGI_ALIGN) char data[];
};

void *segi_scratch_alloc(struct seg_call *call, size_t count, size_t size)
{
    size_t bytes;
    if (!segi_size_mul(count, size, &bytes) ||
        !segi_size_add(bytes, sizeof(struct segi_scratch), &bytes))
        return NULL;
    struct segi_scratch *block = segi_alloc(&call->context->mem, bytes, 1);
    if (!block)
        return NULL;
    pthread_mutex_lock(&call->lock);
    block->next = call->scratch;
    call->scratch = block;
    pthread_mutex_unlock(&call->lock);
    return block->data;
}

void segi_scratch_free(struct seg_call *call)
{
    while (call->scratch) {
        struct segi_scratch *next = call->scratch->next;
        segi_free(&call->context->mem, call->scratch);
        call->scratch = next;
    }
}
