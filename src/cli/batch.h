/*
 * Many items by many threads, their results in order.
 */
#ifndef CFN_CLI_BATCH_H
#define CFN_CLI_BATCH_H

#include <glib.h>

/* Called by any thread: makes the result of the item at INDEX. */
typedef gpointer (*CfnBatchWork)(guint index, gpointer data);
/* Called by the caller's thread in the order of the items: takes over the result. */
typedef void (*CfnBatchTake)(gpointer result, gpointer data);

/* Works on COUNT items with at most JOBS threads. Only a few results ever wait for their turn. */
void cfn_batch_run(guint count, guint jobs, CfnBatchWork work, CfnBatchTake take, gpointer data);

#endif
