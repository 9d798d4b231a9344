/*
 * Text from templates and file names, made harmless for a terminal.
 *
 * A template may hold escape sequences, C1 controls, and characters that reorder or hide what
 * stands around them. Shown raw they could forge a summary or drive the terminal, so they are
 * spelled out: \x1b, \u202e.
 */
#ifndef CFN_REPORT_ESCAPE_H
#define CFN_REPORT_ESCAPE_H

#include <glib.h>

/* Appends TEXT (of any encoding) as one harmless line: newlines and tabs are spelled out too. */
void cfn_escape_line(GString *out, const char *text, gsize length);
/* The same, but newlines, tabs and the carriage return of a "\r\n" stay as they are. */
void cfn_escape_text(GString *out, const char *text, gsize length);

#endif
