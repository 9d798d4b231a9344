/*
 * All inputs of one command: worked on by many processes, told in their order.
 */
#ifndef CFN_CLI_SESSION_H
#define CFN_CLI_SESSION_H

#include "cli/options.h"

/* What the program exits with; with CFN_EXIT_SIGNAL and the number of a signal, as a shell has it,
   where one stopped it before its end. */
enum { CFN_EXIT_DONE = 0, CFN_EXIT_DUE = 1, CFN_EXIT_ERROR = 2, CFN_EXIT_SIGNAL = 128 };

/* Does what COMMAND says to its inputs, prints it, and returns what to exit with. */
int cfn_session_run(const CfnCommand *command);

/* Answers --show-config, and returns what to exit with. */
int cfn_session_show_config(const CfnCommand *command);

/* Prints MESSAGE as a line on standard error, harmless for a terminal. */
void cfn_print_error(const char *message);
/* Prints "cfnfix: MESSAGE" on standard error, harmless for a terminal. */
void cfn_print_complaint(const char *message);
/* Whether all that was written to standard output got there; else it has been told. */
bool cfn_finish_stdout(void);

#endif
