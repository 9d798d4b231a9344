/*
 * All repairs, in the order they are run (but see `runs_last`): transforms.def is the list.
 */
#ifndef CFN_TRANSFORMS_REGISTRY_H
#define CFN_TRANSFORMS_REGISTRY_H

#include "engine/other_tools.h"
#include "engine/transform.h"

/* Ended by NULL. */
extern const CfnTransform *const cfn_transforms[];

/* What other tools call the things that we repair, ended by a NULL tool. */
extern const CfnOtherId cfn_other_ids[];

#endif
