/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The filters: small exact cases, what they refuse, and images that are easily got wrong. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static seg_layer *gray(const char *rows)
{
    return stage_layer(SEG_IMAGE, SEG_U8, rows);
}

static seg_layer *real(const char *rows)
{
    return stage_layer(SEG_IMAGE, SEG_F32, rows);
}

static bool gives(const char *words, const char *from, const char *to)
{
    const bool same = stage_is(stage_run(words, gray(from), NULL, 1), to) &&
                      stage_is(stage_run(words, real(from), NULL, 1), to);
    if (!same)
        fprintf(stderr, "# %s: %s\n", words, stage_why());
    return same;
}

static bool refuses(const char *words, seg_layer *input, const char *reason)
{
    seg_layer *layer = stage_run(words, input, NULL, 1);
    seg_layer_unref(layer);
    if (layer || !strstr(stage_why(), reason))
        fprintf(stderr, "# %s: %s\n", words, stage_why());
    return !layer && strstr(stage_why(), reason);
}

Test(filter, ranks_and_medians)
{
    cr_expect(gives("filter.rank size=3 percentile=0", "35/71/29", "11/11/11"));
    cr_expect(gives("filter.rank size=3 percentile=100", "35/71/29", "77/99/99"));
    cr_expect(gives("filter.rank size=3 shape=disk", "000/090/000", "000/000/000"));
    cr_expect(gives("filter.rank size=3 shape=disk percentile=100", "000/090/000", "090/999/090"));
    cr_expect(gives("filter.median size=3 shape=disk", "11111/19991/11111", "11111/11911/11111"));
    cr_expect(gives("filter.median size=7 border=nearest", "1234567", "1234567"));
    cr_expect(refuses("filter.median size=4", gray("1"), "size"));
}

Test(filter, tone)
{
    cr_expect(stage_is(stage_run("filter.invert ! filter.arithmetic operation=subtract value=246",
                                 gray("0123/4567"), NULL, 1),
                       "9876/5432"));
    cr_expect(stage_is(stage_run("filter.invert", real("01"), NULL, 1), "10"));
    cr_expect(gives("filter.gamma gamma=1", "0123", "0123"));
    cr_expect(stage_is(stage_run("filter.gamma gamma=2", real("0123"), NULL, 1), "0149"));
    cr_expect(stage_is(stage_run("filter.rescale unit=value low=2 high=4", real("02349"), NULL, 1),
                       "00011"));
    cr_expect(stage_is(stage_run("filter.rescale ! filter.arithmetic operation=divide value=51",
                                 gray("13579"), NULL, 1),
                       "01345"));
    cr_expect(stage_is(stage_run("filter.rescale low=25 high=75 ! filter.rescale unit=value "
                                 "high=255 type=f32 ! filter.arithmetic operation=multiply value=8",
                                 gray("01234"), NULL, 1),
                       "00488"));
    cr_expect(stage_is(stage_run("filter.equalize ! filter.arithmetic operation=multiply value=4",
                                 real("3/1/9/1"), NULL, 1),
                       "3/2/4/2"));
    cr_expect(stage_is(stage_run("filter.equalize ! filter.arithmetic operation=divide value=51",
                                 gray("24689"), NULL, 1),
                       "12345"));
    cr_expect(gives("filter.rescale", "0", "0"));
    cr_expect(refuses("filter.rescale low=60 high=40", gray("1"), "'low'"));
    cr_expect(refuses("filter.rescale high=255", gray("1"), "unit=value"));
    cr_expect(refuses("filter.clahe", real("1"), "f32"));
    cr_expect(refuses("filter.entropy", real("1"), "f32"));
}

Test(filter, arithmetic)
{
    static const char *const results[][2] = {
        {"add", "35798"}, {"subtract", "11111"},   {"min", "12343"},
        {"max", "23455"}, {"difference", "11112"}, {"mean", "23454"},
    };
    char words[96];
    for (size_t i = 0; i < SEG_COUNT(results); i++) {
        snprintf(words, sizeof words, "filter.arithmetic operation=%s other=extra", results[i][0]);
        seg_layer *image = gray(i == 1 ? "23456" : "23453");
        seg_layer *other = gray(i == 1 ? "12345" : "12345");
        cr_expect(stage_is(stage_run(words, image, other, 1), results[i][1]), "%s", words);
    }
    cr_expect(stage_is(stage_run("filter.arithmetic operation=multiply other=extra", gray("0123"),
                                 gray("9332"), 1),
                       "0366"));
    cr_expect(stage_is(
        stage_run("filter.arithmetic operation=subtract value=300", gray("9"), NULL, 1), "0"));
    cr_expect(stage_is(stage_run("filter.arithmetic value=300 ! filter.arithmetic "
                                 "operation=subtract value=250",
                                 gray("9"), NULL, 1),
                       "5"));
    cr_expect_null(stage_run("filter.arithmetic other=extra", gray("123"), gray("12"), 1));
    cr_expect(strstr(stage_why(), "other"), "%s", stage_why());
}

Test(filter, geometry)
{
    cr_expect(gives("filter.crop x=1 y=1 width=2", "1234/5678/9012", "67/01"));
    cr_expect(gives("filter.pad left=1 bottom=1", "12/34", "012/034/000"));
    cr_expect(gives("filter.pad left=2 right=3 border=reflect", "123", "21123321"));
    cr_expect(gives("filter.pad left=2 right=3 border=mirror", "123", "32123212"));
    cr_expect(gives("filter.pad top=1 right=2 border=nearest value=7", "12", "1222/1222"));
    cr_expect(gives("filter.pad left=2 right=3 top=1 value=7 ! filter.crop x=2 y=1 width=3", "123",
                    "123"));
    cr_expect(gives("filter.resize method=nearest factor=2", "12/34", "1122/1122/3344/3344"));
    cr_expect(gives("filter.resize method=nearest width=2", "1234/5678", "68"));
    cr_expect(gives("filter.resize method=area width=2 height=1", "1135/3353", "24"));
    cr_expect(gives("filter.resize width=4 height=1 antialias=false", "08", "0268"));
    cr_expect(gives("filter.resize method=cubic width=5", "55555", "55555"));
    cr_expect(gives("filter.resize method=cubic factor=3 ! filter.crop x=4 y=1 width=4 height=1",
                    "0369", "3456"));
    cr_expect(gives("filter.resize method=cubic factor=3 ! filter.crop x=1 y=4 width=1 height=4",
                    "0/3/6/9", "3/4/5/6"));
    cr_expect(stage_is(stage_run("filter.resize method=lanczos factor=3", gray("7"), NULL, 1),
                       "777/777/777"));
    cr_expect(refuses("filter.crop x=3", gray("123"), "does not lie"));
    cr_expect(refuses("filter.crop width=4", gray("123"), "does not lie"));
}

Test(filter, geometry_keeps_properties)
{
    struct seg_props props = {.struct_size = sizeof props, .pixel_size = {0.5, 2}, .unit = "um"};
    struct seg_shape shape = SEG_SHAPE;
    struct seg_error err;
    seg_context *context;
    seg_layer *layer;
    shape.kind = SEG_IMAGE;
    shape.dtype = SEG_F32;
    shape.width = shape.height = 8;
    shape.planes = 2;
    cr_assert(!seg_context_new(NULL, &context, &err) &&
              !seg_layer_new(context, &shape, &layer, &err));
    struct seg_view view = SEG_VIEW;
    cr_assert(!seg_layer_set_props(layer, &props, &err) && !seg_layer_view(layer, &view, &err));
    memset(view.data, 0, (size_t)view.plane_stride * 2);
    seg_layer_seal(layer);
    seg_layer *result = stage_run("filter.crop x=2 y=1 ! filter.pad left=1 ! filter.crop y=3 ! "
                                  "filter.resize width=14 height=1",
                                  layer, NULL, 1);
    cr_assert(result, "%s", stage_why());
    seg_layer_props(result, &props);
    seg_layer_shape(result, &shape);
    cr_expect(shape.width == 14 && shape.height == 1 && shape.planes == 2);
    cr_expect(props.origin[0] == 1 && props.origin[1] == 4);
    cr_expect(props.pixel_size[0] == 0.25 && props.pixel_size[1] == 8);
    cr_expect_str_eq(props.unit, "um");
    seg_layer_unref(result);
    seg_context_free(context);
}

static double speckle(int32_t x, int32_t y)
{
    uint32_t n = (uint32_t)x * 2654435761u ^ (uint32_t)y * 40503u * 2654435761u;
    n ^= n >> 15;
    n *= 2246822519u;
    return (n >> 13) % 256;
}

/* Edges, slopes and noise, as a photograph has. */
static double scene(int32_t x, int32_t y)
{
    const double slope = 60 + 0.3 * (x + y % 97), noise = speckle(x, y) / 16;
    return (x / 40 + y / 30) % 2 ? slope + noise : 230 - noise;
}

static double scene_edge(int32_t x, int32_t y)
{
    return x < 50 ? 255 : scene(x, y);
}

/* The largest and the root mean square difference of two layers, which are unreferenced. */
struct off {
    double most, rms;
};

static double at(const struct seg_view *view, int32_t x, int32_t y)
{
    const void *row = seg_row(view, 0, y);
    return view->dtype == SEG_U8 ? ((const uint8_t *)row)[x] : (double)((const float *)row)[x];
}

static struct off off(seg_layer *a, seg_layer *b)
{
    struct seg_view p = SEG_VIEW, q = SEG_VIEW;
    struct seg_error err;
    struct off off = {INFINITY, INFINITY};
    if (a && b && !seg_layer_view(a, &p, &err) && !seg_layer_view(b, &q, &err)) {
        double sum = 0;
        off.most = 0;
        for (int32_t y = 0; y < p.height; y++)
            for (int32_t x = 0; x < p.width; x++) {
                const double d = at(&p, x, y) - at(&q, x, y);
                off.most = fmax(off.most, fabs(d));
                sum += d * d;
            }
        off.rms = sqrt(sum / p.width / p.height);
    }
    seg_layer_unref(a);
    seg_layer_unref(b);
    return off;
}

Test(filter, gaussian_in_fixed_point_is_rounded)
{
    static const double sigmas[] = {0.3, 0.8, 1.5, 3, 5, 8};
    for (size_t i = 0; i < SEG_COUNT(sigmas); i++) {
        char words[64];
        snprintf(words, sizeof words, "filter.gaussian sigma=%g", sigmas[i]);
        seg_layer *whole = stage_filled(SEG_IMAGE, SEG_U8, 301, 200, scene_edge);
        seg_layer *exact = stage_run(
            "filter.rescale unit=value high=255 type=f32 ! filter.arithmetic operation=multiply "
            "value=255",
            seg_layer_ref(whole), NULL, 1);
        const struct off o =
            off(stage_run(words, whole, NULL, 1), stage_run(words, exact, NULL, 1));
        cr_expect(o.most < 0.6 && o.rms < 0.295, "%s: %g, %g", words, o.most, o.rms);
    }
}

static double bright(int32_t x, int32_t y)
{
    (void)x, (void)y;
    return 255;
}

Test(filter, gaussian_keeps_white)
{
    static const char *const words[] = {"filter.gaussian sigma=8", "filter.gaussian sigma=2",
                                        "filter.gaussian sigma=0.4",
                                        "filter.gaussian sigma=30 method=recursive"};
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        seg_layer *image = stage_filled(SEG_IMAGE, SEG_U8, 70, 9, bright);
        seg_layer *smooth = stage_run(words[i], seg_layer_ref(image), NULL, 1);
        cr_expect(stage_same(smooth, image), "%s", words[i]);
    }
}

Test(filter, gaussian_recursive_is_near)
{
    static const double sigmas[] = {0.5, 1, 2, 5, 25, 60};
    for (size_t i = 0; i < SEG_COUNT(sigmas); i++) {
        char direct[64], recursive[96];
        snprintf(direct, sizeof direct, "filter.gaussian sigma=%g truncate=6", sigmas[i]);
        snprintf(recursive, sizeof recursive, "filter.gaussian sigma=%g method=recursive",
                 sigmas[i]);
        seg_layer *image = stage_filled(SEG_IMAGE, SEG_F32, 300, 210, scene_edge);
        seg_layer *exact = stage_run(direct, seg_layer_ref(image), NULL, 1);
        const struct off o = off(exact, stage_run(recursive, image, NULL, 1));
        cr_expect(o.rms < 0.1, "sigma %g: %g", sigmas[i], o.rms);
    }
}

Test(filter, noise_goes_and_edges_stay)
{
    static const char *const words[] = {
        "filter.bilateral sigma_color=40 sigma_space=2",
        "filter.nlmeans h=20 search=11",
        "filter.guided radius=4 epsilon=0.006",
        "filter.diffusion iterations=10 kappa=30",
        "filter.tv weight=15",
        "filter.median size=5",
    };
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        seg_layer *image = stage_filled(SEG_IMAGE, SEG_U8, 120, 90, scene);
        seg_layer *smooth = stage_run(words[i], seg_layer_ref(image), NULL, 1);
        const struct off o = off(smooth, image);
        cr_expect(o.rms > 1.5 && o.rms < 8, "%s: %g", words[i], o.rms);
    }
}

/* A sample in the middle of an odd number of new ones is one of them; kernels are 0 at the others.
 */
Test(filter, resize_keeps_samples)
{
    static const char *const methods[] = {"bilinear", "area", "cubic"};
    for (size_t i = 0; i < SEG_COUNT(methods); i++)
        for (enum seg_dtype dtype = SEG_U8; dtype <= SEG_F32; dtype++) {
            char words[200];
            snprintf(words, sizeof words,
                     "filter.resize method=%s factor=3 ! filter.resize method=nearest width=131 "
                     "height=67",
                     methods[i]);
            seg_layer *image = stage_filled(SEG_IMAGE, dtype, 131, 67, speckle);
            cr_expect(stage_same(stage_run(words, seg_layer_ref(image), NULL, 2), image), "%s, %d",
                      methods[i], (int)dtype);
        }
}

/* Fixed point is off by less than what a gray level is rounded by. */
Test(filter, resize_bytes_as_floats)
{
    seg_layer *image = stage_filled(SEG_IMAGE, SEG_U8, 131, 67, speckle);
    seg_layer *bytes = stage_run("filter.resize factor=1.7", image, NULL, 2);
    seg_layer *floats = stage_run("filter.resize factor=1.7",
                                  stage_filled(SEG_IMAGE, SEG_F32, 131, 67, speckle), NULL, 2);
    struct seg_view a = SEG_VIEW, b = SEG_VIEW;
    struct seg_error err;
    double worst = 0;
    cr_assert(bytes && floats && !seg_layer_view(bytes, &a, &err) &&
              !seg_layer_view(floats, &b, &err));
    for (int32_t y = 0; y < a.height; y++)
        for (int32_t x = 0; x < a.width; x++) {
            const double byte = ((const uint8_t *)seg_row(&a, 0, y))[x];
            worst = fmax(worst, fabs(byte - (double)((const float *)seg_row(&b, 0, y))[x]));
        }
    cr_expect(worst < 0.52, "%g", worst);
    seg_layer_unref(bytes);
    seg_layer_unref(floats);
}

/* Pieces of 502 rows: some begin at such a sample and go on with one that needs earlier rows. */
Test(filter, resize_in_pieces)
{
    seg_layer *image = stage_filled(SEG_IMAGE, SEG_U8, 600, 2004, speckle);
    seg_layer *one =
        stage_run("filter.resize method=cubic factor=3", seg_layer_ref(image), NULL, 1);
    cr_expect(stage_same(one, stage_run("filter.resize method=cubic factor=3", image, NULL, 3)));
}

/* -- every stage on every kind of image ------------------------------------------------------- */

static const char *const all[] = {
    "filter.arithmetic operation=difference value=100",
    "filter.bilateral sigma_space=1",
    "filter.bilateral size=3 shape=disk border=mirror",
    "filter.crop x=0 y=0 width=1",
    "filter.diffusion",
    "filter.diffusion conductance=quadratic iterations=2 step=0.25",
    "filter.equalize",
    "filter.gamma gamma=0.5",
    "filter.gaussian sigma=2 border=mirror",
    "filter.gaussian sigma=9 method=recursive",
    "filter.guided",
    "filter.guided radius=1000",
    "filter.invert",
    "filter.median size=7",
    "filter.median size=7 shape=disk",
    "filter.nlmeans patch=3 search=5",
    "filter.pad left=3 top=70 right=5 border=reflect",
    "filter.rank size=5 percentile=90",
    "filter.rescale low=1 high=99",
    "filter.rescale type=u8",
    "filter.resize factor=0.3",
    "filter.resize factor=1.7",
    "filter.resize method=lanczos factor=2.2",
    "filter.resize method=cubic factor=3",
    "filter.resize method=area width=1 height=7",
    "filter.tv max_iterations=9",
    "filter.unsharp sigma=3",
    "filter.clahe",
    "filter.entropy",
};

static const int32_t sizes[][2] = {{1, 1}, {1, 300}, {300, 1}, {67, 131}, {4096, 3}};

static bool takes(const char *words, enum seg_dtype dtype)
{
    return dtype != SEG_F32 ||
           (strncmp(words, "filter.clahe", 12) && strncmp(words, "filter.e", 8));
}

static double high(int32_t x, int32_t y)
{
    return 65535 - speckle(x, y);
}

Test(filter, any_number_of_threads)
{
    for (size_t i = 0; i < SEG_COUNT(all); i++)
        for (size_t k = 0; k < SEG_COUNT(sizes); k++)
            for (enum seg_dtype dtype = SEG_U8; dtype <= SEG_F32; dtype++) {
                if (!takes(all[i], dtype))
                    continue;
                seg_layer *image = stage_filled(SEG_IMAGE, dtype, sizes[k][0], sizes[k][1],
                                                dtype == SEG_U16 ? high : speckle);
                seg_layer *one = stage_run(all[i], seg_layer_ref(image), NULL, 1);
                cr_assert(one, "%s: %s", all[i], stage_why());
                cr_expect(stage_same(one, stage_run(all[i], image, NULL, 3)), "%s on %d x %d, %d",
                          all[i], sizes[k][0], sizes[k][1], (int)dtype);
            }
}

static double odd(int32_t x, int32_t y)
{
    switch ((x + 7 * y) % 11) {
    case 0:
        return (double)NAN;
    case 3:
        return (double)INFINITY;
    case 6:
        return -(double)INFINITY;
    default:
        return x - y;
    }
}

static double nowhere(int32_t x, int32_t y)
{
    (void)x, (void)y;
    return (double)NAN;
}

Test(filter, not_a_number)
{
    for (size_t i = 0; i < SEG_COUNT(all); i++) {
        if (!takes(all[i], SEG_F32))
            continue;
        seg_layer *layer =
            stage_run(all[i], stage_filled(SEG_IMAGE, SEG_F32, 40, 30, odd), NULL, 1);
        cr_expect(layer, "%s: %s", all[i], stage_why());
        seg_layer_unref(layer);
    }
    cr_expect(refuses("filter.equalize", stage_filled(SEG_IMAGE, SEG_F32, 3, 2, nowhere),
                      "no finite sample"));
    cr_expect(refuses("filter.rescale", stage_filled(SEG_IMAGE, SEG_F32, 3, 2, nowhere),
                      "no finite sample"));
    cr_expect(refuses("filter.equalize ! filter.entropy",
                      stage_filled(SEG_IMAGE, SEG_F32, 3, 2, odd), "f32"));
}

/* Results of all stages, in one number. */
static uint64_t digest(void)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < SEG_COUNT(all); i++)
        for (enum seg_dtype dtype = SEG_U8; dtype <= SEG_F32; dtype++) {
            if (!takes(all[i], dtype))
                continue;
            struct seg_view view = SEG_VIEW;
            struct seg_error err;
            seg_layer *layer =
                stage_run(all[i], stage_filled(SEG_IMAGE, dtype, 67, 45, scene), NULL, 1);
            cr_assert(layer && !seg_layer_view(layer, &view, &err));
            for (int32_t y = 0; y < view.height; y++) {
                const uint8_t *row = seg_row(&view, 0, y);
                for (size_t x = 0; x < (size_t)view.width * seg_dtype_size(view.dtype); x++)
                    hash = (hash ^ row[x]) * 1099511628211u;
            }
            seg_layer_unref(layer);
        }
    return hash;
}

/* The quick way for size 3 against the general one, for rows of any number of vectors. */
Test(filter, medians_of_any_width)
{
    static const char *const borders[] = {"reflect", "mirror", "nearest"};
    static const enum seg_dtype dtypes[] = {SEG_U8, SEG_U16, SEG_F32};
    char quick[64], slow[64];
    for (int32_t i = 0; i < 3 * 70; i++) {
        const enum seg_dtype dtype = dtypes[i % 3];
        snprintf(quick, sizeof quick, "filter.median size=3 border=%s", borders[i / 3 % 3]);
        snprintf(slow, sizeof slow, "filter.rank size=3 shape=square border=%s",
                 borders[i / 3 % 3]);
        cr_expect(
            stage_same(
                stage_run(quick, stage_filled(SEG_IMAGE, dtype, i / 3 + 1, 9, scene), NULL, 3),
                stage_run(slow, stage_filled(SEG_IMAGE, dtype, i / 3 + 1, 9, scene), NULL, 1)),
            "width %d: %s", i / 3 + 1, stage_why());
    }
}

Test(filter, portable_code_gives_the_same_bytes)
{
    int ends[2], status = 1;
    uint64_t portable = 0;
    cr_assert(!pipe(ends));
    const pid_t child = fork();
    if (!child) {
        setenv("SEGKIT_CPU", "portable", 1);
        portable = digest();
        _exit(write(ends[1], &portable, sizeof portable) != sizeof portable);
    }
    cr_assert(child > 0 && waitpid(child, &status, 0) == child && !status);
    cr_assert(read(ends[0], &portable, sizeof portable) == sizeof portable);
    cr_expect(portable == digest());
}
