/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line at the foot of the terminal, redrawn at most ten times a second, and not before the run
 * has taken long enough to wonder. */
#include "progress.h"

#include "../base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DELAY    0.4 /* seconds before the first line */
#define INTERVAL 0.1

/* The terminal is one for the process, and so is its line. */
static struct {
    pthread_mutex_t lock;
    int on, drawn;
    double next;
} line = {.lock = PTHREAD_MUTEX_INITIALIZER};

void cli_progress_start(int quiet)
{
    line.on = !quiet && isatty(STDERR_FILENO);
    line.next = segi_wall() + DELAY;
}

static int columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < 20 ? 80 : size.ws_col;
}

static void draw(size_t done, size_t total, const char *name, const char *stage, double fraction)
{
    char text[512], bar[24];
    const double whole = ((double)done + (fraction > 0 ? fraction : 0)) / (double)total;
    for (int i = 0; i < 20; i++)
        bar[i] = i < (int)(whole * 20) ? '=' : i == (int)(whole * 20) ? '>' : ' ';
    bar[20] = 0;
    if (total > 1)
        snprintf(text, sizeof text, "[%s] %zu/%zu %s %s", bar, done, total, name, stage);
    else
        snprintf(text, sizeof text, "[%s] %3.0f %% %s", bar, whole * 100, stage);
    fprintf(stderr, "\r%.*s\033[K", columns() - 1, text);
    fflush(stderr);
    line.drawn = 1;
}

void cli_progress_show(size_t done, size_t total, const char *name, const char *stage,
                       double fraction)
{
    if (!line.on || pthread_mutex_trylock(&line.lock))
        return;
    const double now = segi_wall();
    if (now >= line.next) {
        line.next = now + INTERVAL;
        draw(done, total, name, stage, fraction);
    }
    pthread_mutex_unlock(&line.lock);
}

void cli_progress_clear(void)
{
    pthread_mutex_lock(&line.lock);
    if (line.drawn) {
        fputs("\r\033[K", stderr);
        line.drawn = 0;
    }
    pthread_mutex_unlock(&line.lock);
}
