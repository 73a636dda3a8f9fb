/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads any bytes as an image and as labels, and writes what came of it. For libFuzzer (build.sh)
 * and, with replay.c, as a test over the files that it found. */
#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void save(seg_context *context, const seg_layer *layer)
{
    static const char *const ends[] = {"png",         "tif",  "npy",     "pgm", "csv",
                                       "overlay.png", "json", "geojson", "svg"};
    char path[64];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, sizeof path, "/tmp/segkit-fuzz-%ld.%s", (long)getpid(), ends[i]);
        if (!seg_layer_save(context, layer, NULL, path, NULL))
            unlink(path);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum seg_kind kinds[] = {0, SEG_LABELS, SEG_MASK, SEG_SCORES, SEG_INSTANCES};
    const struct seg_options options = {
        .struct_size = sizeof options, .threads = 1, .max_pixels = 1 << 16};
    struct seg_error err;
    seg_context *context;
    char path[64];
    const int fd = memfd_create("image", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
        seg_context_new(&options, &context, &err))
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int page = 0; page < 2; page++) {
            seg_layer *layer = NULL;
            if (seg_layer_load(context, path, page, kinds[k], &layer, &err)) {
                if (layer || strncmp(err.text, path, strlen(path)) || strchr(err.text, '\n'))
                    abort(); /* the message names the file, in one line */
                continue;
            }
            if (size % 8 == k) /* the rest would only be slow */
                save(context, layer);
            seg_layer_unref(layer);
        }
    seg_context_free(context);
    close(fd);
    return 0;
}
