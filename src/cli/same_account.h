/*
 * --same-account: all inputs are for one account and region, so of what an account has only once,
 * one stays in the whole set.
 *
 * Which one is found before the first input is worked on. It depends neither on the order of the
 * inputs nor on how many of them were repaired by an earlier run that did not come to its end.
 */
#ifndef CFN_CLI_SAME_ACCOUNT_H
#define CFN_CLI_SAME_ACCOUNT_H

#include "cli/inputs.h"
#include "cli/options.h"

typedef struct CfnSameAccount CfnSameAccount;

/*
 * Has worker processes read those of INPUTS (CfnInput*, with their options and acceptances) that
 * may have such a resource (one input alone is read here), and gives each input its `kept`, which
 * is the result's. Inputs that cannot be read, or cost their worker, are passed over: whoever works
 * on them will tell. If the program is asked to stop meanwhile (cli/interrupt.h), none is kept.
 * NULL with ERROR (CFN_ERROR_USAGE) if the command does not let the repair run that this is about.
 * INPUTS are borrowed for as long as the result is there.
 */
CfnSameAccount *cfn_same_account_new(const CfnCommand *command, GPtrArray *inputs, GError **error);
void cfn_same_account_free(CfnSameAccount *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnSameAccount, cfn_same_account_free)

/* What stays, and where: a line (char*) for each type that several inputs have. g_ptr_array_unref.
 */
GPtrArray *cfn_same_account_notes(const CfnSameAccount *account);

#endif
