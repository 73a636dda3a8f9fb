/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data_url.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void base64(FILE *to, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const uint32_t b = (uint32_t)bytes[i] << 16 |
                           (i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0) |
                           (i + 2 < size ? bytes[i + 2] : 0);
        fputc(digits[b >> 18], to);
        fputc(digits[b >> 12 & 63], to);
        fputc(i + 1 < size ? digits[b >> 6 & 63] : '=', to);
        fputc(i + 2 < size ? digits[b & 63] : '=', to);
    }
}

static unsigned char *read_file(const char *path, size_t *size)
{
    unsigned char *bytes = NULL;
    FILE *file = fopen(path, "rb");
    const long length = file && !fseek(file, 0, SEEK_END) ? ftell(file) : -1;
    if (length > 0)
        bytes = malloc((size_t)length);
    if (bytes) {
        rewind(file);
        *size = fread(bytes, 1, (size_t)length, file);
    }
    if (file)
        fclose(file);
    return bytes;
}

char *cli_data_url(const char *path)
{
    char *url = NULL;
    size_t size = 0, length = 0;
    unsigned char *bytes = read_file(path, &size);
    FILE *text = bytes ? open_memstream(&url, &length) : NULL;
    if (text) {
        fputs("data:image/png;base64,", text);
        base64(text, bytes, size);
        fclose(text);
    }
    free(bytes);
    return url;
}
