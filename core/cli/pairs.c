/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Matching files by their names. */
#include "pairs.h"

#include "target.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* How well two names go together, 0: not at all. */
static int fit(const char *left, const char *right)
{
    char a[256], b[256];
    cli_base_name(left, true, a, sizeof a);
    cli_base_name(right, true, b, sizeof b);
    const size_t na = strlen(a), nb = strlen(b), n = na < nb ? na : nb;
    if (!strcmp(a, b))
        return 3;
    if (!strncmp(a, b, n) && strchr("._-", na < nb ? b[n] : a[n]))
        return 2;
    const size_t da = strcspn(a, "."), db = strcspn(b, ".");
    return da == db && !strncmp(a, b, da) ? 1 : 0;
}

static int list_side(struct cli *cli, const char *path, struct cli_images *images)
{
    struct cli one = *cli;
    one.count = 1;
    one.operands = &path;
    return cli_images_list(&one, false, images);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* The right files that fit one left file best; `used` marks them. */
static void find_others(struct cli_pairs *p, struct cli_pair *pair, bool *used)
{
    int best = 1;
    for (size_t i = 0; i < p->right.count; i++) {
        const bool self = !strcmp(p->right.paths[i], pair->file);
        const int score = self ? 0 : fit(pair->file, p->right.paths[i]);
        if (score > best) {
            best = score;
            pair->count = 0;
        }
        if (score && score == best)
            pair->others[pair->count++] = p->right.paths[i];
    }
    for (size_t i = 0; i < p->right.count; i++)
        for (size_t k = 0; k < pair->count; k++)
            used[i] |= pair->others[k] == p->right.paths[i];
}

/* In one folder with its partners: x.mask.png is the truth of x.png and no image. */
static bool is_partner(const struct cli_pairs *p, const char *file)
{
    char name[256];
    cli_base_name(file, true, name, sizeof name);
    const size_t n = strlen(name);
    for (size_t i = 0; i < p->left.count; i++) {
        char shorter[256];
        cli_base_name(p->left.paths[i], true, shorter, sizeof shorter);
        const size_t m = strlen(shorter);
        if (m < n && !strncmp(shorter, name, m) && strchr("._-", name[m]))
            return true;
    }
    return false;
}

static int match_folders(struct cli_pairs *p, bool same)
{
    bool *used = calloc(p->right.count + 1, sizeof *used);
    const size_t room = p->right.count + 1;
    if (!used || p->left.count > SIZE_MAX / room) {
        free(used);
        return CLI_STAGE;
    }
    p->others = calloc(p->left.count * room + 1, sizeof *p->others);
    p->list = calloc(p->left.count + 1, sizeof *p->list);
    p->alone = calloc(room, sizeof *p->alone);
    for (size_t i = 0; p->others && p->list && i < p->left.count; i++) {
        struct cli_pair *pair = &p->list[p->count];
        if (same && is_partner(p, p->left.paths[i]))
            continue;
        *pair = (struct cli_pair){p->left.paths[i], p->others + i * room, 0};
        find_others(p, pair, used);
        p->count++;
    }
    for (size_t i = 0; p->alone && !same && i < p->right.count; i++)
        if (!used[i])
            p->alone[p->alone_count++] = p->right.paths[i];
    free(used);
    return p->others && p->list && p->alone ? CLI_DONE : CLI_STAGE;
}

int cli_pairs_match(struct cli *cli, const char *left, const char *right, struct cli_pairs *pairs)
{
    memset(pairs, 0, sizeof *pairs);
    if (is_folder(left) != is_folder(right))
        return cli_usage(cli, "'%s' is a folder and '%s' is not: give two files or two folders",
                         is_folder(left) ? left : right, is_folder(left) ? right : left);
    int code = list_side(cli, left, &pairs->left);
    if (!code)
        code = list_side(cli, right, &pairs->right);
    if (code)
        return code;
    struct stat a, b;
    if (is_folder(left)) {
        const bool same =
            !stat(left, &a) && !stat(right, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
        code = match_folders(pairs, same);
    } else {
        pairs->list = calloc(1, sizeof *pairs->list);
        pairs->others = calloc(1, sizeof *pairs->others);
        if (pairs->list && pairs->others) {
            pairs->others[0] = pairs->right.paths[0];
            pairs->list[0] = (struct cli_pair){pairs->left.paths[0], pairs->others, 1};
            pairs->count = 1;
        } else {
            code = CLI_STAGE;
        }
    }
    if (code)
        cli_message("out of memory");
    return code;
}

void cli_pairs_free(struct cli_pairs *pairs)
{
    cli_images_free(&pairs->left);
    cli_images_free(&pairs->right);
    free(pairs->list);
    free(pairs->others);
    free(pairs->alone);
}
