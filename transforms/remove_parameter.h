/*
 * A parameter goes that nothing names any more.
 */
#ifndef CFN_TRANSFORMS_REMOVE_PARAMETER_H
#define CFN_TRANSFORMS_REMOVE_PARAMETER_H

#include "engine/transform.h"

/* Removes the parameter NAME, and its label and place in AWS::CloudFormation::Interface. */
void cfn_remove_parameter(CfnPass *pass, CfnChange *change, const char *name);

#endif
