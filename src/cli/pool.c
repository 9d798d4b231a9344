/*
 * Many items by many worker processes, their answers in order.
 *
 * Answers wait in a ring. An item is given to a worker only when its slot is free, so memory does
 * not grow with the number of items, however long the first of them takes.
 */
#define _GNU_SOURCE 1 /* ppoll */
#include "cli/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "cli/interrupt.h"

/* Enough that one slow file does not stop the others soon. */
enum { SLOTS_PER_JOB = 4 * CFN_WORKER_DEPTH };
/* Bytes of answers that may wait before nothing more is given. */
enum { MOST_WAITING = 64 * 1024 * 1024 };
/* Workers that may end in a row with nothing in hand before it is thought that they all will. */
enum { MOST_FRUITLESS = 16 };
/* A pause that is so much longer than asked for means that the whole program was stopped. */
enum { STOPPED_FOR = G_USEC_PER_SEC };

typedef struct {
    GBytes *answer;
    char *loss; /* NULL if there is an answer, or nothing yet */
} CfnSlot;

typedef struct {
    const CfnPool *pool;
    CfnWorker *workers;
    CfnSlot *slots;
    guint slot_count;
    guint count;      /* items */
    guint given;      /* so many were given at least once */
    guint next;       /* the item that is taken next */
    guint taken;      /* so many were taken */
    GQueue returned;  /* index plus one: given to a worker that ended before it began them */
    gsize waiting;    /* bytes of answers in the ring */
    guint fruitless;  /* workers that ended with nothing in hand, in a row */
    gint64 grace;     /* microseconds that do not count for what is in hand now */
    sigset_t signals; /* the mask while it waits */
} CfnRun;

static CfnSlot *slot_of(const CfnRun *run, guint index)
{
    return &run->slots[index % run->slot_count];
}

static bool is_stopping(void)
{
    return cfn_interrupt_noted() != 0;
}

/* ---- Giving ---- */

/* The more is left, the more is given at once: each look at a pipe has its price. */
static guint depth_of(const CfnRun *run)
{
    guint left = run->count - run->given;
    return CLAMP(left / (4 * run->pool->jobs), 1, CFN_WORKER_DEPTH);
}

static bool has_item(const CfnRun *run)
{
    return !is_stopping() &&
           (!g_queue_is_empty((GQueue *)&run->returned) ||
            (run->given < run->count && run->given - run->next < run->slot_count &&
             run->waiting < MOST_WAITING));
}

static guint next_item(CfnRun *run)
{
    return g_queue_is_empty(&run->returned)
               ? run->given++
               : GPOINTER_TO_UINT(g_queue_pop_head(&run->returned)) - 1;
}

/* Whether WORKER runs; if it does not, it is started. */
static bool is_there(CfnRun *run, guint which)
{
    return run->workers[which].pid != 0 ||
           (run->fruitless < MOST_FRUITLESS &&
            cfn_worker_start(&run->workers[which], &run->pool->job));
}

/* Gives one item to each worker that has room for it; whether there was one. In turn, so that what
   is done lies close together, and little waits for what comes before it. */
static bool give_each(CfnRun *run, guint depth)
{
    bool is_given = false;
    for (guint i = 0; i < run->pool->jobs; i++) {
        CfnWorker *worker = &run->workers[i];
        if (worker->given.length < depth && has_item(run) && is_there(run, i)) {
            cfn_worker_give(worker, next_item(run));
            is_given = true;
        }
    }
    return is_given;
}

/* Returns how many workers have something to do. */
static guint give(CfnRun *run)
{
    guint busy = 0, depth = depth_of(run);
    while (give_each(run, depth)) {
    }
    for (guint i = 0; i < run->pool->jobs; i++) {
        busy += run->workers[i].pid != 0 && run->workers[i].given.length > 0;
    }
    return busy;
}

/* ---- Waiting ---- */

/* Microseconds until the first item in hand has had its time; -1: none has to be watched. */
static gint64 time_left(const CfnRun *run)
{
    gint64 least = -1;
    for (guint i = 0; i < run->pool->jobs && run->pool->timeout > 0; i++) {
        gint64 since = run->workers[i].desk->since;
        if (run->workers[i].pid != 0 && run->workers[i].given.length > 0) {
            gint64 now = g_get_monotonic_time();
            gint64 begun = since != 0 ? since + run->grace : now;
            gint64 left = MAX(begun + (gint64)run->pool->timeout - now, 0);
            least = least < 0 ? left : MIN(least, left);
        }
    }
    return least;
}

static void end_overdue(CfnRun *run)
{
    for (guint i = 0; i < run->pool->jobs; i++) {
        CfnWorker *worker = &run->workers[i];
        gint64 since = worker->desk->since;
        if (worker->pid != 0 && since != 0 && !worker->is_overdue &&
            g_get_monotonic_time() - since - run->grace > (gint64)run->pool->timeout) {
            worker->is_overdue = true;
            (void)kill(worker->pid, SIGKILL);
        }
    }
}

static void keep_answer(guint index, GBytes *answer, gpointer data)
{
    CfnRun *run = data;
    run->waiting += g_bytes_get_size(answer);
    run->fruitless = 0;
    slot_of(run, index)->answer = answer;
}

static void bury(CfnRun *run, CfnWorker *worker)
{
    guint item = 0;
    char *loss = cfn_worker_bury(worker, &item);
    if (loss != NULL) {
        slot_of(run, item)->loss = loss;
    } else {
        run->fruitless++;
    }
    while (!g_queue_is_empty(&worker->given)) {
        g_queue_push_head(&run->returned, g_queue_pop_tail(&worker->given));
    }
}

/* Waits until a worker has sent something or has ended, or had its time, or until the program is
   asked to stop. */
static void await(CfnRun *run)
{
    g_autofree struct pollfd *ends = g_new0(struct pollfd, run->pool->jobs);
    for (guint i = 0; i < run->pool->jobs; i++) {
        bool is_there = run->workers[i].pid != 0;
        ends[i] = (struct pollfd){ is_there ? run->workers[i].answers : -1, POLLIN, 0 };
    }
    gint64 left = time_left(run), before = g_get_monotonic_time();
    struct timespec most = { left / G_USEC_PER_SEC, left % G_USEC_PER_SEC * 1000 };
    int ready = ppoll(ends, run->pool->jobs, left >= 0 ? &most : NULL, &run->signals);
    gint64 late = left >= 0 ? g_get_monotonic_time() - before - left : 0;
    run->grace = late > STOPPED_FOR ? run->grace + late : run->grace;
    for (guint i = 0; i < run->pool->jobs && ready > 0; i++) {
        if (ends[i].revents != 0 && !cfn_worker_receive(&run->workers[i], keep_answer, run)) {
            bury(run, &run->workers[i]);
        }
    }
    if (run->pool->timeout > 0) {
        end_overdue(run);
    }
}

/* ---- Taking ---- */

static void take(CfnRun *run, guint index)
{
    CfnSlot slot = *slot_of(run, index);
    *slot_of(run, index) = (CfnSlot){ NULL, NULL };
    run->waiting -= slot.answer != NULL ? g_bytes_get_size(slot.answer) : 0;
    run->taken++;
    run->pool->take(index, slot.answer, slot.loss, run->pool->data);
    g_free(slot.loss);
}

static bool is_done(const CfnRun *run, guint index)
{
    const CfnSlot *slot = slot_of(run, index);
    return slot->answer != NULL || slot->loss != NULL;
}

static void take_ready(CfnRun *run)
{
    while (run->next < run->given && is_done(run, run->next)) {
        take(run, run->next++);
    }
}

/* What was done behind an item that was not. */
static void take_rest(CfnRun *run)
{
    for (; run->next < run->given; run->next++) {
        if (is_done(run, run->next)) {
            take(run, run->next);
        }
    }
}

/* No process can be had: so what is left is lost, and told. */
static void lose_rest(CfnRun *run)
{
    run->given = run->count;
    for (; run->next < run->count; run->next++) {
        if (!is_done(run, run->next)) {
            slot_of(run, run->next)->loss = g_strdup("no process could be had to work on it");
        }
        take(run, run->next);
    }
}

/* Whether a worker still runs. Each finishes what it has in hand, and begins nothing more. */
static bool stop(CfnRun *run)
{
    bool is_running = false;
    for (guint i = 0; i < run->pool->jobs; i++) {
        if (run->workers[i].pid != 0) {
            cfn_worker_stop(&run->workers[i]);
            is_running = true;
        }
    }
    return is_running;
}

/* Whether there is something to wait for. */
static bool goes_on(CfnRun *run)
{
    guint busy = give(run);
    if (is_stopping()) {
        return stop(run);
    }
    if (busy == 0) {
        lose_rest(run);
    }
    return busy > 0;
}

guint cfn_pool_run(const CfnPool *pool, guint count)
{
    CfnRun run = { .pool = pool, .count = count, .slot_count = pool->jobs * SLOTS_PER_JOB };
    run.workers = cfn_workers_new(pool->jobs);
    run.slots = g_new0(CfnSlot, run.slot_count);
    g_queue_init(&run.returned);
    cfn_interrupt_watch(&run.signals);
    while (run.next < run.count && goes_on(&run)) {
        await(&run);
        take_ready(&run);
    }
    take_rest(&run);
    cfn_interrupt_unwatch(&run.signals);
    cfn_workers_free(run.workers, pool->jobs);
    g_queue_clear(&run.returned);
    g_free(run.slots);
    return run.taken;
}
