/*
 * What the .cfnfix.yaml above a file says of it.
 *
 * The nearest one upward counts, up to the top of the repository (the folder that has .git) or the
 * file system's. It chooses repairs and passes files over; it never makes cfnfix read or write
 * another file. Each is read once. docs/configuration.md is for those who write one.
 */
#ifndef CFN_CLI_CONFIG_H
#define CFN_CLI_CONFIG_H

#include "cli/options.h"

#define CFN_CONFIG_NAME ".cfnfix.yaml"

/* All configurations met so far. */
typedef struct CfnConfigs CfnConfigs;

/* COMMAND is borrowed. NULL with ERROR (CFN_ERROR_CONFIG) if the file of --config is wrong. */
CfnConfigs *cfn_configs_new(const CfnCommand *command, GError **error);
void cfn_configs_free(CfnConfigs *configs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnConfigs, cfn_configs_free)

/* What applies to one file. All is borrowed from the CfnConfigs. */
typedef struct {
    const CfnOptions *options; /* the same for all files to which the same applies; NULL: error */
    const char *excluded;      /* where it is said to pass the file over, or NULL */
    const GError *error;       /* what is wrong with its configuration, or NULL */
} CfnApplied;

/* PATH need not be there; what is looked at is the folder it is in, behind all links. */
CfnApplied cfn_configs_apply(CfnConfigs *configs, const char *path);

/* The same by NAME alone ("a/b.yaml"), for what is in no folder: globs see it as if it were below
   the configuration. There must be --config or --no-config. */
CfnApplied cfn_configs_apply_to_name(CfnConfigs *configs, const char *name);

/*
 * Fills in `options`, `is_excluded` and `error` of INPUTS (CfnInput*). What is excluded and was
 * found in a folder is taken out. Returns what is to be told (char*): each wrong configuration
 * once, each excluded file that was named (unless the command is quiet).
 */
GPtrArray *cfn_configs_apply_all(CfnConfigs *configs, GPtrArray *inputs);

/* The text of --show-config for the file at PATH: a configuration that says all that applies, and
   in comments where each thing comes from. g_free it. NULL with ERROR. */
char *cfn_configs_show(CfnConfigs *configs, const char *path, GError **error);

#endif
