/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of labels on small cases. */
#include "stages.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static seg_layer *labels(const char *rows)
{
    return stage_layer(SEG_LABELS, SEG_I32, rows);
}

static bool becomes(const char *words, const char *rows, const char *wanted)
{
    return stage_is(stage_run(words, labels(rows), NULL, 1), wanted);
}

static bool refused(const char *words, const char *rows, const char *why)
{
    seg_layer *layer = stage_run(words, labels(rows), NULL, 1);
    seg_layer_unref(layer);
    if (layer || !strstr(stage_why(), why))
        fprintf(stderr, "# %s: %s\n", words, layer ? "it ran" : stage_why());
    return !layer && strstr(stage_why(), why);
}

Test(labels, areas)
{
    cr_expect(becomes("labels.remove_large max_area=2", "1102220-", "1100000-"));
    cr_expect(refused("labels.remove_large", "1", "max_area"));
    cr_expect(becomes("labels.keep_largest", "2201133", "0001100"));
    cr_expect(becomes("labels.keep_largest count=2", "2203311133-", "0003311133-"));
    cr_expect_eq(stage_value("removed"), 1);
    cr_expect(becomes("labels.keep_largest", "000", "000"));
}

Test(labels, choice_of_labels)
{
    cr_expect(becomes("labels.select ids=1,3", "1230-", "1030-"));
    cr_expect(becomes("labels.select ids=1,7 invert=true", "1230-", "0230-"));
    cr_expect(refused("labels.select ids=1.5", "1", "1.5 is no integer"));
    cr_expect(refused("labels.select", "1", "ids"));
}

Test(labels, filters)
{
    cr_expect(becomes("labels.filter where=area>2", "1112200", "1110000"));
    cr_expect(becomes("labels.filter where=area>=2,bbox-1<3 invert=true", "1112200", "0002200"));
    cr_expect(becomes("labels.filter where=solidity==1", "1110/1022/1122", "0000/0022/0022"));
    cr_expect(stage_is(stage_run("labels.filter labels=input where=max_intensity>5 image=extra",
                                 labels("1122"), stage_layer(SEG_IMAGE, SEG_U8, "1345"), 1),
                       "0000"));
    cr_expect(stage_is(stage_run("labels.filter labels=input where=max_intensity>4 image=extra",
                                 labels("1122"), stage_layer(SEG_IMAGE, SEG_U8, "1345"), 1),
                       "0022"));
    cr_expect(refused("labels.filter where=min_intensity>4", "1", "connect 'image'"));
    cr_expect(refused("labels.filter where=are>4", "1", "no property 'are'"));
    cr_expect(refused("labels.filter where=area", "1", "none of <"));
    cr_expect(refused("labels.filter where=area=>4", "1", "none of <"));
    cr_expect(refused("labels.filter where=area>x", "1", "no number"));
    cr_expect(refused("labels.filter where=area>3;", "1", "no 'and'"));
    cr_expect(refused("labels.filter where=area>3,", "1", "there is no property"));
    cr_expect(refused("labels.filter", "1", "where"));
}

Test(labels, growth)
{
    cr_expect(becomes("labels.expand", "0000/0100/0000", "0100/1110/0100"));
    cr_expect(becomes("labels.expand distance=1.5", "0000/0100/0000", "1110/1110/1110"));
    cr_expect(becomes("labels.expand distance=100", "1000000/0000002", "1111222/1112222"));
    cr_expect(becomes("labels.expand distance=9", "100-0", "111-1"));
    cr_expect(becomes("labels.expand distance=0", "010", "010"));
    cr_expect(becomes("labels.expand distance=3", "00/00", "00/00"));
}

Test(labels, holes)
{
    cr_expect(becomes("labels.fill_holes", "11111/10131/11111", "11111/11131/11111"));
    cr_expect(becomes("labels.fill_holes", "1122/1002/1122", "1122/1002/1122"));
    cr_expect(becomes("labels.fill_holes", "1111/1001/1111/1101", "1111/1111/1111/1101"));
    cr_expect_eq(stage_value("holes"), 1);
    cr_expect(becomes("labels.fill_holes max_area=1", "1111/1001/1111", "1111/1001/1111"));
    cr_expect(becomes("labels.fill_holes", "111/1-1/111", "111/1-1/111"));
    cr_expect(becomes("labels.fill_holes", "110/101/111", "110/111/111"));
    cr_expect(becomes("labels.fill_holes connectivity=8", "110/101/111", "110/101/111"));
}

Test(labels, parts)
{
    cr_expect(becomes("labels.split", "10110/00000/20022", "30110/00000/40022"));
    cr_expect_eq(stage_value("regions"), 4);
    cr_expect(becomes("labels.split", "10/01", "10/01"));
    cr_expect(becomes("labels.split connectivity=4", "10/01", "10/02"));
    cr_expect(becomes("labels.split", "1-1", "1-2"));
}

Test(labels, small_neighbours)
{
    cr_expect(becomes("labels.merge_small min_area=3", "11122/11133/11133", "11133/11133/11133"));
    cr_expect(becomes("labels.merge_small min_area=2", "11123/11133", "11133/11133"));
    cr_expect(becomes("labels.merge_small min_area=5", "1020", "1020"));
    cr_expect(becomes("labels.merge_small min_area=9", "12344444", "44444444"));
    cr_expect_eq(stage_value("merged"), 3);
    cr_expect(becomes("labels.merge_small min_area=9", "0-0", "0-0"));
}

Test(labels, majorities)
{
    cr_expect(becomes("labels.smooth", "11111/11211/11111", "11111/11111/11111"));
    cr_expect(becomes("labels.smooth", "1122/1122", "1122/1122"));
    cr_expect(becomes("labels.smooth size=1", "121", "121"));
    cr_expect(becomes("labels.smooth", "1-2", "1-2"));
    cr_expect(becomes("labels.smooth", "010", "000"));
    cr_expect(refused("labels.smooth size=4", "1", "odd"));
}

Test(labels, borders)
{
    cr_expect(becomes("labels.boundaries", "00122", "01110"));
    cr_expect(becomes("labels.boundaries mode=inner", "00122", "00110"));
    cr_expect(becomes("labels.boundaries mode=outer", "00122", "01110"));
    cr_expect(becomes("labels.boundaries mode=outer", "00100", "01010"));
    cr_expect(becomes("labels.boundaries mode=inner", "110/110/000", "010/110/000"));
    cr_expect(becomes("labels.boundaries mode=inner connectivity=8", "1110/1110/1110/0000",
                      "0010/0010/1110/0000"));
    cr_expect(becomes("labels.boundaries mode=subpixel", "112", "00010"));
    cr_expect(becomes("labels.boundaries mode=subpixel", "11/12", "000/011/010"));
    cr_expect(becomes("labels.boundaries mode=subpixel", "1", "0"));
}

Test(labels, two_layers)
{
    static const struct {
        const char *mode, *wanted;
    } cases[] = {{"fill", "1122-0"}, {"append", "1133-0"}, {"join", "2311-0"}};
    for (size_t i = 0; i < SEG_COUNT(cases); i++) {
        char words[80];
        snprintf(words, sizeof words, "labels.combine labels=input other=extra mode=%s",
                 cases[i].mode);
        cr_expect(
            stage_is(stage_run(words, labels("1100-0"), labels("012210"), 1), cases[i].wanted),
            "%s", cases[i].mode);
    }
    cr_expect(stage_is(
        stage_run("labels.from_mask label=3", stage_layer(SEG_MASK, SEG_U8, "101"), NULL, 1),
        "303"));
}
