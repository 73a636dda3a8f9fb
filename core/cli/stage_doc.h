/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stage explained from its own tables: for the terminal, as JSON, as a manual page. */
#ifndef SEGI_STAGE_DOC_H
#define SEGI_STAGE_DOC_H

#include "../base/json.h"

#include <segkit/segkit.h>
#include <stdbool.h>

/* The words of a pipeline that begins with a gray or, where the stage wants that, a colour image
 * and ends with the stage; false: it needs what no image gives, such as a file. */
struct cli_example {
    char words[256];
    int32_t planes; /* of the image */
    uint32_t kind;  /* of the result */
};
bool cli_stage_example(seg_context *context, const struct seg_stage *stage,
                       struct cli_example *example);

void cli_stage_text(FILE *to, const struct seg_stage *stage);
void cli_stage_json(struct segi_json_out *out, const struct seg_stage *stage);
void cli_stage_man(FILE *to, const struct seg_stage *stage, const struct cli_example *example);
int cli_stages_man(FILE *to, seg_context *context); /* all of them; as seg_stage_each() */

/* "0..100", "odd, 3..501", "4, 8": what a parameter may be. Returns `text`. */
char *cli_param_range(const struct seg_param *param, char *text, size_t size);

/* Its default as one would type it; "" where it has none. Returns `text`. */
char *cli_param_default(const struct seg_param *param, char *text, size_t size);

/* "image, u8 or u16": what a port takes. Returns `text`. */
char *cli_port_kinds(const struct seg_port *port, char *text, size_t size);

#endif
