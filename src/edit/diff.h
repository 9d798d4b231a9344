/*
 * Unified diffs. This room is the only door to libgit2.
 */
#ifndef CFN_EDIT_DIFF_H
#define CFN_EDIT_DIFF_H

#include <glib.h>

/*
 * The `diff --git` text that turns BEFORE into AFTER, three lines of context, as `git apply` and
 * `patch -p1` take it. PATH stands behind a/ and b/ and is relative, with slashes. "" if they are
 * equal. g_free it.
 */
char *cfn_diff(const char *path, GBytes *before, GBytes *after);

/* PATH as a diff names it: relative to the working tree of the git repository it is in, else to the
   working directory, else its last component. g_free it. */
char *cfn_diff_path(const char *path);

#endif
