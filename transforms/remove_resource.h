/*
 * A resource goes, with everything that names it.
 */
#ifndef CFN_TRANSFORMS_REMOVE_RESOURCE_H
#define CFN_TRANSFORMS_REMOVE_RESOURCE_H

#include "engine/transform.h"

/*
 * Removes RESOURCE, its entries in DependsOn and the outputs that tell of it, in the change of
 * FINDING. What names it anywhere else (an exported output, another resource, Fn::ForEach) keeps
 * it: then nothing is edited, FINDING says why it cannot be fixed, and false is returned.
 */
bool cfn_remove_resource(CfnPass *pass, CfnFinding *finding, const CfnResource *resource);

/* Removes an entry of DependsOn, the scalar that a reference of that kind has as its node: an
   item of a list, or the attribute if it is its only value. */
void cfn_remove_dependency(CfnChange *change, const CfnNode *entry);

#endif
