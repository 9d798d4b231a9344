/*
 * Unified diffs. This and src/cli/repository.c are the only doors to libgit2.
 */
#ifndef CFN_EDIT_DIFF_H
#define CFN_EDIT_DIFF_H

#include <glib.h>
#include <stdint.h>

/*
 * The `diff --git` text that turns BEFORE into AFTER, three lines of context, as `git apply` and
 * `patch -p1` take it. PATH stands behind a/ and b/ and is relative, with slashes. "" if they are
 * equal. g_free it.
 */
char *cfn_diff(const char *path, GBytes *before, GBytes *after);

/* PATH as a diff names it: relative to the working tree of the git repository it is in, else to the
   working directory, else its last component. g_free it. */
char *cfn_diff_path(const char *path);

/* The commit that the git repository which PATH is in has checked out, as hexadecimal digits; NULL
   if there is none. g_free it. */
char *cfn_diff_commit(const char *path);

/* Lines of a text, the first of which has the number 1. */
typedef struct {
    uint32_t first;
    uint32_t count;
} CfnLines;

/*
 * The lines of AFTER that the diff from BEFORE shows, with three lines of context: appends them to
 * HUNKS, one CfnLines for each hunk, and to CHANGED those of them that are new, as CfnLines as long
 * as they go. Where lines were only deleted, the line behind them counts as changed, at the end of
 * the text the last one. Both are sorted and without overlap.
 */
void cfn_diff_lines(GBytes *before, GBytes *after, GArray *hunks, GArray *changed);

/* Sets up libgit2, if nobody did yet. Once in a process: it leaves something behind in each
   that it is set up in. */
void cfn_diff_set_up(void);

/* The working tree of the git repository that PATH is in, absolute, with a slash at its end; "" if
   it is in none. Borrowed, and there as long as the program. */
const char *cfn_diff_root(const char *path);

#endif
