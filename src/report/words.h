/*
 * What several reports for people say in the same words.
 */
#ifndef CFN_REPORT_WORDS_H
#define CFN_REPORT_WORDS_H

#include "report/reporter.h"

/* "2 fixed, 1 needs consent, 1 cannot be fixed"; "" if TOTALS has no findings. In a dry run what is
   fixed is "fixable". g_free it. */
char *cfn_words_states(const CfnManner *manner, const CfnTotals *totals);
/* The same of one RESULT. */
char *cfn_words_result(const CfnManner *manner, const CfnResult *result);

/* "7 templates: 3 changed (4 fixed, 1 needs consent), 1 error". g_free it. */
char *cfn_words_sums(const CfnManner *manner, const CfnTotals *totals);

/* "fixed" (in a dry run "fixable"), "needs consent", "cannot fix". */
const char *cfn_words_state(const CfnManner *manner, CfnState state);

/* What a list of TOTALS->affected[EFFECT] begins with: "would become deletable with its data:" */
const char *cfn_words_affected(const CfnManner *manner, guint effect);

/* What is said of a changed file that libfyaml refuses or misreads. */
#define CFN_WORDS_ONE_READER "only libyaml reads this text: nothing else vouches for the result"

/* Appends "2 notes", or "1 note", behind BEFORE if OUT has something already; nothing for 0. */
void cfn_words_count(GString *out, const char *before, guint count, const char *one,
                     const char *many);

#endif
