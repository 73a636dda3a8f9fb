/* SPDX-License-Identifier: MIT */
/* The whole border between segkit and its plugins.
 *
 * A plugin is a shared object with one export, `segkit_plugin_v1`, that
 * returns constant tables. The host copies and validates the tables and, from then on, calls only
 * the function pointers in them. A plugin links nothing of segkit: every service comes through
 * `struct seg_host`.
 *
 * Rules that hold everywhere:
 *  - Structs state their size first. Fields are appended, never moved; zero means "as before".
 *  - Pointers that the host passes are valid until the callback returns, unless said otherwise.
 *  - Callbacks that can fail return an `enum seg_status` and say why once with host->fail().
 *  - A plugin starts no thread, prints nothing, never exits, keeps no writable globals.
 *  - [any] may be called from any thread, [stage] from the thread that called the stage's callback,
 *    [body] also from inside a parallel body.
 */
#ifndef SEGKIT_PLUGIN_H
#define SEGKIT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SEG_API __attribute__((visibility("default"))) /* a function of libsegkit */
#else
#define SEG_API
#endif

#define SEG_ABI_MAJOR    1
#define SEG_ABI_MINOR    0
#define SEG_PLUGIN_ENTRY "segkit_plugin_v1"

enum seg_status {
    SEG_OK = 0,
    SEG_ABSENT = 1,    /* an optional thing is not there; no error */
    SEG_CANCELLED = 2, /* the user asked to stop */
    SEG_NOMEM = 3,
    SEG_USAGE = 4,   /* the caller's mistake: unknown name, value out of range */
    SEG_INVALID = 5, /* a pipeline that does not hold together */
    SEG_IO = 6,      /* a file cannot be read, written or understood */
    SEG_STAGE = 7,   /* a stage could not do its work on this input */
    SEG_PLUGIN = 8,  /* a plugin was refused or broke the rules */
    SEG_LIMIT = 9    /* larger than a limit allows */
};

enum seg_kind {
    SEG_IMAGE = 1,    /* samples; planar, one plane a channel */
    SEG_MASK = 2,     /* u8, one plane, 0 or 1 */
    SEG_LABELS = 3,   /* i32, one plane; 0 background, -1 void, 1..N regions */
    SEG_SCORES = 4,   /* f32, one plane a class, 0..1, they sum to 1 */
    SEG_INSTANCES = 5 /* a list of struct seg_instance over one canvas */
};
#define SEG_KIND_BIT(kind) (1u << (kind))
#define SEG_ANY_RASTER                                                                             \
    (SEG_KIND_BIT(SEG_IMAGE) | SEG_KIND_BIT(SEG_MASK) | SEG_KIND_BIT(SEG_LABELS) |                 \
     SEG_KIND_BIT(SEG_SCORES))

enum seg_dtype { SEG_U8 = 1, SEG_U16 = 2, SEG_F32 = 3, SEG_I32 = 4 };
#define SEG_DTYPE_BIT(dtype) (1u << (dtype))
#define SEG_ANY_SAMPLE       (SEG_DTYPE_BIT(SEG_U8) | SEG_DTYPE_BIT(SEG_U16) | SEG_DTYPE_BIT(SEG_F32))

enum seg_color {
    SEG_COLOR_UNKNOWN = 0, /* planes without a stated meaning */
    SEG_COLOR_GRAY = 1,
    SEG_COLOR_RGB = 2,
    SEG_COLOR_RGBA = 3,
    SEG_COLOR_GRAY_ALPHA = 4,
    SEG_COLOR_HSV = 5,
    SEG_COLOR_LAB = 6,
    SEG_COLOR_LUV = 7,
    SEG_COLOR_YCRCB = 8
};

/* What a raster is like without its samples. As an answer of seg_stage.shape, 0 in a field means
 * "known only when the stage runs". */
struct seg_shape {
    uint32_t struct_size;
    uint32_t kind;  /* enum seg_kind */
    uint32_t dtype; /* enum seg_dtype; 0 for instances */
    int32_t width, height;
    int32_t planes;
};

/* A raster in memory. Samples of one row are contiguous; everything else goes by the byte strides,
 * which may be larger than the samples need, or negative. */
struct seg_view {
    uint32_t struct_size;
    uint32_t kind, dtype;
    int32_t width, height, planes;
    ptrdiff_t row_stride, plane_stride; /* bytes */
    void *data;                         /* plane 0, row 0, column 0 */
    uint32_t color;                     /* enum seg_color */
    double pixel_size[2];               /* x, y in `unit`; 0 where unknown */
    const char *unit;                   /* "um", "m", ...; NULL where unknown */
};

/* `length` pixels of row `y`, from column `x` on. */
struct seg_run {
    int32_t y, x, length;
};

struct seg_instance {
    uint32_t struct_size;
    int32_t id;                 /* 1..N */
    int32_t class_id;           /* -1 where there is none */
    float score;                /* 0..1; 1 where there is none */
    float box[4];               /* x, y, width, height in pixels; real-valued */
    const struct seg_run *runs; /* sorted by y, then x; disjoint; inside the canvas */
    size_t run_count;
};

/* -- parameters ------------------------------------------------------------------------------- */

enum seg_type {
    SEG_BOOL = 1,   /* C field: bool */
    SEG_INT = 2,    /* int32_t */
    SEG_FLOAT = 3,  /* double; finite */
    SEG_CHOICE = 4, /* int32_t, the index into `choices` */
    SEG_STRING = 5, /* const char *, host's memory, never NULL ("" when not given) */
    SEG_PATH = 6,   /* const char *, as SEG_STRING; relative to the pipeline file's folder */
    SEG_FLOATS = 7  /* struct seg_floats */
};

struct seg_floats {
    const double *values; /* host's memory */
    uint32_t count;
};

struct seg_choice {
    const char *name, *summary;
};

enum seg_param_flags {
    SEG_PARAM_REQUIRED = 1 << 0, /* has no default */
    SEG_PARAM_ODD = 1 << 1       /* SEG_INT: even values are refused */
};

struct seg_param {
    const char *name, *summary;
    const char *unit;  /* "px", "degree", ...; NULL: none */
    const char *alias; /* a second name that is accepted; NULL: none */
    uint32_t type;     /* enum seg_type */
    uint32_t flags;
    uint32_t offset;  /* of the C field in the stage's struct of parameters */
    double min, max;  /* inclusive; of each element for SEG_FLOATS */
    double def;       /* default of SEG_BOOL, SEG_INT, SEG_FLOAT, SEG_CHOICE */
    const char *text; /* default of the others, as typed; NULL: "" or empty */
    const struct seg_choice *choices;
    uint32_t choice_count;
    uint32_t count_min, count_max; /* SEG_FLOATS: how many elements */
};

/* -- ports ------------------------------------------------------------------------------------ */

enum seg_port_flags {
    SEG_PORT_OPTIONAL = 1 << 0, /* input: connected only by name */
    SEG_PORT_IN_PLACE = 1 << 1, /* output: may share the storage of the input that `like` names;
                                   each sample is written after it was last read */
    SEG_PORT_SIZED = 1 << 2     /* output: seg_stage.shape, or the stage when it runs, says its
                                   size; without it the output is as large as `like`. Input: may be
                                   of another size than the others, which else have one size */
};

struct seg_port {
    const char *name, *summary;
    uint32_t kinds;  /* SEG_KIND_BIT of the accepted ones; an output names one */
    uint32_t dtypes; /* SEG_DTYPE_BIT of the accepted ones; 0: whatever the kind allows. An
                        output that names several has the dtype of `like` */
    uint32_t flags;
    const char *like; /* output: the input it takes size, properties and, unless stated, dtype and
                         planes from; NULL: the first input */
    uint32_t planes_min, planes_max; /* input: accepted; 0, 0: any. Output: planes_min of them;
                                        0: as `like` */
};

/* -- the host's services ---------------------------------------------------------------------- */

struct seg_call; /* one call of a stage; opaque */

enum seg_log_level { SEG_LOG_DEBUG = 0, SEG_LOG_INFO = 1, SEG_LOG_WARN = 2 };

enum seg_prop {
    SEG_PROP_COLOR = 1,      /* 1 value: enum seg_color */
    SEG_PROP_PIXEL_SIZE = 2, /* 2 values: x, y */
    SEG_PROP_ORIGIN = 3      /* 2 values: column and row of the input at which the output begins */
};

/* Works on the elements begin..end-1. `worker` is below host->workers() and no two bodies that run
 * at the same time have the same. A status other than SEG_OK ends the whole and is returned. */
typedef int (*seg_body)(void *arg, size_t begin, size_t end, unsigned worker);

#if defined(__GNUC__)
#define SEG_PRINTF(text, rest) __attribute__((format(printf, text, rest)))
#else
#define SEG_PRINTF(text, rest)
#endif

struct seg_host {
    uint32_t struct_size;
    uint32_t abi_major, abi_minor;

    /* [body] count * size bytes, 64-byte aligned, not cleared; NULL when they cannot be had (the
     * size overflows, or there is no memory). Lives until free(); what `create` allocated is for
     * the stage's `destroy` to free. */
    void *(*alloc)(struct seg_call *call, size_t count, size_t size);
    void (*free)(struct seg_call *call, void *memory); /* [body] NULL is fine */

    /* [body] As alloc, but given back by itself when the callback returns, on failure too. */
    void *(*scratch)(struct seg_call *call, size_t count, size_t size);

    /* [body] A line for the user's log. */
    void (*log)(struct seg_call *call, enum seg_log_level level, const char *format, ...)
        SEG_PRINTF(3, 4);

    /* [body] Says why the call fails; the first one counts. Returns `status`, so that a stage can
     * write `return host->fail(call, SEG_STAGE, "...")`. Without a text: SEG_NOMEM needs none. */
    int (*fail)(struct seg_call *call, enum seg_status status, const char *format, ...)
        SEG_PRINTF(3, 4);

    /* [body] `fraction` of the work is done (0..1; below 0: unknown). Returns SEG_OK, or
     * SEG_CANCELLED, which the stage returns at once. */
    int (*progress)(struct seg_call *call, double fraction);

    /* [stage] Runs `body` over 0..count-1 in pieces of at least `grain` elements on the host's
     * threads and returns when all is done. The result must not depend on how it was split.
     * Bodies do not nest. Looks at cancel between pieces. */
    int (*parallel)(struct seg_call *call, size_t count, size_t grain, seg_body body, void *arg);
    unsigned (*workers)(
        struct seg_call *call); /* [any] how many threads parallel() may use, >= 1 */

    /* [stage] The layer at an input port, to read. SEG_ABSENT: an optional port that is not
     * connected. The caller sets view->struct_size. */
    int (*input)(struct seg_call *call, uint32_t port, struct seg_view *view);

    /* [stage] The layer at an output port, to write; all samples are undefined and all must be
     * written. `shape` is for SEG_PORT_SIZED ports whose size was not known before (0 in a field:
     * as `like`); NULL else. A second call returns the same. The caller sets the struct_sizes. */
    int (*output)(struct seg_call *call, uint32_t port, const struct seg_shape *shape,
                  struct seg_view *view);

    /* [stage] The instances at an input port: their array and number, and the size of the canvas.
     */
    int (*instances)(struct seg_call *call, uint32_t port, const struct seg_instance **list,
                     size_t *count, struct seg_shape *canvas);

    /* [stage] Adds one to an output port of instances; it is copied. */
    int (*instance)(struct seg_call *call, uint32_t port, const struct seg_instance *one);

    /* [stage] Reports a result that is a number, such as the threshold that was found. */
    int (*value)(struct seg_call *call, const char *name, double value);

    /* [stage] Sets a property of an output that differs from that of the input it is like. */
    int (*set)(struct seg_call *call, uint32_t port, enum seg_prop prop, const double *values,
               uint32_t count);

    /* [stage] The names of an output's classes, in the order of the planes or class ids. */
    int (*classes)(struct seg_call *call, uint32_t port, const char *const *names, uint32_t count);

    /* [stage] A service beyond this table, "module.name/revision": what the plugin `module` offers
     * under that id (seg_plugin.extension), opened on demand. NULL: not to be had. The same pointer
     * every time; valid for as long as the process lives. */
    const void *(*extension)(struct seg_call *call, const char *id);
};

/* -- a stage ---------------------------------------------------------------------------------- */

enum seg_stage_flags {
    SEG_STAGE_REENTRANT = 1 << 0, /* process may run at once on several threads with one self */
    SEG_STAGE_NONDETERMINISTIC = 1 << 1 /* the same input may give different bytes */
};

struct seg_stage {
    uint32_t struct_size;
    uint32_t flags;
    const char *id;        /* "family.stage" */
    const char *summary;   /* one line, no full stop */
    const char *detail;    /* paragraphs for the man page, separated by blank lines */
    const char *reference; /* the paper; NULL: none */
    uint32_t version;      /* rises when the result for the same input changes */
    uint32_t params_size;  /* sizeof the struct that the host fills */
    const struct seg_param *params;
    const struct seg_port *inputs;
    const struct seg_port *outputs;
    uint32_t param_count, input_count, output_count;

    /* Makes an instance from checked parameters (valid for as long as the instance lives). NULL:
     * none is needed, and `self` is the parameters themselves. */
    int (*create)(const struct seg_host *host, struct seg_call *call, const void *params,
                  void **self);
    /* Does the work. The only one that is required. */
    int (*process)(void *self, const struct seg_host *host, struct seg_call *call);
    /* NULL: nothing to free. */
    void (*destroy)(void *self, const struct seg_host *host, struct seg_call *call);
    /* How many pixels around a pixel its result depends on; -1: on the whole image. NULL: -1. */
    int32_t (*reach)(const void *params);
    /* The shapes of all outputs from those of all inputs (kind 0: not connected), before anything
     * runs; `out` arrives as the ports say it. Reads no file. NULL: as the ports say. */
    int (*shape)(const struct seg_host *host, struct seg_call *call, const void *params,
                 const struct seg_shape *in, struct seg_shape *out);
    /* Optional services of this stage by id; NULL: none. */
    const void *(*extension)(const char *id);
};

/* -- a plugin --------------------------------------------------------------------------------- */

struct seg_plugin {
    uint32_t struct_size;
    uint32_t abi_major, abi_minor;               /* what it was compiled with */
    uint32_t needs_minor;                        /* the least host that it can work with */
    uint32_t param_size, port_size, choice_size; /* sizeof the elements of the arrays */
    uint32_t stage_count;
    const char *name;    /* the family, and the module's file name */
    const char *version; /* of the plugin */
    const char *license; /* SPDX */
    const char *origin;  /* where it comes from: a URL or an address */
    const struct seg_stage *const *stages;
    const void *(*extension)(const char *id); /* [any] services for other plugins; NULL: none */
};

/* The one export. Constant data; called once, before anything else, and may be called again. */
typedef const struct seg_plugin *(*seg_plugin_entry)(void);

#ifdef __cplusplus
}
#endif
#endif
