/*
 * --stream: one JSON object a line comes in, one goes out. docs/scale.md is for those who use it.
 */
#ifndef CFN_CLI_STREAM_H
#define CFN_CLI_STREAM_H

#include "cli/options.h"

/* Answers standard input, line by line, and returns what to exit with. */
int cfn_stream_run(const CfnCommand *command);

#endif
