/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The service that the module `chafa` offers: pictures made of letters. */
#ifndef SEGKIT_CHAFA_SHOW_H
#define SEGKIT_CHAFA_SHOW_H

#include <segkit/plugin.h>

#define CHAFA_SHOW "chafa.show/1"

struct chafa_show {
    uint32_t struct_size;
    /* `rgb` (packed bytes, `stride` of them a row) as text for a terminal of at most columns x rows
     * cells, its proportions kept; without `color` in black and white. NULL: no memory. The caller
     * frees it with free_text. */
    char *(*draw)(const unsigned char *rgb, int width, int height, int stride, int columns,
                  int rows, int color);
    void (*free_text)(char *text);
};

#endif
