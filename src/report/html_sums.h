/*
 * What an HTML report counts while results go by, for its chart and its filters.
 */
#ifndef CFN_REPORT_HTML_SUMS_H
#define CFN_REPORT_HTML_SUMS_H

#include "report/reporter.h"

/* What an entry of the page is about, by CfnState if that is a finding. */
typedef enum {
    CFN_ENTRY_ERROR = CFN_CANNOT_FIX + 1,
    CFN_ENTRY_NOTE,
    CFN_ENTRIES,
} CfnEntry;

typedef struct CfnHtmlSums CfnHtmlSums;

CfnHtmlSums *cfn_html_sums_new(void);
void cfn_html_sums_free(CfnHtmlSums *sums);

/* What the page's filters know an entry by, and what people read. Both borrowed. */
const char *cfn_html_entry_name(guint entry);
const char *cfn_html_entry_words(const CfnManner *manner, guint entry);

/* The effects that are told of FINDING: none if it cannot be fixed. */
CfnEffects cfn_html_effects(const CfnFinding *finding);

/* ENTRY is one without a finding. */
void cfn_html_sums_add(CfnHtmlSums *sums, CfnEntry entry);
void cfn_html_sums_add_finding(CfnHtmlSums *sums, const CfnFinding *finding);

/* As HTML: a table with a bar for each repair that found something, the boxes for states, and those
   for effects. g_free each. */
char *cfn_html_sums_repairs(const CfnHtmlSums *sums, const CfnManner *manner);
char *cfn_html_sums_states(const CfnHtmlSums *sums, const CfnManner *manner);
char *cfn_html_sums_effects(const CfnHtmlSums *sums);

#endif
