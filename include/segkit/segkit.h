/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything a program needs to run pipelines. Plugins include plugin.h alone. */
#ifndef SEGKIT_SEGKIT_H
#define SEGKIT_SEGKIT_H

#include <segkit/context.h>
#include <segkit/layer.h>
#include <segkit/pipeline.h>
#include <segkit/registry.h>
#include <segkit/status.h>
#include <segkit/version.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that runs, "1.2.3"; SEG_VERSION_STRING is that of the header. */
SEG_API const char *seg_version(void);

#ifdef __cplusplus
}
#endif
#endif
