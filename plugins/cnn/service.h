/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this plugin offers to others. */
#ifndef CNN_SERVICE_H
#define CNN_SERVICE_H

#include <segkit/model.h>

extern const struct seg_probe_api cnn_probe_api;

/* seg_plugin.extension */
const void *cnn_service(const char *id);

#endif
