/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model as its users see it: a net, its prepared weights, and plans and sessions for the shapes
 * that were asked for, kept for the next time. Any number of threads may use one model. */
#ifndef CNN_MODEL_H
#define CNN_MODEL_H

#include "graph/session.h"

struct cnn_model;

/* The best instruction set of this machine, or portable where SEGKIT_CPU says so. */
enum cnn_isa cnn_isa_here(void);

struct cnn_model *cnn_model_open(const char *param, const char *weights, enum cnn_isa isa,
                                 struct cnn_error *err);
/* Takes over the net. */
struct cnn_model *cnn_model_of(struct cnn_net *net, enum cnn_isa isa, struct cnn_error *err);
void cnn_model_close(struct cnn_model *model);
const struct cnn_net *cnn_model_net(const struct cnn_model *model);
/* Bytes of prepared weights. */
size_t cnn_model_prepared(const struct cnn_model *model);

/* A session for inputs of these shapes, from the model's store or a new one. */
struct cnn_lease {
    struct cnn_session *session;
    const struct cnn_plan *plan;
    void *entry;
};
int cnn_model_lease(struct cnn_model *model, const struct cnn_blob *inputs,
                    const int32_t *input_blobs, size_t input_count, const int32_t *output_blobs,
                    size_t output_count, unsigned workers, struct cnn_lease *lease,
                    struct cnn_error *err);
void cnn_model_return(struct cnn_model *model, struct cnn_lease *lease);

#endif
