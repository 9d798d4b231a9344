/*
 * Finding configurations: what config.h keeps to itself.
 */
#ifndef CFN_CLI_CONFIG_FIND_H
#define CFN_CLI_CONFIG_FIND_H

#include "cli/config.h"
#include "cli/config_file.h"

/* What is found above a folder: a configuration, what is wrong with it, or neither. */
typedef struct {
    CfnConfig *config;
    GError *error;
    GHashTable *merged; /* which rules match, as a text of 0 and 1 -> their CfnMerged */
} CfnFound;

/* What counts for the file at PATH. Borrowed. *BELOW is the path that globs see, NULL if the file
   is not below the configuration's folder; g_free it. */
CfnFound *cfn_configs_find(CfnConfigs *configs, const char *path, char **below);
/* What FOUND, which has no error, says of the file at BELOW. Borrowed. */
const CfnMerged *cfn_configs_merge(CfnConfigs *configs, CfnFound *found, const char *below);

#endif
