/*
 * The page of an HTML report: its frame, which is files under src/report/html, and how text gets
 * into it.
 */
#ifndef CFN_REPORT_HTML_PAGE_H
#define CFN_REPORT_HTML_PAGE_H

#include <glib.h>

/* What stands for {{NAME}} in the frame, as HTML; a list of them ends with a NULL name. */
typedef struct {
    const char *name;
    const char *value;
} CfnHtmlSlot;

/* Appends the frame above the results, or the one below them, with SLOTS filled in. What both have
   in themselves (style, script, the policy that allows no others) is filled in, too. */
void cfn_html_begin(GString *out, const CfnHtmlSlot *slots);
void cfn_html_end(GString *out, const CfnHtmlSlot *slots);

/* Appends TEXT (of any encoding) as one line of text, harmless in HTML, within quotes too: what is
   invisible or changes the direction is spelled out. */
void cfn_html_text(GString *out, const char *text);
/* The same, as code: for names, paths and values. */
void cfn_html_code(GString *out, const char *text);

#endif
