/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this plugin offers to others. */
#ifndef CNN_SERVICE_H
#define CNN_SERVICE_H

/* seg_plugin.extension */
const void *cnn_service(const char *id);

#endif
