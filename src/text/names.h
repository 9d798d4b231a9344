/*
 * Words that must be one of a few, and the nearest right one for those that are not.
 */
#ifndef CFN_TEXT_NAMES_H
#define CFN_TEXT_NAMES_H

#include <glib.h>

/* The one of NAMES (ended by NULL) that is nearest to WORD if it is near enough to have been meant,
   else NULL. */
const char *cfn_name_nearest(const char *word, const char *const *names);

/* The place of WORD in NAMES (ended by NULL), or -1 with ERROR (CFN_ERROR_USAGE): "WHAT 'prodution'
   is unknown; did you mean 'production'?" */
int cfn_name_find(const char *what, const char *word, const char *const *names, GError **error);

#endif
