/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run did, as JSON: resolved parameters, wiring, times and reported values. */
#ifndef SEGI_REPORT_H
#define SEGI_REPORT_H

#include "../base/json.h"

#include <segkit/segkit.h>

/* One object for one image. `result` NULL: the plan alone. */
void cli_report(struct segi_json_out *out, const char *image, const seg_plan *plan,
                const seg_result *result);

#endif
