/*
 * One part of many: --shard K/N, for the machines of a cluster that know nothing of each other.
 *
 * To which part a file belongs depends on its path alone, so that it is the same in each machine,
 * whatever else is there. That path is the one below the folder that was searched; a file that was
 * named or listed goes by what was typed, without any "./" before it. The first 16 hexadecimal
 * digits of its SHA-256, as a number, modulo N are its K. This is documented and never changes.
 */
#ifndef CFN_CLI_SHARD_H
#define CFN_CLI_SHARD_H

#include "cli/options.h"

/* The part, less than SHARDS, that PATH belongs to. */
guint cfn_shard_of(const char *path, guint shards);

/* Leaves in INPUTS (CfnInput*) those of the part of COMMAND. */
void cfn_shard_keep(const CfnCommand *command, GPtrArray *inputs);

#endif
