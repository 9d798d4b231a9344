/*
 * A worker process: it is given numbers of items, one after the other, and hands back an answer to
 * each over a pipe. What it costs when it dies is the one item that it had in hand.
 *
 * It is forked, not started anew: it knows all that the program knew. So there must be no threads.
 */
#ifndef CFN_CLI_WORKER_H
#define CFN_CLI_WORKER_H

#include <sys/types.h>

#include "cli/confine.h"

/* What a worker does with an item. */
typedef struct {
    /* Makes the answer to item INDEX. *IS_LASTING: something outside of this process was changed
       by it, so it must not be done again. */
    GBytes *(*work)(guint index, gpointer data, bool *is_lasting);
    gpointer data;
    guint64 max_memory; /* bytes of address space that one worker may use; 0: no limit */
    const CfnConfinement *confinement; /* what it gives up before its first item; NULL: nothing;
                                          borrowed */
} CfnJob;

/* What both sides see: what a worker has in hand. It may lie there, so it is only ever compared. */
typedef struct {
    _Atomic(guint) item;      /* index plus one; 0: none */
    _Atomic(gint64) since;    /* microseconds of g_get_monotonic_time; 0: nothing is worked on */
    _Atomic(bool) is_stopped; /* told to the worker: it is to begin nothing more */
} CfnDesk;

typedef struct {
    pid_t pid;           /* 0: there is none */
    int tasks, answers;  /* our ends of its pipes; `tasks` is -1 once it was stopped */
    CfnDesk *desk;       /* shared; borrowed */
    GQueue given;        /* indices plus one that it has not answered, in their order */
    GByteArray *arrived; /* the beginning of an answer that is not all there yet */
    bool is_overdue;     /* it was killed for it */
} CfnWorker;

/* The most that may be given to one worker and wait there. */
enum { CFN_WORKER_DEPTH = 16 };

/* Called for each answer that has arrived; takes it over. */
typedef void (*CfnWorkerAnswer)(guint index, GBytes *answer, gpointer data);

/* An array of COUNT workers of which none runs. */
CfnWorker *cfn_workers_new(guint count);
/* Has each end when what it has in hand is done, and waits for that. What was given and not begun
   is lost. */
void cfn_workers_free(CfnWorker *workers, guint count);

/* Starts WORKER, which does not run. False with errno if the system has no process for it. */
bool cfn_worker_start(CfnWorker *worker, const CfnJob *job);
/* Gives it item INDEX, one of at most CFN_WORKER_DEPTH that wait there. If it has died, that is
   seen later. */
void cfn_worker_give(CfnWorker *worker, guint index);
/* Takes what it has sent; to be called when there is something to read. False if it has ended, or
   sent what makes no sense (it is ended then). */
bool cfn_worker_receive(CfnWorker *worker, CfnWorkerAnswer answer, gpointer data);
/* Has it begin nothing more, and end. What is in hand is finished and sent. */
void cfn_worker_stop(CfnWorker *worker);
/*
 * Buries a worker that has ended. What it was given, had not begun, and not answered stays in
 * `given`, for another. Returns why it ended with an item in hand, and its index in *ITEM; NULL if
 * it had none. g_free it.
 */
char *cfn_worker_bury(CfnWorker *worker, guint *item);

#endif
