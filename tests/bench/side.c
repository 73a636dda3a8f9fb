/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each toolbox works in a process of its own: it is sent a byte and answers, when it has done the
 * work once, with a line of processor ms, wall ms, MiB and, where it knows, the processor ms of the
 * thread that called. */
#include "toolbox.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* A line of /proc/self/status, in MiB; 0 where there is none. */
static double memory(const char *name)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    double kib = 0;
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name)))
            kib = atof(line + strlen(name));
    if (file)
        fclose(file);
    return kib / 1024;
}

/* Lets VmHWM begin again at VmRSS. */
static void forget_peak(void)
{
    const int fd = open("/proc/self/clear_refs", O_WRONLY);
    if (fd >= 0 && write(fd, "5", 1) != 1)
        perror("toolbox: clear_refs");
    close(fd);
}

static void serve(const struct bench_toolbox *toolbox, void *job, int in, int out)
{
    char told;
    double before = 0, peak = 0;
    for (int round = 0; read(in, &told, 1) == 1; round++) {
        if (!round) { /* later on memory that was freed is used again */
            malloc_trim(0);
            forget_peak();
            before = memory("VmRSS:");
        }
        const double own = now(CLOCK_THREAD_CPUTIME_ID);
        const double cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
        toolbox->once(job);
        const double cpu_end = now(CLOCK_PROCESS_CPUTIME_ID), wall_end = now(CLOCK_MONOTONIC);
        if (!round)
            peak = memory("VmHWM:") - before;
        dprintf(out, "%.6f %.6f %.3f %.6f\n", cpu_end - cpu, wall_end - wall, peak,
                now(CLOCK_THREAD_CPUTIME_ID) - own);
    }
}

void bench_side_start(struct bench_side *side, const struct bench_toolbox *toolbox,
                      const struct bench_row *row, const struct bench_layers *layers,
                      unsigned threads)
{
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
        bench_die("pipe", "no more files");
    side->pid = fork();
    if (side->pid < 0)
        bench_die("fork", "no more processes");
    if (!side->pid) {
        close(to[1]);
        close(from[0]);
        dup2(to[0], 0); /* for toolboxes that are other programs */
        if (!toolbox->once)
            dup2(from[1], 1);
        void *job = toolbox->prepare(row, layers, threads);
        if (job)
            serve(toolbox, job, to[0], from[1]);
        _exit(0);
    }
    close(to[0]);
    close(from[1]);
    side->to = to[1];
    side->from = from[0];
}

void bench_side_round(struct bench_side *side)
{
    char line[128];
    double cpu, wall, peak, own = 0;
    if (side->to < 0)
        return;
    const ssize_t size = write(side->to, "g", 1) == 1 ? read(side->from, line, sizeof line - 1) : 0;
    line[size > 0 ? size : 0] = '\0';
    if (sscanf(line, "%lf %lf %lf %lf", &cpu, &wall, &peak, &own) < 3) { /* it has ended */
        close(side->to);
        side->to = -1;
        return;
    }
    side->cpu = side->rounds && side->cpu < cpu ? side->cpu : cpu;
    side->wall = side->rounds && side->wall < wall ? side->wall : wall;
    side->peak = side->peak > peak ? side->peak : peak;
    side->first += own;
    side->others += cpu > own ? cpu - own : 0;
    side->spent += wall;
    side->rounds++;
}

void bench_side_end(struct bench_side *side)
{
    kill(side->pid, SIGKILL);
    waitpid(side->pid, NULL, 0);
    if (side->to >= 0)
        close(side->to);
    close(side->from);
}
