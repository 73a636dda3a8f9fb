/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A checked plan as YAML again, with every parameter and every wire said. */
#ifndef SEGI_EMIT_H
#define SEGI_EMIT_H

#include "command.h"

/* A parameter that is written with another value than it has. */
struct cli_override {
    size_t step;
    const char *param;
    char value[40];
};

/* Steps first..end-1. Layers get names that YAML and other pipelines can use. */
void cli_emit(FILE *to, const seg_plan *plan, size_t first, size_t end,
              const struct cli_override *overrides, size_t override_count);

/* How cli_emit calls a layer of the plan; `name` of 80 bytes. */
void cli_emit_name(const seg_plan *plan, const char *layer, char name[80]);

#endif
