/*
 * Many items by many threads, their results in order.
 *
 * Results wait in a ring. An item is given to the threads only when its slot is free, so memory
 * does not grow with the number of items, however long the first of them takes.
 */
#include "cli/batch.h"

/* Enough that one slow file does not stop the others soon. */
enum { SLOTS_PER_JOB = 8 };

typedef struct {
    gpointer result;
    gboolean is_done;
} CfnSlot;

typedef struct {
    CfnBatchWork work;
    gpointer data;
    CfnSlot *slots;
    guint slot_count;
    GMutex mutex; /* guards the slots */
    GCond changed;
} CfnBatch;

/* An item is passed on as its index plus one, since the pool takes no NULL. */
static void run_item(gpointer item, gpointer user_data)
{
    CfnBatch *batch = user_data;
    guint index = GPOINTER_TO_UINT(item) - 1;
    gpointer result = batch->work(index, batch->data);
    g_mutex_lock(&batch->mutex);
    batch->slots[index % batch->slot_count] = (CfnSlot){ result, TRUE };
    g_cond_signal(&batch->changed);
    g_mutex_unlock(&batch->mutex);
}

static gpointer wait_for(CfnBatch *batch, guint index)
{
    g_assert(batch->slot_count > 0);
    CfnSlot *slot = &batch->slots[index % batch->slot_count];
    g_mutex_lock(&batch->mutex);
    while (!slot->is_done) {
        g_cond_wait(&batch->changed, &batch->mutex);
    }
    gpointer result = slot->result;
    *slot = (CfnSlot){ NULL, FALSE };
    g_mutex_unlock(&batch->mutex);
    return result;
}

static void run_threads(guint count, guint jobs, CfnBatch *batch, CfnBatchTake take)
{
    batch->slot_count = jobs * SLOTS_PER_JOB;
    batch->slots = g_new0(CfnSlot, batch->slot_count);
    g_mutex_init(&batch->mutex);
    g_cond_init(&batch->changed);
    GThreadPool *pool = g_thread_pool_new(run_item, batch, (gint)jobs, FALSE, NULL);
    for (guint given = 0, taken = 0; taken < count; taken++) {
        for (; given < count && given - taken < batch->slot_count; given++) {
            g_thread_pool_push(pool, GUINT_TO_POINTER(given + 1), NULL);
        }
        take(wait_for(batch, taken), batch->data);
    }
    g_thread_pool_free(pool, FALSE, TRUE);
    g_cond_clear(&batch->changed);
    g_mutex_clear(&batch->mutex);
    g_free(batch->slots);
}

void cfn_batch_run(guint count, guint jobs, CfnBatchWork work, CfnBatchTake take, gpointer data)
{
    if (MIN(count, jobs) > 1) {
        CfnBatch batch = { .work = work, .data = data };
        run_threads(count, MIN(count, jobs), &batch, take);
        return;
    }
    for (guint i = 0; i < count; i++) {
        take(work(i, data), data);
    }
}
