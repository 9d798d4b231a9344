/*
 * What a worker process gives up before it reads its first template: with a template that takes it
 * over, it can do nothing else.
 *
 * On Linux, as far as the kernel has it: Landlock leaves it the folders of its inputs to read from
 * and those of its outputs to write to (https://docs.kernel.org/userspace-api/landlock.html);
 * seccomp leaves it the system calls of reading and writing files: no network, no other program,
 * no other process (https://man7.org/linux/man-pages/man2/seccomp.2.html).
 */
#ifndef CFN_CLI_CONFINE_H
#define CFN_CLI_CONFINE_H

#include "cli/options.h"

typedef struct CfnConfinement CfnConfinement;

/* What COMMAND leaves to its workers, that read INPUTS (CfnInput*) and write TARGETS (char* or
   NULL): made once for all of them. Makes the folder of --output-dir. No TARGETS (NULL): they write
   nothing. Never NULL. */
CfnConfinement *cfn_confine_new(const CfnCommand *command, const GPtrArray *inputs,
                                const GPtrArray *targets);
void cfn_confine_free(CfnConfinement *confinement);

/* Gives up the rest, for ever. Where the kernel has no such thing, nothing happens. */
void cfn_confine_enter(const CfnConfinement *confinement);

#endif
