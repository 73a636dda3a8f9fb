/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lattice in the paper's coordinates: a vertex has dims + 1 integers that sum to 0 and are
 * equal modulo dims + 1, of which the last is left out. Vertices are numbered as they are met and
 * found again by a hash table. */
#include "lattice.h"

#include <math.h>
#include <string.h>

#define NONE  UINT32_MAX
#define FIRST 4096u /* slots of the table to begin with */

struct build {
    struct lattice *lattice;
    int32_t *keys; /* dims for each vertex */
    uint32_t room; /* vertices that fit */
    uint32_t *table;
    uint32_t slots; /* a power of two */
    float scale[LATTICE_DIMS];
};

static uint32_t hash(const int32_t *key, int32_t dims)
{
    uint32_t h = 0;
    for (int32_t i = 0; i < dims; i++) {
        h = (h ^ (uint32_t)key[i]) * UINT32_C(2654435761);
        h ^= h >> 15;
    }
    return h;
}

/* The slot that holds the key, or the empty one where it belongs. */
static uint32_t *slot_of(const struct build *build, const int32_t *key)
{
    int32_t dims = build->lattice->dims;
    uint32_t i = hash(key, dims) & (build->slots - 1);
    while (build->table[i] != NONE && memcmp(build->keys + (size_t)build->table[i] * (size_t)dims,
                                             key, (size_t)dims * sizeof *key) != 0)
        i = (i + 1) & (build->slots - 1);
    return &build->table[i];
}

static int grow(struct build *build)
{
    const struct common_env *env = build->lattice->env;
    size_t dims = (size_t)build->lattice->dims;
    int32_t *keys;
    if (build->slots > UINT32_MAX / 4)
        return env->host->fail(env->call, SEG_LIMIT, "the lattice has more than 2^31 vertices");
    build->slots = build->slots ? 4 * build->slots : FIRST;
    build->room = build->slots / 2;
    if (!COMMON_SCRATCH(env, keys, build->room * dims) ||
        !COMMON_SCRATCH(env, build->table, build->slots))
        return common_nomem(env);
    if (build->lattice->count)
        memcpy(keys, build->keys, build->lattice->count * dims * sizeof *keys);
    build->keys = keys;
    memset(build->table, 255, build->slots * sizeof *build->table);
    for (uint32_t v = 0; v < build->lattice->count; v++)
        *slot_of(build, keys + v * dims) = v;
    return SEG_OK;
}

static int vertex_of(struct build *build, const int32_t *key, uint32_t *vertex)
{
    struct lattice *lattice = build->lattice;
    int status = lattice->count == build->room ? grow(build) : SEG_OK;
    if (status)
        return status;
    uint32_t *slot = slot_of(build, key);
    if (*slot == NONE) {
        memcpy(build->keys + (size_t)lattice->count * (size_t)lattice->dims, key,
               (size_t)lattice->dims * sizeof *key);
        *slot = lattice->count++;
    }
    *vertex = *slot;
    return SEG_OK;
}

/* Onto the plane whose coordinates sum to 0, scaled so that the blur has standard deviation 1. */
static void elevate(const struct build *build, const float *at, float *up)
{
    float sum = 0;
    for (int32_t i = build->lattice->dims; i > 0; i--) {
        float part = at[i - 1] * build->scale[i - 1];
        up[i] = sum - (float)i * part;
        sum += part;
    }
    up[0] = sum;
}

/* The nearest vertex of remainder 0, and how each coordinate ranks by what rounding took off. */
static void enclose(const float *up, int32_t dims, int32_t *zero, int32_t *rank)
{
    int32_t size = dims + 1, sum = 0;
    for (int32_t i = 0; i <= dims; i++) {
        int32_t n = (int32_t)lrintf(up[i] / (float)size);
        zero[i] = n * size;
        sum += n;
        rank[i] = 0;
    }
    for (int32_t i = 0; i < dims; i++)
        for (int32_t j = i + 1; j <= dims; j++)
            rank[up[i] - (float)zero[i] < up[j] - (float)zero[j] ? i : j]++;
    for (int32_t i = 0; i <= dims && sum; i++) { /* back onto the plane */
        rank[i] += sum;
        if (rank[i] < 0) {
            rank[i] += size;
            zero[i] += size;
        } else if (rank[i] > dims) {
            rank[i] -= size;
            zero[i] -= size;
        }
    }
}

static int add_point(struct build *build, size_t point, const float *at)
{
    struct lattice *lattice = build->lattice;
    int32_t dims = lattice->dims, size = dims + 1, status = SEG_OK;
    int32_t zero[LATTICE_DIMS + 1], rank[LATTICE_DIMS + 1], key[LATTICE_DIMS];
    float up[LATTICE_DIMS + 1], part[LATTICE_DIMS + 2] = {0};
    elevate(build, at, up);
    enclose(up, dims, zero, rank);
    for (int32_t i = 0; i <= dims; i++) {
        float off = (up[i] - (float)zero[i]) / (float)size;
        part[dims - rank[i]] += off;
        part[dims - rank[i] + 1] -= off;
    }
    part[0] += 1 + part[size];
    for (int32_t k = 0; k <= dims && !status; k++) { /* the corner of remainder k */
        size_t entry = point * (size_t)size + (size_t)k;
        for (int32_t i = 0; i < dims; i++)
            key[i] = zero[i] + k - (rank[i] > dims - k ? size : 0);
        lattice->weight[entry] = part[k];
        status = vertex_of(build, key, &lattice->corner[entry]);
    }
    return status;
}

/* Along axis j a neighbour has all coordinates one more and the j-th dims less, or the reverse. */
static int find_neighbours(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct build *build = arg;
    const struct lattice *lattice = build->lattice;
    int32_t dims = lattice->dims;
    for (size_t v = begin; v < end; v++)
        for (int32_t j = 0; j <= dims; j++)
            for (int32_t side = 0; side < 2; side++) {
                int32_t key[LATTICE_DIMS], step = side ? -1 : 1;
                for (int32_t i = 0; i < dims; i++)
                    key[i] =
                        build->keys[v * (size_t)dims + (size_t)i] + (i == j ? -step * dims : step);
                uint32_t found = *slot_of(build, key);
                lattice->neighbour[(v * (size_t)(dims + 1) + (size_t)j) * 2 + (size_t)side] =
                    found == NONE ? lattice->count : found;
            }
    return SEG_OK;
}

/* Lists the points of each vertex, so that vertices can be filled in any order and in parallel. */
static int sort_entries(struct lattice *lattice)
{
    const struct common_env *env = lattice->env;
    size_t size = (size_t)lattice->dims + 1, entries = lattice->points * size;
    if (!COMMON_SCRATCH(env, lattice->first, (size_t)lattice->count + 2) ||
        !COMMON_SCRATCH(env, lattice->point, entries) ||
        !COMMON_SCRATCH(env, lattice->share, entries))
        return common_nomem(env);
    memset(lattice->first, 0, ((size_t)lattice->count + 2) * sizeof *lattice->first);
    for (size_t i = 0; i < entries; i++) /* counted two places on, summed, then filled in */
        lattice->first[lattice->corner[i] + 2]++;
    for (size_t v = 2; v < (size_t)lattice->count + 2; v++)
        lattice->first[v] += lattice->first[v - 1];
    for (size_t p = 0; p < lattice->points; p++)
        for (size_t i = p * size; i < (p + 1) * size; i++) {
            uint32_t at = lattice->first[lattice->corner[i] + 1]++;
            lattice->point[at] = (uint32_t)p;
            lattice->share[at] = lattice->weight[i];
        }
    return SEG_OK;
}

int lattice_build(struct lattice *lattice, const struct common_env *env, int32_t dims,
                  size_t points, void (*feature)(const void *arg, size_t point, float *at),
                  const void *arg)
{
    struct build build = {.lattice = lattice};
    size_t size = (size_t)dims + 1;
    *lattice = (struct lattice){.env = env, .dims = dims, .points = points};
    if (points > UINT32_MAX / size)
        return env->host->fail(env->call, SEG_LIMIT, "the image has %zu pixels; at most %zu fit",
                               points, UINT32_MAX / size);
    if (!COMMON_SCRATCH(env, lattice->corner, points * size) ||
        !COMMON_SCRATCH(env, lattice->weight, points * size))
        return common_nomem(env);
    for (int32_t i = 0; i < dims; i++)
        build.scale[i] = (float)((dims + 1) * sqrt(2.0 / 3 / ((i + 1.0) * (i + 2))));
    int status = SEG_OK;
    for (size_t p = 0; p < points && !status; p++) {
        float at[LATTICE_DIMS];
        feature(arg, p, at);
        status = add_point(&build, p, at);
        if (!status && p % (1 << 18) == 0)
            status = env->host->progress(env->call, -1);
    }
    if (!status)
        status = sort_entries(lattice);
    if (status)
        return status;
    if (!COMMON_SCRATCH(env, lattice->neighbour, (size_t)lattice->count * size * 2))
        return common_nomem(env);
    return common_parallel(env, lattice->count, 512, find_neighbours, &build);
}

struct pass {
    const struct lattice *lattice;
    const float *in;
    float *out;
    int32_t values, axis;
};

static int splat(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    const struct lattice *lattice = pass->lattice;
    size_t values = (size_t)pass->values;
    for (size_t v = begin; v < end; v++) {
        float *to = pass->out + v * values;
        memset(to, 0, values * sizeof *to);
        for (uint32_t i = lattice->first[v]; i < lattice->first[v + 1]; i++) {
            const float *from = pass->in + lattice->point[i] * values;
            for (size_t k = 0; k < values; k++)
                to[k] += lattice->share[i] * from[k];
        }
    }
    return SEG_OK;
}

static int blur(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    const struct lattice *lattice = pass->lattice;
    size_t values = (size_t)pass->values, size = (size_t)lattice->dims + 1;
    for (size_t v = begin; v < end; v++) {
        const uint32_t *next = lattice->neighbour + (v * size + (size_t)pass->axis) * 2;
        const float *here = pass->in + v * values;
        const float *a = pass->in + next[0] * values, *b = pass->in + next[1] * values;
        for (size_t k = 0; k < values; k++)
            pass->out[v * values + k] = 0.5f * here[k] + 0.25f * (a[k] + b[k]);
    }
    return SEG_OK;
}

static int slice(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    const struct lattice *lattice = pass->lattice;
    size_t values = (size_t)pass->values, size = (size_t)lattice->dims + 1;
    for (size_t p = begin; p < end; p++) {
        float *to = pass->out + p * values;
        memset(to, 0, values * sizeof *to);
        for (size_t i = p * size; i < (p + 1) * size; i++) {
            const float *from = pass->in + lattice->corner[i] * values;
            for (size_t k = 0; k < values; k++)
                to[k] += lattice->weight[i] * from[k];
        }
    }
    return SEG_OK;
}

size_t lattice_room(const struct lattice *lattice, int32_t values)
{
    return 2 * ((size_t)lattice->count + 1) * (size_t)values;
}

int lattice_filter(const struct lattice *lattice, int32_t values, const float *in, float *out,
                   float *room)
{
    const struct common_env *env = lattice->env;
    size_t half = ((size_t)lattice->count + 1) * (size_t)values, last = half - (size_t)values;
    struct pass pass = {.lattice = lattice, .in = in, .out = room, .values = values};
    for (size_t k = 0; k < (size_t)values; k++) /* what stands for no neighbour */
        room[last + k] = room[half + last + k] = 0;
    int status = common_parallel(env, lattice->count, 256, splat, &pass);
    for (pass.axis = 0; pass.axis <= lattice->dims && !status; pass.axis++) {
        pass.in = room + (pass.axis % 2 ? half : 0);
        pass.out = room + (pass.axis % 2 ? 0 : half);
        status = common_parallel(env, lattice->count, 1024, blur, &pass);
    }
    pass.in = pass.out;
    pass.out = out;
    return status ? status : common_parallel(env, lattice->points, 4096, slice, &pass);
}
