/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* COCO's JSON to objects. */
#include "coco.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>
#include <string.h>

static int complain(struct segi_coco_problem *problem, const char *array, size_t element,
                    const char *what)
{
    *problem = (struct segi_coco_problem){array, what, element};
    return SEG_INVALID;
}

/* An integer that a double holds exactly. */
static bool whole(const struct segi_json *value, int64_t *number)
{
    double d = segi_json_number(value, (double)NAN);
    if (!(fabs(d) <= 9007199254740992.0) || d != floor(d)) {
        return false;
    }
    *number = (int64_t)d;
    return true;
}

static int by_image_id(const void *a, const void *b)
{
    const struct segi_coco_image *p = a, *q = b;
    return (p->id > q->id) - (p->id < q->id);
}

static int by_category_id(const void *a, const void *b)
{
    const struct segi_coco_category *p = a, *q = b;
    return (p->id > q->id) - (p->id < q->id);
}

static int read_images(struct segi_coco *set, const struct segi_json *array,
                       struct segi_coco_problem *problem)
{
    set->images = calloc(segi_json_children(array) + 1, sizeof *set->images);
    if (!set->images) {
        return SEG_NOMEM;
    }
    SEGI_JSON_EACH(item, array)
    {
        struct segi_coco_image *image = &set->images[set->image_count];
        int64_t width, height;
        if (!whole(segi_json_get(item, "id"), &image->id)) {
            return complain(problem, "images", set->image_count, "'id' is no integer");
        }
        if (!whole(segi_json_get(item, "width"), &width) || width < 1 || width > INT32_MAX ||
            !whole(segi_json_get(item, "height"), &height) || height < 1 || height > INT32_MAX) {
            return complain(problem, "images", set->image_count,
                            "'width' and 'height' must be integers above 0");
        }
        image->width = (int32_t)width;
        image->height = (int32_t)height;
        image->file_name = segi_json_text(segi_json_get(item, "file_name"), "");
        set->image_count++;
    }
    qsort(set->images, set->image_count, sizeof *set->images, by_image_id);
    for (size_t i = 1; i < set->image_count; i++) {
        if (set->images[i].id == set->images[i - 1].id) {
            return complain(problem, "images", i, "an 'id' is given twice");
        }
    }
    return SEG_OK;
}

static int read_categories(struct segi_coco *set, const struct segi_json *array,
                           struct segi_coco_problem *problem)
{
    set->categories = calloc(segi_json_children(array) + 1, sizeof *set->categories);
    if (!set->categories) {
        return SEG_NOMEM;
    }
    SEGI_JSON_EACH(item, array)
    {
        struct segi_coco_category *category = &set->categories[set->category_count];
        if (!whole(segi_json_get(item, "id"), &category->id)) {
            return complain(problem, "categories", set->category_count, "'id' is no integer");
        }
        category->name = segi_json_text(segi_json_get(item, "name"), "");
        set->category_count++;
    }
    qsort(set->categories, set->category_count, sizeof *set->categories, by_category_id);
    for (size_t i = 1; i < set->category_count; i++) {
        if (set->categories[i].id == set->categories[i - 1].id) {
            return complain(problem, "categories", i, "an 'id' is given twice");
        }
    }
    return SEG_OK;
}

/* A list of polygons, filled and united. */
static int read_polygons(struct segi_rle *mask, const struct segi_json *list, int32_t width,
                         int32_t height)
{
    int status = segi_json_children(list) ? SEG_OK : SEG_INVALID;
    SEGI_JSON_EACH(polygon, list)
    {
        size_t n = segi_json_children(polygon), k = 0;
        double *xy = malloc((n + 1) * sizeof *xy);
        struct segi_rle one = {0}, both = {0};
        if (!xy) {
            return SEG_NOMEM;
        }
        SEGI_JSON_EACH(value, polygon)
        {
            xy[k++] = segi_json_number(value, (double)NAN);
        }
        status = n % 2 ? SEG_INVALID : segi_rle_from_polygon(&one, xy, n / 2, width, height);
        free(xy);
        if (status == SEG_OK && mask->counts) {
            status = segi_rle_union(&both, mask, &one);
            segi_rle_free(&one);
            segi_rle_free(mask);
            *mask = both;
        } else if (status == SEG_OK) {
            *mask = one;
        }
        if (status != SEG_OK) {
            return status;
        }
    }
    return status;
}

static int read_counts(struct segi_rle *mask, const struct segi_json *list, int32_t width,
                       int32_t height)
{
    size_t n = segi_json_children(list), k = 0;
    uint32_t *counts = malloc((n + 1) * sizeof *counts);
    int status = counts ? SEG_OK : SEG_NOMEM;
    if (!counts) {
        return status;
    }
    SEGI_JSON_EACH(value, list)
    {
        int64_t run;
        if (!whole(value, &run) || run < 0 || run > UINT32_MAX) {
            status = SEG_INVALID;
            break;
        }
        counts[k++] = (uint32_t)run;
    }
    if (status == SEG_OK) {
        status = segi_rle_from_counts(mask, counts, n, width, height);
    }
    free(counts);
    return status;
}

static int read_mask(struct segi_rle *mask, const struct segi_json *value,
                     const struct segi_coco_image *image)
{
    if (!value) {
        return SEG_OK;
    }
    if (value->type == SEGI_JSON_ARRAY) {
        return read_polygons(mask, value, image->width, image->height);
    }
    const struct segi_json *size = segi_json_get(value, "size");
    const struct segi_json *counts = segi_json_get(value, "counts");
    int64_t height, width;
    if (segi_json_children(size) != 2 || !whole(segi_json_first(size), &height) ||
        !whole(segi_json_next(segi_json_first(size)), &width) || height != image->height ||
        width != image->width || !counts) {
        return SEG_INVALID;
    }
    if (counts->type == SEGI_JSON_STRING) {
        return segi_rle_from_text(mask, counts->u.text, counts->count, image->width, image->height);
    }
    return read_counts(mask, counts, image->width, image->height);
}

static int read_box(double box[4], const struct segi_json *value, bool *given)
{
    int k = 0;
    *given = segi_json_children(value) == 4;
    if (!*given) {
        return value ? SEG_INVALID : SEG_OK;
    }
    SEGI_JSON_EACH(number, value)
    {
        box[k] = segi_json_number(number, (double)NAN);
        if (!isfinite(box[k++])) {
            return SEG_INVALID;
        }
    }
    return SEG_OK;
}

static const void *find(const void *list, size_t count, size_t size, int64_t id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *at = (const char *)list + middle * size;
        int64_t there;
        memcpy(&there, at, sizeof there); /* the id is the first member of both */
        if (there == id) {
            return at;
        }
        if (there < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static int read_object(struct segi_coco_object *object, const struct segi_json *item,
                       const struct segi_coco *truth, bool detection, const char **what)
{
    int64_t image_id, category_id, flag;
    bool boxed = false;
    *what = "'image_id' names no image";
    if (!whole(segi_json_get(item, "image_id"), &image_id)) {
        return SEG_INVALID;
    }
    const struct segi_coco_image *image =
        find(truth->images, truth->image_count, sizeof *image, image_id);
    if (!image) {
        return SEG_INVALID;
    }
    *what = "'category_id' names no category";
    if (!whole(segi_json_get(item, "category_id"), &category_id)) {
        return SEG_INVALID;
    }
    const struct segi_coco_category *category =
        find(truth->categories, truth->category_count, sizeof *category, category_id);
    if (!category) {
        return SEG_INVALID;
    }
    object->image = (uint32_t)(image - truth->images);
    object->category = (uint32_t)(category - truth->categories);
    object->crowd = whole(segi_json_get(item, "iscrowd"), &flag) && flag != 0;
    object->ignore = whole(segi_json_get(item, "ignore"), &flag) && flag != 0;
    object->score = segi_json_number(segi_json_get(item, "score"), detection ? (double)NAN : 1);
    *what = "'score' is no number";
    if (isnan(object->score)) {
        return SEG_INVALID;
    }
    *what = "'segmentation' is neither polygons nor run lengths of the image's size";
    int status = read_mask(&object->mask, segi_json_get(item, "segmentation"), image);
    if (status == SEG_OK) {
        *what = "'bbox' is not four numbers";
        status = read_box(object->box, segi_json_get(item, "bbox"), &boxed);
    }
    if (status != SEG_OK) {
        return status;
    }
    *what = "has neither 'segmentation' nor 'bbox'";
    if (!boxed && !object->mask.counts) {
        return SEG_INVALID;
    }
    for (int k = 0; k < 4 && !boxed; k++) {
        object->box[k] = object->mask.box[k];
    }
    /* A truth's area is what its annotator says; a detection's is counted. */
    double area = object->mask.counts ? (double)object->mask.area : object->box[2] * object->box[3];
    object->area = detection ? area : segi_json_number(segi_json_get(item, "area"), area);
    return SEG_OK;
}

static int read_objects(struct segi_coco *set, const struct segi_json *array,
                        const struct segi_coco *truth, bool detections,
                        struct segi_coco_problem *problem)
{
    const char *name = detections ? "detections" : "annotations";
    if (!array || array->type != SEGI_JSON_ARRAY) {
        return complain(problem, name, 0, "is no array");
    }
    set->objects = calloc(array->count + 1, sizeof *set->objects);
    if (!set->objects) {
        return SEG_NOMEM;
    }
    SEGI_JSON_EACH(item, array)
    {
        struct segi_coco_object *object = &set->objects[set->object_count++];
        const char *what;
        int status = read_object(object, item, truth, detections, &what);
        if (status == SEG_OK && detections) {
            object->id = (int64_t)set->object_count;
        } else if (status == SEG_OK && !whole(segi_json_get(item, "id"), &object->id)) {
            what = "'id' is no integer";
            status = SEG_INVALID;
        }
        if (status != SEG_OK) {
            complain(problem, name, set->object_count - 1, what);
            return status;
        }
    }
    return SEG_OK;
}

int segi_coco_truth(struct segi_coco *set, const struct segi_json *document,
                    struct segi_coco_problem *problem)
{
    memset(set, 0, sizeof *set);
    int status = read_images(set, segi_json_get(document, "images"), problem);
    if (status == SEG_OK) {
        status = read_categories(set, segi_json_get(document, "categories"), problem);
    }
    if (status == SEG_OK) {
        status = read_objects(set, segi_json_get(document, "annotations"), set, false, problem);
    }
    if (status != SEG_OK) {
        segi_coco_free(set);
    }
    return status;
}

int segi_coco_detections(struct segi_coco *set, const struct segi_json *document,
                         const struct segi_coco *truth, struct segi_coco_problem *problem)
{
    memset(set, 0, sizeof *set);
    int status = read_objects(set, document, truth, true, problem);
    if (status != SEG_OK) {
        segi_coco_free(set);
    }
    return status;
}

void segi_coco_free(struct segi_coco *set)
{
    for (size_t i = 0; i < set->object_count; i++) {
        segi_rle_free(&set->objects[i].mask);
        segi_rle_free(&set->objects[i].band);
    }
    free(set->images);
    free(set->categories);
    free(set->objects);
    memset(set, 0, sizeof *set);
}
