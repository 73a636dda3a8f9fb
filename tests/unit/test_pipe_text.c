/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pipelines as text: files that are none, and the words of a command line. */
#include "pipe.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static seg_context *context;
static seg_pipeline *pipeline;
static struct seg_faults faults;

static void setup(void)
{
    context = pipe_context(NULL, 1, NULL, NULL);
    cr_assert_not_null(context);
}

static void teardown(void)
{
    seg_context_free(context);
}

TestSuite(pipe_text, .init = setup, .fini = teardown);

static void refuses_bytes(const char *text, size_t length, int line, int column, const char *why)
{
    cr_expect_eq(seg_pipeline_parse_text(context, "p.yaml", text, length, &pipeline, &faults),
                 SEG_INVALID);
    cr_assert_geq(faults.count, 1, "%s", why);
    cr_expect_str_eq(faults.list[0].error.text, why);
    cr_expect_str_eq(faults.list[0].file, "p.yaml");
    cr_expect_eq(faults.list[0].line, line, "%s: line %d", why, faults.list[0].line);
    cr_expect_eq(faults.list[0].column, column, "%s: column %d", why, faults.list[0].column);
}

Test(pipe_text, bytes_that_are_no_text)
{
    static const char *const bad[] = {"segkit: 1\n# \x80",         "segkit: 1\n# \xC0\x80",
                                      "segkit: 1\n# \xED\xA0\x80", "segkit: 1\n# \xF4\x90\x80\x80",
                                      "segkit: 1\n# \xE2\x82",     "segkit: 1\n# \xFF"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuses_bytes(bad[i], strlen(bad[i]), 2, 3, "not UTF-8");
    refuses_bytes("\xE2\x82\xAC \xFF", 5, 1, 3, "not UTF-8"); /* columns count characters */
    refuses_bytes("\xFF\xFEs\0e\0", 6, 1, 1, "not UTF-8");    /* UTF-16 */
    refuses_bytes("segkit: 1\0", 10, 0, 0, "not text: it holds NUL bytes");
    refuses_bytes("segkit: \x01", 9, 1, 9, "control characters are not allowed");
}

Test(pipe_text, a_byte_order_mark_is_fine)
{
    static const char text[] = "\xEF\xBB\xBFsegkit: 1\nstages: [toy.add]\n";
    cr_expect_eq(seg_pipeline_parse_text(context, "p", text, sizeof text - 1, &pipeline, &faults),
                 SEG_OK);
    seg_pipeline_free(pipeline);
}

/* head, then `part` so often, as one text */
static char *repeat(const char *head, const char *part, size_t times)
{
    const size_t h = strlen(head), n = strlen(part);
    char *text = malloc(h + n * times + 1);
    memcpy(text, head, h + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(text + h + i * n, part, n + 1);
    return text;
}

static void refuses_repeated(const char *head, const char *part, size_t times, const char *why)
{
    char *text = repeat(head, part, times);
    cr_expect_eq(seg_pipeline_parse_text(context, "p", text, strlen(text), &pipeline, &faults),
                 SEG_INVALID);
    cr_assert_geq(faults.count, 1);
    const char *last = faults.list[faults.count - 1].error.text;
    cr_expect(strstr(last, why), "got: %s", last);
    free(text);
}

Test(pipe_text, too_much_of_anything)
{
    refuses_repeated("", "# much\n", 200000, "larger than the 1048576 bytes");
    refuses_repeated("segkit: 1\nstages:\n", "- toy.add\n", 1001, "more than 1000 stages");
    refuses_repeated("segkit: 1\nstages:\n- toy.add:\n", "    by: 1\n", 1001,
                     "stage 'toy.add': more than 1000 keys");
    refuses_repeated("segkit: 1\nstages:\n- toy.add:\n    by: [", "1,", 1002,
                     "'by': more than 1000 values");
    refuses_repeated("segkit: 1\nstages: ", "[", 500000, "nested deeper than 32 levels");
    refuses_repeated("segkit: 1\nstages: ", "{", 500000, "nested deeper than 32 levels");
    refuses_repeated("segkit: 1\nstages:\n ", "- ", 400000, "nested deeper than 32 levels");
    refuses_repeated("segkit: 1\nx:\n ", "? ", 400000, "nested deeper than 32 levels");
}

static void refuses_file(const char *path, const char *why)
{
    cr_expect_eq(seg_pipeline_parse_file(context, path, &pipeline, &faults), SEG_IO);
    cr_assert_eq(faults.count, 1);
    cr_expect_str_eq(faults.list[0].error.text, why);
    cr_expect_str_eq(faults.list[0].file, path);
    cr_expect_eq(faults.list[0].line, 0);
}

Test(pipe_text, files)
{
    refuses_file("/nowhere/p.yaml", "cannot be opened: No such file or directory");
    refuses_file("/", "cannot be read: Is a directory");
    cr_expect_eq(seg_pipeline_parse_file(context, "/dev/zero", &pipeline, &faults), SEG_INVALID);
    cr_expect(strstr(faults.list[0].error.text, "larger than"));
    cr_expect_eq(seg_pipeline_parse_file(context, "/dev/null", &pipeline, &faults), SEG_INVALID);
    cr_expect_str_eq(faults.list[0].error.text, "no pipeline: the text is empty");
}

static void param_text(const seg_pipeline *from, const char *name, char *text, size_t size)
{
    const struct seg_input input = {.struct_size = sizeof input, .shape.kind = SEG_IMAGE};
    seg_plan *plan;
    struct seg_step step = {.struct_size = sizeof step};
    cr_assert_eq(seg_pipeline_check(from, &input, 1, NULL, &plan, &faults), SEG_OK, "%s",
                 faults.list[0].error.text);
    cr_assert_eq(seg_plan_step(plan, 0, &step), SEG_OK);
    for (uint32_t i = 0; i < step.stage->param_count; i++)
        if (!strcmp(step.stage->params[i].name, name))
            seg_param_text(&step.stage->params[i], step.params, text, size);
    seg_plan_free(plan);
}

Test(pipe_text, paths_start_at_the_file)
{
    static const char yaml[] = "segkit: 1\nstages: [toy.level: {level: 1, table: a/b.txt}]\n";
    char folder[] = "/tmp/segkit-test-XXXXXX", path[64], want[64], text[64] = "";
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/p.yaml", folder);
    snprintf(want, sizeof want, "%s/a/b.txt", folder);
    FILE *file = fopen(path, "w");
    fputs(yaml, file);
    fclose(file);
    cr_assert_eq(seg_pipeline_parse_file(context, path, &pipeline, &faults), SEG_OK);
    param_text(pipeline, "table", text, sizeof text);
    cr_expect_str_eq(text, want);
    seg_pipeline_free(pipeline);
    cr_assert_eq(seg_pipeline_parse_text(context, path, yaml, sizeof yaml - 1, &pipeline, &faults),
                 SEG_OK);
    param_text(pipeline, "table", text, sizeof text);
    cr_expect_str_eq(text, "a/b.txt");
    seg_pipeline_free(pipeline);
    unlink(path);
    rmdir(folder);
}

/* -- words ------------------------------------------------------------------------------------- */

#define WORDS 32

/* Parses and checks words, separated by blanks, on a gray image; "" when all is well. */
static const char *check_words(const char *line)
{
    static char copy[512], got[4096];
    const char *words[WORDS];
    int count = 0;
    seg_plan *plan;
    const struct seg_input input = {.struct_size = sizeof input,
                                    .shape = {0, SEG_IMAGE, SEG_U8, 8, 8, 1}};
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word && count < WORDS; word = strtok(NULL, " "))
        words[count++] = word;
    memset(got, 0, sizeof got);
    FILE *to = fmemopen(got, sizeof got - 1, "w");
    if (seg_pipeline_parse_words(context, count, words, &pipeline, &faults)) {
        pipe_write_faults(&faults, to);
    } else {
        if (seg_pipeline_check(pipeline, &input, 1, NULL, &plan, &faults))
            pipe_write_faults(&faults, to);
        else
            seg_plan_free(plan);
        seg_pipeline_free(pipeline);
    }
    fclose(to);
    return got;
}

Test(pipe_text, words_that_are_right)
{
    static const char *const right[] = {
        "toy.add",
        "toy.add by=1.5 ! toy.level level=3 weights=0,1 note=a=b,c",
        "toy.level level=1 ! toy.split out=a,b ! toy.grow labels=a mask=b",
        "toy.level level=1 ! toy.split out.lines=b ! toy.grow mask=b",
        "toy.level level=1 ! toy.split out.lines=b out.labels=a ! toy.grow mask=b labels=a",
        "toy.level level=1 note=",
    };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        cr_expect_str_eq(check_words(right[i]), "", "%s: %s", right[i], check_words(right[i]));
}

Test(pipe_text, words_that_are_wrong)
{
    static const struct {
        const char *words, *faults;
    } wrong[] = {
        {"", "no stages\n"},
        {"!", "word 1 '!': no stage stands before it\nword 1 '!': no stage follows\n"},
        {"toy.add !", "word 2 '!': no stage follows\n"},
        {"toy.add ! ! toy.add", "word 3 '!': no stage stands before it\n"},
        {"toy.add toy.add", "word 2 'toy.add': expected key=value, or '!' before the next stage\n"},
        {"by=1", "word 1 'by=1': expected a stage, such as threshold.otsu\n"},
        {"toy.add by", "word 2 'by': expected key=value, or '!' before the next stage\n"},
        {"toy.add b=1",
         "word 2 'b=1': stage 'toy.add': no port or parameter 'b'; did you mean 'by'?\n"},
        {"toy.add =1",
         "word 2 '=1': stage 'toy.add': no port or parameter ''; it has image, by, times, out\n"},
        {"toy.add by=1 by=2", "word 3 'by=2': stage 'toy.add': 'by' stands twice\n"},
        {"toy.add by=x ! toy.level level=y",
         "word 2 'by=x': stage 'toy.add': parameter 'by': 'x' is not a number\n"
         "word 5 'level=y': stage 'toy.level': parameter 'level': 'y' is not a number\n"},
        {"toy.adt by=x", "word 1 'toy.adt': no stage 'toy.adt'; did you mean 'toy.add'?\n"},
        {"toy.add out=a ! toy.add out=a",
         "word 5 'out=a': stage 'toy.add': 'out': 'a' is made before, at word 1 'toy.add'; choose "
         "another name\n"},
        {"toy.add out=", "word 2 'out=': stage 'toy.add': 'out': '' is no name: letters, digits, "
                         "'_' and '-', no digit first, 63 at most\n"},
        {"toy.add out.x=a", "word 2 'out.x=a': stage 'toy.add': 'out': no result 'x'; did you mean "
                            "'image'?\n"},
        {"toy.add out=a,b", "word 2 'out=a,b': stage 'toy.add': 'out': it has 1 result\n"},
        {"toy.add out=a out.image=b",
         "word 3 'out.image=b': stage 'toy.add': 'out' stands twice\n"},
        {"toy.add \xFF=1", "word 2 '\xFF=1': not UTF-8\n"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect_str_eq(check_words(wrong[i].words), wrong[i].faults, "%s: %s", wrong[i].words,
                         check_words(wrong[i].words));
}
