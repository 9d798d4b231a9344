/*
 * Many items by many worker processes, their answers in order.
 */
#ifndef CFN_CLI_POOL_H
#define CFN_CLI_POOL_H

#include "cli/worker.h"

/* Called in the order of the items: takes over the answer. LOSS: why there is none (then ANSWER is
   NULL); borrowed. */
typedef void (*CfnPoolTake)(guint index, GBytes *answer, const char *loss, gpointer data);

typedef struct {
    CfnJob job;
    guint jobs;      /* worker processes, at least one */
    guint64 timeout; /* microseconds that one item may take; 0: no limit */
    CfnPoolTake take;
    gpointer data; /* of `take` */
} CfnPool;

/*
 * Works on COUNT items. A worker that dies, or that is ended for its time, costs the item that it
 * had in hand. Only a few answers ever wait for their turn. Once the program is asked to stop,
 * nothing more is begun, and what was done is taken; returns how many were.
 */
guint cfn_pool_run(const CfnPool *pool, guint count);

#endif
