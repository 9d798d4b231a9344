/*
 * Repairs by the ids that people write.
 */
#ifndef CFN_ENGINE_NAMES_H
#define CFN_ENGINE_NAMES_H

#include "engine/transform.h"

/* The repair called ID, or NULL with ERROR: "repair 'coma' is unknown; did you mean 'comma'?" */
const CfnTransform *cfn_name_transform(const char *id, const CfnTransform *const *transforms,
                                       GError **error);
/* The id of a repair that may have been meant by ID, or NULL. */
const char *cfn_name_nearest_transform(const char *id, const CfnTransform *const *transforms);

#endif
