/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool in which all threads take pieces of one job until none is left. */
#include "pool.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define PIECES_PER_THREAD 4    /* enough to even out pieces of unlike cost */
#define SPINS             4000 /* some 20 us: the gap between two small jobs of one stage */

struct job {
    seg_body body;
    void *arg;
    size_t count, piece;
    const atomic_int *cancel;
    atomic_size_t next;
    atomic_int status;
};

struct segi_pool {
    const struct segi_mem *mem;
    unsigned threads, started; /* started: besides the caller */
    bool spin;                 /* there is a core for every thread */
    pthread_mutex_t busy;      /* held by whoever runs a job */
    pthread_mutex_t lock;      /* of the two conditions */
    pthread_cond_t wake, done;
    atomic_uint round; /* counts jobs */
    atomic_uint running;
    atomic_bool stop;
    struct job job;
    struct worker {
        struct segi_pool *pool;
        pthread_t thread;
        unsigned index;
    } workers[];
};

static void work(struct job *job, unsigned worker)
{
    while (atomic_load_explicit(&job->status, memory_order_relaxed) == SEG_OK) {
        size_t begin = atomic_fetch_add(&job->next, job->piece);
        if (begin >= job->count)
            return;
        int status = SEG_CANCELLED;
        if (!job->cancel || !atomic_load_explicit(job->cancel, memory_order_relaxed)) {
            size_t left = job->count - begin;
            size_t end = begin + (left < job->piece ? left : job->piece);
            status = job->body(job->arg, begin, end, worker);
        }
        int none = SEG_OK;
        if (status != SEG_OK)
            atomic_compare_exchange_strong(&job->status, &none, status);
    }
}

static inline void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void await_round(struct segi_pool *pool, unsigned seen)
{
    for (int i = 0; pool->spin && i < SPINS; i++) {
        if (atomic_load_explicit(&pool->round, memory_order_acquire) != seen)
            return;
        pause_cpu();
    }
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->round) == seen)
        pthread_cond_wait(&pool->wake, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

static void *worker_main(void *arg)
{
    struct worker *me = arg;
    struct segi_pool *pool = me->pool;
    for (unsigned seen = 0;;) {
        await_round(pool, seen);
        seen++;
        if (atomic_load(&pool->stop))
            return NULL;
        work(&pool->job, me->index);
        if (atomic_fetch_sub(&pool->running, 1) == 1) {
            pthread_mutex_lock(&pool->lock);
            pthread_cond_signal(&pool->done);
            pthread_mutex_unlock(&pool->lock);
        }
    }
}

struct segi_pool *segi_pool_new(const struct segi_mem *mem, unsigned threads)
{
    struct segi_pool *pool =
        segi_calloc(mem, 1, sizeof *pool + (size_t)threads * sizeof(struct worker));
    if (!pool)
        return NULL;
    pool->mem = mem;
    pool->threads = threads;
    pool->spin = (long)threads <= sysconf(_SC_NPROCESSORS_ONLN);
    pthread_mutex_init(&pool->busy, NULL);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->done, NULL);
    return pool;
}

/* Signals are the program's business: its own threads take them, ours never. */
static void start_threads(struct segi_pool *pool)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (pool->started + 1 < pool->threads) {
        struct worker *worker = &pool->workers[pool->started];
        worker->pool = pool;
        worker->index = pool->started + 1;
        if (pthread_create(&worker->thread, NULL, worker_main, worker)) {
            pool->threads = pool->started + 1; /* fewer will do */
            break;
        }
        pool->started++;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void post_round(struct segi_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->round, 1);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
}

void segi_pool_free(struct segi_pool *pool)
{
    if (!pool)
        return;
    atomic_store(&pool->stop, true);
    post_round(pool);
    for (unsigned i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    pthread_mutex_destroy(&pool->busy);
    segi_free(pool->mem, pool);
}

unsigned segi_pool_threads(const struct segi_pool *pool)
{
    return pool->threads;
}

static void await_done(struct segi_pool *pool)
{
    for (int i = 0; pool->spin && i < SPINS; i++) {
        if (!atomic_load_explicit(&pool->running, memory_order_acquire))
            return;
        pause_cpu();
    }
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->running))
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

int segi_pool_run(struct segi_pool *pool, size_t count, size_t grain, seg_body body, void *arg,
                  const atomic_int *cancel)
{
    size_t piece = count / ((size_t)pool->threads * PIECES_PER_THREAD) + 1;
    if (piece < grain)
        piece = grain;
    struct job job = {.body = body, .arg = arg, .count = count, .piece = piece, .cancel = cancel};
    if (pool->threads == 1 || count <= piece || pthread_mutex_trylock(&pool->busy)) {
        work(&job, 0);
        return atomic_load(&job.status);
    }
    if (pool->started + 1 < pool->threads)
        start_threads(pool);
    struct job *shared = &pool->job;
    shared->body = body;
    shared->arg = arg;
    shared->count = count;
    shared->piece = piece;
    shared->cancel = cancel;
    atomic_store(&shared->next, 0);
    atomic_store(&shared->status, SEG_OK);
    atomic_store(&pool->running, pool->started);
    post_round(pool);
    work(shared, 0);
    await_done(pool);
    int status = atomic_load(&shared->status);
    pthread_mutex_unlock(&pool->busy);
    return status;
}
