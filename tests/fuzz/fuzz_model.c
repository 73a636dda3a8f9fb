/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks: a param file of either form, and behind a line "WEIGHTS" the weights. What loads is
 * planned and run on small inputs, where that is not too much work. */
#include "graph/cost.h"
#include "graph/model.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PORTS   8
#define MARK    "\nWEIGHTS\n"
#define WORKING ((size_t)1 << 26)
#define WORK    1e8

static int serial(void *ctx, size_t count, size_t grain, cnn_body body, void *arg)
{
    (void)ctx, (void)grain;
    return body(arg, 0, count, 0);
}

static bool affordable(const struct cnn_plan *plan)
{
    double work = 0;
    for (size_t i = 0; i < plan->node_count; i++)
        work += cnn_node_operations(plan, &plan->nodes[i]);
    return plan->arena <= WORKING && work <= WORK;
}

static void run(struct cnn_model *model)
{
    static float numbers[3 * 8 * 8];
    const struct cnn_net *net = cnn_model_net(model);
    const struct cnn_env env = {.parallel = serial, .workers = 1, .isa = cnn_isa_here()};
    struct cnn_blob inputs[PORTS], outputs[PORTS];
    int32_t in[PORTS], out[PORTS];
    size_t in_count = 0, out_count = 0;
    struct cnn_error err = {0};
    struct cnn_lease lease = {0};
    for (size_t i = 0; i < net->blob_count; i++) {
        const struct cnn_net_blob *b = &net->blobs[i];
        bool given = b->producer < 0 || strcmp(net->layers[b->producer].type, "Input") == 0;
        if (given && b->consumers && in_count < PORTS) {
            /* Of several inputs the later ones have fewer axes. */
            int32_t rank = in_count < 3 ? 3 - (int32_t)in_count : 3;
            inputs[in_count] = (struct cnn_blob){
                numbers, rank, 8, rank > 1 ? 8 : 1, 1, rank > 2 ? 3 : 1, 1, CNN_F32};
            in[in_count++] = (int32_t)i;
        } else if (!given && !b->consumers && out_count < PORTS) {
            out[out_count++] = (int32_t)i;
        }
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        numbers[i] = (float)(i % 13) * 0.25f - 1.0f;
    if (cnn_model_lease(model, inputs, in, in_count, out, out_count, 1, &lease, &err) == SEG_OK &&
        affordable(lease.plan))
        cnn_session_run(lease.session, &env, inputs, outputs, NULL, &err);
    cnn_model_return(model, &lease);
    if (err.status != SEG_OK && !err.text[0])
        abort(); /* a failure without a word */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cnn_error err = {0};
    const size_t mark = sizeof MARK - 1;
    const uint8_t *end = size ? memmem(data, size, MARK, mark) : NULL;
    size_t param = end ? (size_t)(end - data) : size, rest = end ? size - param - mark : 0;
    unsigned char *weights = malloc(rest + 1); /* aligned, and with nothing behind it */
    if (rest)
        memcpy(weights, end + mark, rest);
    struct cnn_net *net = cnn_net_parse("fuzz", data, param, weights, rest, &err);
    struct cnn_model *model = net ? cnn_model_of(net, cnn_isa_here(), &err) : NULL;
    if (model)
        run(model);
    else if (!err.text[0])
        abort();
    cnn_model_close(model);
    free(weights);
    return 0;
}
