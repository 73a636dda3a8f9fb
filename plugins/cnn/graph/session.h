/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of a plan at a time: its memory, and the loop over its nodes. */
#ifndef CNN_SESSION_H
#define CNN_SESSION_H

#include "graph/plan.h"

struct cnn_session;

struct cnn_session *cnn_session_new(const struct cnn_plan *plan, struct cnn_error *err);
void cnn_session_free(struct cnn_session *session);

/* Runs the plan. `inputs` are as the plan was made for, with data, planar. `outputs` are filled in
 * with blobs in the session's memory, which the next run overwrites. `seconds`, unless NULL, has an
 * element for each node, to which its time is added. */
int cnn_session_run(struct cnn_session *session, const struct cnn_env *env,
                    const struct cnn_blob *inputs, struct cnn_blob *outputs, double *seconds,
                    struct cnn_error *err);

#endif
