/*
 * The lines of a template that a pull request touches, and those that it shows.
 *
 * GitHub takes a comment only on lines that the diff of the pull request shows: touched ones and
 * three lines around them; a comment on several lines must lie in one hunk.
 * https://docs.github.com/en/rest/pulls/comments
 */
#ifndef CFN_REPORT_TOUCHED_H
#define CFN_REPORT_TOUCHED_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct CfnTouched CfnTouched;

/* Of the text NOW, compared with BASE, which is empty for a new file. Never NULL. */
CfnTouched *cfn_touched_new(GBytes *base, GBytes *now);
/* For a file whose diff nobody is shown: its touched lines are in no hunk. */
void cfn_touched_hide(CfnTouched *touched);
void cfn_touched_free(CfnTouched *touched);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnTouched, cfn_touched_free)

/* Whether the line (from 1) was added or changed, or is where lines were deleted. */
bool cfn_touched_line(const CfnTouched *touched, uint32_t line);
/* Whether any line from FIRST to LAST, which is one of them, was. */
bool cfn_touched_range(const CfnTouched *touched, uint32_t first, uint32_t last);
/* Whether all lines from FIRST to LAST are shown, and in the same hunk. */
bool cfn_touched_in_one_hunk(const CfnTouched *touched, uint32_t first, uint32_t last);

#endif
