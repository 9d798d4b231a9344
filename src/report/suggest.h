/*
 * Suggestions (engine/suggestion.h) as reports give them.
 */
#ifndef CFN_REPORT_SUGGEST_H
#define CFN_REPORT_SUGGEST_H

#include "report/reporter.h"

/* The suggestion that has the finding at INDEX of RESULT's findings, or NULL if it was not fixed.
   Borrowed. */
const CfnSuggestion *cfn_suggestion_of(const CfnResult *result, guint index);

/* Whether a secret is in what it writes: then it is not shown. */
bool cfn_suggestion_is_secret(const CfnResult *result, const CfnSuggestion *suggestion);

/* Whether it can be shown as lines to put in the place of others: all its lines stand together, and
   no secret is in what it writes. If not, it has to be told as a patch. */
bool cfn_suggestion_is_plain(const CfnResult *result, const CfnSuggestion *suggestion);

/* The `diff --git` text that makes this change alone, applicable to the input; secrets are hidden,
   and then it is not. g_free it. */
char *cfn_suggestion_patch(const CfnResult *result, const CfnSuggestion *suggestion);

#endif
