/*
 * One file from reading to writing.
 */
#ifndef CFN_CLI_WORK_H
#define CFN_CLI_WORK_H

#include "cli/inputs.h"
#include "cli/options.h"

/*
 * Reads, repairs and writes INPUT: in place if the command says so, to TARGET if that is not NULL.
 * Prints nothing, so any process may do it. Never NULL.
 */
CfnResult *cfn_work(const CfnCommand *command, const CfnInput *input, const char *target);

#endif
