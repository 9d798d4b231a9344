/*
 * Secrets of a template in what is told about it: ******** stands in their place.
 *
 * A secret can turn up anywhere: in the diff, around what another repair changes, in an
 * operation's value, in a message that quotes. So it is looked for in all that is told, at this one
 * place, before a reporter sees it.
 */
#ifndef CFN_REPORT_HIDE_H
#define CFN_REPORT_HIDE_H

#include "report/reporter.h"

#define CFN_HIDDEN "********"

typedef struct CfnHiding CfnHiding;

/* Of a set of texts, each of one line; NULL if it is NULL or empty. */
CfnHiding *cfn_hiding_new(GHashTable *secrets);
void cfn_hiding_free(CfnHiding *hiding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnHiding, cfn_hiding_free)

/*
 * TEXT with CFN_HIDDEN for each secret in it, the longest first; NULL if there is none. Secrets are
 * found in any spelling: plain, with quotes doubled, escaped once or more, percent-encoded. One of
 * less than four bytes is found only where it is a word. g_free it.
 */
char *cfn_hide(const CfnHiding *hiding, const char *text, gsize length);

/* DIFF, a unified one, with its secrets hidden; NULL if there are none. g_free it. */
char *cfn_hide_diff(const CfnHiding *hiding, const char *diff);

/* Hides the secrets of RESULT's outcome in all that is told of it: messages, reasons, notices,
   values of operations, the error, the diff, which is kept as the patch. Paths, keys in
   operations and logical ids stay: they are names; so do suggestions, which are to be applied: who
   tells them asks RESULT's `hiding`. */
void cfn_hide_result(CfnResult *result);

#endif
