/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps in a process of their own. It is forked from the run and goes on with it; what its steps
 * say, and the layers that outlive them, come back as frames. Samples lie in shared memory. */
#include "run.h"

#include "../base/clock.h"
#include "../base/error.h"
#include "../plug/child.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum frame {
    FRAME_STEP = 1, /* step: it begins */
    FRAME_LOG,      /* level, text */
    FRAME_PROGRESS, /* fraction */
    FRAME_FAIL,     /* status, text */
    FRAME_VALUES,   /* of the step, struct segi_value */
    FRAME_TIME,     /* wall and processor seconds of the step */
    FRAME_SHAPES,   /* of all outputs of the step */
    FRAME_LAYER,    /* a layer that outlives the steps: slot, shape, properties; of it follow */
    FRAME_CLASSES,  /* number, names */
    FRAME_ICC,      /* bytes */
    FRAME_GEO,      /* bytes */
    FRAME_INSTANCE, /* instance, runs */
    FRAME_DONE
};

struct layer_frame {
    uint64_t slot;
    struct seg_shape shape;
    struct seg_props props;
};

struct group {
    struct segi_run *run;
    size_t first, last; /* steps */
    seg_layer *layer;   /* in the parent: that of the last FRAME_LAYER */
    size_t slot_begin, slot_end;
    struct segi_child child;
};

static bool outlives(const struct group *group, size_t slot)
{
    const size_t until = group->run->layout.until[slot];
    return until == SEGI_NONE || until > group->last;
}

/* -- in the child ------------------------------------------------------------------------------ */

static void child_log(void *user, enum seg_log_level level, const char *text)
{
    const uint32_t number = level;
    segi_child_send(user, FRAME_LOG, &number, sizeof number, text, strlen(text) + 1);
}

static int child_progress(void *user, size_t step, size_t steps, const char *stage, double fraction)
{
    (void)step, (void)steps, (void)stage;
    segi_child_send(user, FRAME_PROGRESS, &fraction, sizeof fraction, NULL, 0);
    return 0;
}

static void send_values(struct segi_child *child, const struct segi_timing *timing)
{
    struct segi_value *values =
        segi_calloc(&child->context->mem, timing->value_count, sizeof *values);
    for (size_t i = 0; values && i < timing->value_count; i++) {
        strcpy(values[i].name, timing->values[i].name); /* it was one before */
        values[i].value = timing->values[i].value;
    }
    if (values)
        segi_child_send(child, FRAME_VALUES, values, timing->value_count * sizeof *values, NULL, 0);
}

static void send_step(struct segi_child *child, const struct segi_run *run)
{
    const struct segi_timing *timing = &run->result->steps[run->step];
    const struct segi_step *step = &run->plan->steps[run->step];
    const double times[] = {timing->wall, timing->cpu};
    send_values(child, timing);
    segi_child_send(child, FRAME_TIME, times, sizeof times, NULL, 0);
    segi_child_send(child, FRAME_SHAPES, &run->layout.shapes[step->first],
                    step->stage->output_count * sizeof *run->layout.shapes, NULL, 0);
}

static void send_classes(struct segi_child *child, const seg_layer *layer)
{
    size_t size = 0;
    for (size_t i = 0; i < layer->class_count; i++)
        size += strlen(layer->classes[i]) + 1;
    char *all = segi_alloc(&child->context->mem, size, 1), *end = all;
    for (size_t i = 0; all && i < layer->class_count; i++)
        end = stpcpy(end, layer->classes[i]) + 1;
    const uint64_t count = layer->class_count;
    if (all)
        segi_child_send(child, FRAME_CLASSES, &count, sizeof count, all, size);
}

static void send_layer(struct segi_child *child, size_t slot, const seg_layer *layer)
{
    struct layer_frame frame = {.slot = slot, .props = layer->props};
    seg_layer_shape(layer, &frame.shape);
    segi_child_send(child, FRAME_LAYER, &frame, sizeof frame, NULL, 0);
    if (layer->class_count)
        send_classes(child, layer);
    segi_child_send(child, FRAME_ICC, layer->icc.data, layer->icc.size, NULL, 0);
    segi_child_send(child, FRAME_GEO, layer->geo.data, layer->geo.size, NULL, 0);
    for (size_t i = 0; i < layer->instance_count; i++)
        segi_child_send(child, FRAME_INSTANCE, &layer->instances[i], sizeof *layer->instances,
                        layer->instances[i].runs,
                        layer->instances[i].run_count * sizeof *layer->instances[i].runs);
}

static void child_main(struct segi_child *child, void *arg)
{
    struct group *group = arg;
    struct segi_run *run = group->run;
    const struct seg_run_options options = {sizeof options, child_progress, child};
    int status = SEG_OK;
    for (size_t k = group->slot_begin; k < group->slot_end; k++)
        run->shares[k].child = true;
    child->context->log = child_log;
    child->context->log_user = child;
    run->options = &options;
    for (size_t i = group->first; i <= group->last && !status; i++) {
        const uint64_t number = run->step = i;
        pthread_mutex_init(&run->plan->steps[i].lock, NULL); /* a lost thread may have held it */
        segi_child_send(child, FRAME_STEP, &number, sizeof number, NULL, 0);
        status = segi_run_step(run);
        if (!status)
            send_step(child, run);
    }
    for (size_t k = group->slot_begin; k < group->slot_end && !status; k++)
        if (outlives(group, k))
            send_layer(child, k, run->layers[k]);
    if (status)
        segi_child_send_error(child, FRAME_FAIL, status, run->err);
    else
        segi_child_send(child, FRAME_DONE, NULL, 0, NULL, 0);
}

/* -- in the parent: SEG_ABSENT is said of what makes no sense ---------------------------------- */

static int take_step(struct group *group, struct segi_reader *reader)
{
    uint64_t step;
    if (!segi_reader_take(reader, &step, sizeof step) || step < group->first || step > group->last)
        return SEG_ABSENT;
    group->run->step = (size_t)step;
    group->child.deadline = segi_wall() + group->child.context->stage_seconds;
    return segi_run_tell(group->run, 0) ? segi_error(group->run->err, SEG_CANCELLED, "cancelled")
                                        : SEG_OK;
}

static int take_log(struct group *group, struct segi_reader *reader)
{
    uint32_t level;
    if (!segi_reader_take(reader, &level, sizeof level))
        return SEG_ABSENT;
    const char *text = segi_reader_text(reader);
    if (text)
        segi_log(group->child.context, level, "%s", text);
    return text ? SEG_OK : SEG_ABSENT;
}

static int take_progress(struct group *group, struct segi_reader *reader)
{
    double fraction;
    if (!segi_reader_take(reader, &fraction, sizeof fraction))
        return SEG_ABSENT;
    return segi_run_tell(group->run, fraction)
               ? segi_error(group->run->err, SEG_CANCELLED, "cancelled")
               : SEG_OK;
}

static int take_fail(struct group *group, struct segi_reader *reader)
{
    return segi_reader_error(reader, group->run->err);
}

static int take_values(struct group *group, struct segi_reader *reader)
{
    size_t size;
    const struct segi_value *values = segi_reader_rest(reader, &size);
    const size_t count = size / sizeof *values;
    for (size_t i = 0; i < count; i++)
        if (!memchr(values[i].name, 0, sizeof values[i].name))
            return SEG_ABSENT;
    return segi_run_note(group->run, values, count);
}

static int take_time(struct group *group, struct segi_reader *reader)
{
    double times[2];
    struct segi_timing *timing = &group->run->result->steps[group->run->step];
    if (!segi_reader_take(reader, times, sizeof times))
        return SEG_ABSENT;
    timing->wall = times[0];
    timing->cpu = times[1];
    return SEG_OK;
}

static int take_shapes(struct group *group, struct segi_reader *reader)
{
    const struct segi_step *step = &group->run->plan->steps[group->run->step];
    for (uint32_t i = 0; i < step->stage->output_count; i++) {
        struct seg_shape *known = &group->run->layout.shapes[step->first + i], shape;
        if (!segi_reader_take(reader, &shape, sizeof shape) || !segi_shape_agrees(known, &shape))
            return SEG_ABSENT;
        *known = shape;
    }
    return SEG_OK;
}

static bool props_valid(const struct seg_props *props)
{
    return props->struct_size == sizeof *props && isfinite(props->pixel_size[0]) &&
           isfinite(props->pixel_size[1]) && isfinite(props->origin[0]) &&
           isfinite(props->origin[1]);
}

static int take_layer(struct group *group, struct segi_reader *reader)
{
    struct segi_run *run = group->run;
    struct layer_frame frame;
    if (!segi_reader_take(reader, &frame, sizeof frame) || frame.slot < group->slot_begin ||
        frame.slot >= group->slot_end || !outlives(group, frame.slot) || run->layers[frame.slot] ||
        !segi_shape_agrees(&run->layout.shapes[frame.slot], &frame.shape) ||
        !props_valid(&frame.props))
        return SEG_ABSENT;
    const struct segi_share *share = &run->shares[frame.slot];
    int status =
        share->file < 0
            ? seg_layer_new(group->child.context, &frame.shape, &group->layer, run->err)
            : segi_share_layer(group->child.context, share, &frame.shape, &group->layer, run->err);
    if (status)
        return status;
    run->layers[frame.slot] = group->layer;
    return seg_layer_set_props(group->layer, &frame.props, run->err);
}

static int take_classes(struct group *group, struct segi_reader *reader)
{
    uint64_t count;
    if (!segi_reader_take(reader, &count, sizeof count) || count > reader->frame->size)
        return SEG_ABSENT;
    const char **names = segi_arena_alloc(&group->run->arena, count, sizeof *names);
    if (!names)
        return segi_error_nomem(group->run->err);
    for (size_t i = 0; i < count; i++)
        if (!(names[i] = segi_reader_text(reader)))
            return SEG_ABSENT;
    return seg_layer_set_classes(group->layer, names, count, group->run->err);
}

static int take_blob(struct group *group, struct segi_reader *reader)
{
    struct segi_blob *blob =
        reader->frame->type == FRAME_ICC ? &group->layer->icc : &group->layer->geo;
    size_t size;
    const void *data = segi_reader_rest(reader, &size);
    return segi_layer_set_blob(group->layer, blob, data, size) ? SEG_OK
                                                               : segi_error_nomem(group->run->err);
}

static int take_instance(struct group *group, struct segi_reader *reader)
{
    struct seg_instance one;
    size_t size;
    if (!segi_reader_take(reader, &one, sizeof one))
        return SEG_ABSENT;
    const void *data = segi_reader_rest(reader, &size);
    struct seg_run *runs = segi_alloc(&group->child.context->mem, size, 1);
    if (!runs)
        return segi_error_nomem(group->run->err);
    memcpy(runs, data, size);
    one.struct_size = sizeof one;
    one.runs = runs;
    one.run_count = size / sizeof *runs;
    int status = seg_layer_add_instance(group->layer, &one, group->run->err);
    segi_free(&group->child.context->mem, runs);
    return status;
}

static int take_frame(struct group *group, const struct segi_frame *frame)
{
    static const struct {
        int (*take)(struct group *group, struct segi_reader *reader);
        bool of_layer;
    } takers[] = {
        [FRAME_STEP] = {take_step, false},         [FRAME_LOG] = {take_log, false},
        [FRAME_PROGRESS] = {take_progress, false}, [FRAME_FAIL] = {take_fail, false},
        [FRAME_VALUES] = {take_values, false},     [FRAME_TIME] = {take_time, false},
        [FRAME_SHAPES] = {take_shapes, false},     [FRAME_LAYER] = {take_layer, false},
        [FRAME_CLASSES] = {take_classes, true},    [FRAME_ICC] = {take_blob, true},
        [FRAME_GEO] = {take_blob, true},           [FRAME_INSTANCE] = {take_instance, true},
    };
    struct segi_reader reader = {frame, 0};
    if (frame->type < 1 || frame->type >= FRAME_DONE ||
        (takers[frame->type].of_layer && !group->layer))
        return SEG_ABSENT;
    return takers[frame->type].take(group, &reader);
}

/* All that outlives the steps must have come. */
static int complete(struct group *group)
{
    for (size_t k = group->slot_begin; k < group->slot_end; k++) {
        if (!outlives(group, k))
            continue;
        if (!group->run->layers[k])
            return SEG_ABSENT;
        seg_layer_seal(group->run->layers[k]);
    }
    return SEG_OK;
}

static int listen(struct group *group)
{
    struct segi_frame frame = {0};
    struct seg_error why = {0};
    int status = SEG_OK;
    while (!status && frame.type != FRAME_DONE) {
        status = segi_child_next(&group->child, &frame, &why);
        if (!status && frame.type != FRAME_DONE)
            status = take_frame(group, &frame);
        if (status && frame.type == FRAME_FAIL && status != SEG_ABSENT) {
            segi_child_end(&group->child, status, &why);
            return status; /* told whole, by the step itself */
        }
    }
    if (!status)
        status = complete(group);
    status = segi_child_end(&group->child, status, &why);
    if (status && *why.text)
        *group->run->err = why;
    return status == SEG_LIMIT ? segi_run_blame(group->run, SEG_STAGE)
                               : segi_run_blame(group->run, status);
}

/* -- both -------------------------------------------------------------------------------------- */

static int open_shares(struct group *group, int *files, size_t *count)
{
    struct segi_run *run = group->run;
    run->shares = segi_arena_alloc(&run->arena, run->plan->slot_count, sizeof *run->shares);
    if (!run->shares)
        return segi_error_nomem(run->err);
    for (size_t k = 0; k < run->plan->slot_count; k++)
        run->shares[k].file = -1;
    for (size_t k = group->slot_begin; k < group->slot_end; k++) {
        if (!outlives(group, k) || run->layout.shapes[k].kind == SEG_INSTANCES)
            continue;
        if (*count == SEGI_CHILD_FILES)
            return segi_error(run->err, SEG_STAGE, "more than %d results of a process of its own",
                              SEGI_CHILD_FILES);
        run->shares[k].file = segi_share_open();
        if (run->shares[k].file < 0)
            return segi_error(run->err, SEG_STAGE, "no shared memory for its results");
        files[(*count)++] = run->shares[k].file;
    }
    return SEG_OK;
}

int segi_run_isolated(struct segi_run *run)
{
    const seg_plan *plan = run->plan;
    struct group group = {.run = run, .first = run->step, .last = run->step};
    int files[SEGI_CHILD_FILES];
    size_t count = 0;
    while (group.last + 1 < plan->step_count && plan->steps[group.last + 1].isolated)
        group.last++;
    group.slot_begin = plan->steps[group.first].first;
    group.slot_end = plan->steps[group.last].first + plan->steps[group.last].stage->output_count;
    int status = open_shares(&group, files, &count);
    if (!status)
        status = segi_child_start(&group.child, plan->context, plan->context->stage_seconds, files,
                                  count, child_main, &group, run->err);
    status = status ? segi_run_blame(run, status) : listen(&group);
    for (size_t i = 0; i < count; i++)
        close(files[i]);
    run->shares = NULL;
    for (run->step = group.first; !status && run->step < group.last; run->step++)
        segi_run_release(run);
    if (!status)
        segi_run_release(run);
    return status;
}
