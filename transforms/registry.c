/*
 * The table of repairs, made from transforms.def.
 */
#include "transforms/registry.h"

#define CFN_TRANSFORM(name) extern const CfnTransform cfn_transform_##name;
#include "transforms/transforms.def"
#undef CFN_TRANSFORM

const CfnTransform *const cfn_transforms[] = {
#define CFN_TRANSFORM(name) &cfn_transform_##name,
#include "transforms/transforms.def"
#undef CFN_TRANSFORM
    NULL,
};
