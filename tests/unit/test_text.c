/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>

#include "base/names.h"
#include "base/text.h"

Test(text, distance_counts_edits_and_swaps)
{
    cr_assert_eq(segi_distance("otsu", "otsu"), 0);
    cr_assert_eq(segi_distance("ostu", "otsu"), 1);
    cr_assert_eq(segi_distance("", "abc"), 3);
    cr_assert_eq(segi_distance("gausian", "gaussian"), 1);
}

Test(text, guesses_the_nearest_and_only_when_near)
{
    struct segi_guess guess = {.typed = "conectivity"};
    segi_guess_try(&guess, "compactness");
    segi_guess_try(&guess, "connectivity");
    cr_assert_str_eq(guess.best, "connectivity");
    struct segi_guess none = {.typed = "zzz"};
    segi_guess_try(&none, "connectivity");
    cr_assert_null(none.best);
}

Test(text, grows_and_remembers_a_failure)
{
    const struct segi_mem mem = {segi_libc_allocator, NULL};
    struct segi_text text = {.mem = &mem};
    for (int i = 0; i < 1000; i++)
        segi_text_addf(&text, "%d,", i);
    cr_assert(!text.failed);
    cr_assert_eq(text.length, 3890);
    segi_text_end(&text);
    cr_assert_null(text.data);
}

Test(names, every_value_has_one_and_reads_back)
{
    for (uint32_t kind = SEG_IMAGE; kind <= SEG_INSTANCES; kind++)
        cr_assert_eq(segi_kind_find(segi_kind_name(kind)), kind);
    for (uint32_t dtype = SEG_U8; dtype <= SEG_I32; dtype++)
        cr_assert_eq(segi_dtype_find(segi_dtype_name(dtype)), dtype);
    for (uint32_t color = SEG_COLOR_UNKNOWN; color <= SEG_COLOR_YCRCB; color++)
        cr_assert_str_neq(segi_color_name(color), "?");
    for (uint32_t type = SEG_BOOL; type <= SEG_FLOATS; type++)
        cr_assert_str_neq(segi_type_name(type), "?");
    cr_assert_str_eq(segi_kind_name(99), "?");
    cr_assert_eq(segi_kind_find("immage"), 0);
}

Test(names, sets_read_as_a_list)
{
    char text[64];
    cr_assert_str_eq(
        segi_kind_list(SEG_KIND_BIT(SEG_IMAGE) | SEG_KIND_BIT(SEG_MASK) | SEG_KIND_BIT(SEG_LABELS),
                       text, sizeof text),
        "image, mask or labels");
    cr_assert_str_eq(segi_dtype_list(SEG_DTYPE_BIT(SEG_U8), text, sizeof text), "u8");
}
