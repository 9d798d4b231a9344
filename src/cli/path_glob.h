/*
 * Globs over paths, as .gitignore has them (https://git-scm.com/docs/gitignore), without `!`.
 */
#ifndef CFN_CLI_PATH_GLOB_H
#define CFN_CLI_PATH_GLOB_H

#include <glib.h>
#include <stdbool.h>

typedef struct CfnPathGlob CfnPathGlob;

/*
 * Reads TEXT. `*`, `?` and `[a-z]` match within one name, `**` any number of folders. A glob with a
 * slash at its beginning or in its middle begins at the folder it is relative to; one without is
 * looked for everywhere below. With a slash at its end it matches folders only. NULL with ERROR
 * (CFN_ERROR_CONFIG, without a place) if it is empty or could match nothing.
 */
CfnPathGlob *cfn_path_glob_new(const char *text, GError **error);
void cfn_path_glob_free(CfnPathGlob *glob);

/* Whether PATH (relative, with one slash between its names), or a folder it is in, is matched. With
   a slash at the end of PATH: whether all that the folder PATH has is. */
bool cfn_path_glob_matches(const CfnPathGlob *glob, const char *path);

#endif
