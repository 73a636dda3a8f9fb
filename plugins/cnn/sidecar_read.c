/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a sidecar's YAML: one table of keys for model.yaml, and what metadata.yaml implies. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "sidecar.h"

enum { CLASSES_MAX = 1 << 16, SIDE_MAX = 1 << 15 };

struct reader {
    yaml_document_t document;
    struct cnn_sidecar *to;
    struct cnn_error *err;
};

static int bad(struct reader *r, const yaml_node_t *node, const char *key, const char *want)
{
    return cnn_fail(r->err, SEG_IO, "%s:%zu:%zu: '%s' is not %s", r->to->path,
                    node->start_mark.line + 1, node->start_mark.column + 1, key, want);
}

static yaml_node_t *node_of(struct reader *r, int index)
{
    return yaml_document_get_node(&r->document, index);
}

static const char *text_of(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

/* The value of `key` in a mapping; NULL: `map` is none, or has no such key. */
static yaml_node_t *get(struct reader *r, const yaml_node_t *map, const char *key)
{
    if (!map || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
         p++) {
        const char *name = text_of(node_of(r, p->key));
        if (name && strcmp(name, key) == 0)
            return node_of(r, p->value);
    }
    return NULL;
}

static size_t length_of(const yaml_node_t *list)
{
    return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

static yaml_node_t *item(struct reader *r, const yaml_node_t *list, size_t i)
{
    return node_of(r, list->data.sequence.items.start[i]);
}

/* -- values; a key that is not there leaves its field alone ------------------------------------ */

static int read_text(struct reader *r, const yaml_node_t *map, const char *key, char **to)
{
    const yaml_node_t *node = get(r, map, key);
    if (!node)
        return SEG_OK;
    if (!text_of(node))
        return bad(r, node, key, "a text");
    char *copy = strdup(text_of(node));
    if (!copy)
        return cnn_nomem(r->err);
    free(*to);
    *to = copy;
    return SEG_OK;
}

static int read_number(struct reader *r, const yaml_node_t *node, const char *key, double low,
                       double high, double *to)
{
    const char *text = text_of(node);
    char *end = NULL;
    double value = text ? strtod(text, &end) : NAN;
    if (!text || !*text || *end || !(value >= low && value <= high)) {
        char want[64];
        snprintf(want, sizeof want, "a number from %g to %g", low, high);
        return bad(r, node, key, want);
    }
    *to = value;
    return SEG_OK;
}

/* A number for each of `count`, or one for all. */
static int read_numbers(struct reader *r, const yaml_node_t *map, const char *key, double low,
                        double high, size_t count, double *to)
{
    const yaml_node_t *node = get(r, map, key);
    if (!node)
        return SEG_OK;
    bool list = node->type == YAML_SEQUENCE_NODE;
    if (list && length_of(node) != count && length_of(node) != 1)
        return bad(r, node, key, "a number, or one for each channel or side");
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *one = list ? item(r, node, length_of(node) == 1 ? 0 : i) : node;
        if (read_number(r, one, key, low, high, to + i))
            return r->err->status;
    }
    return SEG_OK;
}

static int read_integers(struct reader *r, const yaml_node_t *map, const char *key, double low,
                         size_t count, int32_t *to)
{
    double values[3] = {0};
    for (size_t i = 0; i < count; i++)
        values[i] = to[i];
    if (read_numbers(r, map, key, low, SIDE_MAX, count, values))
        return r->err->status;
    for (size_t i = 0; i < count; i++)
        to[i] = (int32_t)values[i];
    return SEG_OK;
}

static int read_choice(struct reader *r, const yaml_node_t *map, const char *key,
                       const char *const *words, int32_t count, int32_t *to)
{
    const yaml_node_t *node = get(r, map, key);
    if (!node)
        return SEG_OK;
    char want[256] = "one of";
    for (int32_t i = 0; i < count; i++) {
        if (text_of(node) && strcmp(text_of(node), words[i]) == 0) {
            *to = i;
            return SEG_OK;
        }
        size_t used = strlen(want);
        snprintf(want + used, sizeof want - used, "%s %s", i ? "," : "", words[i]);
    }
    return bad(r, node, key, want);
}

/* -- lists ------------------------------------------------------------------------------------- */

static int set_class(struct reader *r, const yaml_node_t *node, const yaml_node_t *name, double at)
{
    struct cnn_sidecar *to = r->to;
    if (!text_of(name) || !(at >= 0 && at < CLASSES_MAX) || at != floor(at))
        return bad(r, node, "classes", "a list of names, or names by number from 0 to 65535");
    size_t index = (size_t)at;
    if (index >= to->class_count) {
        char **grown = realloc(to->classes, (index + 1) * sizeof *grown);
        if (!grown)
            return cnn_nomem(r->err);
        to->classes = grown;
        while (to->class_count <= index)
            grown[to->class_count++] = NULL;
    }
    free(to->classes[index]);
    to->classes[index] = strdup(text_of(name));
    return to->classes[index] ? SEG_OK : cnn_nomem(r->err);
}

/* A sequence of names, or a mapping from number to name. */
static int read_classes(struct reader *r, const yaml_node_t *map, const char *key)
{
    const yaml_node_t *node = get(r, map, key);
    if (!node)
        return SEG_OK;
    if (node->type == YAML_SCALAR_NODE)
        return bad(r, node, key, "a list of names");
    if (node->type == YAML_SEQUENCE_NODE) {
        for (size_t i = 0; i < length_of(node); i++)
            if (set_class(r, node, item(r, node, i), (double)i))
                return r->err->status;
        return SEG_OK;
    }
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top;
         p++) {
        double at = 0;
        if (read_number(r, node_of(r, p->key), key, 0, CLASSES_MAX - 1, &at) ||
            set_class(r, node, node_of(r, p->value), at))
            return r->err->status;
    }
    for (size_t i = 0; i < r->to->class_count; i++)
        if (!r->to->classes[i] && !(r->to->classes[i] = calloc(1, 1)))
            return cnn_nomem(r->err);
    return SEG_OK;
}

static int add_output(struct reader *r, const yaml_node_t *node, int32_t role, int32_t level)
{
    struct cnn_sidecar *to = r->to;
    if (!text_of(node))
        return bad(r, node, "output", "a blob's name");
    struct cnn_output *grown = realloc(to->outputs, (to->output_count + 1) * sizeof *grown);
    if (!grown)
        return cnn_nomem(r->err);
    to->outputs = grown;
    char *blob = strdup(text_of(node));
    if (!blob)
        return cnn_nomem(r->err);
    grown[to->output_count++] = (struct cnn_output){blob, role, level};
    return SEG_OK;
}

static int read_output(struct reader *r, const yaml_node_t *output)
{
    static const char *const names[CNN_ROLE_COUNT] = {NULL,         "predictions",  "boxes",
                                                      "scores",     "coefficients", "prototypes",
                                                      "categories", "kernels",      "features"};
    if (!output)
        return SEG_OK;
    const yaml_node_t *blob = get(r, output, "blob");
    if (blob && add_output(r, blob, CNN_ROLE_MAP, 0))
        return r->err->status;
    const yaml_node_t *roles = get(r, output, "roles");
    for (int32_t role = 1; role < CNN_ROLE_COUNT; role++) {
        const yaml_node_t *node = get(r, roles, names[role]);
        bool list = node && node->type == YAML_SEQUENCE_NODE;
        size_t count = list ? length_of(node) : node ? 1 : 0;
        for (size_t i = 0; i < count; i++)
            if (add_output(r, list ? item(r, node, i) : node, role, (int32_t)i))
                return r->err->status;
    }
    return read_integers(r, output, "channel", 0, 1, &r->to->channel);
}

/* -- further inputs ---------------------------------------------------------------------------- */

static int add_extra(struct reader *r, const yaml_node_t *name, const yaml_node_t *size,
                     int32_t kind)
{
    struct cnn_sidecar *to = r->to;
    if (!text_of(name))
        return bad(r, name, "input", "a blob's name");
    struct cnn_extra *grown = realloc(to->extras, (to->extra_count + 1) * sizeof *grown);
    if (!grown)
        return cnn_nomem(r->err);
    to->extras = grown;
    struct cnn_extra extra = {.kind = kind};
    if (size && size->type == YAML_SEQUENCE_NODE) {
        if (length_of(size) > 3)
            return bad(r, size, text_of(name), "a size of up to three numbers");
        for (size_t i = 0; i < length_of(size); i++) {
            double value = 0;
            if (read_number(r, item(r, size, i), text_of(name), 1, SIDE_MAX, &value))
                return r->err->status;
            extra.size[extra.size_count++] = (int32_t)value;
        }
    }
    if (!(extra.blob = strdup(text_of(name))))
        return cnn_nomem(r->err);
    grown[to->extra_count++] = extra;
    return SEG_OK;
}

/* A name, a list of names or of { blob, size }, or sizes by name. */
static int read_extras(struct reader *r, const yaml_node_t *map, const char *key, int32_t kind)
{
    const yaml_node_t *node = get(r, map, key);
    if (!node)
        return SEG_OK;
    if (node->type == YAML_SCALAR_NODE)
        return add_extra(r, node, NULL, kind);
    if (node->type == YAML_SEQUENCE_NODE) {
        for (size_t i = 0; i < length_of(node); i++) {
            const yaml_node_t *one = item(r, node, i);
            const yaml_node_t *name = get(r, one, "blob");
            if (add_extra(r, name ? name : one, get(r, one, "size"), kind))
                return r->err->status;
        }
        return SEG_OK;
    }
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top;
         p++) {
        const yaml_node_t *value = node_of(r, p->value);
        const yaml_node_t *size = get(r, value, "size");
        if (add_extra(r, node_of(r, p->key), size ? size : value, kind))
            return r->err->status;
    }
    return SEG_OK;
}

/* -- the two forms ----------------------------------------------------------------------------- */

static int read_input(struct reader *r, const yaml_node_t *root)
{
    static const char *const resizes[] = {"stretch", "letterbox", "pad"};
    static const char *const orders[] = {"rgb", "bgr", "gray"};
    static const char *const interps[] = {"bilinear"};
    struct cnn_sidecar *to = r->to;
    const yaml_node_t *input = get(r, root, "input");
    int32_t interp = 0;
    if (!input)
        return SEG_OK;
    if (read_text(r, input, "blob", &to->input) ||
        read_integers(r, input, "size", 1, 2, to->size) ||
        read_integers(r, input, "multiple", 1, 2, to->multiple) ||
        read_choice(r, input, "resize", resizes, 3, &to->resize) ||
        read_choice(r, input, "color", orders, 3, &to->order) ||
        read_choice(r, input, "interp", interps, 1, &interp) ||
        read_numbers(r, input, "mean", -1e9, 1e9, 3, to->mean) ||
        read_numbers(r, input, "norm", -1e9, 1e9, 3, to->norm) ||
        read_numbers(r, input, "pad_value", 0, 255, 1, &to->pad_value) ||
        read_numbers(r, input, "contrast", 0, 100, 2, to->contrast))
        return r->err->status;
    if (to->contrast[0] > to->contrast[1])
        return bad(r, input, "contrast", "two percentiles, the lower one first");
    const yaml_node_t *places[] = {input, root};
    for (size_t i = 0; i < 2; i++)
        if (read_extras(r, places[i], "coords", CNN_COORDS) ||
            read_extras(r, places[i], "same_as", CNN_SAME) ||
            read_extras(r, places[i], "zeros", CNN_ZEROS))
            return r->err->status;
    return SEG_OK;
}

static int read_model(struct reader *r, const yaml_node_t *root)
{
    struct cnn_sidecar *to = r->to;
    const char *tasks[4], *decoders[CNN_DECODER_COUNT];
    for (int32_t i = 0; i < 4; i++)
        tasks[i] = cnn_task_name(i);
    for (int32_t i = 0; i < CNN_DECODER_COUNT; i++)
        decoders[i] = cnn_decoder_name(i);
    int32_t version = 1;
    if (read_integers(r, root, "segkit-model", 0, 1, &version))
        return r->err->status;
    if (version != 1)
        return bad(r, get(r, root, "segkit-model"), "segkit-model", "1, the version that is read");
    if (read_text(r, root, "name", &to->name) || read_text(r, root, "license", &to->license) ||
        read_text(r, root, "source", &to->source) || read_text(r, root, "param", &to->param) ||
        read_text(r, root, "bin", &to->bin) || read_choice(r, root, "task", tasks, 4, &to->task) ||
        read_choice(r, root, "decoder", decoders, CNN_DECODER_COUNT, &to->decoder) ||
        read_numbers(r, root, "threshold", 0, 1, 1, &to->threshold) ||
        read_classes(r, root, "classes") || read_input(r, root))
        return r->err->status;
    return read_output(r, get(r, root, "output"));
}

/* The exporter fixes the canvas and says nothing of colours: RGB, 0 to 1, letterbox in grey. */
static int read_metadata(struct reader *r, const yaml_node_t *root)
{
    static const char *const tasks[] = {"segment"};
    struct cnn_sidecar *to = r->to;
    int32_t task = 0, side[2] = {640, 640}; /* height, width */
    if (read_choice(r, root, "task", tasks, 1, &task) ||
        read_text(r, root, "description", &to->name) ||
        read_text(r, root, "license", &to->license) || read_text(r, root, "author", &to->source) ||
        read_integers(r, root, "imgsz", 1, 2, side) || read_classes(r, root, "names"))
        return r->err->status;
    to->task = CNN_TASK_INSTANCE;
    to->resize = CNN_LETTERBOX;
    to->pad_value = 114;
    to->size[0] = to->multiple[0] = side[1];
    to->size[1] = to->multiple[1] = side[0];
    return SEG_OK;
}

int cnn_sidecar_read(struct cnn_sidecar *sidecar, struct cnn_error *err)
{
    struct reader r = {.to = sidecar, .err = err};
    yaml_parser_t parser;
    FILE *file = fopen(sidecar->path, "rb");
    if (!file)
        return cnn_fail(err, SEG_IO, "cannot open '%s': %s", sidecar->path, strerror(errno));
    if (!yaml_parser_initialize(&parser)) {
        fclose(file);
        return cnn_nomem(err);
    }
    yaml_parser_set_input_file(&parser, file);
    if (!yaml_parser_load(&parser, &r.document)) {
        cnn_fail(err, SEG_IO, "%s:%zu:%zu: %s", sidecar->path, parser.problem_mark.line + 1,
                 parser.problem_mark.column + 1, parser.problem ? parser.problem : "not YAML");
        goto out;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&r.document);
    if (!root || root->type != YAML_MAPPING_NODE)
        cnn_fail(err, SEG_IO, "%s:1:1: not a model's sidecar: no mapping of keys", sidecar->path);
    else if (get(&r, root, "segkit-model"))
        read_model(&r, root);
    else if (get(&r, root, "names") || get(&r, root, "imgsz"))
        read_metadata(&r, root);
    else
        cnn_fail(err, SEG_IO, "%s:1:1: not a model's sidecar: neither 'segkit-model' nor 'imgsz'",
                 sidecar->path);
    yaml_document_delete(&r.document);
out:
    yaml_parser_delete(&parser);
    fclose(file);
    return err->status;
}
