/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"

Test(error, is_set_once_and_gets_context_in_front)
{
    struct seg_error err = {0};
    cr_assert_eq(segi_error(&err, SEG_IO, "'%s': %d bytes", "a.png", 3), SEG_IO);
    cr_assert_eq(segi_error_in(&err, "line %d", 7), SEG_IO);
    cr_assert_str_eq(err.text, "line 7: 'a.png': 3 bytes");
}

Test(error, may_be_nowhere_to_go)
{
    cr_assert_eq(segi_error(NULL, SEG_NOMEM, "x"), SEG_NOMEM);
}

Test(error, stays_one_terminated_line)
{
    struct seg_error err;
    char text[3 * SEG_ERROR_TEXT];
    memset(text, 'x', sizeof text);
    text[10] = '\n';
    text[11] = '\x1b';
    text[sizeof text - 1] = 0;
    segi_error(&err, SEG_IO, "%s", text);
    cr_assert_eq(strlen(err.text), SEG_ERROR_TEXT - 1);
    cr_assert_eq(strpbrk(err.text, "\n\x1b"), NULL);
    segi_error_in(&err, "%s", text);
    cr_assert_eq(strlen(err.text), SEG_ERROR_TEXT - 1);
}

Test(error, faults_are_counted_beyond_the_list)
{
    static struct seg_faults faults;
    for (int i = 0; i < SEG_FAULTS_MAX + 5; i++)
        segi_fault(&faults, "a.yaml", i + 1, 1, SEG_INVALID, "fault %d", i);
    cr_assert_eq(faults.count, SEG_FAULTS_MAX);
    cr_assert_eq(faults.more, 5);
    cr_assert_str_eq(faults.list[19].error.text, "fault 19");
}

Test(error, every_status_has_a_name)
{
    for (int status = SEG_OK; status <= SEG_LIMIT; status++)
        cr_assert_str_neq(seg_status_name(status), "unknown status");
    cr_assert_str_eq(seg_status_name(SEG_LIMIT + 1), "unknown status");
    cr_assert_str_eq(seg_status_name(-1), "unknown status");
}
