/*
 * The inputs of --diff-base and --staged: what git says has changed.
 */
#ifndef CFN_CLI_CHANGES_H
#define CFN_CLI_CHANGES_H

#include "cli/options.h"
#include "report/touched.h"

typedef struct CfnChanges CfnChanges;

/*
 * Asks the repositories of the command's inputs, and appends to INPUTS a CfnInput* for each changed
 * file that they mean, as cfn_inputs_find has it: named ones, and those that it would find in a
 * folder. What is named and did not change is left out. Without inputs: with --diff-base what
 * changed below the working directory, with --staged all that is staged.
 *
 * NULL with ERROR (CFN_ERROR_USAGE) if a repository is missing or has no answer. COMMAND is kept.
 */
CfnChanges *cfn_changes_new(const CfnCommand *command, GPtrArray *inputs, GError **error);
void cfn_changes_free(CfnChanges *changes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnChanges, cfn_changes_free)

/* How a diff names the input PATH. CHANGES is NULL without either option: then cfn_diff_path tells.
   g_free it. */
char *cfn_changes_path(const CfnChanges *changes, const char *path);

/* The lines of RESULT's text that are not as in the base. NULL without --diff-base, for what could
   not be read, and with ERROR ("path: …") where the base's text cannot be told. */
CfnTouched *cfn_changes_touched(const CfnChanges *changes, const CfnResult *result, GError **error);

#endif
