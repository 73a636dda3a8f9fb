/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* scikit-image, by a script that says which rows it knows. PYTHON is the distribution's unless the
 * environment says another. */
#include "toolbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCRIPT BENCH_TREE "/tests/bench/peer_skimage.py"

static const char *python(void)
{
    const char *named = getenv("PYTHON");
    return named ? named : "/usr/bin/python3";
}

static bool knows(const char *row)
{
    char command[4096], line[256];
    bool found = false;
    snprintf(command, sizeof command, "'%s' '%s' 2>/dev/null", python(), SCRIPT);
    FILE *names = popen(command, "r");
    while (names && fgets(line, sizeof line, names)) {
        line[strcspn(line, "\n")] = '\0';
        found = found || !strcmp(line, row);
    }
    if (names)
        pclose(names);
    return found;
}

/* Turns the process into the script, which serves as side.c would. */
static void *prepare(const struct bench_row *row, const struct bench_layers *layers,
                     unsigned threads)
{
    char *words[4 + BENCH_MOST_INPUTS] = {(char *)python(), SCRIPT, (char *)row->name};
    (void)threads; /* it has one */
    if (!knows(row->name))
        return NULL;
    for (size_t i = 0; i < layers->count; i++)
        words[3 + i] = (char *)bench_layer_file(layers->names[i]);
    execv(words[0], words);
    return NULL;
}

const struct bench_toolbox bench_skimage = {"scikit-image", prepare, NULL};
