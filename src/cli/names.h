/*
 * Words of the command line that must be one of a few, and the nearest right one for those that are
 * not.
 */
#ifndef CFN_CLI_NAMES_H
#define CFN_CLI_NAMES_H

#include "engine/transform.h"

/* The place of WORD in NAMES (ended by NULL), or -1 with ERROR: "WHAT 'prodution' is unknown; did
   you mean 'production'?" */
int cfn_name_find(const char *what, const char *word, const char *const *names, GError **error);

/* The repair called ID, or NULL with ERROR. */
const CfnTransform *cfn_name_transform(const char *id, const CfnTransform *const *transforms,
                                       GError **error);

#endif
