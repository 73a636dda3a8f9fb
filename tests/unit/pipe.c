/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipe.h"

#include "base/names.h"
#include "pipe/plan.h"

#include <stdlib.h>
#include <string.h>

#define INPUTS 8

seg_context *pipe_context(const struct seg_allocator *allocator, unsigned threads, seg_log_fn log,
                          void *log_user)
{
    const char *build = getenv("builddir");
    char toy[1024];
    snprintf(toy, sizeof toy, "%s/tests/plugins/.libs/toy.so", build ? build : ".");
    const char *const plugins[] = {toy, NULL};
    const struct seg_options options = {.struct_size = sizeof options,
                                        .threads = threads,
                                        .allocator = allocator,
                                        .log = log,
                                        .log_user = log_user,
                                        .plugins = plugins,
                                        .plugin_path = "/nowhere"};
    seg_context *context;
    return seg_context_new(&options, &context, NULL) ? NULL : context;
}

seg_context *pipe_shipped(const struct seg_allocator *allocator)
{
    const char *build = getenv("builddir");
    char folder[1024];
    seg_context *context;
    snprintf(folder, sizeof folder, "%s/plugins/.libs", build ? build : ".");
    const struct seg_options options = {
        .struct_size = sizeof options, .threads = 2, .allocator = allocator, .plugin_path = folder};
    return seg_context_new(&options, &context, NULL) ? NULL : context;
}

static void *count_alloc(void *user, size_t size, size_t align)
{
    struct pipe_counter *counter = user;
    void *memory = NULL;
    if (++counter->calls == counter->fail_at || posix_memalign(&memory, align, size))
        return NULL;
    counter->live++;
    return memory;
}

static void count_free(void *user, void *memory)
{
    struct pipe_counter *counter = user;
    counter->live--;
    free(memory);
}

struct seg_allocator pipe_counting(struct pipe_counter *counter)
{
    return (struct seg_allocator){count_alloc, count_free, counter};
}

seg_layer *pipe_image(seg_context *context, int32_t width, int32_t height, uint8_t value)
{
    const struct seg_shape shape = {sizeof shape, SEG_IMAGE, SEG_U8, width, height, 1};
    struct seg_view view = {.struct_size = sizeof view};
    seg_layer *layer;
    if (seg_layer_new(context, &shape, &layer, NULL))
        return NULL;
    seg_layer_view(layer, &view, NULL);
    memset(view.data, value, (size_t)view.plane_stride);
    seg_layer_seal(layer);
    return layer;
}

struct seg_input pipe_input(const char *name, seg_layer *layer)
{
    struct seg_input input = {.struct_size = sizeof input, .name = name, .layer = layer};
    seg_layer_shape(layer, &input.shape);
    return input;
}

void pipe_write_faults(const struct seg_faults *faults, FILE *to)
{
    for (int i = 0; i < faults->count; i++) {
        const struct seg_fault *fault = &faults->list[i];
        if (fault->line)
            fprintf(to, "%d:%d: ", fault->line, fault->column);
        fprintf(to, "%s\n", fault->error.text);
    }
    if (faults->more)
        fprintf(to, "and %d more\n", faults->more);
}

static void write_plan(const seg_plan *plan, FILE *to)
{
    for (size_t i = 0; i < seg_plan_steps(plan); i++) {
        struct seg_step step = {.struct_size = sizeof step};
        seg_plan_step(plan, i, &step);
        fprintf(to, "%s:", step.name);
        for (uint32_t k = 0; k < step.stage->input_count; k++) {
            const char *layer = seg_plan_wire(plan, i, k);
            fprintf(to, "%s %s <- %s", k ? "," : "", step.stage->inputs[k].name,
                    layer ? layer : "nothing");
        }
        for (uint32_t k = 0; k < step.stage->output_count; k++) {
            const char *name;
            struct seg_shape shape;
            char text[120];
            seg_plan_output(plan, i, k, &name, &shape);
            fprintf(to, "%s %s", k ? "," : ";", segi_shape_text(&shape, text, sizeof text));
            if (k)
                fprintf(to, " called %s", name);
        }
        fprintf(to, "\n");
    }
}

/* The inputs that `#in` lines name; `names` holds their names. */
static size_t read_inputs(const char *text, struct seg_input *inputs, char names[][64])
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, "#in ")) && count < INPUTS; at += 4) {
        char kind[16], dtype[16];
        struct seg_input *in = &inputs[count];
        *in = (struct seg_input){.struct_size = sizeof *in, .name = names[count]};
        if (sscanf(at, "#in %63s %15s %15s %d %d %d", names[count], kind, dtype, &in->shape.width,
                   &in->shape.height, &in->shape.planes) != 6)
            continue;
        in->shape.kind = segi_kind_find(kind);
        in->shape.dtype = segi_dtype_find(dtype);
        count++;
    }
    if (count)
        return count;
    inputs[0] = (struct seg_input){.struct_size = sizeof *inputs,
                                   .shape = {0, SEG_IMAGE, SEG_U8, 64, 48, 1}};
    return 1;
}

void pipe_write_case(seg_context *context, const char *text, FILE *to)
{
    static struct seg_faults faults;
    struct seg_input inputs[INPUTS];
    char names[INPUTS][64], kept[64] = "";
    const char *const keep[] = {kept, NULL};
    const char *at = strstr(text, "#keep ");
    seg_pipeline *pipeline;
    seg_plan *plan;
    if (at)
        sscanf(at, "#keep %63s", kept);
    if (seg_pipeline_parse_text(context, "p", text, strlen(text), &pipeline, &faults)) {
        pipe_write_faults(&faults, to);
        return;
    }
    const size_t count = read_inputs(text, inputs, names);
    if (seg_pipeline_check(pipeline, inputs, count, at ? keep : NULL, &plan, &faults)) {
        pipe_write_faults(&faults, to);
    } else {
        write_plan(plan, to);
        seg_plan_free(plan);
    }
    seg_pipeline_free(pipeline);
}
