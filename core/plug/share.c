/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers on anonymous files. */
#include "share.h"

#include "../base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int segi_share_open(void)
{
    return memfd_create("segkit", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

struct mapping {
    seg_context *context;
    void *memory;
    size_t size;
};

static void release(void *user)
{
    struct mapping *mapping = user;
    munmap(mapping->memory, mapping->size);
    segi_free(&mapping->context->mem, mapping);
}

/* Nobody can make it smaller any more, so that reading it is safe whatever the child did. */
static bool settled(int file, size_t size)
{
    struct stat st;
    return !fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK) && !fstat(file, &st) &&
           (uint64_t)st.st_size >= size;
}

int segi_share_layer(seg_context *context, const struct segi_share *share,
                     const struct seg_shape *shape, seg_layer **layer, struct seg_error *err)
{
    struct seg_view view = {.struct_size = sizeof view,
                            .kind = shape->kind,
                            .dtype = shape->dtype,
                            .width = shape->width,
                            .height = shape->height,
                            .planes = shape->planes};
    size_t row, plane, all;
    int status = segi_shape_check(context, shape, err);
    if (status)
        return status;
    if (!segi_shape_bytes(shape, &row, &plane, &all))
        return segi_error(err, SEG_LIMIT, "its size overflows");
    if (share->child ? ftruncate(share->file, (off_t)all) : !settled(share->file, all))
        return segi_error(err, SEG_NOMEM, "no shared memory of %zu bytes", all);
    struct mapping *mapping = segi_alloc(&context->mem, 1, sizeof *mapping);
    if (!mapping)
        return segi_error_nomem(err);
    void *memory =
        mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, share->file, 0);
    *mapping = (struct mapping){context, memory, all};
    view.data = memory;
    view.row_stride = (ptrdiff_t)row;
    view.plane_stride = (ptrdiff_t)plane;
    status = memory == MAP_FAILED ? segi_error_nomem(err)
                                  : segi_layer_around(context, &view, release, mapping, layer, err);
    if (status) {
        if (memory != MAP_FAILED)
            munmap(memory, all);
        segi_free(&context->mem, mapping);
    }
    return status;
}
