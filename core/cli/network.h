/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network on the command line: its files, its inputs, the service that computes it. */
#ifndef SEGI_NETWORK_H
#define SEGI_NETWORK_H

#include "command.h"
#include "tensor.h"

struct cli_network {
    const struct seg_model_api *api;
    struct seg_model *model;
    struct seg_model_session *session;
    struct seg_model_pool pool;
    struct cli_tensor *inputs;    /* owned */
    struct seg_model_blob *blobs; /* of the inputs, then of the outputs; owned */
    const char **names;           /* of the outputs; owned */
    size_t input_count, output_count;
};

/* The context's threads. */
struct seg_model_pool cli_network_pool(struct cli *cli);

#define CLI_NETWORK_INPUT(T, member)                                                               \
    {                                                                                              \
        'i', "input", "BLOB=FILE", "an input: a .npy file, or random:SEED:W,H,C", CLI_LIST,        \
            offsetof(T, member), 0, 0                                                              \
    }

/* Opens the model that the operands PARAM and BIN name. What is wrong is told; returns an exit
 * code. cli_network_close is called in any case. */
int cli_network_open(struct cli *cli, struct cli_network *network);
/* Loads the inputs and plans for the outputs; none given: all that the network has. An input that
 * is not given is random where the file states its size and `guess` allows. */
int cli_network_plan(struct cli *cli, struct cli_network *network, const struct cli_list *inputs,
                     const char *const *outputs, size_t output_count, bool guess);
/* Results are in blobs, behind the inputs. */
int cli_network_run(struct cli_network *network);
void cli_network_close(struct cli_network *network);

#endif
