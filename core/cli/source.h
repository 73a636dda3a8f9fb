/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a command's pipeline comes from (-p FILE, or the words after "--"), and its further
 * inputs (--in). */
#ifndef SEGI_SOURCE_H
#define SEGI_SOURCE_H

#include "command.h"

struct cli_source {
    const char *pipeline; /* -p */
    struct cli_list in;   /* --in NAME[:KIND]=FILE */
    uint64_t page;        /* --page */
};

#define CLI_SOURCE_OPTIONS(T, member)                                                              \
    {'p',      "pipeline",                                                                         \
     "FILE",   "run the stages of this YAML file",                                                 \
     CLI_TEXT, offsetof(T, member.pipeline),                                                       \
     0,        0},                                                                                 \
        {0,                                                                                        \
         "in",                                                                                     \
         "NAME[:KIND]=FILE",                                                                       \
         "a further input layer (markers, mask, ...)",                                             \
         CLI_LIST,                                                                                 \
         offsetof(T, member.in),                                                                   \
         0,                                                                                        \
         0},                                                                                       \
    {                                                                                              \
        0, "page", "N", "the page of a TIFF to read, from 0", CLI_COUNT, offsetof(T, member.page), \
            0, INT32_MAX                                                                           \
    }

/* Parses the pipeline. An error is told; returns an exit code. */
int cli_source_parse(struct cli *cli, const struct cli_source *source, seg_pipeline **pipeline);

/* The layers that --in names, loaded, with room for the image in front: list[0] is left for the
 * caller, list[1..] are filled, *count is all of them. The caller frees with cli_inputs_free. */
int cli_inputs_load(struct cli *cli, const struct cli_source *source, struct seg_input **list,
                    size_t *count);
void cli_inputs_free(struct seg_input *list, size_t count);

/* `input` of a layer's own name, shape and colour; takes the reference. */
struct seg_input cli_input(const char *name, seg_layer *layer);

#endif
