/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stage that runs wild in the way that its parameter names. Where it cannot, it copies its mask
 * and reports what it could do. */
#include <fcntl.h>
#include <segkit/plugin-util.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum way { NONE, CRASH, ABORT, HANG, EXIT, EAT, WRITE, CONNECT, START, SIGNAL, PRINT, LOSE };

static const struct seg_choice ways[] = {
    [NONE] = {"none", "behave"},
    [CRASH] = {"crash", "write where nothing is"},
    [ABORT] = {"abort", "call abort"},
    [HANG] = {"hang", "never come back"},
    [EXIT] = {"exit", "end the process"},
    [EAT] = {"eat", "take memory without end"},
    [WRITE] = {"write", "write a file"},
    [CONNECT] = {"connect", "open a socket"},
    [START] = {"start", "start a process"},
    [SIGNAL] = {"signal", "kill the parent"},
    [PRINT] = {"print", "write to standard output"},
    [LOSE] = {"lose", "fail with a text"},
};

struct params {
    int32_t way;
};

static volatile int endless = 1;

static bool could_write(void)
{
    const int file = open("wild-file", O_WRONLY | O_CREAT, 0600);
    if (file >= 0)
        close(file);
    return file >= 0 || !mkdir("wild-folder", 0700);
}

static bool could_start(void)
{
    const pid_t pid = fork();
    if (!pid)
        _exit(0);
    return pid > 0;
}

/* UBSan would not let it crash. */
#if defined __clang__ || __GNUC__ >= 8
__attribute__((no_sanitize("undefined")))
#endif
static bool
run_wild(const struct params *params)
{
    volatile char *volatile nothing = NULL;
    switch (params->way) {
    case CRASH:
        *nothing = 1;
        return true;
    case ABORT:
        abort();
    case HANG:
        while (endless)
            usleep(1000);
        return true;
    case EXIT:
        _exit(3);
    case EAT:
        for (char *more; (more = malloc(16 << 20));)
            memset(more, 1, 16 << 20);
        return false;
    case WRITE:
        return could_write();
    case CONNECT:
        return socket(AF_INET, SOCK_STREAM, 0) >= 0;
    case START:
        return could_start();
    case SIGNAL:
        return !kill(getppid(), SIGKILL);
    case PRINT:
        return printf("wild\n") < 0 || fflush(stdout);
    default:
        return false;
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    struct seg_view in = SEG_VIEW, out = SEG_VIEW;
    if (params->way == LOSE)
        return host->fail(call, SEG_STAGE, "it lost its way %d", 7);
    const bool could = run_wild(params);
    int status = host->input(call, 0, &in);
    if (!status)
        status = host->output(call, 0, NULL, &out);
    for (int32_t y = 0; !status && y < in.height; y++)
        memcpy(seg_row(&out, 0, y), seg_row(&in, 0, y), (size_t)in.width);
    host->log(call, SEG_LOG_INFO, "back from the wild");
    return status ? status : host->value(call, "could", could);
}

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, way, NONE, ways, "how to run wild")},
};
static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "any", .kinds = SEG_KIND_BIT(SEG_MASK)}};
static const struct seg_port outputs[] = {
    {.name = "same", .summary = "the mask again", .kinds = SEG_KIND_BIT(SEG_MASK)}};

static const struct seg_stage run = {
    .struct_size = sizeof(struct seg_stage),
    .id = "wild.run",
    .summary = "run wild",
    .params_size = sizeof(struct params),
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .param_count = SEG_COUNT(params),
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
};

static const struct seg_stage *const stages[] = {&run};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = 1,           .name = "wild",   .version = "1.0",
    .license = "MIT", .origin = "segkit's tests", .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
#ifdef FAULT_OPEN
    abort();
#endif
    return &plugin;
}
