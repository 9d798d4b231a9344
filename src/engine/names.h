/*
 * Repairs, their settings and profiles by the names that people write.
 */
#ifndef CFN_ENGINE_NAMES_H
#define CFN_ENGINE_NAMES_H

#include "engine/run.h"

/* By CfnProfile, ended by NULL. */
extern const char *const cfn_profile_names[];

/* The repair called ID, or NULL with ERROR: "repair 'coma' is unknown; did you mean 'comma'?" */
const CfnTransform *cfn_name_transform(const char *id, const CfnTransform *const *transforms,
                                       GError **error);
/* The id of a repair that may have been meant by ID, or NULL. */
const char *cfn_name_nearest_transform(const char *id, const CfnTransform *const *transforms);
/* The setting of TRANSFORM called KEY, or NULL with ERROR. */
const CfnSetting *cfn_name_setting(const char *key, const CfnTransform *transform, GError **error);

#endif
