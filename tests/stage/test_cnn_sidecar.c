/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sidecars, and the way from an image to a network's input and from its maps back. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mapping.h"
#include "prepare.h"
#include "sidecar.h"

/* A sidecar of this text; NULL where it is refused. */
static struct cnn_sidecar *read_text(const char *text, struct cnn_error *err)
{
    char path[] = "/tmp/segkit-sidecar-XXXXXX.yaml";
    int file = mkstemps(path, 5);
    cr_assert(file >= 0);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    *err = (struct cnn_error){0};
    struct cnn_sidecar *sidecar = cnn_sidecar_open(path, err);
    unlink(path);
    return sidecar;
}

static void refuses(const char *text, const char *want)
{
    struct cnn_error err;
    struct cnn_sidecar *sidecar = read_text(text, &err);
    cr_expect_null(sidecar, "%s", text);
    cr_expect(strstr(err.text, want), "'%s' is not in '%s'", want, err.text);
    cr_expect_eq(err.status, SEG_IO);
    cnn_sidecar_free(sidecar);
}

Test(cnn_sidecar, reads_all_that_it_says)
{
    struct cnn_error err;
    struct cnn_sidecar *s = read_text(
        "segkit-model: 1\nname: n\ntask: instance\nparam: a.param\nbin: /b.bin\n"
        "input: { blob: in0, size: [640, 320], resize: letterbox, multiple: 32, pad_value: 114,\n"
        "  color: bgr, mean: [1, 2, 3], norm: 0.5, coords: { p3: [80, 60] }, same_as: [x] }\n"
        "output: { roles: { predictions: [a, \"385\"], prototypes: seg } }\n"
        "decoder: yolov5-seg\nthreshold: 0.4\nclasses: [cat, dog]\n",
        &err);
    cr_assert_not_null(s, "%s", err.text);
    cr_expect_eq(s->task, CNN_TASK_INSTANCE);
    cr_expect_eq(s->decoder, CNN_YOLOV5);
    cr_expect_str_eq(s->bin, "/b.bin");
    cr_expect_str_eq(s->param, "/tmp/a.param");
    cr_expect(s->size[0] == 640 && s->size[1] == 320 && s->multiple[1] == 32);
    cr_expect(s->order == CNN_BGR && s->mean[2] == 3 && s->norm[1] == 0.5);
    cr_assert_eq(s->output_count, 3);
    cr_expect_str_eq(s->outputs[1].blob, "385");
    cr_expect(s->outputs[1].role == CNN_ROLE_PREDICTIONS && s->outputs[1].level == 1);
    cr_assert_eq(s->extra_count, 2);
    cr_expect(s->extras[0].kind == CNN_COORDS && s->extras[0].size[0] == 80);
    cr_expect(s->extras[1].kind == CNN_SAME && s->extras[1].size_count == 0);
    cr_assert_eq(s->class_count, 2);
    cr_expect_str_eq(s->classes[1], "dog");
    cnn_sidecar_free(s);
}

Test(cnn_sidecar, reads_metadata_of_the_exporter)
{
    struct cnn_error err;
    struct cnn_sidecar *s = read_text("description: YOLO\nlicense: AGPL-3.0\ntask: segment\n"
                                      "imgsz:\n- 480\n- 640\nnames:\n  0: cat\n  2: dog\n",
                                      &err);
    cr_assert_not_null(s, "%s", err.text);
    cr_expect(s->size[0] == 640 && s->size[1] == 480 && s->multiple[1] == 480);
    cr_expect(s->resize == CNN_LETTERBOX && s->pad_value == 114);
    cr_expect_eq(s->class_count, 3);
    cr_expect_str_eq(s->classes[1], "");
    cr_expect_str_eq(s->param, "/tmp/model.ncnn.param");
    cnn_sidecar_free(s);
}

Test(cnn_sidecar, says_where_it_is_wrong)
{
    refuses("segkit-model: 2\n", ":1:15: 'segkit-model' is not 1");
    refuses("segkit-model: 1\ntask: guess\n", ":2:7: 'task' is not one of unknown, semantic");
    refuses("segkit-model: 1\ninput: { size: [0, 4] }\n", "'size' is not a number from 1");
    refuses("segkit-model: 1\ninput: { mean: [1, 2] }\n", "one for each channel");
    refuses("segkit-model: 1\ninput: { norm: nan }\n", "'norm' is not a number");
    refuses("segkit-model: 1\nthreshold: 2\n", "from 0 to 1");
    refuses("segkit-model: 1\nclasses: { 99999999: a }\n", "'classes' is not");
    refuses("segkit-model: 1\noutput: { blob: [a] }\n", "a blob's name");
    refuses("segkit-model: [\n", ":2:");
    refuses("- a\n", "not a model's sidecar");
    refuses("a: 1\n", "neither 'segkit-model' nor 'imgsz'");
    refuses("task: detect\nnames: [a]\n", "'task' is not one of segment");
    refuses("", "not a model's sidecar");
}

Test(cnn_sidecar, says_what_is_missing)
{
    struct cnn_error err = {0};
    cr_expect_null(cnn_sidecar_open("/nonexistent/model.yaml", &err));
    cr_expect_str_eq(err.text, "cannot open model '/nonexistent/model.yaml': no such file");
    err = (struct cnn_error){0};
    cr_expect_null(cnn_sidecar_open("/proc/self/fd", &err));
    cr_expect(strstr(err.text, "no model.yaml or metadata.yaml in folder"));
}

/* -- canvas ------------------------------------------------------------------------------------ */

static void lies(int32_t resize, int32_t size, int32_t multiple, int32_t w, int32_t h,
                 const int32_t want[6])
{
    struct cnn_sidecar s = {
        .resize = resize, .size = {size, size}, .multiple = {multiple, multiple}};
    struct cnn_canvas c;
    struct cnn_error err = {0};
    const int32_t none[2] = {0, 0};
    cr_assert_eq(cnn_canvas_plan(&s, none, w, h, &c, &err), SEG_OK);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(c.content[i], want[i], "%d x %d: content %d", w, h, c.content[i]);
        cr_expect_eq(c.size[i], want[2 + i], "%d x %d: size %d", w, h, c.size[i]);
        cr_expect_eq(c.offset[i], want[4 + i], "%d x %d: offset %d", w, h, c.offset[i]);
    }
}

Test(cnn_prepare, places_the_image)
{
    lies(CNN_LETTERBOX, 640, 32, 246, 640, (int32_t[]){246, 640, 256, 640, 5, 0});
    lies(CNN_LETTERBOX, 640, 32, 600, 400, (int32_t[]){640, 426, 640, 448, 0, 11});
    lies(CNN_LETTERBOX, 640, 32, 1, 100000, (int32_t[]){1, 640, 32, 640, 15, 0});
    lies(CNN_STRETCH, 384, 1, 7, 9, (int32_t[]){384, 384, 384, 384, 0, 0});
    lies(CNN_PAD, 512, 16, 250, 100, (int32_t[]){250, 100, 256, 112, 3, 6});
    lies(CNN_PAD, 512, 16, 1024, 256, (int32_t[]){512, 128, 512, 128, 0, 0});
    lies(CNN_PAD, 0, 16, 5000, 3, (int32_t[]){5000, 3, 5008, 16, 4, 6});
}

static struct seg_view gray(void *data, uint32_t dtype, int32_t w, int32_t h, ptrdiff_t size)
{
    return (struct seg_view){.struct_size = sizeof(struct seg_view),
                             .kind = SEG_IMAGE,
                             .dtype = dtype,
                             .width = w,
                             .height = h,
                             .planes = 1,
                             .row_stride = w * size,
                             .plane_stride = w * h * size,
                             .data = data};
}

static void prepared(const struct cnn_sidecar *s, const struct seg_view *view, float *out)
{
    struct cnn_canvas canvas;
    struct cnn_levels levels;
    struct cnn_error err = {0};
    const int32_t none[2] = {0, 0};
    cr_assert_eq(cnn_canvas_plan(s, none, view->width, view->height, &canvas, &err), SEG_OK);
    cr_assert_eq(cnn_levels_find(s, view, &levels, &err), SEG_OK);
    cr_assert_eq(cnn_prepare(s, &canvas, &levels, view, out, &err), SEG_OK);
}

Test(cnn_prepare, resamples_with_centres_at_a_half)
{
    uint8_t data[4] = {0, 100, 200, 40};
    struct seg_view view = gray(data, SEG_U8, 4, 1, 1);
    struct cnn_sidecar s = {.size = {2, 1}, .multiple = {1, 1}, .norm = {1, 1, 2}};
    float out[6];
    s.mean[2] = 10;
    prepared(&s, &view, out);
    const float want[6] = {50, 120, 50, 120, 80, 220}; /* the mean of two each, three channels */
    for (int i = 0; i < 6; i++)
        cr_expect_eq(out[i], want[i], "%d: %g", i, (double)out[i]);
}

Test(cnn_prepare, pads_before_mean_and_norm)
{
    uint8_t data[3] = {1, 2, 3};
    struct seg_view view = gray(data, SEG_U8, 3, 1, 1);
    struct cnn_sidecar s = {.resize = CNN_PAD,
                            .order = CNN_GRAY,
                            .multiple = {4, 1},
                            .mean = {1},
                            .norm = {2},
                            .pad_value = 114};
    float out[4];
    prepared(&s, &view, out);
    const float want[4] = {0, 2, 4, 226};
    for (int i = 0; i < 4; i++)
        cr_expect_eq(out[i], want[i], "%d: %g", i, (double)out[i]);
}

Test(cnn_prepare, contrast_maps_percentiles)
{
    uint16_t data[5] = {1000, 1100, 1200, 1300, 60000};
    struct seg_view view = gray(data, SEG_U16, 5, 1, 2);
    struct cnn_sidecar s = {.resize = CNN_PAD,
                            .order = CNN_GRAY,
                            .multiple = {1, 1},
                            .norm = {1},
                            .contrast = {20, 80}};
    float out[5];
    prepared(&s, &view, out);
    const float want[5] = {0, 85, 170, 255, 255};
    for (int i = 0; i < 5; i++)
        cr_expect_float_eq(out[i], want[i], 1e-3, "%d: %g", i, (double)out[i]);
}

Test(cnn_prepare, takes_what_is_no_number)
{
    float data[4] = {NAN, INFINITY, -INFINITY, 7}, flat[2] = {NAN, NAN}, out[4];
    struct seg_view view = gray(data, SEG_F32, 4, 1, 4), empty = gray(flat, SEG_F32, 2, 1, 4);
    struct cnn_sidecar s = {.resize = CNN_PAD, .order = CNN_GRAY, .multiple = {1, 1}, .norm = {1}};
    prepared(&s, &view, out);
    cr_expect(out[0] == 0 && out[1] == 255 && out[2] == 0 && out[3] == 7);
    s.contrast[1] = 100;
    prepared(&s, &view, out);
    prepared(&s, &empty, out);
    cr_expect(out[0] == 0 && out[1] == 0);
}

Test(cnn_mapping, undoes_the_letterbox)
{
    /* 2 x 1 pixels as 4 x 2 in the middle of 8 x 2; a map of 4 x 1 covers the canvas */
    const struct cnn_canvas canvas = {{2, 1}, {4, 2}, {2, 0}, {8, 2}};
    const float map[4] = {0, 10, 20, 30};
    struct cnn_error err = {0};
    struct cnn_axis x, y;
    float blend[4], out[2];
    cr_assert_eq(cnn_axis_make(&canvas, 0, 4, &x, &err), SEG_OK);
    cr_assert_eq(cnn_axis_make(&canvas, 1, 1, &y, &err), SEG_OK);
    const struct cnn_window window = {map, 4, 0, 0};
    cnn_map_row(&window, &x, &y, 0, 0, 2, blend, out);
    cr_expect(out[0] == 10 && out[1] == 20); /* canvas 3 and 5 are map 1 and 2 */
    cnn_map_row(&window, &x, &y, 0, 1, 2, blend, out);
    cr_expect_eq(out[0], 20);
    cnn_axis_free(&x);
    cnn_axis_free(&y);
}
