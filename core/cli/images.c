/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of images. */
#include "images.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define DEPTH 32 /* of folders; more is a loop of links */

static int nomem(void)
{
    cli_message("out of memory");
    return CLI_STAGE;
}

static int add(struct cli_images *images, const char *path)
{
    if (images->count == images->capacity) {
        const size_t capacity = images->capacity ? 2 * images->capacity : 16;
        char **paths = realloc(images->paths, capacity * sizeof *paths);
        if (!paths)
            return nomem();
        images->paths = paths;
        images->capacity = capacity;
    }
    images->paths[images->count] = strdup(path);
    return images->paths[images->count++] ? CLI_DONE : nomem();
}

static bool is_image_name(const char *name)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".pnm",
                                          ".pgm", ".ppm", ".pbm",  ".pam", ".npy",  ".bmp"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (!strcasecmp(dot, endings[i]))
            return true;
    return false;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int add_folder(struct cli_images *images, const char *folder, bool recursive, int depth)
{
    struct dirent **entries;
    const int count = scandir(folder, &entries, visible, alphasort);
    if (count < 0) {
        cli_message("folder '%s': %s", folder, strerror(errno));
        return CLI_IO;
    }
    int code = CLI_DONE;
    for (int i = 0; i < count; i++) {
        char path[4096];
        struct stat st;
        const int n = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (!code && n > 0 && (size_t)n < sizeof path && !stat(path, &st)) {
            if (S_ISREG(st.st_mode) && is_image_name(path))
                code = add(images, path);
            else if (S_ISDIR(st.st_mode) && recursive && depth < DEPTH)
                code = add_folder(images, path, true, depth + 1);
        }
        free(entries[i]);
    }
    free(entries);
    return code;
}

int cli_images_list(struct cli *cli, bool recursive, struct cli_images *images)
{
    int code = CLI_DONE;
    for (int i = 0; i < cli->count && !code; i++) {
        struct stat st;
        const size_t before = images->count;
        char *path = strdup(cli->operands[i]);
        if (!path)
            return nomem();
        if (!strcmp(path, "-") || stat(path, &st) || !S_ISDIR(st.st_mode)) {
            code = add(images, path);
        } else {
            for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
                path[n - 1] = 0;
            code = add_folder(images, path, recursive, 0);
            if (!code && images->count == before) {
                cli_message("folder '%s': no images in it", path);
                code = CLI_IO;
            }
        }
        free(path);
    }
    return code;
}

void cli_images_free(struct cli_images *images)
{
    for (size_t i = 0; i < images->count; i++)
        free(images->paths[i]);
    free(images->paths);
}
