/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Matching files by their names. */
#include "pairs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a file may be found by: its name without the ending, as long as `kind` says. A folder's keys
 * are sorted, so that looking for partners costs little more than reading the folder. */
struct key {
    const char *text;
    size_t length, file;
    enum { WHOLE, HEAD, PART } kind; /* all; up to the first '.'; up to any '.', '_' or '-' */
};

struct keys {
    struct key *list;
    size_t count;
};

/* The name of a file and its length without the ending. */
static const char *stem(const char *path, size_t *length)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    *length = dot && dot != name ? (size_t)(dot - name) : strlen(name);
    return name;
}

/* The length of the next shorter part of a name; 0: there is none. */
static size_t shorter(const char *name, size_t length)
{
    while (length > 0 && !memchr("._-", name[--length], 3))
        continue;
    return length;
}

static int compare_keys(const void *one, const void *other)
{
    const struct key *a = one, *b = other;
    const int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
    if (order || a->length != b->length)
        return order ? order : a->length < b->length ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return (a->file > b->file) - (a->file < b->file);
}

static int keys_of(const struct cli_images *images, struct keys *keys)
{
    size_t room = 0, length;
    for (size_t i = 0; i < images->count; i++) {
        const char *name = stem(images->paths[i], &length);
        for (room += 2; (length = shorter(name, length)) > 0;)
            room++;
    }
    *keys = (struct keys){calloc(room + 1, sizeof *keys->list), 0};
    for (size_t i = 0; keys->list && i < images->count; i++) {
        const char *name = stem(images->paths[i], &length);
        const char *dot = memchr(name, '.', length);
        const size_t head = dot ? (size_t)(dot - name) : length;
        keys->list[keys->count++] = (struct key){name, length, i, WHOLE};
        keys->list[keys->count++] = (struct key){name, head, i, HEAD};
        while ((length = shorter(name, length)) > 0)
            keys->list[keys->count++] = (struct key){name, length, i, PART};
    }
    if (keys->list)
        qsort(keys->list, keys->count, sizeof *keys->list, compare_keys);
    return keys->list ? CLI_DONE : CLI_STAGE;
}

/* The first of the keys of this text and kind; `count` is how many there are. */
static const struct key *find(const struct keys *keys, struct key wanted, size_t *count)
{
    size_t low = 0, high = keys->count;
    wanted.file = 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_keys(&keys->list[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < keys->count; ++*count) {
        const struct key *k = &keys->list[low + *count];
        if (k->kind != wanted.kind || k->length != wanted.length ||
            memcmp(k->text, wanted.text, k->length))
            break;
    }
    return keys->list + low;
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

/* The partners found so far, in one list for all. */
struct matching {
    struct keys left, right;
    size_t *found;
    size_t count, room;
    bool *used; /* of the right side */
};

static int take(struct matching *m, const struct cli_pairs *p, const char *file, struct key wanted)
{
    size_t count;
    const struct key *k = find(&m->right, wanted, &count);
    for (; count > 0; k++, count--) {
        if (!strcmp(p->right.paths[k->file], file))
            continue;
        if (m->count == m->room) {
            const size_t room = m->room * 2 + 64;
            size_t *more = realloc(m->found, room * sizeof *more);
            if (!more)
                return CLI_STAGE;
            m->found = more;
            m->room = room;
        }
        m->found[m->count++] = k->file;
    }
    return CLI_DONE;
}

static int by_file(const void *one, const void *other)
{
    const size_t a = *(const size_t *)one, b = *(const size_t *)other;
    return (a > b) - (a < b);
}

/* The right files that fit one left file best. */
static int find_others(struct matching *m, const struct cli_pairs *p, struct cli_pair *pair)
{
    const size_t first = m->count;
    size_t length;
    const char *name = stem(pair->file, &length), *dot = memchr(name, '.', length);
    const size_t head = dot ? (size_t)(dot - name) : length;
    int code = take(m, p, pair->file, (struct key){name, length, 0, WHOLE});
    if (!code && m->count == first) {
        code = take(m, p, pair->file, (struct key){name, length, 0, PART});
        for (size_t n = length; !code && (n = shorter(name, n)) > 0;)
            code = take(m, p, pair->file, (struct key){name, n, 0, WHOLE});
    }
    if (!code && m->count == first)
        code = take(m, p, pair->file, (struct key){name, head, 0, HEAD});
    pair->count = m->count - first;
    if (pair->count > 1)
        qsort(m->found + first, pair->count, sizeof *m->found, by_file);
    for (size_t i = first; i < m->count; i++)
        m->used[m->found[i]] = true;
    return code;
}

/* In one folder with its partners: x.mask.png is the truth of x.png and no image. */
static bool is_partner(const struct matching *m, const char *file)
{
    size_t length, count = 0;
    const char *name = stem(file, &length);
    while (count == 0 && (length = shorter(name, length)) > 0)
        find(&m->left, (struct key){name, length, 0, WHOLE}, &count);
    return count > 0;
}

static int match_all(struct cli_pairs *p, struct matching *m, bool same)
{
    int code = CLI_DONE;
    for (size_t i = 0; !code && i < p->left.count; i++) {
        if (same && is_partner(m, p->left.paths[i]))
            continue;
        p->list[p->count] = (struct cli_pair){p->left.paths[i], NULL, 0};
        code = find_others(m, p, &p->list[p->count++]);
    }
    p->others = calloc(m->count + 1, sizeof *p->others);
    if (code || !p->others)
        return CLI_STAGE;
    const char **next = p->others;
    for (size_t i = 0; i < p->count; next += p->list[i++].count)
        p->list[i].others = next;
    for (size_t i = 0; i < m->count; i++)
        p->others[i] = p->right.paths[m->found[i]];
    for (size_t i = 0; !same && i < p->right.count; i++)
        if (!m->used[i])
            p->alone[p->alone_count++] = p->right.paths[i];
    return CLI_DONE;
}

static int match_folders(struct cli_pairs *p, bool same)
{
    struct matching m = {.used = calloc(p->right.count + 1, sizeof *m.used)};
    p->list = calloc(p->left.count + 1, sizeof *p->list);
    p->alone = calloc(p->right.count + 1, sizeof *p->alone);
    int code = m.used && p->list && p->alone ? keys_of(&p->left, &m.left) : CLI_STAGE;
    if (!code)
        code = keys_of(&p->right, &m.right);
    if (!code)
        code = match_all(p, &m, same);
    free(m.left.list);
    free(m.right.list);
    free(m.found);
    free(m.used);
    return code;
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
