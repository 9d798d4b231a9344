/*
 * Globs over paths, as .gitignore has them (https://git-scm.com/docs/gitignore), without `!`.
 */
#ifndef CFN_CLI_GLOB_H
#define CFN_CLI_GLOB_H

#include <glib.h>
#include <stdbool.h>

typedef struct CfnGlob CfnGlob;

/*
 * Reads TEXT. `*`, `?` and `[a-z]` match within one name, `**` any number of folders. A glob with a
 * slash at its beginning or in its middle begins at the folder it is relative to; one without is
 * looked for everywhere below. With a slash at its end it matches folders only. NULL with ERROR
 * (CFN_ERROR_CONFIG, without a place) if it is empty or could match nothing.
 */
CfnGlob *cfn_glob_new(const char *text, GError **error);
void cfn_glob_free(CfnGlob *glob);

/* Whether PATH (relative, of names with one slash between them), or a folder it is in, is matched. */
bool cfn_glob_matches(const CfnGlob *glob, const char *path);

#endif
