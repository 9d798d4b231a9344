/*
 * Names cut in the middle, so that what tells them apart stays.
 */
#ifndef CFN_TRANSFORMS_SHORT_NAME_H
#define CFN_TRANSFORMS_SHORT_NAME_H

#include <glib.h>
#include <stdbool.h>

/* What a load balancer or a target group takes. */
#define CFN_NAME_LIMIT 32

/* Whether NAME is all ASCII letters, digits and hyphens, and not hyphens alone. */
bool cfn_name_is_plain(const char *name);

/*
 * Gives each of NAMES (const char*, plain, different, in the order of the source) a name within the
 * limit that none of the others gets and that is not in TAKEN, a set that owns its strings; it goes
 * there. Segments between hyphens are left out whole where enough stays; the last one stays.
 *
 * From name to short name in a new table, which owns neither.
 */
GHashTable *cfn_short_names(const GPtrArray *names, GHashTable *taken);

#endif
