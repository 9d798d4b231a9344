/*
 * Text from templates and file names, made harmless for a terminal and the log of a CI job.
 *
 * A template may hold escape sequences, C1 controls, and characters that reorder or hide what
 * stands around them. Shown raw they could forge a summary or drive the terminal, so they are
 * spelled out: \x1b, \u202e.
 *
 * Runners of CI jobs obey what a line of the log says: GitHub's a "::" that begins it, blanks or
 * not, and "##[" anywhere; Azure's "##vso[" anywhere. Their second character is spelled out, or of
 * "::" the first. https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
#ifndef CFN_REPORT_ESCAPE_H
#define CFN_REPORT_ESCAPE_H

#include <glib.h>

/* Appends TEXT (of any encoding) as one harmless line: newlines and tabs are spelled out too. */
void cfn_escape_line(GString *out, const char *text, gsize length);
/* The same for TEXT that begins a line of its own, be it behind blanks. */
void cfn_escape_start(GString *out, const char *text);
/* As cfn_escape_line, but newlines, tabs and the carriage return of a "\r\n" stay as they are. */
void cfn_escape_text(GString *out, const char *text, gsize length);

#endif
