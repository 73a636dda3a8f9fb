/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder tests/cases/pipelines: each file is a pipeline and, in lines that begin with "#= ",
 * what a check must say of it. */
#include "pipe.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define CASE_SIZE 65536

static char *read_case(const char *path)
{
    char *text = calloc(1, CASE_SIZE);
    FILE *file = fopen(path, "r");
    cr_assert(text && file, "%s", path);
    cr_assert_lt(fread(text, 1, CASE_SIZE - 1, file), CASE_SIZE - 1, "%s", path);
    fclose(file);
    return text;
}

/* What stands behind "#= ", and the text without it. */
static char *cut_expected(char *text)
{
    char *expected = NULL;
    size_t size;
    FILE *to = open_memstream(&expected, &size);
    char *begin = strstr(text, "#= ");
    for (char *line = begin; line && !strncmp(line, "#= ", 3); line = strchr(line, '\n') + 1)
        fprintf(to, "%.*s\n", (int)strcspn(line + 3, "\n"), line + 3);
    fclose(to);
    if (begin)
        *begin = 0;
    return expected;
}

static void run_case(seg_context *context, const char *path)
{
    char *text = read_case(path), *expected = cut_expected(text), *got = NULL;
    size_t size;
    FILE *to = open_memstream(&got, &size);
    pipe_write_case(context, text, to);
    fclose(to);
    cr_expect(*expected, "%s: nothing is expected", path);
    cr_expect_str_eq(got, expected, "%s:\n%s", path, got);
    free(got);
    free(expected);
    free(text);
}

Test(pipe, cases)
{
    const char *source = getenv("srcdir");
    char pattern[1024];
    glob_t files;
    seg_context *context = pipe_context(NULL, 1, NULL, NULL);
    snprintf(pattern, sizeof pattern, "%s/tests/cases/pipelines/*.yaml", source ? source : ".");
    cr_assert_eq(glob(pattern, 0, NULL, &files), 0);
    cr_assert_geq(files.gl_pathc, 80);
    for (size_t i = 0; i < files.gl_pathc; i++)
        run_case(context, files.gl_pathv[i]);
    globfree(&files);
    seg_context_free(context);
}

/* Whatever is cut off a pipeline, the rest is read or refused, and nothing is lost. */
Test(pipe, every_beginning_of_a_pipeline)
{
    static const char text[] =
        "segkit: 1\nstages:\n  - toy.level: { level: 4, weights: [0, 1], out: \"cells\" }\n"
        "  - toy.split:\n      out: { lines: edges }\n      image: input\n  - toy.grow\n";
    seg_context *context = pipe_context(NULL, 1, NULL, NULL);
    char *got = NULL;
    size_t size;
    for (size_t n = 0; n < sizeof text; n++) {
        char *part = strndup(text, n);
        FILE *to = open_memstream(&got, &size);
        pipe_write_case(context, part, to);
        fclose(to);
        cr_expect_neq(*got, 0, "%zu bytes", n);
        free(got);
        free(part);
    }
    seg_context_free(context);
}
