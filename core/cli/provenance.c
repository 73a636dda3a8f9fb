/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a result was made of. */
#include "provenance.h"

#include "emit.h"

#include "../base/digest.h"

#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

static void digest_instances(struct segi_digest *d, const seg_layer *layer)
{
    size_t count;
    const struct seg_instance *list = seg_layer_instances(layer, &count);
    for (size_t i = 0; i < count; i++) {
        segi_digest_add(d, &list[i].id, sizeof list[i].id);
        segi_digest_add(d, &list[i].class_id, sizeof list[i].class_id);
        segi_digest_add(d, &list[i].score, sizeof list[i].score);
        segi_digest_add(d, list[i].box, sizeof list[i].box);
        segi_digest_add(d, list[i].runs, list[i].run_count * sizeof *list[i].runs);
    }
}

void cli_layer_digest(const seg_layer *layer, char text[65])
{
    struct segi_digest d;
    struct seg_shape s = SEG_SHAPE;
    struct seg_view view = SEG_VIEW;
    seg_layer_shape(layer, &s);
    const int32_t head[] = {(int32_t)s.kind, (int32_t)s.dtype, s.width, s.height, s.planes};
    segi_digest_begin(&d);
    segi_digest_add(&d, head, sizeof head);
    if (s.kind == SEG_INSTANCES)
        digest_instances(&d, layer);
    else if (!seg_layer_view(layer, &view, NULL))
        for (int32_t k = 0; k < view.planes; k++)
            for (int32_t y = 0; y < view.height; y++)
                segi_digest_add(&d, seg_row(&view, k, y),
                                (size_t)view.width * seg_dtype_size(view.dtype));
    segi_digest_end(&d, text);
}

static void put_files(struct segi_json_out *out, const struct seg_step *step)
{
    for (uint32_t k = 0; k < step->stage->param_count; k++) {
        const struct seg_param *p = &step->stage->params[k];
        char digest[65];
        const char *path = p->type == SEG_PATH
                               ? *(const char *const *)((const char *)step->params + p->offset)
                               : NULL;
        if (!path || !*path || segi_digest_file(path, digest))
            continue;
        char *whole = realpath(path, NULL);
        segi_json_open(out, '{');
        segi_json_name(out, "file");
        segi_json_put_text(out, whole ? whole : path);
        segi_json_name(out, "digest");
        segi_json_put_text(out, digest);
        segi_json_close(out, '}');
        free(whole);
    }
}

static void put_layers(struct segi_json_out *out, const seg_plan *plan, size_t i,
                       const struct seg_step *step, const seg_result *result)
{
    for (uint32_t k = 0; k < step->stage->output_count; k++) {
        const char *made = NULL;
        struct seg_shape shape = SEG_SHAPE;
        char name[80], digest[65];
        if (seg_plan_output(plan, i, k, &made, &shape) || !made)
            continue;
        const seg_layer *layer = seg_result_layer(result, made);
        if (!layer)
            continue;
        cli_layer_digest(layer, digest);
        cli_emit_name(plan, made, name);
        segi_json_open(out, '{');
        segi_json_name(out, "name");
        segi_json_put_text(out, name);
        segi_json_name(out, "digest");
        segi_json_put_text(out, digest);
        segi_json_close(out, '}');
    }
}

void cli_provenance(struct segi_json_out *out, const char *image, const seg_plan *plan,
                    const seg_result *result)
{
    char digest[65];
    char *text = NULL;
    size_t size = 0;
    if (strcmp(image, "-") && !segi_digest_file(image, digest)) {
        segi_json_name(out, "image_digest");
        segi_json_put_text(out, digest);
    }
    FILE *file = open_memstream(&text, &size);
    if (file) {
        cli_emit(file, plan, 0, seg_plan_steps(plan), NULL, 0);
        fclose(file);
        segi_json_name(out, "pipeline");
        segi_json_put_text(out, text);
        free(text);
    }
    for (int part = 0; part < 2; part++) {
        segi_json_name(out, part ? "layers" : "files");
        segi_json_open(out, '[');
        for (size_t i = 0; i < seg_plan_steps(plan); i++) {
            struct seg_step step = {.struct_size = sizeof step};
            if (seg_plan_step(plan, i, &step))
                break;
            if (part)
                put_layers(out, plan, i, &step, result);
            else
                put_files(out, &step);
        }
        segi_json_close(out, ']');
    }
}

static void put_versions(struct segi_json_out *out, const seg_plan *plan)
{
    segi_json_name(out, "stages");
    segi_json_open(out, '[');
    for (size_t i = 0; i < seg_plan_steps(plan); i++) {
        struct seg_step step = {.struct_size = sizeof step};
        if (seg_plan_step(plan, i, &step))
            break;
        segi_json_open(out, '{');
        segi_json_name(out, "stage");
        segi_json_put_text(out, step.stage->id);
        segi_json_name(out, "version");
        segi_json_put_int(out, step.stage->version);
        segi_json_close(out, '}');
    }
    segi_json_close(out, ']');
}

int cli_provenance_text(const char *image, const seg_plan *plan, const seg_result *result,
                        char **text)
{
    struct segi_json_doc doc;
    size_t size = 0;
    *text = NULL;
    struct segi_json_out out = {.file = open_memstream(text, &size), .compact = true};
    if (!out.file)
        return SEG_NOMEM;
    segi_json_open(&out, '{');
    segi_json_name(&out, "segkit");
    segi_json_put_text(&out, seg_version());
    segi_json_name(&out, "images");
    segi_json_open(&out, '[');
    segi_json_open(&out, '{');
    segi_json_name(&out, "image");
    segi_json_put_text(&out, image);
    put_versions(&out, plan);
    cli_provenance(&out, image, plan, result);
    segi_json_close(&out, '}');
    segi_json_close(&out, ']');
    segi_json_close(&out, '}');
    const bool whole = !ferror(out.file);
    int status = !fclose(out.file) && whole ? segi_json_read(*text, size, &doc) : SEG_NOMEM;
    if (status != SEG_NOMEM)
        segi_json_free(&doc);
    if (status) { /* not JSON: file names that are no UTF-8 */
        free(*text);
        *text = NULL;
    }
    return status == SEG_NOMEM ? SEG_NOMEM : SEG_OK;
}
