/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening plugin files: good ones, bad ones, untrusted ones. The files are those of tests/plugins.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plug/registry.h"

static char folder[1024];

static void setup(void)
{
    const char *build = getenv("builddir");
    snprintf(folder, sizeof folder, "%s/tests/plugins/.libs", build ? build : ".");
}

TestSuite(module, .init = setup);

static seg_context *context_on(const char *path)
{
    seg_context *context;
    const struct seg_options options = {.struct_size = sizeof options, .plugin_path = path};
    cr_assert_eq(seg_context_new(&options, &context, NULL), SEG_OK);
    return context;
}

static void expect(seg_context *context, const char *id, int status, const char *format)
{
    const struct seg_stage *stage;
    struct seg_error err = {0};
    char text[2048];
    snprintf(text, sizeof text, format, folder);
    cr_expect_eq(seg_stage_find(context, id, &stage, &err), status, "%s", id);
    cr_expect_str_eq(err.text, text);
}

Test(module, a_good_one_opens_once_and_is_borrowed)
{
    seg_context *context = context_on(folder);
    const struct seg_stage *first, *second;
    cr_assert_eq(seg_stage_find(context, "good.one", &first, NULL), SEG_OK);
    cr_assert_eq(seg_stage_find(context, "good.one", &second, NULL), SEG_OK);
    cr_assert_eq(first, second);
    seg_context_free(context);
}

Test(module, bad_ones_are_refused_with_the_reason)
{
    seg_context *context = context_on(folder);
    expect(context, "newmajor.one", SEG_PLUGIN,
           "'%s/newmajor.so': needs plugin ABI 2.0, this segkit has 1.0; install a newer segkit");
    expect(context, "newminor.one", SEG_PLUGIN,
           "'%s/newminor.so': needs plugin ABI 1.99, this segkit has 1.0; install a newer segkit");
    expect(context, "noentry.one", SEG_PLUGIN,
           "'%s/noentry.so': not a segkit plugin: it has no 'segkit_plugin_v1'");
    expect(context, "null.one", SEG_PLUGIN, "'%s/null.so': it returned no tables");
    expect(context, "misnamed.one", SEG_PLUGIN,
           "'%s/misnamed.so': the plugin's name is 'other', the file's 'misnamed'");
    expect(context, "short.one", SEG_PLUGIN,
           "'%s/short.so': plugin table of 8 bytes; the least is 80");
    expect(context, "elements.one", SEG_PLUGIN,
           "'%s/elements.so': elements of 3, 48 and 16 bytes (parameters, ports, choices) are too "
           "small");
    seg_context_free(context);
}

Test(module, a_bad_stage_does_not_take_its_neighbour_with_it)
{
    seg_context *context = context_on(folder);
    const struct seg_stage *stage;
    cr_assert_eq(seg_stage_find(context, "badstage.one", &stage, NULL), SEG_OK);
    expect(
        context, "badstage.two", SEG_PLUGIN,
        "plugin '%s/badstage.so': stage 'badstage.two': it has no process function or no output");
    seg_context_free(context);
}

Test(module, what_is_not_there_is_said_with_a_suggestion_or_the_places)
{
    seg_context *context = context_on(folder);
    expect(context, "good.oen", SEG_USAGE, "no stage 'good.oen'; did you mean 'good.one'?");
    expect(context, "goood.one", SEG_USAGE, "no stage 'goood.one'; did you mean 'good.one'?");
    expect(context, "xyzzy.plugh", SEG_USAGE, "no stage 'xyzzy.plugh': no plugin 'xyzzy' in %s");
    expect(context, "../good.one", SEG_USAGE, "no stage '../good.one'; did you mean 'good.one'?");
    seg_context_free(context);
}

static void copy_file(const char *from, const char *to)
{
    char buffer[65536];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    cr_assert(in && out);
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, in)) > 0;)
        fwrite(buffer, 1, n, out);
    fclose(in);
    fclose(out);
}

Test(module, what_others_may_write_is_not_trusted)
{
    char dir[] = "/tmp/segkit-trust-XXXXXX", from[1100], to[64], text[256];
    struct seg_error err;
    const struct seg_stage *stage;
    cr_assert_not_null(mkdtemp(dir));
    snprintf(from, sizeof from, "%s/good.so", folder);
    snprintf(to, sizeof to, "%s/good.so", dir);
    copy_file(from, to);
    chmod(to, 0666);
    seg_context *context = context_on(dir);
    cr_assert_eq(seg_stage_find(context, "good.one", &stage, &err), SEG_PLUGIN);
    snprintf(text, sizeof text, "'%s': others may write to it; chmod go-w it", to);
    cr_assert_str_eq(err.text, text);
    seg_context_free(context);
    chmod(to, 0644);
    chmod(dir, 0777);
    context = context_on(dir);
    cr_assert_eq(seg_stage_find(context, "good.one", &stage, &err), SEG_USAGE);
    seg_context_free(context);
    unlink(to);
    rmdir(dir);
}

static int count_all(void *user, const struct seg_plugin_info *info)
{
    int *counts = user;
    counts[info->plugin == NULL]++;
    cr_expect_eq(info->plugin == NULL, info->error->status != SEG_OK);
    return 0;
}

Test(module, every_file_is_accounted_for)
{
    seg_context *context = context_on(folder);
    int counts[2] = {0};
    cr_assert_eq(seg_plugin_each(context, count_all, counts), SEG_OK);
    cr_assert_geq(counts[0], 2);
    cr_assert_geq(counts[1], 7);
    seg_context_free(context);
}

Test(module, relative_folders_are_left_out)
{
    seg_context *context = context_on("tests/plugins/.libs:.");
    expect(context, "good.one", SEG_USAGE, "no stage 'good.one': no plugin 'good' in any folder");
    seg_context_free(context);
}

static void expect_tables(seg_context *context, const char *id)
{
    const struct seg_stage *stage;
    cr_assert_eq(seg_stage_find(context, id, &stage, NULL), SEG_OK);
    cr_assert_eq(stage->param_count, 3);
    cr_assert_str_eq(stage->params[1].name, "connectivity");
    cr_assert_str_eq(stage->params[1].alias, "conn");
    cr_assert_str_eq(stage->params[1].choices[1].name, "eight");
    cr_assert_str_eq(stage->params[2].name, "size");
    cr_assert_eq(stage->params[2].max, 9);
    cr_assert_str_eq(stage->inputs[1].name, "mask");
    cr_assert_str_eq(stage->outputs[1].like, "image");
}

Test(module, headers_of_other_minor_versions_give_the_same_tables)
{
    seg_context *context = context_on(folder);
    expect_tables(context, "frozen.one");
    expect_tables(context, "longer.one");
    seg_context_free(context);
}
