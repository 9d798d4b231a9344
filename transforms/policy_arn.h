/*
 * The ARN of an AWS managed policy, as a template spells it.
 */
#ifndef CFN_TRANSFORMS_POLICY_ARN_H
#define CFN_TRANSFORMS_POLICY_ARN_H

#include "edit/edits.h"
#include "model/intrinsic.h"

typedef struct {
    char *partition; /* "aws", "${AWS::Partition}", "aws-cn" */
    char *path;      /* path and name: "service-role/AWS_ConfigRole" */
} CfnPolicyArn;

/* Whether VALUE (literal, Fn::Sub, Fn::Join) is one with a path and name that can be read. Then
   sets ARN, to be cleared. */
bool cfn_policy_arn_read(const CfnNode *value, CfnPolicyArn *arn);
void cfn_policy_arn_clear(CfnPolicyArn *arn);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CfnPolicyArn, cfn_policy_arn_clear)

/* Writes PATH in the place of that of ARN, which was read from VALUE. False, and nothing written,
   where it is put together from pieces. */
bool cfn_policy_arn_set_path(CfnChange *change, const CfnNode *value, const CfnPolicyArn *arn,
                             const char *path);

#endif
