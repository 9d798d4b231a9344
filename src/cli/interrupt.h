/*
 * Being asked to stop: Ctrl-C, a terminal that is closed, a system that shuts down.
 *
 * The first time it is only noted, so that what is in hand can be finished; the second time the
 * program ends as it does by itself.
 */
#ifndef CFN_CLI_INTERRUPT_H
#define CFN_CLI_INTERRUPT_H

#include <signal.h>

/* From now on SIGINT, SIGTERM and SIGHUP are noted (unless the program was started to pass over
   them), but only while the program waits: *WAITING is the mask for ppoll. */
void cfn_interrupt_watch(sigset_t *waiting);
/* Lets signals through again. */
void cfn_interrupt_unwatch(const sigset_t *waiting);
/* From now on they end the program again at once, as they did before they were watched. */
void cfn_interrupt_forget(void);
/* The signal that was noted; 0: none. */
int cfn_interrupt_noted(void);

#endif
