/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <segkit/pipeline.h>
#include <segkit/plugin-util.h>
#include <string.h>

#include "plug/params.h"

struct params {
    bool invert;
    int32_t connectivity, window, mode;
    double sigma;
    const char *name, *model;
    struct seg_floats box;
};

static const struct seg_choice connectivities[] = {{"4", "edges"}, {"8", "edges and corners"}};
static const struct seg_choice modes[] = {{"reflect", "mirror"}, {"nearest", "repeat"}};
static const struct seg_param rows[] = {
    {SEG_P_BOOL(struct params, invert, false, "turn around")},
    {SEG_P_CHOICE(struct params, connectivity, 1, connectivities, "neighbours")},
    {SEG_P_CHOICE(struct params, mode, 0, modes, "border")},
    {SEG_P_INT(struct params, window, 15, 3, 501, "px", "width"), .flags = SEG_PARAM_ODD},
    {SEG_P_FLOAT(struct params, sigma, 1.5, 0, 100, "px", "width"), .alias = "s"},
    {SEG_P_STRING(struct params, name, "cells", "name")},
    {SEG_P_PATH(struct params, model, NULL, "file")},
    {SEG_P_FLOATS(struct params, box, "1,2,3,4", 4, 4, -10, 1000, "px", "box")},
};
static const struct seg_stage stage = {.struct_size = sizeof stage,
                                       .id = "a.b",
                                       .params = rows,
                                       .param_count = SEG_COUNT(rows),
                                       .params_size = sizeof(struct params)};
static const struct segi_mem *mem;
static struct segi_arena arena;
static struct params params;

static void setup(void)
{
    static struct segi_mem libc_mem;
    libc_mem.from = segi_libc_allocator;
    mem = &libc_mem;
    arena = (struct segi_arena){.mem = mem};
    cr_assert_eq(segi_params_defaults(&stage, &params, &arena, NULL), SEG_OK);
}

static void teardown(void)
{
    segi_arena_end(&arena);
}

TestSuite(params, .init = setup, .fini = teardown);

static int set(const char *name, const char *value, struct seg_error *err)
{
    return segi_params_set(&stage, &params, name, &value, 1, &arena, "/data", err);
}

Test(params, defaults_fill_every_field)
{
    cr_assert(!params.invert && params.connectivity == 1 && params.window == 15);
    cr_assert_eq(params.sigma, 1.5);
    cr_assert_str_eq(params.name, "cells");
    cr_assert_str_eq(params.model, "");
    cr_assert(params.box.count == 4 && params.box.values[3] == 4);
}

Test(params, text_becomes_values)
{
    cr_assert_eq(set("invert", "yes", NULL), SEG_OK);
    cr_assert_eq(set("connectivity", "4", NULL), SEG_OK);
    cr_assert_eq(set("s", "2.25 px", NULL), SEG_OK, "alias and unit");
    cr_assert_eq(set("window", "1e2", NULL), SEG_INVALID, "even");
    cr_assert_eq(set("window", "101", NULL), SEG_OK);
    cr_assert_eq(set("box", "0,0,12.5,7", NULL), SEG_OK);
    cr_assert_eq(set("model", "net.param", NULL), SEG_OK);
    cr_assert(params.invert && params.connectivity == 0 && params.window == 101);
    cr_assert_eq(params.sigma, 2.25);
    cr_assert_eq(params.box.values[2], 12.5);
    cr_assert_str_eq(params.model, "/data/net.param");
    cr_assert_eq(set("model", "/net.param", NULL), SEG_OK);
    cr_assert_str_eq(params.model, "/net.param");
}

static const struct {
    const char *name, *value, *text;
} wrong[] = {
    {"connectivity", "5", "parameter 'connectivity': 5 is not one of 4, 8"},
    {"mode", "nearset",
     "parameter 'mode': nearset is not one of reflect, nearest; did you mean 'nearest'?"},
    {"sigma", "101", "parameter 'sigma': 101 is not in 0..100"},
    {"sigma", "-0.1", "parameter 'sigma': -0.1 is not in 0..100"},
    {"sigma", "nan", "parameter 'sigma': nan is not in 0..100"},
    {"sigma", "inf", "parameter 'sigma': inf is not in 0..100"},
    {"sigma", "1,5", "parameter 'sigma': '1,5' is not a number in px"},
    {"sigma", "2 um", "parameter 'sigma': '2 um' is not a number in px"},
    {"sigma", "", "parameter 'sigma': '' is not a number in px"},
    {"window", "4", "parameter 'window': '4' is not odd"},
    {"window", "3.5", "parameter 'window': '3.5' is not an integer"},
    {"window", "99999999999999999999", "parameter 'window': 99999999999999999999 is not in 3..501"},
    {"invert", "maybe", "parameter 'invert': 'maybe' is not true or false"},
    {"box", "1,2,3", "parameter 'box': 3 numbers; it takes 4 to 4"},
    {"box", "1,2,3,4,5", "parameter 'box': more than 4 numbers"},
    {"box", "1,2,x,4", "parameter 'box': 'x' is not a number in px"},
    {"box", "1,2,3,4000", "parameter 'box': 4000 is not in -10..1000"},
    {"colour", "1", "no parameter 'colour'"},
};

Test(params, wrong_values_are_named_with_what_is_allowed)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct seg_error err = {0};
        cr_expect_eq(set(wrong[i].name, wrong[i].value, &err), SEG_INVALID, "%s=%s", wrong[i].name,
                     wrong[i].value);
        cr_expect_str_eq(err.text, wrong[i].text);
    }
}

Test(params, a_list_is_only_for_lists)
{
    const char *const values[] = {"1", "2", "3", "4"};
    struct seg_error err;
    cr_assert_eq(segi_params_set(&stage, &params, "box", values, 4, &arena, NULL, NULL), SEG_OK);
    cr_assert_eq(segi_params_set(&stage, &params, "sigma", values, 2, &arena, NULL, &err),
                 SEG_INVALID);
    cr_assert_str_eq(err.text, "parameter 'sigma': a list where one number is wanted");
}

Test(params, print_as_one_would_type_them)
{
    static const char *const texts[] = {"false", "8",     "reflect", "15",
                                        "0.1",   "cells", "",        "1,2,3,4"};
    char text[64];
    set("sigma", "0.1", NULL);
    for (uint32_t i = 0; i < stage.param_count; i++) {
        cr_expect_eq(seg_param_text(&rows[i], &params, text, sizeof text), (int)strlen(texts[i]));
        cr_expect_str_eq(text, texts[i]);
    }
}
