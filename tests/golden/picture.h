/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures of the reference data as whole numbers. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stddef.h>
#include <stdint.h>

struct picture {
    int32_t width, height, planes;
    int32_t *samples; /* plane after plane, no gaps */
};

/* 0, or -1 with a message on stderr. */
int picture_load(const char *path, struct picture *picture);
void picture_free(struct picture *picture);

#endif
