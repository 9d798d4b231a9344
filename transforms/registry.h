/*
 * All repairs, in the order they are run (but see `runs_last`): transforms.def is the list.
 */
#ifndef CFN_TRANSFORMS_REGISTRY_H
#define CFN_TRANSFORMS_REGISTRY_H

#include "engine/transform.h"

/* Ended by NULL. */
extern const CfnTransform *const cfn_transforms[];

#endif
