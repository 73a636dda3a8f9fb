/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conformance: runs the nets of a folder of cases and compares what they give with what is stored.
 *
 *   ncnn [-1|-2] [--filter TEXT] CASES    all cases; the number is that of workers
 *   ncnn forward PARAM BIN -i BLOB=FILE... -o BLOB=FILE...
 *
 * Without CASES it takes $SEGKIT_SHARED/ncnn/cases and is skipped (77) where there is none. */
#include "graph/model.h"
#include "npy.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES 16

/* -- workers: one after another, which shows what depends on the split ------------------------ */

static int in_turn(void *ctx, size_t count, size_t grain, cnn_body body, void *arg)
{
    unsigned workers = *(const unsigned *)ctx;
    size_t each = (count + workers - 1) / workers;
    each = each < grain ? grain : each;
    for (size_t begin = 0, i = 0; begin < count; begin += each, i++) {
        size_t end = begin + each < count ? begin + each : count;
        int status = body(arg, begin, end, (unsigned)(i % workers));
        if (status != SEG_OK)
            return status;
    }
    return SEG_OK;
}

/* -- one net ---------------------------------------------------------------------------------- */

struct request {
    const char *blobs[2][NAMES]; /* inputs, outputs */
    char files[2][NAMES][4400];
    size_t count[2];
};

static int run(struct cnn_model *model, const struct request *r, unsigned workers,
               struct cnn_blob *outputs, struct cnn_lease *lease, struct cnn_error *err)
{
    struct cnn_blob inputs[NAMES] = {0};
    int32_t ids[2][NAMES];
    const struct cnn_env env = {
        .ctx = &workers, .parallel = in_turn, .workers = workers, .isa = cnn_isa_here()};
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < r->count[side]; i++) {
            ids[side][i] = cnn_net_find(cnn_model_net(model), r->blobs[side][i]);
            if (ids[side][i] < 0) {
                cnn_fail(err, SEG_USAGE, "there is no blob '%s'", r->blobs[side][i]);
                goto out;
            }
        }
    for (size_t i = 0; i < r->count[0]; i++)
        if (!npy_read(r->files[0][i], &inputs[i])) {
            cnn_fail(err, SEG_IO, "'%s' cannot be read", r->files[0][i]);
            goto out;
        }
    if (cnn_model_lease(model, inputs, ids[0], r->count[0], ids[1], r->count[1], workers, lease,
                        err) == SEG_OK)
        cnn_session_run(lease->session, &env, inputs, outputs, NULL, err);
out:
    for (size_t i = 0; i < r->count[0]; i++)
        free(inputs[i].data);
    return err->status;
}

static int forward(int argc, char **argv)
{
    struct request r = {.count = {0, 0}};
    struct cnn_error err = {0};
    struct cnn_lease lease = {0};
    struct cnn_blob outputs[NAMES];
    for (int i = 4; i + 1 < argc; i += 2) {
        int side = strcmp(argv[i], "-o") == 0;
        char *equals = strrchr(argv[i + 1], '=');
        if (!equals || r.count[side] == NAMES)
            return 2;
        *equals = '\0';
        r.blobs[side][r.count[side]] = argv[i + 1];
        snprintf(r.files[side][r.count[side]++], sizeof r.files[0][0], "%s", equals + 1);
    }
    struct cnn_model *model = cnn_model_open(argv[2], argv[3], cnn_isa_here(), &err);
    if (model && run(model, &r, 1, outputs, &lease, &err) == SEG_OK)
        for (size_t i = 0; i < r.count[1]; i++)
            if (!npy_write(r.files[1][i], &outputs[i]))
                cnn_fail(&err, SEG_IO, "'%s' cannot be written", r.files[1][i]);
    if (model)
        cnn_model_return(model, &lease);
    cnn_model_close(model);
    if (err.status != SEG_OK)
        fprintf(stderr, "%s\n", err.text);
    return err.status ? 1 : 0;
}

/* -- a case: case.json is flat but for blob_indices ------------------------------------------- */

struct a_case {
    char *text;
    struct request r;
    double atol, rtol;
};

static char *slurp(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 16);
    if (file && text && fread(text, 1, (1 << 16) - 1, file) == 0)
        text[0] = '\0';
    if (file)
        fclose(file);
    return text;
}

/* The strings of the array behind `key`, cut out of the text in place. */
static size_t strings(char *text, const char *key, const char **list)
{
    char *p = strstr(text, key);
    size_t count = 0;
    p = p ? strchr(p, '[') : NULL;
    while (p && count < NAMES) {
        p += strcspn(p, "\"]");
        if (*p != '"')
            break;
        list[count++] = p + 1;
        p = strchr(p + 1, '"');
        *p++ = '\0';
    }
    return count;
}

static double number(const char *text, const char *key)
{
    const char *p = strstr(text, key);
    return p ? strtod(p + strlen(key) + strspn(p + strlen(key), "\": "), NULL) : 0;
}

static bool case_read(const char *folder, struct a_case *c)
{
    static const char *const prefix[2] = {"in_", "out_"};
    char path[4200];
    *c = (struct a_case){0};
    snprintf(path, sizeof path, "%s/case.json", folder);
    c->text = slurp(path);
    if (!c->text || !c->text[0])
        return false;
    c->atol = number(c->text, "\"atol");
    c->rtol = number(c->text, "\"rtol");
    char *outputs = strstr(c->text, "\"outputs\"");
    if (!outputs)
        return false;
    c->r.count[1] = strings(outputs, "\"outputs\"", c->r.blobs[1]);
    c->r.count[0] = strings(c->text, "\"inputs\"", c->r.blobs[0]);
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < c->r.count[side]; i++) {
            char *file = c->r.files[side][i];
            int n = snprintf(file, sizeof c->r.files[0][0], "%s/%s", folder, prefix[side]);
            for (const char *p = c->r.blobs[side][i]; *p && n < 1000; p++)
                file[n++] = strchr("_.-", *p) || (*p >= '0' && *p <= '9') ||
                                    (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z')
                                ? *p
                                : '_';
            snprintf(file + n, 16, ".npy");
        }
    return true;
}

static bool equal(const struct cnn_blob *got, const char *file, const struct a_case *c, char *why,
                  size_t room)
{
    struct cnn_blob want;
    if (!npy_read(file, &want))
        return false;
    size_t count = cnn_count(&want), worst = 0, wrong = 0;
    double most = -1;
    const float *w = want.data;
    bool same = count == 0 ? cnn_count(got) == 0 : cnn_same_shape(got, &want);
    if (!same)
        snprintf(why, room, "shape %d: c%d d%d h%d w%d instead of %d: c%d d%d h%d w%d", got->rank,
                 got->c, got->d, got->h, got->w, want.rank, want.c, want.d, want.h, want.w);
    for (size_t i = 0; same && i < count; i++) {
        float g = got->dtype == CNN_I8 ? (float)((const int8_t *)got->data)[i]
                                       : ((const float *)got->data)[i];
        double off = fabs((double)g - (double)w[i]);
        if (off <= c->atol + c->rtol * fabs((double)w[i]))
            continue;
        wrong++;
        if (!(off <= most)) {
            most = off;
            worst = i;
        }
    }
    if (wrong)
        snprintf(why, room, "%zu of %zu values off, worst %g instead of %g at %zu", wrong, count,
                 got->dtype == CNN_I8 ? (double)((const int8_t *)got->data)[worst]
                                      : (double)((const float *)got->data)[worst],
                 (double)w[worst], worst);
    free(want.data);
    return same && !wrong;
}

/* One param file of a case; binary ones are read by the names' indices, which case.json holds. */
static bool check(const char *folder, const char *param, const struct a_case *c, unsigned workers)
{
    char path[2][4200], why[512] = "";
    struct cnn_error err = {0};
    struct cnn_lease lease = {0};
    struct cnn_blob outputs[NAMES];
    snprintf(path[0], sizeof path[0], "%s/%s", folder, param);
    snprintf(path[1], sizeof path[1], "%s/net.bin", folder);
    struct cnn_model *model = cnn_model_open(path[0], path[1], cnn_isa_here(), &err);
    bool good = model && run(model, &c->r, workers, outputs, &lease, &err) == SEG_OK;
    for (size_t i = 0; good && i < c->r.count[1]; i++)
        good = equal(&outputs[i], c->r.files[1][i], c, why, sizeof why);
    if (!good)
        printf("FAIL %s: %s\n", folder, err.status ? err.text : why);
    if (model)
        cnn_model_return(model, &lease);
    cnn_model_close(model);
    return good;
}

static bool run_case(const char *folder, unsigned workers)
{
    struct a_case c;
    char path[4200], index[NAMES * 2][16];
    struct stat info;
    bool good = case_read(folder, &c) && check(folder, "net.param", &c, workers);
    snprintf(path, sizeof path, "%s/net.param.bin", folder);
    if (good && stat(path, &info) == 0) {
        /* The text is cut at quotes by now: blob_indices stands behind the last cut. */
        char *whole = (snprintf(path, sizeof path, "%s/case.json", folder), slurp(path));
        const char *indices = whole ? strstr(whole, "blob_indices") : NULL;
        for (int side = 0; indices && side < 2; side++)
            for (size_t i = 0; i < c.r.count[side]; i++) {
                char key[300];
                snprintf(key, sizeof key, "\"%s\"", c.r.blobs[side][i]);
                char *name = index[(size_t)side * NAMES + i];
                snprintf(name, sizeof index[0], "%d", (int)number(indices, key));
                c.r.blobs[side][i] = name;
            }
        good = indices && check(folder, "net.param.bin", &c, workers);
        free(whole);
    }
    free(c.text);
    return good;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int main(int argc, char **argv)
{
    const char *cases = NULL, *filter = "";
    char standard[1024];
    unsigned workers = 1;
    if (argc > 3 && strcmp(argv[1], "forward") == 0)
        return forward(argc, argv);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1] >= '1' && argv[i][1] <= '9')
            workers = (unsigned)(argv[i][1] - '0');
        else if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc)
            filter = argv[++i];
        else
            cases = argv[i];
    }
    if (!cases) {
        const char *shared = getenv("SEGKIT_SHARED");
        snprintf(standard, sizeof standard, "%s/ncnn/cases", shared ? shared : "../shared");
        cases = standard;
    }
    struct dirent **list;
    int count = scandir(cases, &list, NULL, by_name), passed = 0, failed = 0;
    if (count < 0) {
        printf("no cases in '%s'\n", cases);
        return 77;
    }
    for (int i = 0; i < count; i++) {
        char folder[4096];
        snprintf(folder, sizeof folder, "%.3000s/%s", cases, list[i]->d_name);
        if (list[i]->d_name[0] != '.' && strstr(list[i]->d_name, filter)) {
            bool good = run_case(folder, workers);
            passed += good;
            failed += !good;
        }
        free(list[i]);
    }
    free(list);
    printf("%d passed, %d failed\n", passed, failed);
    return failed ? 1 : 0;
}
