/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run.h"

#include "audit.h"
#include "heap.h"

#include "../base/error.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define SECONDS_MOST 1 /* then a run is cancelled: a limit may ask for very much work */

const struct verify_setting verify_plain = {
    .name = "", .memory = 0xa5, .output = 0xa5, .around = 0xa5};

/* The call comes first, so that the host's functions find the rest. */
struct run {
    struct seg_call call;
    struct seg_host host; /* the real one with a few functions of ours */
    const struct verify_trial *trial;
    const struct verify_setting *setting;
    struct verify_heap heap;
    seg_context *context;
    struct verify_frame *in, *out;
    uint8_t **before; /* copies of the inputs' frames */
    seg_layer **layers;
    struct seg_error error;
    atomic_long progress, late; /* calls; those after one was answered with cancel */
    atomic_bool cancelled;
};

double verify_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* -- time ------------------------------------------------------------------------------------- */

static seg_context *volatile limited;

static void on_time(int signal_number)
{
    (void)signal_number;
    seg_context_cancel(limited);
}

/* Cancels the context after so many seconds of processor time; 0: no more. */
static void limit_time(seg_context *context, int seconds)
{
    const struct itimerval time = {.it_value = {.tv_sec = seconds}};
    limited = context;
    signal(SIGVTALRM, on_time);
    setitimer(ITIMER_VIRTUAL, &time, NULL);
}

/* -- what the host does differently ----------------------------------------------------------- */

static int on_progress(void *user, double fraction)
{
    struct run *run = user;
    (void)fraction;
    const long n = atomic_fetch_add(&run->progress, 1) + 1;
    if (atomic_load(&run->cancelled))
        atomic_fetch_add(&run->late, 1);
    if (n == run->setting->cancel_at)
        atomic_store(&run->cancelled, true);
    return atomic_load(&run->cancelled);
}

/* Outputs are the host's until here, and then lie in a frame. */
static int on_output(struct seg_call *call, uint32_t port, const struct seg_shape *shape,
                     struct seg_view *view)
{
    struct run *run = (struct run *)call;
    int status = segi_host.output(call, port, shape, view);
    if (status || run->out[port].memory || view->kind == SEG_INSTANCES || run->setting->in_place)
        return status;
    seg_layer *layer = call->outputs[port].layer;
    struct seg_shape whole = SEG_SHAPE;
    seg_layer_shape(layer, &whole);
    verify_frame_new(&run->out[port], &whole, run->setting->layout, run->setting->around,
                     run->setting->output);
    segi_free(&call->context->mem, layer->storage);
    layer->storage = NULL;
    layer->view = run->out[port].view;
    return segi_host.output(call, port, NULL, view);
}

static int backwards(struct seg_call *call, size_t count, size_t grain, seg_body body, void *arg)
{
    const size_t piece = grain ? grain : 1, pieces = (count + piece - 1) / piece;
    const unsigned workers = call->host->workers(call);
    for (size_t i = pieces; i-- > 0;) {
        const size_t end = (i + 1) * piece < count ? (i + 1) * piece : count;
        int status = atomic_load(&call->context->cancel)
                         ? SEG_CANCELLED
                         : body(arg, i * piece, end, (unsigned)(i % workers));
        if (status)
            return status;
    }
    return SEG_OK;
}

/* -- before ----------------------------------------------------------------------------------- */

static void add_instances(seg_layer *layer, const struct verify_form *form)
{
    for (int32_t i = 0; i < 3 && i < form->height; i++) {
        const struct seg_run runs = {i, 0, form->width - i > 0 ? form->width - i : 1};
        const struct seg_instance one = {.struct_size = sizeof one,
                                         .id = i + 1,
                                         .class_id = i,
                                         .score = 1.0f - 0.25f * (float)i,
                                         .box = {0, (float)i, (float)runs.length, 1},
                                         .runs = &runs,
                                         .run_count = 1};
        seg_layer_add_instance(layer, &one, NULL);
    }
    seg_layer_seal(layer);
}

static int make_input(struct run *run, const struct verify_form *form, uint32_t port)
{
    const struct verify_setting *how = run->setting;
    struct seg_shape shape;
    int status;
    verify_form_shape(run->trial->stage, form, port, &shape);
    if (!shape.kind)
        return SEG_OK;
    seg_layer **layer = &run->layers[port];
    if (shape.kind == SEG_INSTANCES || how->in_place) {
        struct seg_view view = SEG_VIEW;
        status = seg_layer_new(run->context, &shape, layer, &run->error);
        if (!status && shape.kind == SEG_INSTANCES) {
            add_instances(*layer, form);
        } else if (!status) {
            seg_layer_view(*layer, &view, NULL);
            verify_form_paint(form, &view);
            seg_layer_seal(*layer);
        }
    } else {
        struct verify_frame *frame = &run->in[port];
        verify_frame_new(frame, &shape, how->layout, how->around, how->output);
        verify_form_paint(form, &frame->view);
        run->before[port] = verify_need(1, frame->size);
        memcpy(run->before[port], frame->memory, frame->size);
        status = seg_layer_wrap(run->context, &frame->view, NULL, NULL, layer, &run->error);
    }
    if (!status)
        (*layer)->props.color = shape.planes == 1   ? SEG_COLOR_GRAY
                                : shape.planes == 3 ? SEG_COLOR_RGB
                                                    : SEG_COLOR_UNKNOWN;
    return status;
}

static int open_context(struct run *run)
{
    const struct verify_options *options = run->trial->options;
    const char *const plugins[] = {options->path, NULL};
    const struct seg_allocator allocator = verify_heap_allocator(&run->heap);
    const struct seg_options context = {.struct_size = sizeof context,
                                        .threads =
                                            run->setting->threads ? run->setting->threads : 1,
                                        .allocator = &allocator,
                                        .plugins = plugins,
                                        .plugin_path = options->context->plugin_path};
    int status = seg_context_new(&context, &run->context, &run->error);
    if (!status) { /* kept blocks would hide what is done to them */
        segi_cache_free(run->context->mem.cache);
        run->context->mem.cache = NULL;
    }
    return status;
}

static int begin(struct run *run)
{
    const struct seg_stage *stage = run->trial->stage;
    run->in = verify_need(stage->input_count, sizeof *run->in);
    run->out = verify_need(stage->output_count, sizeof *run->out);
    run->before = verify_need(stage->input_count, sizeof *run->before);
    run->layers = verify_need(stage->input_count, sizeof *run->layers);
    run->host = segi_host;
    run->host.output = on_output;
    if (run->setting->backwards)
        run->host.parallel = backwards;
    int status = open_context(run);
    if (status)
        return status;
    run->call = (struct seg_call){.context = run->context,
                                  .stage = stage,
                                  .host = &run->host,
                                  .inputs = run->layers,
                                  .err = &run->error,
                                  .progress = on_progress,
                                  .user = run};
    run->call.outputs = verify_need(stage->output_count, sizeof *run->call.outputs);
    segi_call_begin(&run->call);
    return SEG_OK;
}

/* -- the stage -------------------------------------------------------------------------------- */

static void drop_layers(struct run *run)
{
    for (uint32_t i = 0; i < run->trial->stage->input_count; i++) {
        seg_layer_unref(run->layers[i]);
        run->layers[i] = NULL;
    }
    for (uint32_t i = 0; i < run->trial->stage->output_count; i++) {
        seg_layer_unref(run->call.outputs[i].layer);
        run->call.outputs[i] = (struct segi_output){0};
    }
}

static void offer_storage(struct run *run)
{
    const struct seg_stage *stage = run->trial->stage;
    for (uint32_t i = 0; i < stage->output_count; i++) {
        const struct seg_port *port = &stage->outputs[i];
        for (uint32_t k = 0; (port->flags & SEG_PORT_IN_PLACE) && k < stage->input_count; k++)
            if (port->like ? !strcmp(port->like, stage->inputs[k].name) : k == 0)
                run->call.outputs[i].inherit = run->layers[k];
    }
}

/* One call of process with all that belongs to it; the outputs stay in the call. */
static int process(struct run *run, const struct verify_form *form, void *self)
{
    const struct seg_stage *stage = run->trial->stage;
    struct seg_shape *in = verify_need(stage->input_count, sizeof *in);
    struct seg_shape *out = verify_need(stage->output_count, sizeof *out);
    int status = SEG_OK;
    memset(run->out, 0, stage->output_count * sizeof *run->out);
    run->heap.armed = false;
    for (uint32_t i = 0; i < stage->input_count && !status; i++) {
        status = make_input(run, form, i);
        verify_form_shape(stage, form, i, &in[i]);
    }
    run->heap.armed = true;
    if (!status)
        status = segi_call_shapes(&run->call, run->trial->values, in, out);
    for (uint32_t i = 0; i < stage->output_count; i++)
        run->call.outputs[i].shape = out[i];
    if (run->setting->in_place)
        offer_storage(run);
    if (status)
        return status;
    run->trial->report->runs++;
    limit_time(run->context, SECONDS_MOST);
    status = segi_call_process(&run->call, self);
    limit_time(run->context, 0);
    return status;
}

static int call_stage(struct run *run)
{
    void *self = NULL;
    run->heap.armed = true;
    int status = segi_call_create(&run->call, run->trial->values, &self);
    if (status)
        return status;
    if (run->setting->twice) {
        struct verify_form other = run->trial->form;
        other.content = VERIFY_FLAT;
        other.width = other.width / 2 + 1;
        process(run, &other, self);
        drop_layers(run);
        run->error = (struct seg_error){0};
    }
    status = process(run, &run->trial->form, self);
    segi_call_destroy(&run->call, self);
    run->heap.armed = false;
    return status;
}

/* -- after ------------------------------------------------------------------------------------ */

static void look_at_frames(const struct run *run)
{
    const struct seg_stage *stage = run->trial->stage;
    struct verify_report *report = run->trial->report;
    for (uint32_t i = 0; i < stage->input_count; i++)
        if (run->in[i].memory)
            verify_audit_frame(report, "input", stage->inputs[i].name, &run->in[i], run->before[i],
                               0);
    for (uint32_t i = 0; i < stage->output_count; i++)
        if (run->out[i].memory)
            verify_audit_frame(report, "output", stage->outputs[i].name, &run->out[i], NULL,
                               run->setting->around);
}

static void end(struct run *run, struct verify_result *result)
{
    struct verify_report *report = run->trial->report;
    look_at_frames(run);
    verify_heap_check(&run->heap);
    drop_layers(run);
    segi_call_end(&run->call);
    seg_context_free(run->context);
    run->heap.largest = 0;
    verify_heap_check(&run->heap);
    if (run->heap.damage[0])
        verify_found(report, VERIFY_OVERRUN, "it wrote %s", run->heap.damage);
    if (run->heap.live)
        verify_found(report, VERIFY_LEAK, "%zu allocations are lost, one of %zu bytes",
                     run->heap.live, run->heap.largest);
    if (run->late && run->setting->threads < 2)
        verify_found(report, VERIFY_CANCEL, "it asked %ld more times after it was told to stop",
                     atomic_load(&run->late));
    result->allocations = run->heap.calls;
    result->progress = run->progress;
}

/* For findings: what goes in, and how. */
static void tell_where(const struct verify_trial *trial, const struct verify_setting *setting)
{
    char form[VERIFY_TEXT];
    FILE *out = fmemopen(trial->report->where, sizeof trial->report->where, "w");
    if (!out)
        return;
    verify_form_text(trial->stage, &trial->form, form, sizeof form);
    fprintf(out, "%s%s%s%s%s", form, trial->text[0] ? ", " : "", trial->text,
            setting->name[0] ? ", " : "", setting->name);
    fclose(out);
}

const struct verify_result *verify_run(const struct verify_trial *trial,
                                       const struct verify_setting *setting)
{
    struct verify_result *result = verify_need(1, sizeof *result);
    struct run *run = verify_need(1, sizeof *run);
    run->trial = trial;
    run->setting = setting;
    tell_where(trial, setting);
    verify_heap_init(&run->heap, setting->memory, setting->fail_at);
    result->status = begin(run);
    if (result->status)
        verify_need(SIZE_MAX, SIZE_MAX); /* no memory for the test itself */
    result->status = call_stage(run);
    result->error = run->error;
    if (!result->status) {
        trial->report->good++;
        verify_result_take(result, &run->call);
        verify_audit_values(trial, result);
    }
    verify_audit_status(trial, result, run->cancelled || atomic_load(&run->context->cancel));
    end(run, result);
    return result;
}
