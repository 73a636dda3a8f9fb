/* SPDX-License-Identifier: MIT */
/* The stages of the plugin @NAME@. */
#ifndef STAGES_H
#define STAGES_H

#include <segkit/plugin-util.h>

@DECLARATIONS@
#endif
