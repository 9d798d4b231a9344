/*
 * All inputs of a command, their results in order.
 */
#include "cli/batch.h"

#include "cli/confine.h"
#include "cli/pool.h"
#include "cli/work.h"
#include "edit/diff.h"
#include "report/parcel.h"

static bool wants_diff(const CfnCommand *command)
{
    return command->standard_output == CFN_STDOUT_DIFF || command->patch != NULL ||
           (command->needs & CFN_NEEDS_DIFF) != 0;
}

static void add_diff(const CfnBatch *batch, CfnResult *result)
{
    const CfnCommand *command = batch->command;
    bool is_changed = result->verdict == CFN_VERDICT_CHANGED;
    if (command->needs != 0 || (is_changed && wants_diff(command))) {
        result->name = cfn_changes_path(batch->changes, result->path);
    }
    if (is_changed && wants_diff(command)) {
        result->diff = cfn_diff(result->name, result->before, result->outcome->after);
    }
}

/* From reading to writing, and its diff: what can be done beside other files. */
static CfnResult *work(const CfnBatch *batch, guint index)
{
    CfnResult *result = cfn_work(batch->command, g_ptr_array_index(batch->inputs, index),
                                 g_ptr_array_index(batch->targets, index));
    add_diff(batch, result);
    return result;
}

/* ---- In worker processes ---- */

/* What is told needs of each file. */
static CfnParcelParts parts_of(const CfnBatch *batch)
{
    const CfnCommand *command = batch->command;
    bool needs_text = batch->changes != NULL || command->baseline != NULL || command->needs != 0;
    return (CfnParcelParts)((needs_text ? CFN_PARCEL_TEXT : 0) |
                            (command->needs != 0 ? CFN_PARCEL_NAME : 0) |
                            (wants_diff(command) ? CFN_PARCEL_DIFF : 0));
}

static GBytes *work_apart(guint index, gpointer data, bool *is_lasting)
{
    const CfnBatch *batch = data;
    const CfnCommand *command = batch->command;
    bool has_target = g_ptr_array_index(batch->targets, index) != NULL;
    g_autoptr(CfnResult) result = work(batch, index);
    *is_lasting = !command->dry_run && (result->verdict == CFN_VERDICT_CHANGED || has_target);
    return cfn_parcel_pack(result, command->engine.transforms, parts_of(batch));
}

/* A result of which is known only why there is none. */
static CfnResult *lost_result(const char *path, const char *loss)
{
    CfnResult *result = g_new0(CfnResult, 1);
    result->path = g_strdup(path);
    result->verdict = CFN_VERDICT_ERROR;
    result->error = g_error_new(CFN_ERROR, CFN_ERROR_LOST, "%s: %s", path, loss);
    return result;
}

static void take_answer(guint index, GBytes *answer, const char *loss, gpointer data)
{
    const CfnBatch *batch = data;
    const CfnCommand *command = batch->command;
    const CfnInput *input = g_ptr_array_index(batch->inputs, index);
    CfnResult *result = NULL;
    if (answer != NULL) {
        result = cfn_parcel_unpack(answer, input->path, command->engine.transforms,
                                   command->max_size, parts_of(batch));
        g_bytes_unref(answer);
    }
    if (result == NULL) {
        result = lost_result(input->path, loss != NULL ? loss : "its answer makes no sense");
    }
    batch->take(index, result, batch->data);
}

/* Asks git where the folders of all inputs are checked out: a worker is not allowed to ask, but
   has what is known by then. */
static void find_work_trees(const CfnBatch *batch)
{
    g_autofree char *last = NULL;
    for (guint i = 0; i < batch->inputs->len; i++) {
        const CfnInput *input = g_ptr_array_index(batch->inputs, i);
        g_autofree char *folder = g_path_get_dirname(input->path);
        g_autofree char *target = cfn_input_link_target(input);
        if (g_strcmp0(folder, last) != 0 || target != NULL) {
            (void)cfn_diff_root(input->path);
            g_free(last);
            last = g_steal_pointer(&folder);
        }
    }
}

static guint run_apart(const CfnBatch *batch)
{
    const CfnCommand *command = batch->command;
    if (command->needs != 0 || wants_diff(command)) {
        find_work_trees(batch);
    }
    CfnConfinement *confinement = cfn_confine_new(command, batch->inputs, batch->targets);
    CfnPool pool = {
        .job = { work_apart, (gpointer)batch, command->max_memory, confinement },
        .jobs = MIN(command->jobs, batch->inputs->len),
        .timeout = command->timeout * G_USEC_PER_SEC,
        .take = take_answer,
        .data = (gpointer)batch,
    };
    guint done = cfn_pool_run(&pool, batch->inputs->len);
    cfn_confine_free(confinement);
    return done;
}

guint cfn_batch_run(const CfnBatch *batch)
{
    if (batch->inputs->len > 1) {
        return run_apart(batch);
    }
    if (batch->inputs->len == 1) {
        batch->take(0, work(batch, 0), batch->data);
    }
    return batch->inputs->len;
}
