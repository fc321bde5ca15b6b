/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "core/clock.h"

struct writer {
    struct writer_work work;
    pthread_t thread;
    pthread_mutex_t mutex; /* of all below */
    pthread_cond_t changed;
    void *queue[WRITER_QUEUE];
    unsigned first, count;
    bool stopping, ended;
    int64_t since_ns;  /* when the item under way was begun; 0: none is */
    struct error last; /* what became of the last item */
    uint64_t done;
    void (*wake)(void *arg);
    void *wake_arg;
};

static void *take(struct writer *writer)
{
    void *item = writer->queue[writer->first];
    writer->first = (writer->first + 1) % WRITER_QUEUE;
    writer->count--;
    return item;
}

/* Called and left with the mutex held; without it while it writes. */
static void write_next(struct writer *writer)
{
    struct error e = {0};
    void *item = take(writer);

    writer->since_ns = clock_awake_ns(&clock_system);
    pthread_mutex_unlock(&writer->mutex);
    int code = writer->work.write(writer->work.owner, item, &e);
    pthread_mutex_lock(&writer->mutex);
    writer->since_ns = 0;
    writer->last = e;
    writer->last.code = code < 0 ? code : 0;
    writer->done++;
    if (writer->wake)
        writer->wake(writer->wake_arg);
}

static void *run(void *arg)
{
    struct writer *writer = arg;

    pthread_mutex_lock(&writer->mutex);
    for (;;) {
        while (!writer->count && !writer->stopping)
            pthread_cond_wait(&writer->changed, &writer->mutex);
        if (!writer->count)
            break;
        write_next(writer);
    }
    pthread_mutex_unlock(&writer->mutex);
    if (writer->work.end)
        writer->work.end(writer->work.owner);
    pthread_mutex_lock(&writer->mutex);
    writer->ended = true;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

static void init_locks(struct writer *writer)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&writer->mutex, NULL);
}

int writer_start(const struct writer_work *work, struct writer **writer, struct error *e)
{
    sigset_t all, before;
    struct writer *new = calloc(1, sizeof *new);
    if (!new)
        abort();
    new->work = *work;
    init_locks(new);
    /* Signals are for the loop. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&new->thread, NULL, run, new);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        free(new);
        return error_set(e, -failed, "start the writer's thread: %s", error_name(failed));
    }
    *writer = new;
    return 0;
}

bool writer_push(struct writer *writer, void *item)
{
    pthread_mutex_lock(&writer->mutex);
    bool fits = writer->count < WRITER_QUEUE;
    if (fits)
        writer->queue[(writer->first + writer->count++) % WRITER_QUEUE] = item;
    pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->mutex);
    if (!fits)
        writer->work.drop(writer->work.owner, item);
    return fits;
}

bool writer_works(struct writer *writer, int64_t stall_ms, struct error *e)
{
    pthread_mutex_lock(&writer->mutex);
    struct error last = writer->last;
    int64_t since_ns = writer->since_ns;
    pthread_mutex_unlock(&writer->mutex);

    int64_t ms = since_ns ? (clock_awake_ns(&clock_system) - since_ns) / 1000000 : 0;
    if (ms > stall_ms) {
        error_set(e, -ETIMEDOUT, "it has been writing for %lld s", (long long)ms / 1000);
        return false;
    }
    if (last.code && e)
        *e = last;
    return !last.code;
}

uint64_t writer_done(struct writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    uint64_t done = writer->done;
    pthread_mutex_unlock(&writer->mutex);
    return done;
}

void writer_listen(struct writer *writer, void (*wake)(void *arg), void *arg)
{
    pthread_mutex_lock(&writer->mutex);
    writer->wake = wake;
    writer->wake_arg = arg;
    pthread_mutex_unlock(&writer->mutex);
}

/* Waits for the thread to come to its end; called with the mutex held. */
static void wait_for_end(struct writer *writer, int64_t wait_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += wait_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    while (!writer->ended &&
           pthread_cond_timedwait(&writer->changed, &writer->mutex, &until) != ETIMEDOUT)
        ;
}

bool writer_stop(struct writer **writer, int64_t wait_ms)
{
    struct writer *old = *writer;
    if (!old)
        return true;
    *writer = NULL;
    pthread_mutex_lock(&old->mutex);
    old->stopping = true;
    pthread_cond_signal(&old->changed);
    wait_for_end(old, wait_ms);
    bool ended = old->ended;
    pthread_mutex_unlock(&old->mutex);
    if (!ended)
        return false; /* it still uses all of this */
    pthread_join(old->thread, NULL);
    pthread_cond_destroy(&old->changed);
    pthread_mutex_destroy(&old->mutex);
    free(old);
    return true;
}
