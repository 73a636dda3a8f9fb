/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pipelines: parse, check, run.
 *
 *     seg_pipeline_parse_file(ctx, "cells.yaml", &pipeline, &faults);
 *     seg_pipeline_check(pipeline, inputs, 1, &plan, &faults);
 *     seg_plan_run(plan, inputs, 1, NULL, &result, &err);
 *     labels = seg_result_layer(result, NULL);
 */
#ifndef SEGKIT_PIPELINE_H
#define SEGKIT_PIPELINE_H

#include <segkit/layer.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct seg_pipeline seg_pipeline; /* parsed text */
typedef struct seg_plan seg_plan;         /* checked against stages and inputs */
typedef struct seg_result seg_result;     /* what a run made */

/* -- parsing ---------------------------------------------------------------------------------- */

/* From a YAML file, YAML in memory (`name` is what messages call it), or words of a command line
 * (family.stage key=value ... ! family.stage ...). The caller frees the pipeline. On SEG_INVALID
 * `faults` (never NULL) holds what is wrong and where. */
SEG_API int seg_pipeline_parse_file(seg_context *context, const char *path, seg_pipeline **pipeline,
                                    struct seg_faults *faults);
SEG_API int seg_pipeline_parse_text(seg_context *context, const char *name, const char *text,
                                    size_t length, seg_pipeline **pipeline,
                                    struct seg_faults *faults);
SEG_API int seg_pipeline_parse_words(seg_context *context, int count, const char *const *words,
                                     seg_pipeline **pipeline, struct seg_faults *faults);
SEG_API void seg_pipeline_free(seg_pipeline *pipeline);

/* -- checking --------------------------------------------------------------------------------- */

/* A layer that a pipeline begins with. For a check only the shape counts (kind alone will do: a 0
 * in another field means "not known yet"); for a run only the layer. */
struct seg_input {
    uint32_t struct_size;
    const char *name; /* "input" for the first */
    struct seg_shape shape;
    uint32_t color; /* enum seg_color */
    seg_layer *layer;
};

/* Finds stages, fills in and checks parameters, wires ports, checks kinds, dtypes, sizes and
 * planes, and plans order and storage. The caller frees the plan; it keeps what it needs of the
 * pipeline. `keep` (NULL-terminated, may be NULL) names layers that must survive the run besides
 * the last one. SEG_INVALID with `faults`; SEG_PLUGIN: so, and all for plugins that were refused;
 * SEG_NOMEM. A result that nothing takes is logged as a warning. */
SEG_API int seg_pipeline_check(const seg_pipeline *pipeline, const struct seg_input *inputs,
                               size_t count, const char *const *keep, seg_plan **plan,
                               struct seg_faults *faults);
SEG_API void seg_plan_free(seg_plan *plan);

/* How one step of a plan was resolved. Strings are borrowed from the plan. */
struct seg_step {
    uint32_t struct_size;
    const struct seg_stage *stage;
    const char *name; /* of its first result: `out`, or made from its place: "threshold.otsu#2" */
    const void *params;
    int line, column; /* among words line 0 and the number of the word */
};
SEG_API size_t seg_plan_steps(const seg_plan *plan);
SEG_API int seg_plan_step(const seg_plan *plan, size_t index, struct seg_step *step);

/* The name of the layer at an input port of a step; NULL: not connected. */
SEG_API const char *seg_plan_wire(const seg_plan *plan, size_t step, uint32_t port);

/* The shape of a step's output as far as it is known; SEG_USAGE past the end. */
SEG_API int seg_plan_output(const seg_plan *plan, size_t step, uint32_t port, const char **name,
                            struct seg_shape *shape);

/* The most bytes that layers take at one time, as far as sizes are known. */
SEG_API uint64_t seg_plan_peak_bytes(const seg_plan *plan);

/* A resolved parameter as text, as one would type it. Returns the length that it takes, like
 * snprintf. */
SEG_API int seg_param_text(const struct seg_param *param, const void *params, char *text,
                           size_t size);

/* -- running ---------------------------------------------------------------------------------- */

struct seg_run_options {
    uint32_t struct_size;
    /* Called from the running thread; a result other than 0 cancels. */
    int (*progress)(void *user, size_t step, size_t steps, const char *stage, double fraction);
    void *user;
};

/* Runs the plan on sealed layers of the shapes that it was checked with (SEG_USAGE else). May be
 * called again and from several threads. The caller frees the result, which needs the plan no more.
 * SEG_STAGE: a stage failed, and the text says which and why; SEG_IO, SEG_LIMIT and SEG_PLUGIN: so,
 * for that reason; SEG_INVALID: a shape that was not known at the check does not fit;
 * SEG_CANCELLED; SEG_NOMEM. `options` may be NULL. */
SEG_API int seg_plan_run(seg_plan *plan, const struct seg_input *inputs, size_t count,
                         const struct seg_run_options *options, seg_result **result,
                         struct seg_error *err);
SEG_API void seg_result_free(seg_result *result);

/* A layer that survived, borrowed; NULL as `name`: the last one. NULL: there is none so called. */
SEG_API seg_layer *seg_result_layer(const seg_result *result, const char *name);

/* Wall and processor seconds of a step, all threads together. */
SEG_API int seg_result_time(const seg_result *result, size_t step, double *wall, double *cpu);

/* The index-th value that a step reported; SEG_ABSENT past the end. */
SEG_API int seg_result_value(const seg_result *result, size_t step, size_t index, const char **name,
                             double *value);

#ifdef __cplusplus
}
#endif
#endif
