/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a result was made of, so that it can be made again. */
#ifndef SEGI_PROVENANCE_H
#define SEGI_PROVENANCE_H

#include "../base/json.h"

#include <segkit/segkit.h>

/* SHA-256 of a layer: its kind, dtype, size and samples, or its instances. */
void cli_layer_digest(const seg_layer *layer, char text[65]);

/* Members of the object at hand: "image_digest", "pipeline" (YAML with every parameter and wire),
 * "files" (what stages read) and "layers" (what survived the run), each with its digest. */
void cli_provenance(struct segi_json_out *out, const char *image, const seg_plan *plan,
                    const seg_result *result);

/* What a result file carries: a report of that alone which makes it again, in one line; NULL where
 * a name in it is no UTF-8. SEG_OK or SEG_NOMEM; freed with free(). */
int cli_provenance_text(const char *image, const seg_plan *plan, const seg_result *result,
                        char **text);

#endif
