/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Polygons to pixels: a pixel belongs to a polygon where its middle lies inside an odd number of
 * its rings, so that outlines along pixel edges give exactly the pixels that they enclose. */
#ifndef SEGI_FILL_H
#define SEGI_FILL_H

#include "../data/layer.h"

struct segi_edge {
    double x0, y0, x1, y1; /* y0 < y1 */
};

struct segi_fill {
    seg_context *context;
    int32_t width, height;
    struct segi_edge *edges; /* of the polygon that is being given */
    size_t edge_count, edge_capacity;
    double first[2], last[2]; /* corners of the ring that is being given */
    bool in_ring;
    uint8_t *mask;  /* of the whole canvas: what is filled; zero between instances */
    int32_t box[4]; /* x0, y0, x1, y1 of what may be filled in it */
    struct seg_run *runs;
    size_t run_count, run_capacity;
    uint64_t all_runs; /* of all instances */
};

void segi_fill_init(struct segi_fill *fill, seg_context *context, int32_t width, int32_t height);
void segi_fill_end(struct segi_fill *fill);

/* A new instance: any number of polygons, of any number of rings, of corners; and of runs. Corners
 * are finite. False: no memory. */
void segi_fill_begin(struct segi_fill *fill);
bool segi_fill_corner(struct segi_fill *fill, double x, double y);
void segi_fill_ring_end(struct segi_fill *fill);
int segi_fill_polygon_end(struct segi_fill *fill, struct seg_error *err);
int segi_fill_column(struct segi_fill *fill, int32_t x, int32_t y, int32_t length,
                     struct seg_error *err);

/* Adds what was filled to a layer of instances; `id` 0: the next number. The box is that of the
 * pixels. */
int segi_fill_add_instance(struct segi_fill *fill, seg_layer *layer, int32_t id, int32_t class_id,
                           float score, struct seg_error *err);

#endif
