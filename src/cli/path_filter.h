/*
 * Which of the files that a folder has are wanted: --include and --exclude.
 */
#ifndef CFN_CLI_PATH_FILTER_H
#define CFN_CLI_PATH_FILTER_H

#include <glib.h>
#include <stdbool.h>

typedef struct CfnPathFilter CfnPathFilter;

/*
 * Reads the globs INCLUDE and EXCLUDE (cli/path_glob.h; ended by NULL, or NULL for none), which are
 * relative to the folder that is searched. NULL with ERROR (CFN_ERROR_USAGE) if one makes no sense.
 */
CfnPathFilter *cfn_path_filter_new(char *const *include, char *const *exclude, GError **error);
void cfn_path_filter_free(CfnPathFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnPathFilter, cfn_path_filter_free)

/*
 * Whether the file BELOW the searched folder ("a/b.yaml") is wanted: nothing excludes it, and one
 * of the globs to include matches it, if there are any. It has one of the suffixes that templates
 * have, or a glob that spells a suffix itself ("*.tpl") matches its own name.
 */
bool cfn_path_filter_takes(const CfnPathFilter *filter, const char *below);
/* Whether anything in the folder BELOW, which has a slash at its end ("a/b/"), can be wanted. */
bool cfn_path_filter_enters(const CfnPathFilter *filter, const char *below);

#endif
