/*
 * Attributes of a resource (what stands next to its Type), and new properties.
 */
#ifndef CFN_TRANSFORMS_ATTRIBUTES_H
#define CFN_TRANSFORMS_ATTRIBUTES_H

#include "engine/transform.h"

/*
 * The attribute NAME ("DeletionPolicy") of RESOURCE becomes VALUE, a plain word. One that is there
 * is replaced (nothing is edited if it says so already); a new one stands where this template puts
 * attributes: before or after Properties, as the nearest resource with attributes has them, or
 * directly behind Type if there is none to follow.
 */
void cfn_set_attribute(CfnPass *pass, CfnChange *change, const CfnResource *resource,
                       const char *name, const char *value);

/*
 * The property NAME, which RESOURCE does not have, is added with VALUE, a snippet of YAML: as the
 * last one, or with Properties where there are none.
 */
void cfn_add_property(CfnChange *change, const CfnResource *resource, const char *name,
                      const char *value);

#endif
