/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reference metrics: a case's inputs in, our values out by the names that the reference data
 * gives them. One function computes all values of one kind of case. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "base/json.h"
#include "picture.h"

#include <stdbool.h>

struct golden_value {
    char name[96];
    double number;
    char *text; /* NULL: a number */
};

struct golden {
    const char *folder;           /* .../golden/metrics */
    const struct segi_json *test; /* the case */
    struct golden_value *values;
    size_t count, room;
};

/* Adds a value; the name is a printf format. */
void golden_put(struct golden *g, double number, const char *name, ...)
    __attribute__((format(printf, 3, 4)));
void golden_put_text(struct golden *g, char *text, const char *name); /* takes the text */

/* The i-th file of an input; false with a message where it cannot be read. */
bool golden_picture(const struct golden *g, const char *role, size_t i, struct picture *picture);
size_t golden_inputs(const struct golden *g, const char *role);
bool golden_json(const struct golden *g, const char *role, struct segi_json_doc *doc);
bool golden_json_file(const char *path, struct segi_json_doc *doc);

/* Each false where it could not be computed. */
bool golden_binary(struct golden *g);
bool golden_labels(struct golden *g);
bool golden_classes(struct golden *g); /* semantic, and binary with void */
bool golden_city(struct golden *g);
bool golden_coco(struct golden *g);
bool golden_panoptic(struct golden *g);
bool golden_polygon(struct golden *g);
bool golden_rle(struct golden *g);
bool golden_rle_iou(struct golden *g);

#endif
