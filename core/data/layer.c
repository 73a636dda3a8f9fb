/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making, sharing and freeing layers. */
#include "layer.h"

#include "../base/error.h"
#include "../base/names.h"

#include <segkit/plugin-util.h>
#include <string.h>

bool segi_shape_bytes(const struct seg_shape *shape, size_t *row, size_t *plane, size_t *all)
{
    return segi_size_mul((size_t)shape->width, seg_dtype_size(shape->dtype), row) &&
           segi_size_align(*row, row) && segi_size_mul(*row, (size_t)shape->height, plane) &&
           segi_size_mul(*plane, (size_t)shape->planes, all) && *all <= PTRDIFF_MAX;
}

bool segi_shape_known(const struct seg_shape *shape)
{
    return shape->kind && shape->width && shape->height &&
           (shape->kind == SEG_INSTANCES || (shape->dtype && shape->planes));
}

static int32_t planes_of_kind(uint32_t kind)
{
    return kind == SEG_MASK || kind == SEG_LABELS ? 1 : 0;
}

int segi_shape_check(const seg_context *context, const struct seg_shape *shape,
                     struct seg_error *err)
{
    const char *kind = segi_kind_name(shape->kind);
    if (shape->kind < SEG_IMAGE || shape->kind > SEG_INSTANCES)
        return segi_error(err, SEG_USAGE, "layer: %u is no kind", shape->kind);
    if (shape->width < 1 || shape->height < 1)
        return segi_error(err, SEG_USAGE, "%s of %d x %d pixels: both must be at least 1", kind,
                          shape->width, shape->height);
    if ((uint64_t)shape->width * (uint64_t)shape->height > context->max_pixels)
        return segi_error(err, SEG_LIMIT, "%s of %d x %d pixels: more than the limit of %llu", kind,
                          shape->width, shape->height, (unsigned long long)context->max_pixels);
    if (shape->kind == SEG_INSTANCES)
        return SEG_OK;
    if (!seg_dtype_size(shape->dtype) ||
        !(segi_kind_dtypes(shape->kind) & SEG_DTYPE_BIT(shape->dtype)))
        return segi_error(err, SEG_USAGE, "%s cannot hold samples of type %s", kind,
                          segi_dtype_name(shape->dtype));
    const int32_t planes = planes_of_kind(shape->kind);
    if (shape->planes < 1 || (planes && shape->planes != planes))
        return segi_error(err, SEG_USAGE, "%s of %d planes%s", kind, shape->planes,
                          planes ? ": it has 1" : "");
    return SEG_OK;
}

static seg_layer *new_empty(seg_context *context, const struct seg_shape *shape)
{
    seg_layer *layer = segi_calloc(&context->mem, 1, sizeof *layer);
    if (!layer)
        return NULL;
    atomic_init(&layer->refs, 1);
    layer->context = context;
    layer->props.struct_size = sizeof layer->props;
    layer->view = (struct seg_view){.struct_size = sizeof layer->view,
                                    .kind = shape->kind,
                                    .dtype = shape->dtype,
                                    .width = shape->width,
                                    .height = shape->height,
                                    .planes = shape->planes};
    return layer;
}

static int new_around(seg_context *context, const struct seg_shape *shape, void *storage,
                      size_t storage_size, seg_layer **out, struct seg_error *err)
{
    size_t row = 0, plane = 0, all = 0;
    const bool raster = shape->kind != SEG_INSTANCES;
    if (raster && !segi_shape_bytes(shape, &row, &plane, &all))
        return segi_error(err, SEG_LIMIT, "%s of %d x %d pixels and %d planes: too large",
                          segi_kind_name(shape->kind), shape->width, shape->height, shape->planes);
    if (storage && storage_size < all)
        return segi_error(err, SEG_USAGE, "storage of %zu bytes for a layer of %zu", storage_size,
                          all);
    seg_layer *layer = new_empty(context, shape);
    if (!layer)
        return segi_error_nomem(err);
    if (raster) {
        layer->storage = storage ? storage : segi_alloc(&context->mem, all, 1);
        layer->storage_size = storage ? storage_size : all;
        layer->view.data = layer->storage;
        layer->view.row_stride = (ptrdiff_t)row;
        layer->view.plane_stride = (ptrdiff_t)plane;
        if (!layer->storage) {
            seg_layer_unref(layer);
            return segi_error(err, SEG_NOMEM, "out of memory: %zu bytes for %d x %d pixels", all,
                              shape->width, shape->height);
        }
    }
    *out = layer;
    return SEG_OK;
}

int seg_layer_new(seg_context *context, const struct seg_shape *shape, seg_layer **layer,
                  struct seg_error *err)
{
    int status = segi_shape_check(context, shape, err);
    return status ? status : new_around(context, shape, NULL, 0, layer, err);
}

int segi_layer_inherit(seg_layer *from, const struct seg_shape *shape, seg_layer **layer,
                       struct seg_error *err)
{
    int status = new_around(from->context, shape, from->storage, from->storage_size, layer, err);
    if (!status) {
        from->storage = NULL;
        from->storage_size = 0;
        from->view.data = NULL;
    }
    return status;
}

static int check_mask(const struct seg_view *view, struct seg_error *err)
{
    for (int32_t y = 0; y < view->height; y++) {
        const uint8_t *row = seg_row(view, 0, y);
        unsigned any = 0;
        for (int32_t x = 0; x < view->width; x++)
            any |= row[x];
        if (any > 1)
            return segi_error(err, SEG_USAGE, "mask: row %d holds values other than 0 and 1", y);
    }
    return SEG_OK;
}

int segi_layer_around(seg_context *context, const struct seg_view *view,
                      void (*release)(void *user), void *user, seg_layer **out,
                      struct seg_error *err)
{
    const struct seg_shape shape = {sizeof shape, view->kind,   view->dtype,
                                    view->width,  view->height, view->planes};
    seg_layer *layer = new_empty(context, &shape);
    if (!layer)
        return segi_error_nomem(err);
    layer->view.data = view->data;
    layer->view.row_stride = view->row_stride;
    layer->view.plane_stride = view->plane_stride;
    layer->props.color = view->color;
    layer->release = release;
    layer->release_user = user;
    *out = layer;
    return SEG_OK;
}

int seg_layer_wrap(seg_context *context, const struct seg_view *view, void (*release)(void *user),
                   void *user, seg_layer **out, struct seg_error *err)
{
    const struct seg_shape shape = {sizeof shape, view->kind,   view->dtype,
                                    view->width,  view->height, view->planes};
    if (shape.kind == SEG_INSTANCES)
        return segi_error(err, SEG_USAGE, "instances have no samples to wrap");
    if (!view->data)
        return segi_error(err, SEG_USAGE, "%s without samples", segi_kind_name(shape.kind));
    int status = segi_shape_check(context, &shape, err);
    if (!status && shape.kind == SEG_MASK)
        status = check_mask(view, err);
    if (!status)
        status = segi_layer_around(context, view, release, user, out, err);
    if (!status)
        (*out)->sealed = true;
    return status;
}

seg_layer *seg_layer_ref(seg_layer *layer)
{
    atomic_fetch_add(&layer->refs, 1);
    return layer;
}

static void free_classes(seg_layer *layer)
{
    for (size_t i = 0; i < layer->class_count; i++)
        segi_free(&layer->context->mem, layer->classes[i]);
    segi_free(&layer->context->mem, layer->classes);
    layer->classes = NULL;
    layer->class_count = 0;
}

void seg_layer_unref(seg_layer *layer)
{
    if (!layer || atomic_fetch_sub(&layer->refs, 1) > 1)
        return;
    const struct segi_mem *mem = &layer->context->mem;
    for (size_t i = 0; i < layer->instance_count; i++)
        segi_free(mem, (void *)(uintptr_t)layer->instances[i].runs);
    segi_free(mem, layer->instances);
    free_classes(layer);
    segi_free(mem, layer->icc.data);
    segi_free(mem, layer->geo.data);
    segi_free(mem, layer->storage);
    if (layer->release)
        layer->release(layer->release_user);
    segi_free(mem, layer);
}

void seg_layer_seal(seg_layer *layer)
{
    layer->sealed = true;
}

void seg_layer_shape(const seg_layer *layer, struct seg_shape *shape)
{
    const struct seg_view *v = &layer->view;
    *shape = (struct seg_shape){sizeof *shape, v->kind, v->dtype, v->width, v->height, v->planes};
}

int seg_layer_view(const seg_layer *layer, struct seg_view *view, struct seg_error *err)
{
    if (layer->view.kind == SEG_INSTANCES)
        return segi_error(err, SEG_USAGE, "instances have no samples");
    *view = layer->view;
    view->color = layer->props.color;
    view->pixel_size[0] = layer->props.pixel_size[0];
    view->pixel_size[1] = layer->props.pixel_size[1];
    view->unit = layer->props.unit[0] ? layer->props.unit : NULL;
    return SEG_OK;
}

void seg_layer_props(const seg_layer *layer, struct seg_props *props)
{
    *props = layer->props;
}

static int must_be_open(const seg_layer *layer, struct seg_error *err)
{
    return layer->sealed ? segi_error(err, SEG_USAGE, "the layer is sealed") : SEG_OK;
}

int seg_layer_set_props(seg_layer *layer, const struct seg_props *props, struct seg_error *err)
{
    int status = must_be_open(layer, err);
    if (status)
        return status;
    memcpy(&layer->props, props,
           props->struct_size < sizeof *props ? props->struct_size : sizeof *props);
    layer->props.struct_size = sizeof *props;
    layer->props.unit[sizeof layer->props.unit - 1] = 0;
    return SEG_OK;
}

const char *const *seg_layer_classes(const seg_layer *layer, size_t *count)
{
    *count = layer->class_count;
    return (const char *const *)layer->classes;
}

int seg_layer_set_classes(seg_layer *layer, const char *const *names, size_t count,
                          struct seg_error *err)
{
    int status = must_be_open(layer, err);
    if (status)
        return status;
    free_classes(layer);
    const struct segi_mem *mem = &layer->context->mem;
    layer->classes = segi_calloc(mem, count, sizeof *layer->classes);
    for (size_t i = 0; layer->classes && i < count; i++) {
        layer->classes[i] = segi_strdup(mem, names[i]);
        if (!layer->classes[i])
            break;
        layer->class_count++;
    }
    if (!layer->classes || layer->class_count < count) {
        free_classes(layer);
        return segi_error_nomem(err);
    }
    return SEG_OK;
}

bool segi_layer_set_blob(seg_layer *layer, struct segi_blob *blob, const void *data, size_t size)
{
    unsigned char *copy = NULL;
    if (size) {
        copy = segi_alloc(&layer->context->mem, size, 1);
        if (!copy)
            return false;
        memcpy(copy, data, size);
    }
    segi_free(&layer->context->mem, blob->data);
    blob->data = copy;
    blob->size = size;
    return true;
}

int segi_layer_copy_props(seg_layer *to, const seg_layer *from, struct seg_error *err)
{
    to->props = from->props;
    if (!segi_layer_set_blob(to, &to->icc, from->icc.data, from->icc.size) ||
        !segi_layer_set_blob(to, &to->geo, from->geo.data, from->geo.size))
        return segi_error_nomem(err);
    if (!from->class_count)
        return SEG_OK;
    return seg_layer_set_classes(to, (const char *const *)from->classes, from->class_count, err);
}
