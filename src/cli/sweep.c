/*
 * Removing what killed runs have left behind.
 */
#include "cli/sweep.h"

#include <string.h>

#include "cli/inputs.h"
#include "text/file.h"
#include "text/hash.h"
#include "text/temporary.h"

/* Where the temporary file of PATH is: beside what a link leads to, its TARGET (NULL: it is none).
   SWEPT is the set of the folders that are done. */
static void sweep_beside(GHashTable *swept, const char *path, const char *target)
{
    g_autofree char *folder = g_path_get_dirname(target != NULL ? target : path);
    if (!g_hash_table_contains(swept, folder)) {
        cfn_temporary_sweep(folder);
        g_hash_table_add(swept, g_steal_pointer(&folder));
    }
}

static void sweep_input(GHashTable *swept, const CfnInput *input)
{
    g_autofree char *target = cfn_input_link_target(input);
    sweep_beside(swept, input->path, target);
}

static void sweep_output(GHashTable *swept, const char *path)
{
    g_autofree char *target = cfn_link_target(path);
    sweep_beside(swept, path, target);
}

void cfn_sweep(const CfnCommand *command, const GPtrArray *inputs, const GPtrArray *targets,
               const GPtrArray *left)
{
    g_autoptr(GHashTable) swept = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (guint i = 0; !command->dry_run && i < inputs->len; i++) {
        const CfnInput *input = inputs->pdata[i];
        const char *target = targets->pdata[i];
        if (target != NULL) {
            sweep_output(swept, target);
        } else if (command->in_place) {
            sweep_input(swept, input);
        }
    }
    for (guint i = 0; !command->dry_run && command->in_place && i < left->len; i++) {
        cfn_temporary_sweep(left->pdata[i]);
    }
    for (guint i = 0; i < command->reports->len; i++) {
        sweep_output(swept, g_array_index(command->reports, CfnReportWish, i).path);
    }
    if (command->baseline_use > CFN_BASELINE_APPLY) {
        sweep_output(swept, command->baseline);
    }
    if (command->patch != NULL && strcmp(command->patch, "-") != 0) {
        sweep_output(swept, command->patch);
    }
}
