/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decoders: the same object in every form in which networks give it. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decode/heads.h"

enum { SIDE = 64, CELLS = 84, NUMBERS = 8, CLASSES = 3, QUARTER = 16 };

/* The object: class 2, score 0.9, box 16..48 each way, mask where x < 32. */
static const struct cnn_canvas canvas = {{SIDE, SIDE}, {SIDE, SIDE}, {0, 0}, {SIDE, SIDE}};
static float logit_of_score;
static float prototypes[NUMBERS * QUARTER * QUARTER];
static float coefficients[NUMBERS];

static const struct cnn_env env = {.workers = 1, .isa = CNN_PORTABLE};
static const struct cnn_rules rules = {.confidence = -1,
                                       .nms = -1,
                                       .mask_threshold = 0.5,
                                       .max_instances = 10,
                                       .channel = -1,
                                       .map_decoder = CNN_PROBABILITY,
                                       .env = &env};

static void setup(void)
{
    logit_of_score = (float)cnn_logit(0.9);
    for (int y = 0; y < QUARTER; y++)
        for (int x = 0; x < QUARTER; x++)
            prototypes[(3 * QUARTER + y) * QUARTER + x] = x < 8 ? 1 : -1;
    coefficients[3] = 20;
}

static struct cnn_blob blob(float *data, int32_t rank, int32_t w, int32_t h, int32_t c)
{
    return (struct cnn_blob){.data = data, .rank = rank, .w = w, .h = h, .d = 1, .c = c, .pack = 1};
}

/* Decodes by what the shapes say, and checks that it is the object. */
static void is_the_object(struct cnn_blob *blobs, size_t count, int32_t decoder, cnn_decode decode,
                          const struct cnn_rules *with)
{
    struct cnn_finding found;
    struct cnn_heads heads = {0};
    struct cnn_objects objects = {0};
    struct cnn_error err = {0};
    cnn_heads_find(blobs, count, &canvas, with->class_count, &found);
    cr_assert_eq(found.decoder, decoder, "%s", found.why);
    for (size_t i = 0; i < count; i++) {
        cr_assert(found.role[i] >= 0);
        heads.blob[found.role[i]][found.level[i]] = blobs + i;
        heads.count[found.role[i]]++;
    }
    cr_assert_eq(decode(&heads, &canvas, with, &objects, &err), SEG_OK, "%s", err.text);
    cr_assert_eq(objects.count, 1, "%zu objects", objects.count);
    const struct cnn_object *one = objects.items;
    cr_expect_eq(one->class_id, 2);
    cr_expect_float_eq(one->score, 0.9, 1e-4);
    const float box[4] = {16, 16, 32, 32};
    for (int i = 0; i < 4; i++)
        cr_expect_float_eq(one->box[i], box[i], 0.05, "box %d: %g", i, (double)one->box[i]);
    cr_assert_eq(one->run_count, 32);
    cr_expect(one->runs[0].y == 16 && one->runs[0].x == 16 && one->runs[0].length == 16);
    cr_expect_eq(one->area, 512);
    cnn_objects_free(&objects);
}

/* Cell (1, 1) of stride 16, whose centre is (24, 24): 8, 8 and 24, 24 pixels to the sides. */
enum { CELL = 64 + 5 };

static void fill_distances(float *row)
{
    static const float cells[4] = {0.5f, 0.5f, 1.5f, 1.5f};
    for (int side = 0; side < 4; side++)
        for (int bin = 0; bin < 16; bin++) /* half of each of the two bins around it */
            row[16 * side + bin] = fabsf((float)bin - cells[side]) < 1 ? 30 : 0;
}

Test(cnn_decode, yolov8_raw, .init = setup)
{
    static float boxes[CELLS][64 + CLASSES], numbers[CELLS][NUMBERS];
    for (int i = 0; i < CELLS; i++)
        for (int k = 0; k < CLASSES; k++)
            boxes[i][64 + k] = -9;
    fill_distances(boxes[CELL]);
    boxes[CELL][66] = logit_of_score;
    memcpy(numbers[CELL], coefficients, sizeof coefficients);
    memcpy(boxes[CELL - 1], boxes[CELL], sizeof boxes[0]); /* a worse neighbour is suppressed */
    boxes[CELL - 1][66] = 1;
    boxes[CELL - 1][0] = 0; /* moved so that the boxes are nearly the same */
    fill_distances(boxes[CELL - 1]);
    for (int b = 0; b < 16; b++) {
        boxes[CELL - 1][b] = fabsf((float)b - 0) < 0.5f ? 30 : 0;
        boxes[CELL - 1][32 + b] = fabsf((float)b - 2) < 0.5f ? 30 : 0;
    }
    struct cnn_blob blobs[] = {blob(boxes[0], 2, 64 + CLASSES, CELLS, 1),
                               blob(numbers[0], 2, NUMBERS, CELLS, 1),
                               blob(prototypes, 3, QUARTER, QUARTER, NUMBERS)};
    is_the_object(blobs, 3, CNN_YOLOV8, cnn_decode_yolov8, &rules);
}

Test(cnn_decode, yolov8_legacy, .init = setup)
{
    static float boxes[CELLS][64 + CLASSES + NUMBERS];
    for (int i = 0; i < CELLS; i++)
        for (int k = 0; k < CLASSES; k++)
            boxes[i][64 + k] = -9;
    fill_distances(boxes[CELL]);
    boxes[CELL][66] = logit_of_score;
    memcpy(boxes[CELL] + 64 + CLASSES, coefficients, sizeof coefficients);
    struct cnn_blob blobs[] = {blob(prototypes, 3, QUARTER, QUARTER, NUMBERS),
                               blob(boxes[0], 2, 64 + CLASSES + NUMBERS, CELLS, 1)};
    is_the_object(blobs, 2, CNN_YOLOV8, cnn_decode_yolov8, &rules);
}

static float decoded[4 + CLASSES + NUMBERS];

static void fill_decoded(void)
{
    const float box[4] = {32, 32, 32, 32};
    memcpy(decoded, box, sizeof box);
    decoded[6] = 0.9f;
    memcpy(decoded + 7, coefficients, sizeof coefficients);
}

Test(cnn_decode, yolov8_decoded_by_columns, .init = setup)
{
    static float boxes[4 + CLASSES + NUMBERS][CELLS];
    fill_decoded();
    for (int i = 0; i < 4 + CLASSES + NUMBERS; i++)
        boxes[i][CELL] = decoded[i];
    struct cnn_blob blobs[] = {blob(boxes[0], 2, CELLS, 4 + CLASSES + NUMBERS, 1),
                               blob(prototypes, 3, QUARTER, QUARTER, NUMBERS)};
    is_the_object(blobs, 2, CNN_YOLOV8, cnn_decode_yolov8, &rules);
}

Test(cnn_decode, yolov8_decoded_by_rows, .init = setup)
{
    static float boxes[CELLS][4 + CLASSES + NUMBERS];
    fill_decoded();
    memcpy(boxes[CELL], decoded, sizeof decoded);
    struct cnn_blob blobs[] = {blob(boxes[0], 2, 4 + CLASSES + NUMBERS, CELLS, 1),
                               blob(prototypes, 3, QUARTER, QUARTER, NUMBERS)};
    struct cnn_rules named = rules;
    named.class_count = CLASSES;
    is_the_object(blobs, 2, CNN_YOLOV8, cnn_decode_yolov8, &named);
}

Test(cnn_decode, yolov8_end_to_end, .init = setup)
{
    float rows[2][6 + NUMBERS] = {{16, 16, 48, 48, 0.9f, 2}, {0, 0, 9, 9, 0.1f, 1}};
    memcpy(rows[0] + 6, coefficients, sizeof coefficients);
    struct cnn_blob blobs[] = {blob(rows[0], 2, 6 + NUMBERS, 2, 1),
                               blob(prototypes, 3, QUARTER, QUARTER, NUMBERS)};
    is_the_object(blobs, 2, CNN_YOLOV8, cnn_decode_yolov8, &rules);
}

Test(cnn_decode, yolov5_heads, .init = setup)
{
    enum { WIDTH = 5 + CLASSES + NUMBERS };
    static float heads[3][3 * 64][WIDTH];
    struct cnn_blob blobs[4];
    for (int i = 0; i < 3; i++) {
        const int32_t cells = 64 >> (2 * i);
        for (int r = 0; r < 3 * cells; r++)
            heads[i][r][4] = -9;
        blobs[2 - i] = blob(heads[i][0], 3, WIDTH, cells, 3); /* in any order */
    }
    /* stride 32, third anchor 373 x 326, cell (0, 0): centre (32, 32) is 2s - 0.5 = 1 */
    float *row = heads[2][2 * 4];
    row[0] = row[1] = (float)cnn_logit(0.75);
    row[2] = (float)cnn_logit(sqrt(32.0 / 373) / 2);
    row[3] = (float)cnn_logit(sqrt(32.0 / 326) / 2);
    row[4] = 50;
    row[5] = row[6] = -50;
    row[7] = logit_of_score;
    memcpy(row + 5 + CLASSES, coefficients, sizeof coefficients);
    blobs[3] = blob(prototypes, 2, QUARTER * QUARTER, NUMBERS, 1);
    is_the_object(blobs, 4, CNN_YOLOV5, cnn_decode_yolov5, &rules);
}

Test(cnn_decode, yolact, .init = setup)
{
    /* grids of 8, 4, 2, 1, 1 */
    enum { PRIORS = 3 * (64 + 16 + 4 + 1 + 1) };
    static float boxes[PRIORS][4], scores[PRIORS][4], numbers[PRIORS][NUMBERS];
    static float last[QUARTER * QUARTER * NUMBERS];
    for (int i = 0; i < PRIORS; i++)
        scores[i][0] = 1;
    const int at = 3 * (64 + 16 + 4); /* centre of the canvas, 192 / 550 of it wide */
    for (int i = 2; i < 4; i++)
        boxes[at][i] = (float)(log(0.5 / (192.0 / 550)) / 0.2);
    scores[at][0] = 0;
    scores[at][3] = 0.9f;
    numbers[at][3] = 1;
    for (int i = 0; i < QUARTER * QUARTER; i++)
        for (int k = 0; k < NUMBERS; k++)
            last[i * NUMBERS + k] = prototypes[k * QUARTER * QUARTER + i] > 0 ? 1 : 0;
    struct cnn_blob blobs[] = {blob(last, 3, NUMBERS, QUARTER, QUARTER),
                               blob(boxes[0], 2, 4, PRIORS, 1), blob(scores[0], 2, 4, PRIORS, 1),
                               blob(numbers[0], 2, NUMBERS, PRIORS, 1)};
    struct cnn_rules crisp = rules;
    crisp.mask_threshold = 0.499; /* the step between two samples lies on 0.5 */
    is_the_object(blobs, 4, CNN_YOLACT, cnn_decode_yolact, &crisp);
}

Test(cnn_decode, solov2)
{
    static const int32_t sides[5] = {40, 36, 24, 16, 12};
    const struct cnn_canvas large = {{SIDE, SIDE}, {256, 256}, {0, 0}, {256, 256}};
    enum { DEPTH = 4 };
    static float categories[5][CLASSES * 1600], kernels[5][1600 * DEPTH];
    static float features[DEPTH * SIDE * SIDE];
    struct cnn_blob blobs[11];
    for (int i = 0; i < 5; i++) {
        blobs[i] = blob(kernels[i], 2, DEPTH, sides[i] * sides[i], 1);
        blobs[5 + i] = blob(categories[i], 3, sides[i], sides[i], CLASSES);
    }
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            features[y * SIDE + x] = x >= 16 && x < 32 && y >= 16 && y < 48 ? 1 : -1;
    categories[2][2 * 576 + 100] = 0.9f;
    kernels[2][100 * DEPTH] = 40;
    blobs[10] = blob(features, 3, SIDE, SIDE, DEPTH);
    struct cnn_finding found;
    struct cnn_heads heads = {0};
    struct cnn_objects objects = {0};
    struct cnn_error err = {0};
    cnn_heads_find(blobs, 11, &large, CLASSES, &found);
    cr_assert_eq(found.decoder, CNN_SOLOV2, "%s", found.why);
    for (size_t i = 0; i < 11; i++) {
        heads.blob[found.role[i]][found.level[i]] = blobs + i;
        heads.count[found.role[i]]++;
    }
    cr_assert_eq(cnn_decode_solov2(&heads, &large, &rules, &objects, &err), SEG_OK, "%s", err.text);
    cr_assert_eq(objects.count, 1);
    cr_expect_eq(objects.items[0].class_id, 2);
    cr_expect_float_eq(objects.items[0].score, 0.9, 1e-4);
    cr_expect_eq(objects.items[0].area, 16 * 32);
    cr_expect(objects.items[0].box[0] == 16 && objects.items[0].box[3] == 32);
    cnn_objects_free(&objects);
}

Test(cnn_decode, parts_of_a_map)
{
    /* two diagonal neighbours are one part, the far one another */
    float map[4 * 4] = {1, 0, 0, 0, 0, 0.8f, 0, 0.6f, 0, 0, 0, 0, 0, 0, 0, 0};
    const struct cnn_canvas small = {{4, 4}, {4, 4}, {0, 0}, {4, 4}};
    struct cnn_blob one = blob(map, 3, 4, 4, 1);
    struct cnn_heads heads = {0};
    struct cnn_objects objects = {0};
    struct cnn_error err = {0};
    heads.blob[CNN_ROLE_MAP][0] = &one;
    heads.count[CNN_ROLE_MAP] = 1;
    cr_assert_eq(cnn_decode_parts(&heads, &small, &rules, &objects, &err), SEG_OK);
    cr_assert_eq(objects.count, 2);
    cr_expect_float_eq(objects.items[0].score, 0.9, 1e-6);
    cr_expect(objects.items[0].area == 2 && objects.items[0].run_count == 2);
    cr_expect(objects.items[1].box[0] == 3 && objects.items[1].box[1] == 1);
    cnn_objects_free(&objects);
}

Test(cnn_decode, parts_of_a_map_of_classes)
{
    /* scores of 4 x 2 pixels whose classes are 1 1 0 2 and 2 1 0 2; class 2 is twice there */
    static const int classes[8] = {1, 1, 0, 2, 2, 1, 0, 2};
    float map[3 * 8];
    for (int i = 0; i < 3 * 8; i++)
        map[i] = i / 8 == classes[i % 8] ? 3 : 0;
    const struct cnn_canvas small = {{4, 2}, {4, 2}, {0, 0}, {4, 2}};
    const bool second[3] = {false, false, true};
    struct cnn_blob scores = blob(map, 3, 4, 2, 3);
    struct cnn_heads heads = {0};
    struct cnn_rules by_class = rules;
    struct cnn_error err = {0};
    heads.blob[CNN_ROLE_MAP][0] = &scores;
    heads.count[CNN_ROLE_MAP] = 1;
    by_class.map_decoder = CNN_ARGMAX;
    for (int names = 2; names <= 3; names++) { /* without the background, with it */
        struct cnn_objects objects = {0};
        by_class.class_count = names;
        cr_assert_eq(cnn_decode_parts(&heads, &small, &by_class, &objects, &err), SEG_OK);
        cr_assert_eq(objects.count, 3, "%zu parts", objects.count);
        size_t of_second = 0, area = 0;
        for (size_t i = 0; i < 3; i++) {
            of_second += objects.items[i].class_id == names - 1;
            area += objects.items[i].area;
            cr_expect_float_eq(objects.items[i].score, exp(3) / (exp(3) + 2), 1e-5);
        }
        cr_expect(of_second == 2 && area == 6);
        cnn_objects_free(&objects);
    }
    struct cnn_objects objects = {0};
    by_class.wanted = second;
    cr_assert_eq(cnn_decode_parts(&heads, &small, &by_class, &objects, &err), SEG_OK);
    cr_expect_eq(objects.count, 2);
    cnn_objects_free(&objects);
    by_class.wanted = NULL;
    by_class.channel = 1;
    cr_assert_eq(cnn_decode_parts(&heads, &small, &by_class, &objects, &err), SEG_OK);
    cr_expect(objects.count == 1 && objects.items[0].area == 3);
    cnn_objects_free(&objects);
}

/* A copy of `runs` as an object of class 0 whose box is that of the runs' hull. */
static void add(struct cnn_objects *to, float score, int32_t view, const float *box,
                const struct seg_run *runs, size_t count)
{
    struct cnn_error err = {0};
    struct cnn_object one = {.score = score, .view = view, .run_count = count};
    one.runs = malloc(count * sizeof *runs);
    cr_assert_not_null(one.runs);
    memcpy(one.runs, runs, count * sizeof *runs);
    memcpy(one.box, box, sizeof one.box);
    for (size_t i = 0; i < count; i++)
        one.area += (size_t)runs[i].length;
    cr_assert_eq(cnn_objects_add(to, &one, &err), SEG_OK);
}

Test(cnn_objects, mirrored_keep_the_order_of_runs)
{
    /* in an image of 10 x 8: two runs in row 1, one in row 4 */
    const float box[4] = {1, 1, 6, 4};
    const struct seg_run plain[] = {{1, 1, 2}, {1, 4, 3}, {4, 2, 4}};
    const struct seg_run want[4][3] = {{{1, 1, 2}, {1, 4, 3}, {4, 2, 4}},
                                       {{1, 3, 3}, {1, 7, 2}, {4, 4, 4}},
                                       {{3, 2, 4}, {6, 1, 2}, {6, 4, 3}},
                                       {{3, 4, 4}, {6, 3, 3}, {6, 7, 2}}};
    const float corner[4][2] = {{1, 1}, {3, 1}, {1, 3}, {3, 3}};
    for (int way = 0; way < 4; way++) {
        struct cnn_objects objects = {0};
        add(&objects, 1, 0, box, plain, 3);
        struct cnn_object *one = objects.items;
        cnn_object_mirror(one, 10, 8, way & 1, way & 2);
        for (size_t i = 0; i < 3; i++)
            cr_expect(one->runs[i].y == want[way][i].y && one->runs[i].x == want[way][i].x &&
                          one->runs[i].length == want[way][i].length,
                      "way %d, run %zu: %d %d %d", way, i, one->runs[i].y, one->runs[i].x,
                      one->runs[i].length);
        cr_expect(one->box[0] == corner[way][0] && one->box[1] == corner[way][1]);
        cr_expect(one->box[2] == 6 && one->box[3] == 4);
        cnn_objects_free(&objects);
    }
}

/* The margins of the canvas differ, so that a mirrored one that keeps them shows. */
Test(cnn_objects, of_a_mirrored_map_mirrored_are_those_of_the_map)
{
    enum { W = 15, H = 17, WIDTH = 20, HEIGHT = 23 };
    struct cnn_rules high = rules;
    const struct cnn_canvas plain = {{WIDTH, HEIGHT}, {10, 11}, {1, 5}, {W, H}};
    static float map[W * H], turned[W * H];
    unsigned seed = 5;
    high.mask_threshold = 0.75;
    for (size_t i = 0; i < W * H; i++) {
        seed = seed * 1103515245u + 12345u;
        map[i] = (float)(seed >> 16 & 1023) / 1023;
    }
    for (int way = 0; way < 4; way++) {
        struct cnn_canvas canvases[2] = {plain, plain};
        struct cnn_blob blobs[2] = {blob(map, 3, W, H, 1), blob(turned, 3, W, H, 1)};
        struct cnn_objects found[2] = {0};
        struct cnn_error err = {0};
        cnn_canvas_mirror(&canvases[1], way & 1, way & 2);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                turned[y * W + x] = map[(way & 2 ? H - 1 - y : y) * W + (way & 1 ? W - 1 - x : x)];
        for (int k = 0; k < 2; k++) {
            struct cnn_heads heads = {0};
            heads.blob[CNN_ROLE_MAP][0] = &blobs[k];
            heads.count[CNN_ROLE_MAP] = 1;
            cr_assert_eq(cnn_decode_parts(&heads, &canvases[k], &high, &found[k], &err), SEG_OK);
            for (size_t i = 0; k && i < found[k].count; i++)
                cnn_object_mirror(&found[k].items[i], WIDTH, HEIGHT, way & 1, way & 2);
            cnn_objects_sort(&found[k]);
        }
        cr_assert(found[0].count > 3 && found[0].count == found[1].count);
        for (size_t i = 0; i < found[0].count; i++) {
            const struct cnn_object *a = found[0].items + i, *b = found[1].items + i;
            cr_assert_eq(a->run_count, b->run_count);
            cr_expect_eq(memcmp(a->runs, b->runs, a->run_count * sizeof *a->runs), 0);
            cr_expect_eq(memcmp(a->box, b->box, sizeof a->box), 0);
            cr_expect_float_eq(a->score, b->score, 1e-5);
        }
        cnn_objects_free(&found[0]);
        cnn_objects_free(&found[1]);
    }
}

Test(cnn_objects, views_are_merged_and_a_view_is_not)
{
    const float outer_box[4] = {0, 0, 9, 1}, inner_box[4] = {2, 0, 3, 1},
                far_box[4] = {20, 0, 2, 1};
    const struct seg_run outer = {0, 0, 9}, inner = {0, 2, 3}, far = {0, 20, 2};
    struct cnn_objects objects = {0};
    add(&objects, 0.5f, 0, inner_box, &inner, 1);
    add(&objects, 0.9f, 0, outer_box, &outer, 1);
    add(&objects, 0.4f, 1, inner_box, &inner, 1); /* what view 0 has seen */
    add(&objects, 0.3f, 1, far_box, &far, 1);     /* what it has not */
    cnn_objects_merge(&objects, 10);
    cr_assert_eq(objects.count, 3, "%zu objects", objects.count);
    cr_expect(objects.items[0].area == 9 && objects.items[1].area == 3);
    cr_expect(objects.items[1].view == 0 && objects.items[2].area == 2);
    cnn_objects_merge(&objects, 2);
    cr_expect_eq(objects.count, 2);
    cnn_objects_free(&objects);
}

Test(cnn_decode, detection_and_a_map)
{
    float rows[2][6] = {{3, 0.9f, 0.25f, 0.25f, 0.75f, 0.75f}, {1, NAN, 0, 0, 1, 1}};
    float map[2] = {1, 0};
    struct cnn_blob blobs[] = {blob(rows[0], 2, 6, 2, 1), blob(map, 3, 2, 1, 1)};
    struct cnn_rules crisp = rules;
    crisp.mask_threshold = 0.5;
    is_the_object(blobs, 2, CNN_DETECTION, cnn_decode_detection, &crisp);
}

Test(cnn_decode, says_what_does_not_fit, .init = setup)
{
    static float data[CELLS * 80];
    struct cnn_blob box = blob(data, 2, 70, CELLS - 1, 1);
    struct cnn_blob proto = blob(prototypes, 3, QUARTER, QUARTER, NUMBERS);
    struct cnn_heads heads = {0};
    struct cnn_objects objects = {0};
    struct cnn_error err = {0};
    cr_expect_eq(cnn_decode_yolov8(&heads, &canvas, &rules, &objects, &err), SEG_STAGE);
    cr_expect_str_eq(err.text, "yolov8-seg needs boxes and prototypes");
    heads.blob[CNN_ROLE_BOXES][0] = &box;
    heads.blob[CNN_ROLE_PROTOTYPES][0] = &proto;
    err = (struct cnn_error){0};
    cr_expect_eq(cnn_decode_yolov8(&heads, &canvas, &rules, &objects, &err), SEG_STAGE);
    cr_expect_str_eq(err.text,
                     "boxes of 70 x 83 do not fit a canvas of 64 x 64, which has 84 cells");
    err = (struct cnn_error){0};
    cr_expect_eq(cnn_decode_yolov5(&heads, &canvas, &rules, &objects, &err), SEG_STAGE);
    err = (struct cnn_error){0};
    /* three heads, but two of them of one stride */
    heads.blob[CNN_ROLE_PREDICTIONS][0] = heads.blob[CNN_ROLE_PREDICTIONS][1] = &box;
    heads.count[CNN_ROLE_PREDICTIONS] = 3;
    cr_expect_eq(cnn_decode_yolov5(&heads, &canvas, &rules, &objects, &err), SEG_STAGE);
    err = (struct cnn_error){0};
    cr_expect_eq(cnn_decode_yolact(&heads, &canvas, &rules, &objects, &err), SEG_STAGE);
    err = (struct cnn_error){0};
    cr_expect_eq(cnn_decode_solov2(&heads, &canvas, &rules, &objects, &err), SEG_STAGE);
    err = (struct cnn_error){0};
    cr_expect_eq(cnn_decode_detection(&heads, &canvas, &rules, &objects, &err), SEG_STAGE);
    err = (struct cnn_error){0};
    cr_expect_eq(cnn_decode_parts(&heads, &canvas, &rules, &objects, &err), SEG_STAGE);
    cr_expect_eq(objects.count, 0);
    struct cnn_finding found;
    struct cnn_blob flat = blob(data, 1, 10, 1, 1);
    cnn_heads_find(&flat, 1, &canvas, 0, &found);
    cr_expect_eq(found.task, CNN_TASK_UNKNOWN);
}
