/*
 * A line on the terminal that tells how far a run is: files, findings, pace, time left.
 *
 * Times are in microseconds of a clock that never goes back, as g_get_monotonic_time() has them.
 * The line is plain text, moved over by carriage returns and blanks: no terminal, however dumb,
 * needs to know more.
 */
#ifndef CFN_CLI_PROGRESS_H
#define CFN_CLI_PROGRESS_H

#include <stdio.h>

#include <glib.h>
#include <stdbool.h>

typedef struct CfnProgress CfnProgress;

/* Of a run over ALL files that begins NOW. */
CfnProgress *cfn_progress_new(guint all, gint64 now);
/* The line must have been erased. */
void cfn_progress_free(CfnProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnProgress, cfn_progress_free)

/*
 * What there is to tell now that so many files are DONE, in at most COLUMNS characters, all ASCII:
 * what does not fit is left out from the right. NULL if it is too early to tell anything new: in
 * the first moments of a run, and a tenth of a second after the last time. Borrowed until the next
 * call. The time left is told once the pace has had time to settle.
 */
const char *cfn_progress_tell(CfnProgress *progress, guint done, guint findings, gint64 now,
                              guint columns);

/* Whether standard error is a terminal that this process may write such a line to. */
bool cfn_progress_is_wanted(void);
/* Draws the line on standard error if there is something new to tell, or if it had to make way.
   PROGRESS may be NULL here and below: then nothing is done. */
void cfn_progress_draw(CfnProgress *progress, guint done, guint findings);
/* Erases the line, if there is one, since something is to be printed to STREAM. Nothing is done if
   that is no terminal. */
void cfn_progress_make_way(CfnProgress *progress, FILE *stream);

#endif
