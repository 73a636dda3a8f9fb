/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands beside a network: model.yaml, or the metadata.yaml of Ultralytics' exporter. A
 * sidecar that can be read is used: the stage that fits its task runs on a small image, with a
 * network that has outputs for every decoder. A host of our own lends it what it needs, but little
 * memory. */
#include "service.h"
#include "stage.h"

#include <segkit/plugin-util.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WIDTH = 61, HEIGHT = 40, PLANES_MAX = 256, ROOM = 1 << 19 };

/* Layers without weights, but for the scale of Quantize. Names of blobs are those of the seeds. */
static const char network[] =
    "7767517\n62 88\n"
    "Input in 0 1 in0\n"
    "Split copies 1 13 in0 a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12\n"
    "Interp quarter 1 1 a0 a0q 0=1 1=0.25 2=0.25\n"
    "Tile proto 1 1 a0q proto 0=0 1=3\n"
    /* strides 8, 16 and 32: values of yolov8, coefficients, values of yolov5 */
    "Interp by8 1 1 a1 s0 0=1 1=0.125 2=0.125\n"
    "Interp by16 1 1 a2 s1 0=1 1=0.0625 2=0.0625\n"
    "Interp by32 1 1 a3 s2 0=1 1=0.03125 2=0.03125\n"
    "Split s0 1 3 s0 s0a s0b s0c\n"
    "Split s1 1 3 s1 s1a s1b s1c\n"
    "Split s2 1 3 s2 s2a s2b s2c\n"
    "Tile b0 1 1 s0a b0 0=0 1=22\n"
    "Tile b1 1 1 s1a b1 0=0 1=22\n"
    "Tile b2 1 1 s2a b2 0=0 1=22\n"
    "Reshape c0 1 1 b0 c0 0=-1 1=66\n"
    "Reshape c1 1 1 b1 c1 0=-1 1=66\n"
    "Reshape c2 1 1 b2 c2 0=-1 1=66\n"
    "Concat cells 3 1 c0 c1 c2 cells 0=1\n"
    "Split both 1 2 cells decoded rows\n"
    "Permute turn 1 1 rows boxes 0=1\n"
    "Tile f0 1 1 s0b f0 0=0 1=3\n"
    "Tile f1 1 1 s1b f1 0=0 1=3\n"
    "Tile f2 1 1 s2b f2 0=0 1=3\n"
    "Reshape g0 1 1 f0 g0 0=-1 1=9\n"
    "Reshape g1 1 1 f1 g1 0=-1 1=9\n"
    "Reshape g2 1 1 f2 g2 0=-1 1=9\n"
    "Concat some 3 1 g0 g1 g2 some 0=1\n"
    "Permute turn2 1 1 some coefficients 0=1\n"
    "Tile h0 1 1 s0c h0 0=0 1=15\n"
    "Tile h1 1 1 s1c h1 0=0 1=15\n"
    "Tile h2 1 1 s2c h2 0=0 1=15\n"
    "Reshape i0 1 1 h0 i0 0=-1 1=15 2=3\n"
    "Reshape i1 1 1 h1 i1 0=-1 1=15 2=3\n"
    "Reshape i2 1 1 h2 i2 0=-1 1=15 2=3\n"
    "Permute p0 1 1 i0 p0 0=1\n"
    "Permute p1 1 1 i1 p1 0=1\n"
    "Permute p2 1 1 i2 p2 0=1\n"
    /* solov2: grids of categories and kernels */
    "Interp k0 1 1 a4 k0 0=1 3=40 4=40\n"
    "Interp k1 1 1 a5 k1 0=1 3=36 4=36\n"
    "Interp k2 1 1 a6 k2 0=1 3=24 4=24\n"
    "Interp k3 1 1 a7 k3 0=1 3=16 4=16\n"
    "Interp k4 1 1 a8 k4 0=1 3=12 4=12\n"
    "Split k0s 1 2 k0 t0 k0b\n"
    "Split k1s 1 2 k1 t1 k1b\n"
    "Split k2s 1 2 k2 t2 k2b\n"
    "Split k3s 1 2 k3 t3 k3b\n"
    "Split k4s 1 2 k4 t4 k4b\n"
    "Tile w0 1 1 k0b w0 0=0 1=3\n"
    "Tile w1 1 1 k1b w1 0=0 1=3\n"
    "Tile w2 1 1 k2b w2 0=0 1=3\n"
    "Tile w3 1 1 k3b w3 0=0 1=3\n"
    "Tile w4 1 1 k4b w4 0=0 1=3\n"
    /* yolact on a canvas of 64 x 64: 3 * (64 + 16 + 4 + 1 + 1) priors; rows of DetectionOutput */
    "Interp yolact 1 1 a9 y 0=1 3=86 4=4\n"
    "Split ys 1 2 y y0 y1\n"
    "Reshape offsets 1 1 y0 offsets 0=4 1=258\n"
    "Split ys2 1 2 y1 ya yb\n"
    "Reshape shares 1 1 ya shares 0=4 1=258\n"
    "Interp wide 1 1 yb wide 0=1 3=86 4=9\n"
    "Reshape factors 1 1 wide factors 0=9 1=258\n"
    "Interp found 1 1 a10 d 0=1 3=4 4=6\n"
    "Reshape found2 1 1 d found 0=6 1=12\n"
    /* maps */
    "Sigmoid map 1 1 a11 map\n"
    "Quantize bytes 1 1 a12 bytes 0=1\n";

/* -- a host ------------------------------------------------------------------------------------ */

struct memory {
    struct memory *next;
    void *data;
};

struct seg_call {
    struct seg_view image, outputs[2];
    int32_t planes[2]; /* of images and scores that an output port has; 0: none yet */
    const struct seg_stage *stage;
    struct memory *scratch;
    bool said;
};

static void *host_alloc(struct seg_call *call, size_t count, size_t size)
{
    (void)call;
    if (size && count > ROOM / size)
        return NULL;
    return aligned_alloc(64, (count * size + 64) / 64 * 64);
}

static void host_free(struct seg_call *call, void *memory)
{
    (void)call;
    free(memory);
}

static void *host_scratch(struct seg_call *call, size_t count, size_t size)
{
    struct memory *one = malloc(sizeof *one);
    if (!one)
        return NULL;
    *one = (struct memory){call->scratch, host_alloc(call, count, size)};
    call->scratch = one;
    return one->data;
}

static void SEG_PRINTF(3, 4)
    host_log(struct seg_call *call, enum seg_log_level level, const char *format, ...)
{
    (void)call, (void)level, (void)format;
}

static int SEG_PRINTF(3, 4)
    host_fail(struct seg_call *call, enum seg_status status, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    call->said = true;
    if (status == SEG_OK || !text[0])
        abort(); /* a failure without a word */
    return status;
}

static int host_progress(struct seg_call *call, double fraction)
{
    (void)call, (void)fraction;
    return SEG_OK;
}

static int host_parallel(struct seg_call *call, size_t count, size_t grain, seg_body body,
                         void *arg)
{
    (void)call, (void)grain;
    return body(arg, 0, count, 0);
}

static unsigned host_workers(struct seg_call *call)
{
    (void)call;
    return 1;
}

static int host_input(struct seg_call *call, uint32_t port, struct seg_view *view)
{
    (void)port;
    *view = call->image;
    return SEG_OK;
}

static int host_output(struct seg_call *call, uint32_t port, const struct seg_shape *shape,
                       struct seg_view *view)
{
    const uint32_t kinds = call->stage->outputs[port].kinds;
    const size_t sample = kinds & SEG_KIND_BIT(SEG_SCORES)   ? sizeof(float)
                          : kinds & SEG_KIND_BIT(SEG_LABELS) ? sizeof(int32_t)
                                                             : 1;
    struct seg_view *out = &call->outputs[port];
    const int32_t planes = shape && shape->planes ? shape->planes : 1;
    if (!out->data && planes <= PLANES_MAX) {
        *out = (struct seg_view){.struct_size = sizeof *out, .width = WIDTH, .height = HEIGHT};
        out->planes = planes;
        out->row_stride = (ptrdiff_t)(WIDTH * sample);
        out->plane_stride = HEIGHT * out->row_stride;
        out->data = malloc((size_t)(planes * out->plane_stride));
    }
    if (!out->data)
        return SEG_NOMEM;
    *view = *out;
    return SEG_OK;
}

/* What the host checks of every object. */
static int host_instance(struct seg_call *call, uint32_t port, const struct seg_instance *one)
{
    (void)call, (void)port;
    for (size_t i = 0; i < one->run_count; i++) {
        const struct seg_run *run = one->runs + i;
        if (run->x < 0 || run->y < 0 || run->length < 1 || run->y >= HEIGHT ||
            run->length > WIDTH - run->x)
            abort(); /* a mask that leaves the image */
    }
    return SEG_OK;
}

static int host_value(struct seg_call *call, const char *name, double value)
{
    (void)call, (void)name, (void)value;
    return SEG_OK;
}

static int host_set(struct seg_call *call, uint32_t port, enum seg_prop prop, const double *values,
                    uint32_t count)
{
    (void)call, (void)port, (void)prop, (void)values, (void)count;
    return SEG_OK;
}

static int host_classes(struct seg_call *call, uint32_t port, const char *const *names,
                        uint32_t count)
{
    size_t length = 0;
    (void)call, (void)port;
    for (uint32_t i = 0; i < count; i++)
        length += strlen(names[i]);
    return length > INT32_MAX ? SEG_LIMIT : SEG_OK;
}

static const struct seg_host host = {.struct_size = sizeof host,
                                     .abi_major = SEG_ABI_MAJOR,
                                     .abi_minor = SEG_ABI_MINOR,
                                     .alloc = host_alloc,
                                     .free = host_free,
                                     .scratch = host_scratch,
                                     .log = host_log,
                                     .fail = host_fail,
                                     .progress = host_progress,
                                     .parallel = host_parallel,
                                     .workers = host_workers,
                                     .input = host_input,
                                     .output = host_output,
                                     .instance = host_instance,
                                     .value = host_value,
                                     .set = host_set,
                                     .classes = host_classes};

static void end_call(struct seg_call *call)
{
    for (struct memory *next; call->scratch; call->scratch = next) {
        next = call->scratch->next;
        free(call->scratch->data);
        free(call->scratch);
    }
    for (int i = 0; i < 2; i++)
        free(call->outputs[i].data);
}

/* -- one sidecar ------------------------------------------------------------------------------- */

static char folder[64], paths[3][96]; /* the network's two files, the sidecar */

static void clear(void)
{
    for (int i = 0; i < 3; i++)
        unlink(paths[i]);
    rmdir(folder);
}

static void write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file))
        abort();
}

/* The network stays; only the sidecar beside it changes. */
static void set_up(void)
{
    static const char *const names[] = {"net.param", "net.bin", "model.yaml"};
    const float scale = 64;
    const char *parent = getenv("TMPDIR");
    if (folder[0])
        return;
    snprintf(folder, sizeof folder, "%.40s/sidecar-XXXXXX", parent ? parent : "/tmp");
    if (!mkdtemp(folder))
        abort();
    for (int i = 0; i < 3; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
    atexit(clear);
    write_file(paths[0], network, sizeof network - 1);
    write_file(paths[1], &scale, sizeof scale);
}

static const struct seg_stage *stage_for(const struct cnn_sidecar *sidecar)
{
    return sidecar->task == CNN_TASK_SEMANTIC  ? &cnn_semantic_stage
           : sidecar->task == CNN_TASK_MATTING ? &cnn_matting_stage
                                               : &cnn_instance_stage;
}

static void run(const struct seg_stage *stage)
{
    static uint8_t samples[3 * HEIGHT * WIDTH];
    const struct cnn_options options = {
        .model = paths[0], .confidence = -1, .nms = -1, .mask_threshold = -1, .max_instances = 20};
    struct seg_call call = {.stage = stage, .image = SEG_VIEW};
    uint32_t state = 1;
    void *self = NULL;
    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (uint8_t)((state = state * 1664525 + 1013904223) >> 24);
    call.image.kind = SEG_IMAGE;
    call.image.dtype = SEG_U8;
    call.image.width = WIDTH;
    call.image.height = HEIGHT;
    call.image.planes = 3;
    call.image.row_stride = WIDTH;
    call.image.plane_stride = WIDTH * HEIGHT;
    call.image.data = samples;
    int status = stage->create(&host, &call, &options, &self);
    if (!status)
        status = stage->process(self, &host, &call);
    if (status && !call.said && status != SEG_NOMEM)
        abort();
    if (self)
        stage->destroy(self, &host, &call);
    end_call(&call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cnn_error err = {0};
    set_up();
    write_file(paths[2], data, size);
    struct cnn_sidecar *sidecar = cnn_sidecar_open(paths[2], &err);
    if (sidecar)
        run(stage_for(sidecar));
    else if (err.status == SEG_OK || !err.text[0])
        abort();
    cnn_sidecar_free(sidecar);
    return 0;
}
