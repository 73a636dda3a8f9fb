/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What PNG carries besides pixels: the size of a pixel, the colour profile, and
 * how the image was made. */
#include "png.h"

#include <libdeflate.h>
#include <math.h>
#include <string.h>

#define PROFILE_MAX ((size_t)1 << 24) /* bytes; real ones have a few thousand */

bool segi_png_get_size(seg_layer *layer, const uint8_t *data, size_t size)
{
    /* Pixels a metre. 72 and 96 an inch are what programs write that know nothing of the scene. */
    if (size != 9 || data[8] != 1)
        return true;
    const uint32_t x = segi_be32(data), y = segi_be32(data + 4);
    if (!x || !y || (x == y && (x == 2834 || x == 2835 || x == 3779 || x == 3780)))
        return true;
    layer->props.pixel_size[0] = 1e6 / x;
    layer->props.pixel_size[1] = 1e6 / y;
    strcpy(layer->props.unit, "um");
    return true;
}

size_t segi_png_put_size(const seg_layer *layer, uint8_t *data)
{
    const struct seg_props *props = &layer->props;
    if (strcmp(props->unit, "um") != 0)
        return 0;
    for (int i = 0; i < 2; i++) {
        const double a_metre = nearbyint(1e6 / props->pixel_size[i]);
        if (!(a_metre >= 1 && a_metre <= INT32_MAX))
            return 0;
        for (int k = 0; k < 4; k++)
            data[4 * i + k] = (uint8_t)((uint32_t)a_metre >> (24 - 8 * k));
    }
    data[8] = 1;
    return 9;
}

bool segi_png_get_icc(seg_layer *layer, const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, 0, size < 80 ? size : 80); /* of its name */
    size_t room = 4096, got = 0;
    if (!end || (size_t)(data + size - end) < 3 || end[1])
        return true;
    const struct segi_mem *mem = &layer->context->mem;
    const uint8_t *packed = end + 2;
    enum libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
    bool done = true;
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    for (; d && done && result == LIBDEFLATE_INSUFFICIENT_SPACE && room <= PROFILE_MAX; room *= 4) {
        uint8_t *profile = segi_alloc(mem, room, 1);
        done = profile != NULL;
        if (done)
            result = libdeflate_zlib_decompress(d, packed, (size_t)(data + size - packed), profile,
                                                room, &got);
        if (done && result == LIBDEFLATE_SUCCESS)
            done = segi_layer_set_blob(layer, &layer->icc, profile, got);
        segi_free(mem, profile);
    }
    libdeflate_free_decompressor(d);
    return d && done;
}

size_t segi_png_put_icc(const seg_layer *layer, uint8_t **data)
{
    static const char name[] = "ICC profile"; /* and its end; then the method, deflate */
    struct libdeflate_compressor *c = NULL;
    size_t size = 0;
    *data = NULL;
    if (!layer->icc.size || !(c = libdeflate_alloc_compressor(6)))
        return 0;
    const size_t bound = libdeflate_zlib_compress_bound(c, layer->icc.size);
    *data = segi_calloc(&layer->context->mem, bound + sizeof name + 1, 1);
    if (*data) {
        memcpy(*data, name, sizeof name);
        size = sizeof name + 1 +
               libdeflate_zlib_compress(c, layer->icc.data, layer->icc.size,
                                        *data + sizeof name + 1, bound);
    }
    libdeflate_free_compressor(c);
    return size;
}

/* Keyword, not compressed, no language, no keyword in that language. */
const char segi_png_provenance_head[PNG_PROVENANCE_HEAD] = "segkit";

int segi_png_provenance(struct segi_source *source, struct segi_blob *text, struct seg_error *err)
{
    int status = segi_source_all(source, err);
    size_t at = 8;
    while (!status && !text->data && source->size >= at + 12) {
        const uint8_t *chunk = source->data + at, *data = chunk + 8;
        const size_t size = segi_be32(chunk);
        if (size > source->size - at - 12)
            break;
        if (!memcmp(chunk + 4, "iTXt", 4) && size > PNG_PROVENANCE_HEAD &&
            !memcmp(data, segi_png_provenance_head, PNG_PROVENANCE_HEAD))
            status = segi_provenance_copy(source->context, data + PNG_PROVENANCE_HEAD,
                                          size - PNG_PROVENANCE_HEAD, text, err);
        at += 12 + size;
    }
    return status;
}
