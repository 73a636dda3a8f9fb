/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON: what is read, what is refused and where. */
#include "base/json.h"

#include <criterion/criterion.h>
#include <segkit/plugin.h>
#include <stdlib.h>
#include <string.h>

static int read(const char *text, struct segi_json_doc *doc)
{
    return segi_json_read(text, strlen(text), doc);
}

Test(json, reads_what_there_is)
{
    struct segi_json_doc doc;
    cr_assert_eq(
        read(" {\"a\": [1, -2.5e1, true, null], \"b\": {\"c\": \"x\\u00e9\\ud83d\\ude00\\n\"}} ",
             &doc),
        SEG_OK);
    const struct segi_json *a = segi_json_get(doc.root, "a");
    cr_assert_eq(segi_json_children(a), 4);
    cr_assert_eq(segi_json_number(segi_json_first(a), 0), 1);
    cr_assert_eq(segi_json_number(segi_json_next(segi_json_first(a)), 0), -25);
    const struct segi_json *c = segi_json_get(segi_json_get(doc.root, "b"), "c");
    cr_assert_str_eq(segi_json_text(c, ""), "x\xc3\xa9\xf0\x9f\x98\x80\n");
    cr_assert_null(segi_json_get(doc.root, "z"));
    cr_assert_eq(segi_json_number(c, 7), 7);
    segi_json_free(&doc);
}

Test(json, refuses_what_is_none)
{
    static const char *const bad[] = {"",
                                      "{",
                                      "[1,]",
                                      "{\"a\":}",
                                      "{\"a\" 1}",
                                      "[1 2]",
                                      "01",
                                      "1.",
                                      "1e",
                                      "-",
                                      "+1",
                                      "nul",
                                      "\"",
                                      "\"\\x\"",
                                      "\"\\ud800\"",
                                      "\"\\udc00\"",
                                      "\"\t\"",
                                      "[1]x",
                                      "{a:1}",
                                      "1e999",
                                      "\"\xff\"",
                                      "\"\xc0\xaf\"",
                                      "\"\xed\xa0\x80\"",
                                      "{\"a\":1,}",
                                      "\"\\u12\"",
                                      "]",
                                      "NaN",
                                      "[1,,2]",
                                      ".5",
                                      "\"\xf4\x90\x80\x80\""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct segi_json_doc doc;
        cr_assert_eq(read(bad[i], &doc), SEG_IO, "%s", bad[i]);
        cr_assert_not_null(doc.problem);
        cr_assert_null(doc.root);
        segi_json_free(&doc);
    }
}

Test(json, says_where)
{
    struct segi_json_doc doc;
    cr_assert_eq(read("{\n  \"a\": 1,\n  \"b\": ?\n}", &doc), SEG_IO);
    cr_assert_eq(doc.line, 3);
    cr_assert_eq(doc.column, 8);
}

Test(json, does_not_nest_for_ever)
{
    char text[4096];
    struct segi_json_doc doc;
    memset(text, '[', sizeof text);
    cr_assert_eq(segi_json_read(text, sizeof text, &doc), SEG_IO);
    cr_assert_str_eq(doc.problem, "nested too deep");
}

Test(json, reads_back_what_it_wrote)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    struct segi_json_out out = {.file = file};
    static const double numbers[] = {0.1, 1.0 / 3, 1e300, -0.0, 12345678901234567.0};
    segi_json_open(&out, '{');
    segi_json_name(&out, "a \"quote\" </script>");
    segi_json_open(&out, '[');
    for (size_t i = 0; i < 5; i++)
        segi_json_put_number(&out, numbers[i]);
    segi_json_put_text(&out, "\x01\\");
    segi_json_close(&out, ']');
    segi_json_close(&out, '}');
    fclose(file);
    cr_assert_null(strstr(text, "</script>"));
    struct segi_json_doc doc;
    cr_assert_eq(segi_json_read(text, size, &doc), SEG_OK);
    const struct segi_json *list = segi_json_get(doc.root, "a \"quote\" </script>");
    const struct segi_json *item = segi_json_first(list);
    for (size_t i = 0; i < 5; i++, item = segi_json_next(item))
        cr_assert_eq(segi_json_number(item, 1), numbers[i]);
    cr_assert_str_eq(segi_json_text(item, ""), "\x01\\");
    segi_json_free(&doc);
    free(text);
}
