/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graphcut stages through pipelines: what they find, and what they refuse. */
#include <criterion/criterion.h>
#include <math.h>
#include <segkit/segkit.h>
#include <stdio.h>
#include <string.h>

struct bench {
    seg_context *context;
    seg_pipeline *pipeline;
    seg_plan *plan;
    seg_result *result;
    struct seg_input inputs[4];
    size_t count;
    struct seg_error err;
};

static struct bench begin(unsigned threads)
{
    struct bench b = {0};
    struct seg_options options = {.struct_size = sizeof options, .threads = threads};
    cr_assert_eq(seg_context_new(&options, &b.context, &b.err), SEG_OK);
    return b;
}

/* An input whose sample (plane, y, x) is f(plane, y, x). */
static void give(struct bench *b, const char *name, uint32_t kind, uint32_t dtype, int32_t planes,
                 int32_t height, int32_t width, double (*f)(int32_t, int32_t, int32_t))
{
    const struct seg_shape shape = {sizeof shape, kind, dtype, width, height, planes};
    struct seg_view view = {.struct_size = sizeof view};
    seg_layer *layer;
    cr_assert_eq(seg_layer_new(b->context, &shape, &layer, &b->err), SEG_OK);
    seg_layer_view(layer, &view, NULL);
    for (int32_t p = 0; p < planes; p++) {
        for (int32_t y = 0; y < height; y++) {
            char *row = (char *)view.data + p * view.plane_stride + y * view.row_stride;
            for (int32_t x = 0; x < width; x++) {
                double value = f(p, y, x);
                if (dtype == SEG_U8)
                    ((uint8_t *)(void *)row)[x] = (uint8_t)value;
                else if (dtype == SEG_U16)
                    ((uint16_t *)(void *)row)[x] = (uint16_t)value;
                else if (dtype == SEG_I32)
                    ((int32_t *)(void *)row)[x] = (int32_t)value;
                else
                    ((float *)(void *)row)[x] = (float)value;
            }
        }
    }
    seg_layer_seal(layer);
    b->inputs[b->count++] = (struct seg_input){
        .struct_size = sizeof(struct seg_input), .name = name, .shape = shape, .layer = layer};
}

static int run(struct bench *b, int count, const char *const *words)
{
    struct seg_faults faults = {0};
    int status = seg_pipeline_parse_words(b->context, count, words, &b->pipeline, &faults);
    if (!status)
        status = seg_pipeline_check(b->pipeline, b->inputs, b->count, NULL, &b->plan, &faults);
    cr_assert_eq(status, SEG_OK, "%s", faults.list[0].error.text);
    return seg_plan_run(b->plan, b->inputs, b->count, NULL, &b->result, &b->err);
}

#define RUN(b, ...)                                                                                \
    run((b), (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),                        \
        (const char *[]){__VA_ARGS__})

static void end(struct bench *b)
{
    seg_result_free(b->result);
    seg_plan_free(b->plan);
    seg_pipeline_free(b->pipeline);
    for (size_t i = 0; i < b->count; i++)
        seg_layer_unref(b->inputs[i].layer);
    seg_context_free(b->context);
}

static double value(const struct bench *b, const char *name)
{
    const char *found;
    double number;
    for (size_t i = 0; !seg_result_value(b->result, 0, i, &found, &number); i++)
        if (strcmp(found, name) == 0)
            return number;
    cr_assert(false, "no value '%s'", name);
    return NAN;
}

static double sample(const struct bench *b, int32_t y, int32_t x)
{
    struct seg_view view = {.struct_size = sizeof view};
    seg_layer_view(seg_result_layer(b->result, NULL), &view, NULL);
    const char *row = (const char *)view.data + y * view.row_stride;
    return view.dtype == SEG_U8 ? (double)((const uint8_t *)row)[x]
                                : (double)((const int32_t *)(const void *)row)[x];
}

#define REFUSED(b, part)                                                                           \
    cr_assert(strstr((b)->err.text, part), "'%s' is not in '%s'", part, (b)->err.text)

static double pull(int32_t plane, int32_t y, int32_t x)
{
    (void)y;
    return x == 0 ? (plane == 0 ? 0 : 9) : x == 3 ? (plane == 0 ? 9 : 0) : 4;
}

static double weak_in_the_middle(int32_t plane, int32_t y, int32_t x)
{
    (void)y;
    return plane == 0 && x == 1 ? 1 : plane == 0 ? 5 : 0;
}

static double nan_at_a_corner(int32_t plane, int32_t y, int32_t x)
{
    return plane + y + x ? 1 : (double)NAN;
}

static double minus(int32_t plane, int32_t y, int32_t x)
{
    (void)plane;
    (void)y;
    return x == 1 ? -1 : 1;
}

static double huge(int32_t plane, int32_t y, int32_t x)
{
    (void)y;
    (void)x;
    return plane * 2147483648.0;
}

Test(graphcut_energy, cuts_where_it_is_cheapest)
{
    struct bench b = begin(2);
    give(&b, "input", SEG_IMAGE, SEG_F32, 2, 1, 4, pull);
    give(&b, "w", SEG_IMAGE, SEG_F32, 2, 1, 4, weak_in_the_middle);
    cr_assert_eq(RUN(&b, "graphcut.energy", "unary=input", "pairwise=w"), SEG_OK);
    cr_assert_eq(value(&b, "energy"), 9);
    cr_assert_eq(value(&b, "flow"), 9);
    for (int32_t x = 0; x < 4; x++)
        cr_assert_eq(sample(&b, 0, x), x < 2 ? 0 : 1);
    end(&b);
}

Test(graphcut_energy, refuses_costs_that_have_no_cut)
{
    static const struct {
        double (*unary)(int32_t, int32_t, int32_t), (*pairwise)(int32_t, int32_t, int32_t);
        const char *connectivity, *says;
    } cases[] = {
        {nan_at_a_corner, pull, "4", "cost of label 0 is not finite"},
        {pull, minus, "4", "weight of offset 0 is below 0"},
        {pull, nan_at_a_corner, "4", "weight of offset 0"},
        {pull, pull, "8", "has 2 planes; connectivity 8 needs 4"},
        {huge, pull, "4", "do not fit 32 bits"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench b = begin(1);
        char connectivity[32];
        snprintf(connectivity, sizeof connectivity, "connectivity=%s", cases[i].connectivity);
        give(&b, "input", SEG_IMAGE, SEG_F32, 2, 1, 4, cases[i].unary);
        give(&b, "w", SEG_IMAGE, SEG_F32, 2, 1, 4, cases[i].pairwise);
        cr_assert_neq(RUN(&b, "graphcut.energy", "unary=input", "pairwise=w", connectivity),
                      SEG_OK);
        REFUSED(&b, cases[i].says);
        end(&b);
    }
}

/* Costs of three labels over two by three pixels of two pages. */
static double three(int32_t plane, int32_t y, int32_t x)
{
    return (plane * 7 + y * 5 + x * 3 + plane * y * x) % 11;
}

/* The least energy of all labellings. */
static double enumerate(int32_t labels, int32_t height, int32_t width, int32_t slices,
                        double weight)
{
    double best = HUGE_VAL;
    int32_t n = height * width, page = n / slices, total = 1;
    for (int32_t i = 0; i < n; i++)
        total *= labels;
    for (int32_t code = 0; code < total; code++) {
        int32_t label[16];
        double energy = 0;
        for (int32_t i = 0, rest = code; i < n; i++, rest /= labels) {
            label[i] = rest % labels;
            energy += three(label[i], i / width, i % width);
        }
        for (int32_t i = 0; i < n; i++) {
            energy += i % width + 1 < width && label[i] != label[i + 1] ? weight : 0;
            energy += i % page + width < page && label[i] != label[i + width] ? weight : 0;
            energy += i + page < n && label[i] != label[i + page] ? weight : 0;
        }
        best = energy < best ? energy : best;
    }
    return best;
}

Test(graphcut_energy, finds_the_least_energy_of_stacks_and_of_more_labels)
{
    static const struct {
        int32_t labels, slices;
        const char *connectivity;
    } cases[] = {{2, 1, "4"}, {2, 2, "6"}, {3, 1, "4"}, {3, 2, "6"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench b = begin(2);
        char connectivity[32], slices[32];
        snprintf(connectivity, sizeof connectivity, "connectivity=%s", cases[i].connectivity);
        snprintf(slices, sizeof slices, "slices=%d", cases[i].slices);
        give(&b, "input", SEG_IMAGE, SEG_F32, cases[i].labels, 4, 2, three);
        cr_assert_eq(RUN(&b, "graphcut.energy", "weight=2", connectivity, slices), SEG_OK, "%s",
                     b.err.text);
        cr_assert_eq(value(&b, "energy"), enumerate(cases[i].labels, 4, 2, cases[i].slices, 2),
                     "case %zu", i);
        end(&b);
    }
}

Test(graphcut_energy, refuses_pages_of_unequal_height)
{
    struct bench b = begin(1);
    give(&b, "input", SEG_IMAGE, SEG_F32, 2, 3, 2, three);
    cr_assert_neq(RUN(&b, "graphcut.energy", "slices=2"), SEG_OK);
    REFUSED(&b, "3 rows are not 2 pages");
    end(&b);
}

static bool in_disc(int32_t y, int32_t x)
{
    return (y - 20) * (y - 20) + (x - 24) * (x - 24) < 121;
}

/* A textured disc on another texture, in the range of 8 bits. */
static double disc(int32_t plane, int32_t y, int32_t x)
{
    int noise = (x * 7919 + y * 104729 + x * y * 31 + plane * 17) % 23;
    return (in_disc(y, x) ? 150 - 40 * plane : 60 + 30 * plane) + noise;
}

static double disc16(int32_t plane, int32_t y, int32_t x)
{
    return 257 * disc(plane, y, x);
}

static double disc_float(int32_t plane, int32_t y, int32_t x)
{
    return disc(plane, y, x) / 1000 - 3;
}

static double scribbles(int32_t plane, int32_t y, int32_t x)
{
    (void)plane;
    return y == 20 && x > 20 && x < 28 ? 1 : y == 2 ? 2 : 0;
}

static double only_object(int32_t plane, int32_t y, int32_t x)
{
    (void)plane;
    (void)y;
    return x == 3;
}

static double nothing(int32_t plane, int32_t y, int32_t x)
{
    (void)plane;
    (void)y;
    (void)x;
    return 0;
}

static void is_disc(const struct bench *b)
{
    int wrong = 0;
    for (int32_t y = 0; y < 40; y++)
        for (int32_t x = 0; x < 48; x++)
            wrong += (sample(b, y, x) > 0) != in_disc(y, x);
    cr_assert_leq(wrong, 4, "%d pixels are on the wrong side", wrong);
}

static const struct {
    uint32_t dtype;
    double (*f)(int32_t, int32_t, int32_t);
} types[] = {{SEG_U8, disc}, {SEG_U16, disc16}, {SEG_F32, disc_float}};

Test(graphcut_grabcut, finds_a_disc_in_any_image)
{
    for (size_t i = 0; i < 3; i++) {
        for (int32_t planes = 1; planes <= 5; planes += 2) {
            struct bench b = begin(2);
            give(&b, "input", SEG_IMAGE, types[i].dtype, planes, 40, 48, types[i].f);
            cr_assert_eq(RUN(&b, "graphcut.grabcut", "box=10,6,30,30", "components=2"), SEG_OK,
                         "%s", b.err.text);
            is_disc(&b);
            end(&b);
        }
    }
}

Test(graphcut_grabcut, says_which_side_is_empty)
{
    static const struct {
        const char *box, *says;
        double (*f)(int32_t, int32_t, int32_t);
    } cases[] = {
        {"box=100,100,5,5", "nothing is marked as object", disc},
        {"box=0,0,48,40", "nothing is marked as background", disc},
        {"box=1,2,3", "3 numbers are not x, y, width, height", disc},
        {"box=10,6,30,30", "all became", nothing},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench b = begin(1);
        give(&b, "input", SEG_IMAGE, SEG_U8, 1, 40, 48, cases[i].f);
        cr_assert_neq(RUN(&b, "graphcut.grabcut", cases[i].box), SEG_OK);
        REFUSED(&b, cases[i].says);
        end(&b);
    }
}

Test(graphcut_grabcut, refuses_samples_that_are_no_numbers)
{
    struct bench b = begin(1);
    give(&b, "input", SEG_IMAGE, SEG_F32, 1, 40, 48, nan_at_a_corner);
    cr_assert_neq(RUN(&b, "graphcut.grabcut", "box=10,6,30,30"), SEG_OK);
    REFUSED(&b, "not finite");
    end(&b);
}

Test(graphcut_seeds, follows_scribbles_by_every_region)
{
    static const char *const regions[] = {"region=none", "region=histogram", "region=gmm"};
    for (size_t i = 0; i < 9; i++) {
        struct bench b = begin(2);
        give(&b, "input", SEG_IMAGE, types[i % 3].dtype, 2, 40, 48, types[i % 3].f);
        give(&b, "marks", SEG_LABELS, SEG_I32, 1, 40, 48, scribbles);
        cr_assert_eq(RUN(&b, "graphcut.seeds", "markers=marks", regions[i / 3], "components=2"),
                     SEG_OK, "%s", b.err.text);
        is_disc(&b);
        end(&b);
    }
}

Test(graphcut_seeds, says_which_markers_are_missing)
{
    static const struct {
        double (*f)(int32_t, int32_t, int32_t);
        const char *says;
    } cases[] = {{nothing, "no pixel has the number 1"}, {only_object, "mark some background"}};
    for (size_t i = 0; i < 2; i++) {
        struct bench b = begin(1);
        give(&b, "input", SEG_IMAGE, SEG_U8, 1, 8, 8, disc);
        give(&b, "marks", SEG_LABELS, SEG_I32, 1, 8, 8, cases[i].f);
        cr_assert_neq(RUN(&b, "graphcut.seeds", "markers=marks"), SEG_OK);
        REFUSED(&b, cases[i].says);
        end(&b);
    }
}

/* Scores of three stripes of which every eleventh pixel is wrong. */
static double stripes(int32_t plane, int32_t y, int32_t x)
{
    int32_t class = (x / 16 + ((x * 5 + y * 7) % 11 == 0)) % 3;
    return plane == class ? 0.8 : 0.1;
}

Test(graphcut_multilabel, smooths_scores)
{
    static const char *const moves[] = {"moves=expansion", "moves=swap"};
    static const char *const models[] = {"model=potts", "model=linear"};
    for (int i = 0; i < 4; i++) {
        struct bench b = begin(2);
        give(&b, "input", SEG_SCORES, SEG_F32, 3, 24, 48, stripes);
        cr_assert_eq(RUN(&b, "graphcut.multilabel", moves[i % 2], models[i / 2]), SEG_OK, "%s",
                     b.err.text);
        for (int32_t y = 1; y < 23; y++)
            for (int32_t x = 1; x < 47; x++)
                if (x % 16 > 0 && x % 16 < 15)
                    cr_assert_eq(sample(&b, y, x), x / 16, "%s at %d, %d", moves[i % 2], y, x);
        end(&b);
    }
}

/* As the scores, but labels; a void pixel in each stripe. */
static double striped_labels(int32_t plane, int32_t y, int32_t x)
{
    (void)plane;
    return y == 5 && x % 16 == 5 ? -1 : (x / 16 + ((x * 5 + y * 7) % 11 == 0)) % 3;
}

Test(graphcut_multilabel, smooths_labels_and_fills_void)
{
    struct bench b = begin(2);
    give(&b, "input", SEG_LABELS, SEG_I32, 1, 24, 48, striped_labels);
    cr_assert_eq(RUN(&b, "graphcut.multilabel"), SEG_OK, "%s", b.err.text);
    for (int32_t y = 1; y < 23; y++)
        for (int32_t x = 0; x < 48; x++)
            if (x % 16 > 0 && x % 16 < 15)
                cr_assert_eq(sample(&b, y, x), x / 16, "at %d, %d", y, x);
    end(&b);
}

Test(graphcut_multilabel, refuses_an_image_that_holds_no_scores)
{
    struct bench b = begin(1);
    give(&b, "input", SEG_IMAGE, SEG_U8, 1, 8, 8, disc);
    cr_assert_neq(RUN(&b, "graphcut.multilabel"), SEG_OK);
    REFUSED(&b, "counts as scores if it is f32");
    end(&b);
}

Test(graphcut_multilabel, takes_scores_that_are_no_numbers_for_none)
{
    struct bench b = begin(1);
    give(&b, "input", SEG_SCORES, SEG_F32, 2, 4, 4, nan_at_a_corner);
    cr_assert_eq(RUN(&b, "graphcut.multilabel"), SEG_OK);
    cr_assert(isfinite(value(&b, "energy")));
    end(&b);
}

/* Regions of 4 by 4 pixels. */
static double tiles(int32_t plane, int32_t y, int32_t x)
{
    (void)plane;
    return y / 4 * 12 + x / 4 + 1;
}

/* Four quarters of which two are alike in one plane only. */
static double quarters(int32_t plane, int32_t y, int32_t x)
{
    return plane == 0 ? (x < 24 ? 20 : 220) : (y < 20 ? 30 : 200);
}

static double corners(int32_t plane, int32_t y, int32_t x)
{
    (void)plane;
    return x < 2 && y < 2 ? 1 : x > 44 && (y < 2 || y > 37) ? 2 : 0;
}

static double too_large(int32_t plane, int32_t y, int32_t x)
{
    (void)plane;
    return x + y ? 1 : 2000000000.0;
}

Test(graphcut_superpixel_cut, follows_scribbles)
{
    struct bench b = begin(2);
    give(&b, "input", SEG_IMAGE, SEG_U8, 2, 40, 48, quarters);
    give(&b, "tiles", SEG_LABELS, SEG_I32, 1, 40, 48, tiles);
    give(&b, "marks", SEG_LABELS, SEG_I32, 1, 40, 48, corners);
    cr_assert_eq(RUN(&b, "graphcut.superpixel_cut", "superpixels=tiles", "markers=marks"), SEG_OK,
                 "%s", b.err.text);
    for (int32_t y = 0; y < 20; y++)
        for (int32_t x = 0; x < 48; x++)
            cr_assert_eq(sample(&b, y, x), x < 24, "at %d, %d", y, x);
    end(&b);
}

Test(graphcut_ncut, joins_what_is_alike)
{
    struct bench b = begin(2);
    give(&b, "input", SEG_IMAGE, SEG_U8, 2, 40, 48, quarters);
    give(&b, "tiles", SEG_LABELS, SEG_I32, 1, 40, 48, tiles);
    cr_assert_eq(RUN(&b, "graphcut.ncut", "superpixels=tiles"), SEG_OK, "%s", b.err.text);
    cr_assert_eq(value(&b, "segments"), 4);
    for (int32_t y = 0; y < 40; y++)
        for (int32_t x = 0; x < 48; x++)
            cr_assert_eq(sample(&b, y, x), sample(&b, y / 20 * 20, x / 24 * 24));
    end(&b);
}

Test(graphcut_regions, are_refused_where_there_is_none_or_a_label_is_too_large)
{
    static const struct {
        double (*f)(int32_t, int32_t, int32_t);
        const char *says;
    } cases[] = {{nothing, "it has no region"}, {too_large, "larger than the number of pixels"}};
    for (size_t i = 0; i < 4; i++) {
        struct bench b = begin(1);
        give(&b, "input", SEG_IMAGE, SEG_U8, 1, 8, 8, disc);
        give(&b, "tiles", SEG_LABELS, SEG_I32, 1, 8, 8, cases[i % 2].f);
        if (i < 2)
            cr_assert_neq(RUN(&b, "graphcut.ncut", "superpixels=tiles"), SEG_OK);
        else
            cr_assert_neq(RUN(&b, "graphcut.superpixel_cut", "superpixels=tiles", "markers=tiles"),
                          SEG_OK);
        REFUSED(&b, cases[i % 2].says);
        end(&b);
    }
}
