/*
 * Removing what killed runs have left behind.
 */
#ifndef CFN_CLI_SWEEP_H
#define CFN_CLI_SWEEP_H

#include "cli/options.h"

/*
 * Removes the temporary files of killed runs (cfn_temporary_sweep) from each folder in which
 * COMMAND may write a file: that of each of INPUTS (CfnInput*) or of its target, as TARGETS
 * (cfn_targets_plan) has it, and those of patch, reports and baseline; with -i also from LEFT
 * (char*), folders that were searched and may have some although no input is there any more. No
 * other folder is looked at, so a run that writes nothing removes nothing.
 */
void cfn_sweep(const CfnCommand *command, const GPtrArray *inputs, const GPtrArray *targets,
               const GPtrArray *left);

#endif
