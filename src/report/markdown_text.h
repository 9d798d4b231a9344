/*
 * Text from templates and file names, made harmless for a comment on GitHub.
 *
 * Whoever opens a pull request decides what a template says, and the bot that quotes it has rights
 * of its own. So what it quotes must not ping people (@name), link or refer to anything (#1), show
 * images or other HTML, end a table's cell, or end the fence around it.
 */
#ifndef CFN_REPORT_MARKDOWN_TEXT_H
#define CFN_REPORT_MARKDOWN_TEXT_H

#include "engine/transform.h"

/* So many characters GitHub takes for a comment's body. We count bytes, of which there are never
   fewer. */
#define CFN_MARKDOWN_LIMIT 65536

/* Appends TEXT as words on one line, for a paragraph, a table's cell or HTML. A long one is cut. */
void cfn_markdown_text(GString *out, const char *text);
/* The same, as code: for names, paths and values. */
void cfn_markdown_code(GString *out, const char *text);
/* Appends TEXT, whole lines, as a fenced block of its own lines: ```INFO. The fence is longer than
   anything in TEXT that could end it; TEXT itself stays as it is. */
void cfn_markdown_fence(GString *out, const char *info, const char *text);
/* Appends the repair's id, linked to what AWS says about it. */
void cfn_markdown_repair(GString *out, const CfnTransform *transform);
/* Appends "Bucket: is not deletable". */
void cfn_markdown_finding(GString *out, const CfnFinding *finding);

#endif
