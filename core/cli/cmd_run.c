/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segkit run: a pipeline on one image, or on many. */
#include "commands.h"
#include "images.h"
#include "progress.h"
#include "provenance.h"
#include "report.h"
#include "source.h"
#include "summary.h"
#include "target.h"

#include "../base/clock.h"
#include "../base/error.h"
#include "../io/save.h"
#include "../io/sink.h"

#include <stdlib.h>
#include <string.h>

struct options {
    struct cli_source source;
    struct cli_list outputs;
    const char *report;
    bool recursive;
};

/* All that the images of one command share. */
struct job {
    struct cli *cli;
    const struct options *options;
    seg_pipeline *pipeline;
    struct cli_target *targets;
    const char **layers;
    struct seg_input *inputs; /* [0] is the image */
    size_t input_count;
    struct cli_images images;
    size_t done, failed;
    seg_plan *plan; /* of the last image; good for the next one of the same shape */
    struct seg_shape shape;
    FILE *report;
    char *report_text;
    size_t report_size;
    struct segi_json_out json;
};

static int on_progress(void *user, size_t step, size_t steps, const char *stage, double fraction)
{
    const struct job *job = user;
    const double done = ((double)step + (fraction > 0 ? fraction : 0)) / (double)steps;
    cli_progress_show(job->done, job->images.count, job->images.paths[job->done], stage, done);
    return 0;
}

static bool same_shape(const struct seg_shape *a, const struct seg_shape *b)
{
    return a->dtype == b->dtype && a->width == b->width && a->height == b->height &&
           a->planes == b->planes;
}

/* Stages keep what they loaded, such as a model, for as long as the plan lives. */
static int make_plan(struct job *job)
{
    struct seg_faults faults = {0};
    if (job->plan && same_shape(&job->shape, &job->inputs[0].shape))
        return CLI_DONE;
    seg_plan_free(job->plan);
    job->plan = NULL;
    job->shape = job->inputs[0].shape;
    int status = seg_pipeline_check(job->pipeline, job->inputs, job->input_count, job->layers,
                                    &job->plan, &faults);
    return status ? cli_faults(&faults, status) : CLI_DONE;
}

/* Before the first image is read: all that can be said without its size. */
static int check_pipeline(struct job *job)
{
    struct seg_faults faults = {0};
    seg_plan *plan;
    job->inputs[0] =
        (struct seg_input){.struct_size = sizeof *job->inputs, .shape.kind = SEG_IMAGE};
    int status = seg_pipeline_check(job->pipeline, job->inputs, job->input_count, job->layers,
                                    &plan, &faults);
    if (status)
        return cli_faults(&faults, status);
    seg_plan_free(plan);
    return CLI_DONE;
}

static int save_output(struct job *job, const char *image, const char *path, seg_layer *layer,
                       const char *provenance)
{
    const struct segi_save_options how = {.provenance = provenance};
    struct seg_error err;
    if (segi_save(job->cli->context, layer, job->inputs[0].layer, path, &how, &err))
        return cli_fail(&err);
    if (!job->cli->common.quiet && (job->images.count == 1 || job->cli->common.verbose))
        cli_summary(image, layer, path);
    return CLI_DONE;
}

static int save_outputs(struct job *job, const char *image, const seg_result *result)
{
    char *provenance = NULL; /* the digests take a while: only for forms that have room for them */
    int code = CLI_DONE;
    for (int i = 0; i < job->options->outputs.count && !code; i++) {
        const struct cli_target *target = &job->targets[i];
        char path[CLI_PATH];
        if (!cli_target_path(target, image, path)) {
            cli_message("output '%s': the name is too long", target->path);
            code = CLI_IO;
        } else if (!provenance && segi_save_tells(path) &&
                   cli_provenance_text(image, job->plan, result, &provenance)) {
            cli_message("out of memory");
            code = CLI_STAGE;
        }
        if (!code)
            code =
                save_output(job, image, path, seg_result_layer(result, target->layer), provenance);
    }
    free(provenance);
    return code;
}

static int run_loaded(struct job *job, const char *image)
{
    seg_result *result;
    struct seg_error err;
    int code = make_plan(job);
    if (code)
        return code;
    const struct seg_run_options options = {sizeof options, on_progress, job};
    int status = seg_plan_run(job->plan, job->inputs, job->input_count, &options, &result, &err);
    if (status == SEG_CANCELLED)
        return CLI_CANCELLED;
    if (status) {
        segi_error_in(&err, "%s", image);
        return cli_fail(&err);
    }
    code = save_outputs(job, image, result);
    if (!code && job->report)
        cli_report(&job->json, image, job->plan, result);
    seg_result_free(result);
    return code;
}

static int run_image(struct job *job, const char *image)
{
    seg_layer *layer;
    struct seg_error err;
    if (seg_layer_load(job->cli->context, image, (int)job->options->source.page, SEG_IMAGE, &layer,
                       &err))
        return cli_fail(&err);
    job->inputs[0] = cli_input("input", layer);
    int code = run_loaded(job, image);
    seg_layer_unref(layer);
    return code;
}

/* A bad image does not end a batch; a bad pipeline does, when no image of it went well. */
static int run_images(struct job *job)
{
    const double start = segi_wall();
    int code = CLI_DONE;
    for (; job->done < job->images.count; job->done++) {
        code = run_image(job, job->images.paths[job->done]);
        if (job->images.count == 1 || code == CLI_CANCELLED)
            return code;
        if (code == CLI_INVALID && job->failed == job->done)
            return code;
        job->failed += code != CLI_DONE;
    }
    if (!job->cli->common.quiet)
        cli_message("%zu of %zu images done in %.1f s%s", job->done - job->failed, job->done,
                    segi_wall() - start, job->failed ? "; the others are named above" : "");
    return job->failed ? CLI_SOME : CLI_DONE;
}

static int open_report(struct job *job)
{
    if (!job->options->report)
        return CLI_DONE;
    job->report = open_memstream(&job->report_text, &job->report_size);
    if (!job->report) {
        cli_message("out of memory");
        return CLI_STAGE;
    }
    job->json.file = job->report;
    segi_json_open(&job->json, '{');
    segi_json_name(&job->json, "segkit");
    segi_json_put_text(&job->json, seg_version());
    segi_json_name(&job->json, "images");
    segi_json_open(&job->json, '[');
    return CLI_DONE;
}

/* Written for failed batches too: it tells what went well. */
static int close_report(struct job *job, int code)
{
    struct seg_error err;
    if (!job->report)
        return code;
    segi_json_close(&job->json, ']');
    segi_json_close(&job->json, '}');
    fputc('\n', job->report);
    const bool whole = !ferror(job->report);
    if (fclose(job->report) || !whole) {
        cli_message("out of memory");
        code = code ? code : CLI_STAGE;
    } else if (code != CLI_CANCELLED) {
        struct segi_sink sink;
        int status = segi_sink_open(&sink, job->cli->context, job->options->report, &err);
        if (!status) {
            segi_sink_write(&sink, job->report_text, job->report_size);
            status = segi_sink_close(&sink, SEG_OK);
        }
        code = status ? cli_fail(&err) : code;
    }
    free(job->report_text);
    return code;
}

static int check_targets(const struct job *job)
{
    const struct options *options = job->options;
    if (!options->outputs.count && !options->report)
        return cli_usage(job->cli, "nothing to write: give -o FILE");
    for (int i = 0; i < options->outputs.count; i++) {
        if (job->images.count > 1 && !cli_target_many(&job->targets[i]))
            return cli_usage(job->cli,
                             "output '%s': for %zu images give a folder, DIR/, or a name with "
                             "{name}",
                             job->targets[i].path, job->images.count);
        int code = cli_target_prepare(&job->targets[i]);
        if (code)
            return code;
    }
    return CLI_DONE;
}

static int run(struct cli *cli, const void *given)
{
    struct job job = {.cli = cli, .options = given};
    const struct options *options = given;
    if (!cli->count)
        return cli_usage(cli, "no image");
    int code = cli_images_list(cli, options->recursive, &job.images);
    if (!code)
        code = cli_targets(cli, &options->outputs, &job.targets, &job.layers);
    if (!code)
        code = check_targets(&job);
    if (!code)
        code = cli_source_parse(cli, &options->source, &job.pipeline);
    if (!code)
        code = cli_inputs_load(cli, &options->source, &job.inputs, &job.input_count);
    if (!code)
        code = check_pipeline(&job);
    if (!code)
        code = open_report(&job);
    if (!code)
        code = close_report(&job, run_images(&job));
    if (code == CLI_CANCELLED)
        cli_message("interrupted%s", job.images.count > 1 ? "; finished images are kept" : "");
    seg_plan_free(job.plan);
    cli_inputs_free(job.inputs, job.input_count);
    seg_pipeline_free(job.pipeline);
    free(job.targets);
    cli_images_free(&job.images);
    return code;
}

static const struct cli_option options[] = {
    CLI_SOURCE_OPTIONS(struct options, source),
    {'o', "output", "[LAYER:]FILE", "write a result; DIR/ or {name} for many images", CLI_LIST,
     offsetof(struct options, outputs), 0, 0},
    {0, "report", "FILE.json", "write parameters, wiring, times and values", CLI_TEXT,
     offsetof(struct options, report), 0, 0},
    {'r', "recursive", NULL, "look for images in folders of folders too", CLI_FLAG,
     offsetof(struct options, recursive), 0, 0},
};

const struct cli_command cli_run = {
    .name = "run",
    .summary = "Runs a pipeline on images and writes its results.",
    .synopsis = "[-p FILE] IMAGE... -o [LAYER:]OUT... [-- STAGE [KEY=VALUE]... [! STAGE...]]",
    .notes =
        "The form of OUT follows its name: labels.png or .tif, overlay.png, regions.csv, .npy.\n"
        "IMAGE may be a folder; '-' is standard input or output.\n"
        "  segkit run cells.png -o labels.png -- threshold.otsu ! mask.components",
    CLI_OPTIONS(options),
    .size = sizeof(struct options),
    .context = true,
    .run = run,
};
