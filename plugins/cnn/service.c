/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The runtime as the service "cnn.model/1". */
#include "service.h"
#include "graph/cost.h"
#include "graph/model.h"

#include <segkit/model.h>
#include <stdlib.h>
#include <string.h>

struct seg_model {
    struct cnn_model *model;
    int32_t *inputs, *outputs; /* blobs; one allocation */
    uint32_t input_count, output_count;
};

struct seg_model_session {
    struct seg_model *model;
    struct cnn_lease lease;
    unsigned workers;
    struct cnn_blob *in, *out;
    float **floats; /* of outputs that are integers; owned */
    double *seconds;
    bool timed;
};

/* An error of the runtime as the caller's. */
static int pass(const struct cnn_error *from, struct seg_error *to)
{
    if (from->status != SEG_OK && to) {
        to->status = from->status;
        memcpy(to->text, from->text, sizeof to->text);
        to->text[sizeof to->text - 1] = '\0';
    }
    return from->status;
}

/* -- a model ---------------------------------------------------------------------------------- */

static void service_close(struct seg_model *model)
{
    if (!model)
        return;
    cnn_model_close(model->model);
    free(model->inputs);
    free(model);
}

static int service_open(const char *param, const char *weights, struct seg_model **result,
                        struct seg_error *to)
{
    struct cnn_error err = {0};
    struct seg_model *model = calloc(1, sizeof *model);
    if (!model) {
        cnn_nomem(&err);
        return pass(&err, to);
    }
    model->model = cnn_model_open(param, weights, cnn_isa_here(), &err);
    const struct cnn_net *net = model->model ? cnn_model_net(model->model) : NULL;
    if (net)
        model->inputs = malloc((2 * net->blob_count + 1) * sizeof *model->inputs);
    if (net && !model->inputs)
        cnn_nomem(&err);
    if (err.status != SEG_OK) {
        service_close(model);
        return pass(&err, to);
    }
    model->outputs = model->inputs + net->blob_count;
    for (size_t i = 0; i < net->blob_count; i++) {
        const struct cnn_net_blob *blob = &net->blobs[i];
        bool input = blob->producer >= 0 && !strcmp(net->layers[blob->producer].type, "Input");
        if (input || (blob->producer < 0 && blob->consumers))
            model->inputs[model->input_count++] = (int32_t)i;
        else if (!blob->consumers && blob->producer >= 0)
            model->outputs[model->output_count++] = (int32_t)i;
    }
    *result = model;
    return SEG_OK;
}

static void service_info(const struct seg_model *model, struct seg_model_info *info)
{
    const struct cnn_net *net = cnn_model_net(model->model);
    info->layers = (uint32_t)net->layer_count;
    info->blobs = (uint32_t)net->blob_count;
    info->weights = net->weight_count;
    info->weight_bytes = net->weight_bytes;
    info->inputs = model->input_count;
    info->outputs = model->output_count;
    if (info->struct_size >= sizeof *info)
        info->spare_bytes = cnn_net_spare(net);
}

static void service_input(const struct seg_model *model, uint32_t index,
                          struct seg_model_blob *blob)
{
    const struct cnn_net *net = cnn_model_net(model->model);
    const struct cnn_net_blob *b = &net->blobs[model->inputs[index]];
    *blob = (struct seg_model_blob){.name = b->name};
    if (b->producer < 0)
        return;
    static const int32_t ids[5][4] = {{0}, {0}, {1, 0}, {2, 1, 0}, {2, 11, 1, 0}};
    const struct cnn_params *p = &net->layers[b->producer].params;
    blob->rank = cnn_int(p, 11, 0)  ? 4
                 : cnn_int(p, 2, 0) ? 3
                 : cnn_int(p, 1, 0) ? 2
                 : cnn_int(p, 0, 0) ? 1
                                    : 0;
    for (int32_t i = 0; i < blob->rank; i++) {
        blob->shape[i] = cnn_int(p, ids[blob->rank][i], 0);
        if (blob->shape[i] < 1) /* a size that the file leaves open */
            blob->rank = 0;
    }
}

static void service_output(const struct seg_model *model, uint32_t index,
                           struct seg_model_blob *blob)
{
    const struct cnn_net *net = cnn_model_net(model->model);
    *blob = (struct seg_model_blob){.name = net->blobs[model->outputs[index]].name};
}

/* -- a session -------------------------------------------------------------------------------- */

static int find(const struct cnn_net *net, const char *name, int32_t *blob, struct cnn_error *err)
{
    *blob = cnn_net_find(net, name);
    return *blob >= 0 ? SEG_OK
                      : cnn_fail(err, SEG_USAGE, "%s: there is no blob '%s'", net->path, name);
}

static void service_end(struct seg_model_session *s)
{
    if (!s)
        return;
    for (size_t i = 0; s->floats && i < s->lease.plan->output_count; i++)
        free(s->floats[i]);
    cnn_model_return(s->model->model, &s->lease);
    free(s->floats);
    free(s->seconds);
    free(s->in);
    free(s);
}

static int service_plan(struct seg_model *model, const struct seg_model_blob *inputs,
                        size_t input_count, const char *const *outputs, size_t output_count,
                        unsigned workers, struct seg_model_session **result, struct seg_error *to)
{
    struct cnn_error err = {0};
    const struct cnn_net *net = cnn_model_net(model->model);
    struct seg_model_session *s = calloc(1, sizeof *s);
    int32_t *ids = malloc((input_count + output_count + 1) * sizeof *ids);
    if (s) {
        s->model = model;
        s->workers = workers ? workers : 1;
        s->in = calloc(input_count + output_count + 1, sizeof *s->in);
    }
    if (!s || !ids || !s->in) {
        cnn_nomem(&err);
        goto out;
    }
    s->out = s->in + input_count;
    for (size_t i = 0; i < input_count; i++) {
        int64_t axes[4];
        for (int32_t k = 0; k < 4; k++)
            axes[k] = inputs[i].shape[k];
        if (find(net, inputs[i].name, &ids[i], &err) != SEG_OK)
            goto out;
        if (inputs[i].rank < 1 || inputs[i].rank > 4 ||
            cnn_shape(&s->in[i], inputs[i].rank, axes, CNN_F32, &err) != SEG_OK) {
            cnn_fail(&err, SEG_USAGE, "%d axes (1 to 4)", inputs[i].rank);
            cnn_error_prefix(&err, "input '%s'", inputs[i].name);
            goto out;
        }
    }
    for (size_t i = 0; i < output_count; i++)
        if (find(net, outputs[i], &ids[input_count + i], &err) != SEG_OK)
            goto out;
    if (cnn_model_lease(model->model, s->in, ids, input_count, ids + input_count, output_count,
                        s->workers, &s->lease, &err) != SEG_OK)
        goto out;
    s->floats = calloc(output_count + 1, sizeof *s->floats);
    s->seconds = calloc(s->lease.plan->node_count + 1, sizeof *s->seconds);
    if (!s->floats || !s->seconds)
        cnn_nomem(&err);
out:
    free(ids);
    if (err.status == SEG_OK) {
        *result = s;
    } else if (s) {
        if (s->lease.plan)
            cnn_model_return(model->model, &s->lease);
        free(s->floats);
        free(s->seconds);
        free(s->in);
        free(s);
    }
    return pass(&err, to);
}

/* An output as floats, whatever it is. */
static int export(struct seg_model_session *s, size_t index, struct seg_model_blob *out,
                  struct cnn_error *err)
{
    const struct cnn_blob *blob = &s->out[index];
    const struct cnn_net *net = cnn_model_net(s->model->model);
    size_t count = cnn_count(blob);
    out->name = net->blobs[s->lease.plan->output_blobs[index]].name;
    out->rank = cnn_axes(blob, out->shape);
    out->data = blob->data;
    if (blob->dtype != CNN_I8)
        return SEG_OK;
    free(s->floats[index]);
    s->floats[index] = malloc((count + 1) * sizeof(float));
    if (!s->floats[index])
        return cnn_nomem(err);
    for (size_t i = 0; i < count; i++)
        s->floats[index][i] = (float)((const int8_t *)blob->data)[i];
    out->data = s->floats[index];
    return SEG_OK;
}

static int service_run(struct seg_model_session *s, const struct seg_model_pool *pool,
                       const struct seg_model_blob *inputs, struct seg_model_blob *outputs,
                       struct seg_error *to)
{
    struct cnn_error err = {0};
    const struct cnn_plan *plan = s->lease.plan;
    const struct cnn_env env = {
        .ctx = pool->ctx, .parallel = pool->parallel, .workers = s->workers, .isa = plan->isa};
    if (pool->workers > s->workers)
        cnn_fail(&err, SEG_USAGE, "a pool of %u workers for a plan of %u", pool->workers,
                 s->workers);
    for (size_t i = 0; i < plan->input_count; i++)
        s->in[i].data = (void *)(uintptr_t)inputs[i].data;
    if (err.status == SEG_OK)
        cnn_session_run(s->lease.session, &env, s->in, s->out, s->timed ? s->seconds : NULL, &err);
    for (size_t i = 0; err.status == SEG_OK && i < plan->output_count; i++)
        export(s, i, &outputs[i], &err);
    return pass(&err, to);
}

static void service_memory(const struct seg_model_session *s, uint64_t *working, uint64_t *prepared)
{
    *working = s->lease.plan->arena;
    *prepared = cnn_model_prepared(s->model->model);
}

static uint32_t service_steps(const struct seg_model_session *s)
{
    return (uint32_t)s->lease.plan->node_count;
}

static void service_step(const struct seg_model_session *s, uint32_t index,
                         struct seg_model_step *step)
{
    const struct cnn_plan *plan = s->lease.plan;
    const struct cnn_node *node = &plan->nodes[index];
    const struct cnn_layer *layer = node->layer < 0 ? NULL : &plan->net->layers[node->layer];
    const struct cnn_blob *out = node->out_count ? &plan->values[node->out[0]].blob : NULL;
    step->layer = layer ? layer->name : "";
    step->type = layer ? layer->type : "layout";
    step->kernel = node->conv ? node->conv->kernel->name : "";
    step->rank = out ? cnn_axes(out, step->shape) : 0;
    step->operations = cnn_node_operations(plan, node);
    step->seconds = s->seconds[index];
}

static void service_timing(struct seg_model_session *s, int on)
{
    s->timed = on != 0;
    memset(s->seconds, 0, s->lease.plan->node_count * sizeof *s->seconds);
}

static const struct seg_model_api api = {
    .struct_size = sizeof api,
    .open = service_open,
    .close = service_close,
    .info = service_info,
    .input = service_input,
    .output = service_output,
    .plan = service_plan,
    .end = service_end,
    .run = service_run,
    .memory = service_memory,
    .steps = service_steps,
    .step = service_step,
    .timing = service_timing,
};

const void *cnn_service(const char *id)
{
    if (strcmp(id, SEG_PROBE_SERVICE) == 0)
        return &cnn_probe_api;
    return strcmp(id, SEG_MODEL_SERVICE) == 0 ? &api : NULL;
}
