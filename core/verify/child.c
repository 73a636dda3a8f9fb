/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A child process, so that a plugin that crashes is a finding and not the end. */
#include "verify.h"

#include "../base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES_MOST ((rlim_t)4 << 30) /* more than there was at the begin; stacks count too */

/* What counts is processor time, lest other work on the machine be taken for a hang; a child that
 * waits for nothing is ended after this many times as long. */
#define IDLE_MOST 10

/* Sanitizers map all of the address space at once; there is no limit then. */
static void limit_memory(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%lu", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    const rlim_t now = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
    const struct rlimit limit = {now + BYTES_MOST, now + BYTES_MOST};
    if (now && now < (rlim_t)1 << 40)
        setrlimit(RLIMIT_AS, &limit);
}

static void become_child(const struct verify_options *options, int output)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGALRM, SIGPROF, SIGSEGV,
                                  SIGBUS, SIGFPE,  SIGILL,  SIGABRT};
    const struct rlimit no_core = {0, 0};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL);
    setrlimit(RLIMIT_CORE, &no_core);
    limit_memory();
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    const struct itimerval busy = {.it_value = {.tv_sec = options->seconds}};
    setitimer(ITIMER_PROF, &busy, NULL);
    alarm(options->seconds * IDLE_MOST);
}

/* The first line that the child printed; false: it printed nothing. */
static bool first_line(int output, char *text, size_t size)
{
    const ssize_t n = pread(output, text, size - 1, 0);
    text[n > 0 ? n : 0] = 0;
    text[strcspn(text, "\n")] = 0;
    return n > 0;
}

/* Whether a sanitizer ended it, which crashes in its place; then `text` is what it says first. */
static bool of_sanitizer(int output, char *text, size_t size)
{
    static const char *const marks[] = {"Sanitizer: ", ": runtime error: "};
    char all[4096];
    const ssize_t n = pread(output, all, sizeof all - 1, 0);
    all[n > 0 ? n : 0] = 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        char *at = strstr(all, marks[i]);
        if (!at)
            continue;
        at[strcspn(at, "\n")] = 0;
        while (at > all && at[-1] != '\n')
            at--;
        snprintf(text, size, "%.100s", at);
        return true;
    }
    return false;
}

static void judge(const struct verify_options *options, struct verify_report *report, int ended,
                  int output)
{
    char line[VERIFY_TEXT / 2];
    const bool printed = first_line(output, line, sizeof line);
    const char *mark = printed ? ", and printed: " : "";
    if (WIFSIGNALED(ended) && (WTERMSIG(ended) == SIGPROF || WTERMSIG(ended) == SIGALRM))
        verify_found(report, VERIFY_HANG, "it did not end within %u s", options->seconds);
    else if (WIFSIGNALED(ended))
        verify_found(report, VERIFY_CRASH, "%s%s%s", strsignal(WTERMSIG(ended)), mark, line);
    else if (!report->ended && printed && of_sanitizer(output, line, sizeof line))
        verify_found(report, VERIFY_CRASH, "%s", line);
    else if (!report->ended)
        verify_found(report, VERIFY_EXIT, "with code %d%s%s", WEXITSTATUS(ended), mark, line);
    else if (printed)
        verify_found(report, VERIFY_PRINTS, "%s", line);
}

static double seconds_of(const struct timeval *time)
{
    return (double)time->tv_sec + 1e-6 * (double)time->tv_usec;
}

int verify_child(const struct verify_options *options, struct verify_report *report,
                 void (*body)(void *arg), void *arg, struct seg_error *err)
{
    const int output = memfd_create("output", MFD_CLOEXEC);
    int ended = 0;
    report->ended = false;
    fflush(NULL);
    const pid_t child = output < 0 ? -1 : fork();
    if (child == 0) {
        become_child(options, output);
        body(arg);
        fflush(NULL);
        report->ended = true;
        _exit(0);
    }
    if (child < 0) {
        segi_error(err, SEG_IO, "no child process: %s", strerror(errno));
        if (output >= 0)
            close(output);
        return SEG_IO;
    }
    struct rusage used = {0};
    while (wait4(child, &ended, 0, &used) < 0 && errno == EINTR)
        ;
    report->time += seconds_of(&used.ru_utime) + seconds_of(&used.ru_stime);
    const bool nomem = WIFEXITED(ended) && WEXITSTATUS(ended) == VERIFY_KINDS && !report->ended;
    if (!nomem)
        judge(options, report, ended, output);
    close(output);
    if (nomem)
        return segi_error_nomem(err);
    return atomic_load(&options->context->cancel) ? segi_error(err, SEG_CANCELLED, "cancelled")
                                                  : SEG_OK;
}
