/*
 * The arguments of the command line as GOption leaves them: which options there are, and what
 * --help says of each. What they mean together is read in cli/options.
 */
#ifndef CFN_CLI_ARGUMENTS_H
#define CFN_CLI_ARGUMENTS_H

#include <stdbool.h>

#include <glib.h>

/* Numbers and names are still text, since file names need not be UTF-8. What was not given is NULL.
   All is owned; taking a text leaves NULL behind. */
typedef struct {
    gboolean in_place, check, quiet, strict, skip_non_templates, unsafe_fixes, thorough, no_ignores,
        add_ignores, no_config, staged, help, version, list, recursive, no_gitignore,
        null_separated, statistics, same_account, stream;
    char *config, *show_config, *seen;
    char *diff_base, *output, *output_dir, *patch, *journal, *stdin_filename;
    char *baseline, *create_baseline, *prune_baseline;
    char *profile, *format, *color, *max_size, *jobs, *timeout, *max_memory, *explain, *files_from,
        *shard;
    char **select, **ignore, **set, **report, **inputs;
    char **include, **exclude;
} CfnArguments;

/* Reads ARGV (which is left as it is) into RAW, all zero before. False with ERROR
   (CFN_ERROR_USAGE): an option that there is not, or one without its argument. */
bool cfn_arguments_read(char **argv, CfnArguments *raw, GError **error);
void cfn_arguments_clear(CfnArguments *raw);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CfnArguments, cfn_arguments_clear)

/* The text of --help. g_free it. */
char *cfn_arguments_help(void);

#endif
