/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.boundaries: a mask of where regions end. */
#include "common/choices.h"
#include "keep.h"

enum { THICK, INNER, OUTER, SUBPIXEL };

struct params {
    int32_t mode, connectivity;
};

struct pass {
    struct seg_view labels, boundaries;
    const struct params *params;
};

/* Rows y - 1, y, y + 1, the outer ones repeated at the border. */
struct rows {
    const int32_t *at[3];
    int32_t width;
};

static struct rows rows_at(const struct seg_view *labels, int32_t y)
{
    int32_t above = y > 0 ? y - 1 : y, below = y + 1 < labels->height ? y + 1 : y;
    return (struct rows){
        {seg_row(labels, 0, above), seg_row(labels, 0, y), seg_row(labels, 0, below)},
        labels->width};
}

/* Void is as background here. */
static int32_t region_at(const struct rows *rows, int row, int32_t x)
{
    return rows->at[row][x] > 0 ? rows->at[row][x] : 0;
}

/* Whether a neighbour has another label, 0 included or not. */
static bool differs(const struct rows *rows, int32_t x, bool corners, bool background)
{
    int32_t label = region_at(rows, 1, x), left = x > 0 ? x - 1 : x;
    int32_t right = x + 1 < rows->width ? x + 1 : x;
    for (int row = 0; row < 3; row++)
        for (int32_t u = corners || row == 1 ? left : x; u <= (corners || row == 1 ? right : x);
             u++) {
            int32_t other = region_at(rows, row, u);
            if (other != label && (background || other))
                return true;
        }
    return false;
}

static bool is_boundary(const struct rows *rows, int32_t x, const struct params *params)
{
    if (params->mode == INNER && region_at(rows, 1, x) == 0)
        return false;
    if (!differs(rows, x, params->connectivity == COMMON_EIGHT, true))
        return false;
    return params->mode != OUTER || region_at(rows, 1, x) == 0 || differs(rows, x, true, false);
}

static int mark_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    for (size_t y = begin; y < end; y++) {
        uint8_t *to = seg_row(&pass->boundaries, 0, (int32_t)y);
        const struct rows rows = rows_at(&pass->labels, (int32_t)y);
        for (int32_t x = 0; x < rows.width; x++)
            to[x] = is_boundary(&rows, x, pass->params);
    }
    return SEG_OK;
}

/* Row and column 2 i of the result are the pixels i; those between lie on edges and corners. */
static int mark_between(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    for (size_t y = begin; y < end; y++) {
        uint8_t *to = seg_row(&pass->boundaries, 0, (int32_t)y);
        const int32_t *a = seg_row(&pass->labels, 0, (int32_t)(y / 2));
        const int32_t *b = seg_row(&pass->labels, 0, (int32_t)((y + 1) / 2));
        for (int32_t x = 0; x < pass->boundaries.width; x++) {
            int32_t u = x / 2, v = (x + 1) / 2, label = a[u];
            to[x] = a[v] != label || b[u] != label || b[v] != label;
        }
    }
    return SEG_OK;
}

static int32_t between(int32_t size, int32_t mode)
{
    return mode == SUBPIXEL && size ? 2 * size - 1 : size;
}

static int shape(const struct seg_host *host, struct seg_call *call, const void *self,
                 const struct seg_shape *in, struct seg_shape *out)
{
    const struct params *params = self;
    if (params->mode == SUBPIXEL && (in->width > INT32_MAX / 2 || in->height > INT32_MAX / 2))
        return host->fail(call, SEG_LIMIT, "%d x %d pixels have too many edges", in->width,
                          in->height);
    out->width = between(in->width, params->mode);
    out->height = between(in->height, params->mode);
    return SEG_OK;
}

static int process_boundaries(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct pass pass = {.labels = SEG_VIEW, .boundaries = SEG_VIEW, .params = self};
    struct seg_shape size = SEG_SHAPE;
    int status = host->input(call, 0, &pass.labels);
    if (status)
        return status;
    size.width = between(pass.labels.width, pass.params->mode);
    size.height = between(pass.labels.height, pass.params->mode);
    status = host->output(call, 0, &size, &pass.boundaries);
    if (status)
        return status;
    return common_parallel(&env, (size_t)size.height, common_grain(size.width),
                           pass.params->mode == SUBPIXEL ? mark_between : mark_rows, &pass);
}

static int32_t reach(const void *params)
{
    return ((const struct params *)params)->mode == SUBPIXEL ? -1 : 1;
}

static const struct seg_choice modes[] = {
    [THICK] = {"thick", "every pixel with a neighbour of another label"},
    [INNER] = {"inner", "those of them that are in a region"},
    [OUTER] = {"outer", "those that are background, or where two regions touch"},
    [SUBPIXEL] = {"subpixel", "between pixels, in a mask of twice the size less one"},
};

static const struct seg_param boundaries_params[] = {
    {SEG_P_CHOICE(struct params, mode, THICK, modes, "what counts as boundary")},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,
                  "which pixels are neighbours; not for subpixel")},
};

static const struct seg_port inputs[] = {LABELS_INPUT};
static const struct seg_port outputs[] = {
    {.name = "boundaries",
     .summary = "where regions end",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_SIZED},
};

COMMON_STAGE(
    labels, boundaries, .summary = "mark where regions end",
    .detail =
        "The modes are those of scikit-image's find_boundaries. With 'subpixel', pixel (x, y) is "
        "pixel (2 x, 2 y) of the result, and the pixels between stand for edges and corners: they "
        "are set where the pixels that meet there differ. Void (-1) is as background.",
    .reach = reach, .shape = shape);
