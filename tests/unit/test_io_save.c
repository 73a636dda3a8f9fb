/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "io.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(save, .init = io_setup, .fini = io_teardown);

static seg_layer *image(void)
{
    return io_layer(SEG_IMAGE, SEG_U8, 60, 50, 1, SEG_COLOR_GRAY);
}

Test(save, the_ending_tells_the_form)
{
    seg_layer *layer = image();
    static const char gif[] = "a.gif: '.gif' is not a form that is written: .png ";
    static const char none[] = "a.b/c: the name has no ending that tells the form: .png ";
    cr_assert_eq(seg_layer_save(io_context, layer, NULL, "a.gif", &io_err), SEG_USAGE);
    cr_assert(!strncmp(io_err.text, gif, sizeof gif - 1), "%s", io_err.text);
    cr_assert_eq(seg_layer_save(io_context, layer, NULL, "a.b/c", &io_err), SEG_USAGE);
    cr_assert(!strncmp(io_err.text, none, sizeof none - 1), "%s", io_err.text);
    cr_assert_eq(io_count_files(), 0);
    cr_assert_eq(seg_layer_save(io_context, layer, NULL, "a.PNG", &io_err), SEG_OK);
    seg_layer_unref(layer);
}

Test(save, a_failed_write_leaves_the_old_file)
{
    static const char *const names[] = {"a.png", "a.tif", "a.pgm", "a.npy"};
    seg_layer *layer = image();
    const struct rlimit small = {1000, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        io_write_file(names[i], "old", 3);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[64], old[8];
        snprintf(text, sizeof text, "%s: cannot write: File too large", names[i]);
        io_refuse_save(layer, names[i], SEG_IO, text);
        cr_assert_eq(io_read_file(names[i], (unsigned char *)old, sizeof old), 3);
    }
    cr_assert_eq(io_count_files(), 4);
    const struct rlimit large = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &large);
    seg_layer_unref(layer);
}

Test(save, a_full_disk_is_told)
{
    seg_layer *layer = image();
    if (access("/dev/full", W_OK))
        cr_skip_test("there is no /dev/full here");
    cr_assert_eq(symlink("/dev/full", "full.png"), 0);
    io_refuse_save(layer, "full.png", SEG_IO, "full.png: cannot write: No space left on device");
    cr_assert_eq(io_count_files(), 1);
    seg_layer_unref(layer);
}

Test(save, says_why_a_file_cannot_be_made)
{
    seg_layer *layer = image();
    io_refuse_save(layer, "no/such/a.png", SEG_IO,
                   "no/such/a.png: cannot create: No such file or directory");
    cr_assert_eq(mkdir("d.png", 0700), 0);
    io_refuse_save(layer, "d.png", SEG_IO, "d.png: cannot write: Is a directory");
    rmdir("d.png");
    seg_layer_unref(layer);
}

Test(save, follows_links_and_keeps_modes)
{
    seg_layer *layer = image();
    struct stat st;
    io_write_file("real.png", "old", 3);
    cr_assert_eq(chmod("real.png", 0640), 0);
    cr_assert_eq(symlink("real.png", "link.png"), 0);
    cr_assert_eq(seg_layer_save(io_context, layer, NULL, "link.png", &io_err), SEG_OK);
    cr_assert_eq(lstat("link.png", &st), 0);
    cr_assert(S_ISLNK(st.st_mode));
    cr_assert_eq(stat("real.png", &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0640);
    cr_assert_gt(st.st_size, 3);
    cr_assert_eq(io_count_files(), 2);
    seg_layer_unref(layer);
}

/* -- overlay ---------------------------------------------------------------------------------- */

static seg_layer *square(int32_t label)
{
    const struct seg_shape shape = {sizeof shape, SEG_LABELS, SEG_I32, 20, 20, 1};
    struct seg_view view = SEG_VIEW;
    seg_layer *labels;
    cr_assert_eq(seg_layer_new(io_context, &shape, &labels, &io_err), SEG_OK);
    seg_layer_view(labels, &view, NULL);
    for (int32_t y = 0; y < 20; y++)
        for (int32_t x = 0; x < 20; x++)
            ((int32_t *)seg_row(&view, 0, y))[x] = y >= 5 && y < 15 && x >= 5 && x < 15 ? label : 0;
    return labels;
}

Test(save, an_overlay_is_a_picture_with_outlines)
{
    seg_layer *labels = square(3), *gray = io_layer(SEG_IMAGE, SEG_U16, 20, 20, 1, SEG_COLOR_GRAY);
    cr_assert_eq(seg_layer_save(io_context, labels, gray, "my-overlay.png", &io_err), SEG_OK, "%s",
                 io_err.text);
    seg_layer *picture = io_load("my-overlay.png", 0);
    struct seg_shape shape;
    seg_layer_shape(picture, &shape);
    cr_assert_eq(shape.planes, 3);
    for (int p = 0; p < 3; p++) {
        cr_assert_eq(io_sample(picture, p, 5, 5), io_sample(picture, p, 14, 9)); /* one line */
        cr_assert_eq(io_sample(picture, 0, 2, 2), io_sample(picture, p, 2, 2));  /* gray outside */
    }
    seg_layer_unref(picture);
    seg_layer *small = io_layer(SEG_IMAGE, SEG_U8, 4, 4, 1, SEG_COLOR_GRAY);
    cr_assert_eq(seg_layer_save(io_context, labels, small, "overlay.png", &io_err), SEG_USAGE);
    cr_assert_str_eq(io_err.text,
                     "overlay.png: overlay: the image has 4 x 4 pixels and the result 20 x 20");
    seg_layer_unref(small);
    seg_layer_unref(labels);
    io_refuse_save(gray, "overlay.png", SEG_USAGE,
                   "overlay.png: an overlay shows a mask, labels or instances, not an image");
    seg_layer_unref(gray);
}

/* -- instances -------------------------------------------------------------------------------- */

static seg_layer *instances(int32_t second_x)
{
    const struct seg_shape shape = {sizeof shape, SEG_INSTANCES, 0, 20, 10, 0};
    const struct seg_run a = {2, 3, 5}, b = {2, second_x, 4};
    seg_layer *layer;
    cr_assert_eq(seg_layer_new(io_context, &shape, &layer, &io_err), SEG_OK);
    struct seg_instance one = {sizeof one, 1, 0, 1, {3, 2, 5, 1}, &a, 1};
    cr_assert_eq(seg_layer_add_instance(layer, &one, &io_err), SEG_OK);
    one = (struct seg_instance){sizeof one, 9, 0, 1, {8, 2, 4, 1}, &b, 1};
    cr_assert_eq(seg_layer_add_instance(layer, &one, &io_err), SEG_OK);
    return layer;
}

Test(save, instances_apart_become_labels_and_overlaps_are_refused)
{
    seg_layer *apart = instances(8), *over = instances(7);
    cr_assert_eq(seg_layer_save(io_context, apart, NULL, "i.png", &io_err), SEG_OK);
    seg_layer *labels = io_load("i.png", SEG_LABELS);
    cr_assert_eq(io_sample(labels, 0, 2, 7), 1);
    cr_assert_eq(io_sample(labels, 0, 2, 8), 9);
    cr_assert_eq(io_sample(labels, 0, 3, 8), 0);
    io_refuse_save(over, "o.png", SEG_USAGE,
                   "o.png: instances 1 and 9 overlap at row 2, column 7: a label image cannot hold "
                   "both; use .json");
    seg_layer_unref(labels);
    seg_layer_unref(apart);
    seg_layer_unref(over);
}
