/*
 * What a key policy allows CloudWatch Logs.
 */
#ifndef CFN_TRANSFORMS_KMS_POLICY_H
#define CFN_TRANSFORMS_KMS_POLICY_H

#include "transforms/kms_usage.h"

typedef struct {
    bool log_groups_admitted; /* or not needed */
    bool detectors_admitted;  /* or not needed */
    bool denied;              /* a Deny hits CloudWatch Logs */
    const char *unreadable;   /* what could be the statement looked for, but is behind an intrinsic;
                                 or NULL */
} CfnKmsVerdict;

/* Judges one policy document for what USAGE needs: log groups where nothing is known about the
   users. */
CfnKmsVerdict cfn_kms_judge(const CfnNode *policy, const CfnKmsUsage *usage);
/* Whether POLICY has a Statement that can be appended to: a list or a mapping, in every branch. */
bool cfn_kms_policy_has_statements(const CfnNode *policy);

#endif
