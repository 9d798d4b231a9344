/*
 * A diff as a terminal should get it.
 */
#ifndef CFN_REPORT_DIFF_VIEW_H
#define CFN_REPORT_DIFF_VIEW_H

#include <glib.h>
#include <stdbool.h>

/* Appends DIFF with everything escaped that could harm a terminal, in color or not. It no longer
   applies: a line's carriage return is left out too. */
void cfn_diff_view(GString *out, const char *diff, bool color);

#endif
