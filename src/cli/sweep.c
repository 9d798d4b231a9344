/*
 * Removing what killed runs have left behind.
 */
#include "cli/sweep.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/inputs.h"
#include "text/hash.h"
#include "text/temporary.h"

/* Where the temporary file of the file PATH is: beside what a link leads to. */
static char *find_folder(const char *path)
{
    struct stat status;
    g_autofree char *real =
        lstat(path, &status) == 0 && S_ISLNK(status.st_mode) ? realpath(path, NULL) : NULL;
    return g_path_get_dirname(real != NULL ? real : path);
}

/* SWEPT is the set of the folders that are done. */
static void sweep_beside(GHashTable *swept, const char *path)
{
    g_autofree char *folder = find_folder(path);
    if (!g_hash_table_contains(swept, folder)) {
        cfn_temporary_sweep(folder);
        g_hash_table_add(swept, g_steal_pointer(&folder));
    }
}

void cfn_sweep(const CfnCommand *command, const GPtrArray *inputs, const GPtrArray *targets,
               const GPtrArray *left)
{
    g_autoptr(GHashTable) swept = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (guint i = 0; !command->dry_run && i < inputs->len; i++) {
        const CfnInput *input = inputs->pdata[i];
        const char *target = targets->pdata[i];
        if (target != NULL || command->in_place) {
            sweep_beside(swept, target != NULL ? target : input->path);
        }
    }
    for (guint i = 0; !command->dry_run && command->in_place && i < left->len; i++) {
        cfn_temporary_sweep(left->pdata[i]);
    }
    for (guint i = 0; i < command->reports->len; i++) {
        sweep_beside(swept, g_array_index(command->reports, CfnReportWish, i).path);
    }
    if (command->baseline_use > CFN_BASELINE_APPLY) {
        sweep_beside(swept, command->baseline);
    }
    if (command->patch != NULL && strcmp(command->patch, "-") != 0) {
        sweep_beside(swept, command->patch);
    }
}
