/*
 * All inputs of a command, their results in order: several by worker processes, so that a file can
 * cost no other one anything; one alone by the program itself.
 */
#ifndef CFN_CLI_BATCH_H
#define CFN_CLI_BATCH_H

#include "cli/changes.h"

/* All borrowed. */
typedef struct {
    const CfnCommand *command;
    const GPtrArray *inputs;   /* CfnInput*, with their options */
    const GPtrArray *targets;  /* char* or NULL, one for each input */
    const CfnChanges *changes; /* NULL if git was not asked */
    /* Called in the order of the inputs, with the number of the input: takes the result over. */
    void (*take)(guint index, CfnResult *result, gpointer data);
    gpointer data;
} CfnBatch;

/* Works on all inputs, with their diffs where the command wants them. Returns how many were taken:
   fewer than there are if the program was asked to stop (cli/interrupt.h). */
guint cfn_batch_run(const CfnBatch *batch);

#endif
