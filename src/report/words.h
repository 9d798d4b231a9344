/*
 * What several reports for people say in the same words.
 */
#ifndef CFN_REPORT_WORDS_H
#define CFN_REPORT_WORDS_H

#include "report/reporter.h"

/* "2 fixed, 1 needs consent, 1 cannot be fixed"; "" if TOTALS has no findings. In a dry run what is
   fixed is "fixable". g_free it. */
char *cfn_words_states(const CfnManner *manner, const CfnTotals *totals);

/* "7 templates: 3 changed (4 fixed, 1 needs consent), 1 error". g_free it. */
char *cfn_words_sums(const CfnManner *manner, const CfnTotals *totals);

/* Appends "2 notes", or "1 note", behind BEFORE if OUT has something already; nothing for 0. */
void cfn_words_count(GString *out, const char *before, guint count, const char *one,
                     const char *many);

#endif
