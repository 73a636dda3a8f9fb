/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding regions: one walk over the rows collects runs, which are then sorted by label. */
#include "regions.h"

#include "../base/error.h"
#include "../base/names.h"

#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

/* Labels that were met and where they are in the table, hashed: labels may be few and large. */
struct finder {
    const struct segi_mem *mem;
    struct segi_region *list;
    size_t count, capacity;
    uint32_t *slots; /* places + 1; 0: free */
    size_t slot_count;
    struct seg_run *runs;
    uint32_t *owners; /* the place of each run's region */
    size_t run_count, run_capacity, owner_capacity;
    int32_t last_label;
    uint32_t last;
};

static size_t slot_of(const struct finder *f, int32_t label)
{
    size_t slot = ((uint32_t)label * UINT32_C(2654435769)) & (f->slot_count - 1);
    while (f->slots[slot] && f->list[f->slots[slot] - 1].label != label)
        slot = (slot + 1) & (f->slot_count - 1);
    return slot;
}

static bool grow_slots(struct finder *f)
{
    const size_t count = f->slot_count ? f->slot_count * 2 : 1024;
    uint32_t *slots = segi_calloc(f->mem, count, sizeof *slots);
    if (!slots)
        return false;
    segi_free(f->mem, f->slots);
    f->slots = slots;
    f->slot_count = count;
    for (size_t i = 0; i < f->count; i++)
        f->slots[slot_of(f, f->list[i].label)] = (uint32_t)i + 1;
    return true;
}

static bool place_of(struct finder *f, int32_t label, uint32_t *place)
{
    if (f->count * 2 >= f->slot_count && !grow_slots(f))
        return false;
    const size_t slot = slot_of(f, label);
    if (!f->slots[slot]) {
        void *list = f->list;
        if (!segi_reserve(f->mem, &list, &f->capacity, f->count + 1, sizeof *f->list))
            return false;
        f->list = list;
        f->list[f->count++] = (struct segi_region){.label = label};
        f->slots[slot] = (uint32_t)f->count;
    }
    *place = f->slots[slot] - 1;
    return true;
}

static bool add_run(struct finder *f, int32_t label, struct seg_run run)
{
    void *runs = f->runs, *owners = f->owners;
    if (label != f->last_label) {
        if (!place_of(f, label, &f->last))
            return false;
        f->last_label = label;
    }
    const size_t need = f->run_count + 1;
    if (!segi_reserve(f->mem, &runs, &f->run_capacity, need, sizeof *f->runs))
        return false;
    f->runs = runs;
    if (!segi_reserve(f->mem, &owners, &f->owner_capacity, need, sizeof *f->owners))
        return false;
    f->owners = owners;
    f->runs[f->run_count] = run;
    f->owners[f->run_count++] = f->last;
    f->list[f->last].run_count++;
    return true;
}

static bool scan_labels(struct finder *f, const struct seg_view *v)
{
    for (int32_t y = 0; y < v->height; y++) {
        const int32_t *row = seg_row(v, 0, y);
        for (int32_t x = 0, end; x < v->width; x = end) {
            const int32_t label = row[x];
            for (end = x + 1; end < v->width && row[end] == label; end++)
                ;
            if (label > 0 && !add_run(f, label, (struct seg_run){y, x, end - x}))
                return false;
        }
    }
    return true;
}

static bool scan_mask(struct finder *f, const struct seg_view *v)
{
    for (int32_t y = 0; y < v->height; y++) {
        const uint8_t *row = seg_row(v, 0, y), *end = row + v->width;
        for (const uint8_t *p = row; (p = memchr(p, 1, (size_t)(end - p)));) {
            const uint8_t *stop = memchr(p, 0, (size_t)(end - p));
            stop = stop ? stop : end;
            if (!add_run(f, 1, (struct seg_run){y, (int32_t)(p - row), (int32_t)(stop - p)}))
                return false;
            p = stop;
            if (p == end)
                break;
        }
    }
    return true;
}

static void set_box(struct segi_region *region)
{
    int32_t *box = region->box;
    box[0] = box[1] = INT32_MAX;
    for (size_t i = 0; i < region->run_count; i++) {
        const struct seg_run run = region->runs[i];
        box[0] = run.y < box[0] ? run.y : box[0];
        box[1] = run.x < box[1] ? run.x : box[1];
        box[2] = run.y + 1;
        box[3] = run.x + run.length > box[3] ? run.x + run.length : box[3];
        region->area += run.length;
    }
}

/* Gives each region its runs, in the order in which they were found, which is by row. */
static bool share_runs(struct finder *f, struct segi_regions *out)
{
    struct seg_run *sorted = segi_alloc(f->mem, f->run_count, sizeof *sorted);
    struct seg_run **next = segi_alloc(f->mem, f->count, sizeof *next);
    if (sorted && next) {
        struct seg_run *at = sorted;
        for (size_t i = 0; i < f->count; i++) {
            f->list[i].runs = next[i] = at;
            at += f->list[i].run_count;
        }
        for (size_t i = 0; i < f->run_count; i++)
            *next[f->owners[i]]++ = f->runs[i];
        out->runs = sorted;
        sorted = NULL;
    }
    segi_free(f->mem, sorted);
    segi_free(f->mem, next);
    return out->runs != NULL;
}

static int by_label(const void *a, const void *b)
{
    const int32_t x = ((const struct segi_region *)a)->label;
    const int32_t y = ((const struct segi_region *)b)->label;
    return (x > y) - (x < y);
}

static bool find_instances(const seg_layer *layer, struct finder *f)
{
    void *list = NULL;
    if (!segi_reserve(f->mem, &list, &f->capacity, layer->instance_count, sizeof *f->list))
        return false;
    f->list = list;
    for (size_t i = 0; i < layer->instance_count; i++) {
        const struct seg_instance *one = &layer->instances[i];
        if (one->run_count)
            f->list[f->count++] = (struct segi_region){
                .label = one->id, .runs = one->runs, .run_count = one->run_count};
    }
    return true;
}

int segi_regions_find(seg_context *context, const seg_layer *layer, struct segi_regions *out,
                      struct seg_error *err)
{
    const struct seg_view *v = &layer->view;
    struct finder f = {.mem = &context->mem};
    bool done = false;
    *out = (struct segi_regions){.mem = &context->mem};
    switch (v->kind) {
    case SEG_MASK:
        done = scan_mask(&f, v) && share_runs(&f, out);
        break;
    case SEG_LABELS:
        done = scan_labels(&f, v) && share_runs(&f, out);
        break;
    case SEG_INSTANCES:
        done = find_instances(layer, &f);
        break;
    default:
        return segi_error(err, SEG_USAGE,
                          "regions are found in a mask, labels or instances, not %s",
                          segi_kind_name(v->kind));
    }
    segi_free(f.mem, f.slots);
    segi_free(f.mem, f.runs);
    segi_free(f.mem, f.owners);
    out->list = f.list;
    out->count = f.count;
    if (!done) {
        segi_regions_end(out);
        return segi_error_nomem(err);
    }
    for (size_t i = 0; i < out->count; i++)
        set_box(&out->list[i]);
    if (out->count && v->kind != SEG_INSTANCES)
        qsort(out->list, out->count, sizeof *out->list, by_label);
    return SEG_OK;
}

void segi_regions_end(struct segi_regions *regions)
{
    if (!regions->mem)
        return;
    segi_free(regions->mem, regions->list);
    segi_free(regions->mem, regions->runs);
    segi_free(regions->mem, regions->intensity);
    *regions = (struct segi_regions){0};
}
